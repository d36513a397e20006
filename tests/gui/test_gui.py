# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person sees who opens the server's capture of the case in the real Wireshark with the profile, and no more than a
click on a menu away from it."""

import csv
import os
import re
import shutil
import threading
import time
from pathlib import Path

import pytest
from session import PROFILE, QUIET, Desktop, make_case

VERDICT = "SYN rejected by TIME_WAIT peer (PAWS: TSval 1159862 behind), 5 retries, 31.1 s"
SYNS = ["20", "22", "24", "26", "28", "30"]  # of the attempt that failed; the rejecting ACK follows each


@pytest.fixture(scope="module")
def packets(gui):
    table = gui.ask("packets")
    return [dict(zip(table["titles"], row)) for row in table["rows"]]


def rule_colours(name):
    """Background and text colour of a coloring rule, as #RRGGBB."""
    rule = next(line for line in (PROFILE / "colorfilters").read_text().splitlines() if line.startswith(f"@{name}@"))
    channels = re.findall(r"\[(\d+),(\d+),(\d+)\]", rule)
    return ["#" + "".join(f"{int(channel) // 257:02X}" for channel in colour) for colour in channels]


def test_columns(packets):
    assert list(packets[0]) == ["No.", "Time", "Source", "Destination", "Info", "Sender, receiver", "Why"]
    assert len(packets) == 31


def test_every_syn_that_failed_says_why(packets):
    for row in packets:
        if row["No."] in SYNS:
            assert row["Sender, receiver"] == "SYN_SENT,TIME_WAIT"
            assert row["Why"].startswith(VERDICT)


def test_connect_time(packets):
    assert packets[0]["Why"] == "Established, 0.294 ms"


@pytest.mark.parametrize("width, height, readable", [
    (1280, 720, "SYN rejected by TIME_WAIT peer (PAWS: TSval 1159862 behind)"),
    (1500, 900, f"{VERDICT}; another clock"),
    (1920, 1080, f"{VERDICT}; another clock than before (of another host or port)"),
])
def test_what_fits(folder, possible, width, height, readable):
    """Number, addresses, states and the decisive part of Why can be read on a screen of this size, without scrolling, and
    in the details the verdict is open, down to the last line of the advice."""
    place = folder / f"screen-{width}"
    place.mkdir(mode=0o755)
    with Desktop(place, size=(width, height)) as desktop:
        desktop.open(make_case(place) / "server.pcap", "-g", "20")
        table = desktop.ask("packets")
        why = table["rows"][19][table["titles"].index("Why")]
        advice = desktop.ask("shown", "Packet details", "Next: ")
        fits = {column: desktop.ask("fitting", 20, column) for column in (
            "No.", "Time", "Source", "Destination", "Info", "Sender, receiver", "Why")}
    assert advice
    assert fits["No."] >= len("8000000")
    assert fits["Time"] >= len("600.123456")
    assert min(fits["Source"], fits["Destination"]) >= len("10.24.20.249")
    assert fits["Info"] >= len("57011 → 8080 [SYN]")
    assert fits["Sender, receiver"] >= len("SYN_SENT,TIME_WAIT")
    assert why.startswith(readable)
    assert fits["Why"] >= len(readable)


def test_advice_fits_where_the_server_is_only_inferred(folder, possible):
    """Of the load balancer's capture, too, all of the advice can be read on the smallest screen."""
    place = folder / "screen-lb"
    place.mkdir(mode=0o755)
    with Desktop(place, size=(1280, 720)) as desktop:
        desktop.open(make_case(place) / "lb.pcap", "-g", "10")
        assert desktop.ask("shown", "Packet details", "Next: ")


def test_failed_rows_are_red(gui):
    assert gui.ask("colour", 20, "Why") == rule_colours("Call failed")[0]


def test_healthy_rows_have_no_colour(gui):
    for frame in 3, 18, 19:  # the last two leave one side in TIME_WAIT
        assert gui.ask("colour", frame, "Why") == "#FFFFFF"


def test_colours_can_be_read_in_any_theme():
    """Each rule sets both colours, with the contrast that WCAG asks for (4.5)."""
    names = [line.split("@")[1] for line in (PROFILE / "colorfilters").read_text().splitlines() if line.startswith("@")]
    assert names
    for name in names:
        dark, light = sorted(luminance(colour) for colour in rule_colours(name))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, name


def luminance(colour):
    channels = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_filter_buttons(gui):
    lines = [line for line in (PROFILE / "dfilter_buttons").read_text().splitlines() if not line.startswith("#")]
    labels = [row[1] for row in csv.reader(lines)]
    assert labels == ["Calls", "Failed", "Late", "TIME_WAIT", "No answer", "Reused ports"]
    shown = dict.fromkeys(name for name in gui.ask("filter_buttons") if name in labels)  # Qt may tell of one twice
    assert list(shown) == labels
    gui.ask("press", "Calls")
    assert gui.ask("displayed", 2)
    gui.ask("press", "Failed")
    assert gui.ask("displayed", 12)
    gui.ask("press", "Clear display filter")
    assert gui.ask("displayed", 31)


def test_details_at_first_sight(gui):
    """Nothing was opened: what it came to, with the evidence a click away, and the advice in lines that fit."""
    gui.ask("select", 20)
    lines = gui.ask("details")
    begin = next(i for i, line in enumerate(lines) if line.startswith(f"[SYN fate: {VERDICT}"))
    assert lines[begin + 1:begin + 8] == [
        "[Verdict: rejected, time_wait_paws (observed)]", "[Call 2: failed, 31.075 s lost]",
        "[Old connection: peer in TIME_WAIT, closed by 10.24.20.26:8080]", "[TIME_WAIT of the peer: for 9.3 s, restarts: 0]",
        "[Compared with the peer's numbers: ISN +352641030, TSval -1159862]",
        "[States after this frame: sender SYN_SENT, receiver TIME_WAIT]", "[Advice]"]
    advice = lines[begin + 8:]
    assert len(advice) > 2 and all(len(line) <= 110 for line in advice)
    assert advice[-1].startswith("Next: nstat -az TcpExtPAWSTimewait")


def test_details(gui):
    gui.ask("select", 20)
    lines = gui.ask("expand", "SYN fate")
    for expected in (
        "[Cause: time_wait_paws]", "[Decided by: 21]", "[Closed by: 10.24.20.26:8080]",
        "[ISN - RCV.NXT: 352641030 (ISN 1352641918, RCV.NXT 1000000888)]",
        "[TSval - TS.Recent: -1159862 (TSval 3134415069, TS.Recent 3135574931)]",
    ):
        assert expected in lines


def test_conversation_filter(gui):
    """An attempt with the previous connection is the whole of this capture; the first attempt is its handshake."""
    gui.ask("select", 20)
    gui.ask("menu", "Analyze/Conversation Filter/SYN fate and previous connection")
    assert gui.ask("displayed", 31)
    gui.ask("select", 2)
    gui.ask("menu", "Analyze/Conversation Filter/SYN fate and previous connection")
    assert gui.ask("displayed", 3)
    gui.ask("press", "Clear display filter")
    assert gui.ask("displayed", 31)


def test_io_graphs(gui):
    """The profile's graphs are there at once, and Wireshark has nothing to say about their file."""
    title = gui.ask("open", ["Statistics", "I/O Graphs"])
    (table, *_) = gui.ask("tables", title)
    gui.ask("put_aside", title)
    assert [row[1] for row in table["rows"]] == ["Calls", "Calls that failed", "Calls that came late",
                                                 "Longest connect time, in 0.1 s"]
    assert "io_graphs" not in gui.messages()


def opened(gui, path, first=()):
    """The one table in the window that a menu opens, as dicts. first: columns that can be read at once, as wide as the window
    comes."""
    title = gui.ask("open", path)
    (table,) = gui.ask("tables", title)
    whole = gui.ask("whole_columns", title)
    gui.ask("put_aside", title)
    assert whole[1:len(first) + 1] == list(first)  # after the rank
    return [dict(zip(table["titles"], row)) for row in table["rows"]]


def test_expert_information(gui):
    assert opened(gui, "Analyze/Expert Information")[0] == {
        "Severity": "Error", "Summary": "SYN rejected by TIME_WAIT peer", "Group": "Sequence", "Protocol": "SYN fate",
        "Count": "1"}


def test_menu(gui):
    """Everything once, in whatever version of Wireshark."""
    assert [entry for entry in gui.ask("entries", "Statistics") if entry.lower().startswith("syn fate")] == ["SYN Fate"]
    assert gui.ask("entries", "Statistics/SYN Fate") == ["Report", "Services", "Port Reuse", "Fates and Causes"]


def test_services(gui):
    (row,) = opened(gui, "Statistics/SYN Fate/Services", (
        "Server", "Calls", "Failed", "Late", "Time lost (s)", "Median connect (s)"))
    assert (row["Server"], row["Attempts"], row["Established"], row["Rejected"], row["Retries"]) == (
        "10.24.20.26:8080", "2", "1", "1", "5")


def test_port_reuse(gui):
    (row,) = opened(gui, "Statistics/SYN Fate/Port Reuse", (
        "Client", "Server", "Calls", "Rejected", "More ports", "More addresses"))
    assert (row["Client"], row["Server"], row["Attempts"], row["Connections"]) == (
        "10.24.20.249", "10.24.20.26:8080", "2", "1")


def test_fates_and_causes(gui):
    rows = opened(gui, "Statistics/SYN Fate/Fates and Causes")
    assert [(row["Fate"], row["Cause"], row["Attempts"], row["Share (%)"].strip()) for row in rows] == [
        ("rejected", "(all)", "1", "50.00"), ("rejected", "time_wait_paws", "1", "50.00"),
        ("established", "(all)", "1", "50.00"), ("established", "ok", "1", "50.00")]


@pytest.fixture(scope="module")
def report(gui):
    """The title of the report's window."""
    return gui.ask("open", "Statistics/SYN Fate/Report")


def test_report(gui, report):
    text = " ".join(gui.ask("text", report).split())
    assert "SYN rejected by TIME_WAIT peer (time_wait_paws)" in text
    assert "1 of 2" in text
    assert "-z" not in text  # nobody here types commands


def test_lines_of_the_report_fit_its_window(gui, report):
    """As wide as Wireshark opens it: none is broken a second time."""
    lines = gui.ask("text", report).splitlines()
    assert max(map(len, lines)) <= gui.ask("text_width", report)


def test_report_is_saved_and_overwrites_nothing(gui, report):
    path = gui.shark.home / "saved.txt"
    gui.ask("push", report, "Save…")
    gui.ask("fill_in", "Save the SYN Fate Report", str(path))
    gui.ask("reads", f"Saved as {path}")
    assert "SYN rejected by TIME_WAIT peer" in path.read_text()
    before = path.stat()
    gui.ask("push", report, "Save…")
    gui.ask("fill_in", "Save the SYN Fate Report", str(path))
    assert gui.ask("dismiss")  # it says that there is such a file
    assert path.stat() == before
    gui.ask("put_aside", report)


def page_opened(desktop, report):
    """The file that the browser was asked to open."""
    desktop.ask("push", report, "Open as a Page")
    opened = desktop.shark.home / "opened"
    desktop.ask("wait_for_file", str(opened))
    return Path(opened.read_text().strip().removeprefix("file://"))


def test_report_as_a_page(folder, gui):
    """One file, which goes when Wireshark does."""
    place = folder / "page"
    place.mkdir(mode=0o755)
    with Desktop(place) as desktop:
        desktop.open(make_case(place) / "server.pcap")
        page = page_opened(desktop, desktop.ask("open", "Statistics/SYN Fate/Report"))
        assert page.name == "report.html"
        assert page.stat().st_mode & 0o077 == 0  # a capture is nobody else's business
        assert "<h1>SYN fate</h1>" in page.read_text()
        assert desktop.ask("quit") == 0
        assert not page.parent.exists()


def test_dissected_anew(gui):
    """Wireshark dissects all packets again when one is ignored: without the SYN, and then with it."""
    ignore = ["Edit", "Ignore/Unignore Packet(s)|Ignore/Unignore Selected"]
    gui.ask("select", 20)
    gui.ask("menu", ignore)
    assert gui.ask("says", 20, "Why", "")
    gui.ask("menu", ignore)
    assert gui.ask("says", 20, "Why", VERDICT)


def test_read_again(gui):
    gui.ask("menu", "View/Reload")
    assert gui.ask("displayed", 31)
    assert gui.ask("says", 20, "Why", VERDICT)


def test_reads_with_a_filter(folder, possible):
    """Wireshark filters each packet as it reads it, when no SYN has a verdict yet. So a filter that is set when a file is
    opened, be it that of the file before, is applied again at its end."""
    filtered = folder / "filtered"
    filtered.mkdir(mode=0o755)
    with Desktop(filtered) as desktop:
        case = make_case(filtered)
        desktop.open(case / "server.pcap", "-Y", "synfate.failed == 1")
        assert desktop.ask("displayed", 12)
        desktop.ask("menu", "View/Reload")
        assert desktop.ask("displayed", 12)


def has_reader(pipe):
    try:
        os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:  # ENXIO
        return False
    return True


def feed(pipe, data):
    """To each reader: a Wireshark that does not come to the accessibility bus is started again, and reads again."""
    while True:
        pipe.write_bytes(data)  # waits for a reader
        while has_reader(pipe):
            time.sleep(0.1)


@pytest.mark.skipif(shutil.which("dumpcap") is None, reason="no dumpcap")
def test_live_capture(folder, possible):
    """Packets come one by one, and later passes find what the first one learned."""
    live = folder / "live"
    live.mkdir(mode=0o755)
    with Desktop(live) as desktop:
        pipe = desktop.shark.home / "pipe"
        os.mkfifo(pipe)
        pipe.chmod(0o644)
        data = (make_case(live) / "server.pcap").read_bytes()
        threading.Thread(target=feed, args=(pipe, data), daemon=True).start()
        desktop.ask("start", "-C", "synfate", *QUIET, "-k", "-i", str(pipe))
        assert desktop.ask("says", 21, "Why", VERDICT)
        desktop.ask("press", "Failed")
        assert desktop.ask("displayed", 12)
