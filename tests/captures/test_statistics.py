# SPDX-License-Identifier: GPL-2.0-or-later
"""The statistics of the whole capture: against hand counts, against each other, and in tshark and sharkd."""

import pytest
from scapy.layers.inet import IP, UDP

import stats
from beginnings import another_client, closed_by_server, conversation, handshake, repeat, same_client_later
from flow import NO_SOCKET, Capture
from pages import capture_of

SERVICES, REUSE, TREE, REPORT = "synfate,services", "synfate,reuse", "synfate,tree", "synfate,report"
TABLES = [SERVICES, REUSE, TREE]
FATES = ["established", "rejected", "refused", "unreachable", "no_answer", "stuck", "aborted", "pending"]


def shop():
    """Nine attempts of two clients at three services; the hand count is in the tests.

    10.9.0.2:8080  3 established, 1 rejected with 3 retries, both clients
    10.9.0.2:443   2 established, one of them with a retry after 1 s
    10.9.0.3:443   1 refused, 1 never answered with 2 retries, 1 pending
    """
    capture = Capture()
    c, s = closed_by_server(capture, client=1, cport=50001)
    capture.wait(5)
    another_client(c, s)
    repeat(capture, c.syn, lambda: s.ack(ip_id=NO_SOCKET), waits=(1, 2, 4))
    conversation(capture, client=1, cport=50002)
    conversation(capture, client=4, cport=50001)
    conversation(capture, client=4, cport=50003, sport=443)
    c, s = capture.flow(client=1, cport=50004, sport=443)
    c.syn()
    capture.wait(1)
    c.syn()
    s.synack()
    c.ack()
    c, s = capture.flow(client=1, server=3, cport=50005, sport=443)
    c.syn()
    s.refuse()
    c, s = capture.flow(client=4, server=3, cport=50006, sport=443)
    repeat(capture, c.syn, waits=(1, 2))
    c, s = capture.flow(client=1, server=3, cport=50007, sport=443)
    c.syn()
    return capture


@pytest.fixture(scope="module")
def shop_file(tshark):
    return tshark.save("shop.pcap", shop().pcap())


def words(text):
    """The text on one line."""
    return " ".join(text.split())


# Against a hand count


def test_services(tshark, shop_file):
    rows = stats.table(tshark, shop_file, SERVICES)
    assert [(row["server"], row["calls"], row["failed"], row["late"], row["cause"]) for row in rows] == [
        ("10.9.0.2:8080", 4, 1, 0, "time_wait_paws"),
        ("10.9.0.3:443", 3, 2, 0, "silent_port"),
        ("10.9.0.2:443", 2, 0, 1, "syn_retransmitted"),
    ]
    assert [row["lost_s"] for row in rows] == pytest.approx([7.0, 3.0, 1.0], abs=0.05)
    assert [row["median_ms"] for row in (rows[0], rows[2])] == pytest.approx([0.1, 500], rel=0.01)
    assert rows[1]["median_ms"] is rows[1]["max_ms"] is None
    assert rows[2]["max_ms"] == pytest.approx(1000, rel=0.001)


def test_services_as_csv(tshark, shop_file):
    """CSV has every column, and every row."""
    rows = stats.csv_table(tshark, shop_file, SERVICES)
    counts = [(row["server"], {fate: row[fate] for fate in FATES if row[fate]}, row["retries"]) for row in rows]
    assert counts == [
        ("10.9.0.2:8080", {"established": 3, "rejected": 1}, 3),
        ("10.9.0.3:443", {"refused": 1, "no_answer": 1, "pending": 1}, 2),
        ("10.9.0.2:443", {"established": 2}, 1),
    ]
    assert [row["attempts"] for row in rows] == [4, 3, 2]
    for command in TABLES:
        by_hand, by_script = stats.table(tshark, shop_file, command), stats.csv_table(tshark, shop_file, command)
        for read, exact in zip(by_hand, by_script, strict=True):
            for head, cell in read.items():
                assert exact[head] == cell or cell == pytest.approx(exact[head], rel=0.06, abs=0.001), (command, head)


def test_fates_and_causes(tshark, shop_file):
    rows = stats.table(tshark, shop_file, TREE)
    assert [(row["fate"], row["cause"], row["attempts"], row["late"]) for row in rows] == [
        ("rejected", "(all)", 1, 0),
        ("rejected", "time_wait_paws", 1, 0),
        ("refused", "(all)", 1, 0),
        ("refused", "closed_port", 1, 0),
        ("no_answer", "(all)", 1, 0),
        ("no_answer", "silent_port", 1, 0),
        ("pending", "(all)", 1, 0),
        ("pending", "capture_ended", 1, 0),
        ("established", "(all)", 5, 1),
        ("established", "ok", 4, 0),
        ("established", "syn_retransmitted", 1, 1),
    ]
    assert sum(row["share_%"] for row in rows if row["cause"] == "(all)") == pytest.approx(100, abs=0.3)


def test_reuse(tshark, shop_file):
    rows = {(row["client"], row["server"]): row for row in stats.csv_table(tshark, shop_file, REUSE)}
    assert set(rows) == {("10.9.0.1", "10.9.0.2:8080"), ("10.9.0.4", "10.9.0.2:8080"), ("10.9.0.4", "10.9.0.2:443"),
                         ("10.9.0.1", "10.9.0.2:443"), ("10.9.0.1", "10.9.0.3:443"), ("10.9.0.4", "10.9.0.3:443")}
    row = rows["10.9.0.1", "10.9.0.2:8080"]
    assert (row["connections"], row["ports"], row["TWs"], row["held_by"]) == (2, 2, 1, "server")
    assert (row["calls"], row["rejected"]) == (3, 1)
    assert row["min_s"] == row["median_s"] == pytest.approx(5, rel=0.001)
    assert (row["+port"], row["+addr"]) == (1, 1)  # three attempts within 60 s on two ports
    assert rows["10.9.0.4", "10.9.0.2:443"]["min_s"] is None


@pytest.mark.parametrize("filter, services", [
    ("ip.addr == 10.9.0.4", {"10.9.0.2:8080": 1, "10.9.0.2:443": 1, "10.9.0.3:443": 1}),
    ("ip.dst == 10.9.0.3", {"10.9.0.3:443": 3}),
    ("tcp.port == 443 and ip.addr == 10.9.0.1", {"10.9.0.2:443": 1, "10.9.0.3:443": 2}),
    ("tcp.srcport == 50001", {"10.9.0.2:8080": 3}),
    ("tcp.flags.ack == 1", {}),  # an attempt counts by its first SYN
    ("udp", {}),
])
def test_filter(tshark, shop_file, filter, services):
    for two_pass in (False, True):
        by_service, reuse, fates = stats.tables(tshark, shop_file, *TABLES, filter=filter, two_pass=two_pass)
        assert {row["server"]: row["calls"] for row in by_service} == services
        assert sum(row["calls"] for row in reuse) == sum(services.values())
        assert sum(row["attempts"] for row in fates if row["cause"] == "(all)") == sum(services.values())
        report = stats.text(tshark, shop_file, REPORT, filter=filter, two_pass=two_pass)
        assert f"in {sum(services.values())} attempt" in words(report) and f"passes the filter: {filter}\n" in report


def test_filter_on_a_verdict_takes_two_passes(tshark, shop_file):
    rows = stats.table(tshark, shop_file, SERVICES, filter="synfate.failed == 1", two_pass=True)
    assert {row["server"]: row["calls"] for row in rows} == {"10.9.0.2:8080": 1, "10.9.0.3:443": 2}
    for command in (SERVICES, REPORT):
        asked = dict(filter="synfate.failed == 1")
        assert "Attention:" not in stats.text(tshark, shop_file, command, two_pass=True, **asked)
        said = words(stats.text(tshark, shop_file, command, **asked))
        assert "Attention: the filter asks for a verdict, which no SYN has when a file is read only once; run tshark -2" in said
    assert "What is wrong: not known: no connection attempt passes the filter How much:" in said


# Equal everywhere


def same(row, json_row):
    """A row of CSV and one of sharkd."""
    for head, cell in row.items():
        name = "Lost by their calls (s)" if head == "lost_s" and "fate" in row else stats.NUMBERS.get(head, head.capitalize())
        if name not in json_row:
            name = {"no_answer": "No answer", "cause": "Cause", "rejected": "Rejected"}[head]
        there = json_row[name]
        if isinstance(there, (int, float)):
            assert cell == pytest.approx(there * (1000 if head.endswith("_ms") else 1), rel=1e-5, abs=1e-5), name
        else:
            assert cell == (None if there in ("-", "") else there), name


@pytest.mark.parametrize("make", [shop, lambda: thousands(uses=20)], ids=["shop", "thousands"])
def test_one_pass_two_passes_and_sharkd_agree(tshark, make):
    capture = tshark.save("agree.pcap", make().pcap())
    in_one, in_two = (stats.tables(tshark, capture, *TABLES, two_pass=two) for two in (False, True))
    assert in_one == in_two
    for command, json_rows in zip(TABLES, stats.by_sharkd(tshark, capture, *TABLES)):
        rows = stats.csv_table(tshark, capture, command)
        assert len(rows) == len(json_rows) > 0
        assert [row["#"] for row in json_rows] == list(range(1, len(json_rows) + 1))
        for row, json_row in zip(rows, json_rows):
            same(row, json_row)


def test_sharkd_twice(tshark, shop_file):
    """A table that was filled before is emptied; other taps do not disturb it."""
    load = ("load", {"file": str(tshark.readable(shop_file))})
    tap = ("tap", {"tap0": "nstat:synfate,services"})
    _, first, _, other, second = tshark.sharkd(load, tap, tap, ("tap", {"tap0": "expert"}), tap)
    assert first == second and len(first["taps"][0]["tables"][0]["i"]) == 3
    assert other["taps"]


def test_pending_until_the_end(tshark):
    """The SYN passes the tap while nothing is decided yet; later frames, even of others, decide."""
    capture = Capture()
    c, _ = capture.flow(server=3)
    c.syn()
    capture.wait(10)
    conversation(capture, cport=50001)
    (row,) = stats.csv_table(tshark, tshark.save("late.pcap", capture.pcap()), SERVICES, filter="ip.dst == 10.9.0.3")
    assert (row["no_answer"], row["pending"]) == (1, 0)


# Thousands of reuses


def thousands(uses=150, ports=(50001, 50002, 50003, 50004)):
    """Port pairs that come back 10 s after the server closed them. Every fifth SYN is behind, and rejected."""
    capture = Capture()
    ends = [capture.flow(cport=port) for port in ports]
    for use in range(uses):
        for c, s in ends:
            if use % 5 == 4:
                rejected(capture, c, s)
            else:
                used_and_closed(c, s)
        capture.wait(10)
    return capture


def used_and_closed(c, s):
    if c.answered is not None or s.answered is not None:
        c.reopen(isn=c.snd_nxt + 1000)
    c.syn()
    s.synack(isn=s.snd_nxt + 65537 if s.answered is not None else None)
    c.ack()
    s.fin()
    c.ack()
    c.fin()
    s.ack(ip_id=NO_SOCKET)


def rejected(capture, c, s):
    kept = c.isn, c.snd_nxt, c.rcv_nxt, c.ts_recent, c.clock
    same_client_later(c, s)
    c.syn(tsval=None)
    s.ack(ip_id=NO_SOCKET)
    c.isn, c.snd_nxt, c.rcv_nxt, c.ts_recent, c.clock = kept


@pytest.fixture(scope="module")
def thousands_file(tshark):
    return tshark.save("thousands.pcap", thousands(uses=500).pcap())


def test_thousands(tshark, thousands_file):
    """2000 attempts on 4 ports: 400 are rejected, and of the other 1600 all but the first four met a TIME_WAIT."""
    (service,), (reuse,), rows = (stats.csv_table(tshark, thousands_file, command) for command in TABLES)
    fates = {row["cause"]: row["attempts"] for row in rows if row["cause"] != "(all)"}
    assert (service["attempts"], service["established"], service["rejected"]) == (2000, 1600, 400)
    assert (service["calls"], service["failed"], service["late"]) == (2000, 400, 0)
    assert fates == {"ok": 4, "time_wait_recycled_timestamp": 1596, "time_wait_sequence": 400}
    assert (reuse["connections"], reuse["ports"], reuse["TWs"], reuse["held_by"]) == (1600, 4, 4, "server")
    assert (reuse["calls"], reuse["rejected"]) == (2000, 400)
    # In any 60 s each port is called six times; it could rest after one.
    assert (reuse["peak/s"], reuse["safe/s"]) == pytest.approx((24 / 60, 4 / 60))
    assert (reuse["+port"], reuse["+addr"]) == (20, 5)
    assert (reuse["min_s"], reuse["median_s"]) == pytest.approx((10, 10), abs=0.05)


def test_a_page_for_thousands(tshark, thousands_file):
    page = stats.text(tshark, thousands_file, REPORT)
    assert words(page).startswith("What is wrong: 10.9.0.2:8080: 400 of 2000 calls failed: SYN rejected by TIME_WAIT "
                                  "peer (time_wait_sequence) Next: ")
    assert " How much: 400 of 2000 calls failed, 0 came late Since when: " in words(page)
    assert page.count("\n") <= 60
    assert page.count(" -> 10.9.0.2:8080, call ") == 1
    assert stats.text(tshark, thousands_file, f"{REPORT},7").count(" -> 10.9.0.2:8080, call ") == 7
    assert stats.text(tshark, thousands_file, f"{REPORT},all").count(" -> 10.9.0.2:8080, call ") == 400
    assert stats.text(tshark, thousands_file, f"{REPORT},all", filter="tcp.port == 50002").count(" -> ") == 100


# How many ports are needed


def calls(*seconds, ports, close):
    """A call from each of the ports in turn at these times, closed by the server or by the client."""
    capture = Capture()
    ends = capture.ends = [capture.flow(cport=50001 + i) for i in range(ports)]
    for i, second in enumerate(seconds):
        c, s = ends[i % ports]
        capture.now = second * 1_000_000
        if close == "server":
            used_and_closed(c, s)
            continue
        if c.answered is not None or s.answered is not None:
            c.reopen(isn=c.snd_nxt + 1000)
        c.syn()
        s.synack(isn=s.snd_nxt + 1000 if s.answered is not None else None)
        c.ack()
        c.fin()
        s.fin()
        c.ack()
    return capture


def rejected_once(capture):
    """A SYN behind the numbers of the connection that was closed last."""
    c, s = max(capture.ends, key=lambda ends: ends[0].clock)
    rejected(capture, c, s)


@pytest.mark.parametrize("made, held, by", [
    (dict(seconds=range(0, 60, 10), ports=6, close="server"), 6, "server"),
    (dict(seconds=range(0, 600, 10), ports=6, close="server"), 6, "server"),
    (dict(seconds=range(0, 600, 10), ports=2, close="server"), 2, "server"),
    (dict(seconds=range(0, 240, 120), ports=1, close="server"), 1, "server"),
    (dict(seconds=range(0, 120, 20), ports=3, close="client"), 3, "client"),
])
def test_no_ports_are_needed_where_none_is_rejected(tshark, made, held, by):
    seconds = made.pop("seconds")
    (row,) = stats.csv_table(tshark, tshark.save("calls.pcap", calls(*seconds, **made).pcap()), REUSE)
    assert (row["connections"], row["ports"], row["rejected"]) == (len(seconds), made["ports"], 0)
    assert (row["TWs"], row["held_by"], row["+port"], row["+addr"]) == (held, by, None, None)
    assert row["safe/s"] == pytest.approx(made["ports"] / 60)


@pytest.mark.parametrize("ports, more_ports, more_addresses", [(6, 1, 1), (5, 2, 1), (2, 5, 3)])
def test_port_demand(tshark, ports, more_ports, more_addresses):
    """A call every 10 s, and one more that is rejected: seven within 60 s."""
    capture = calls(*range(0, 600, 10), ports=ports, close="server")
    capture.wait(5)
    rejected_once(capture)
    path = tshark.save("calls.pcap", capture.pcap())
    (row,) = stats.csv_table(tshark, path, REUSE)
    assert (row["rejected"], row["+port"], row["+addr"]) == (1, more_ports, more_addresses)


def test_time_wait_preference(tshark):
    """Servers that stay in TIME_WAIT for 30 s need half the ports."""
    capture = calls(*range(0, 600, 10), ports=2, close="server")
    capture.wait(5)
    rejected_once(capture)
    path = tshark.save("calls.pcap", capture.pcap())
    (row,) = stats.csv_table(tshark, path, REUSE)
    assert (row["peak/s"], row["+port"], row["+addr"]) == (pytest.approx(7 / 60), 5, 3)
    (row,) = stats.csv_table(tshark, path, REUSE, args=["-o", "synfate.time_wait:30"])
    assert (row["peak/s"], row["+port"], row["+addr"]) == (pytest.approx(4 / 30), 2, 1)


# Nothing to count, and wrong use


def data_only():
    capture = Capture()
    c, s = capture.flow()
    c.data(100)
    s.ack()
    s.data(200)
    c.ack()
    return capture


def without_tcp():
    capture = Capture()
    for _ in range(3):
        capture.add(IP(src="10.9.0.1", dst="10.9.0.2") / UDP(sport=1000, dport=53))
    return capture


@pytest.mark.parametrize("make", [Capture, without_tcp, data_only])
def test_nothing_to_count(tshark, make):
    capture = tshark.save("nothing.pcap", make().pcap())
    for two_pass in (False, True):
        assert stats.tables(tshark, capture, *TABLES, two_pass=two_pass) == [[], [], []]
    assert stats.by_sharkd(tshark, capture, *TABLES) == [[], [], []]
    report = stats.text(tshark, capture, REPORT).splitlines()
    assert report[:2] == ["What is wrong: nothing: there are no connection attempts",
                          "How much:      0 of 0 calls failed, 0 came late"]


def test_tracking_off(tshark, shop_file):
    off = ["-o", "synfate.tracking:FALSE"]
    assert stats.tables(tshark, shop_file, *TABLES, args=off) == [[], [], []]
    report = stats.text(tshark, shop_file, REPORT, args=off)
    assert report.startswith("What is wrong: not known: nothing was tracked\n")


@pytest.mark.parametrize("command", [*TABLES, REPORT, f"{REPORT},all"])
def test_invalid_filter(tshark, shop_file, command):
    """As tshark says it of its own statistics."""
    own = stats.fails(tshark, shop_file, "-q", "-z", "io,phs,ip.addr == ")
    theirs = stats.fails(tshark, shop_file, "-q", "-z", f"{command},ip.addr == ")
    assert theirs.startswith("tshark: Couldn't register tap: Filter \"ip.addr == \" is invalid")
    assert own.split(" is invalid", 1)[-1] == theirs.split(" is invalid", 1)[-1]


@pytest.mark.parametrize("command", [*TABLES, REPORT])
def test_no_such_statistic(tshark, shop_file, command):
    assert stats.fails(tshark, shop_file, "-q", "-z", f"{command}s") == (
        f'tshark: There is no statistic "{command}s"; is "{command}" meant?')


# The report


def test_report_of_the_case(tshark, case):
    report = stats.text(tshark, case / "server.pcap", REPORT)
    assert report == stats.text(tshark, case / "server.pcap", REPORT, two_pass=True)
    assert report.splitlines()[:7] == [
        "What is wrong: 10.24.20.26:8080: 1 of 2 calls failed after 31.1 s or more: SYN",
        "               rejected by TIME_WAIT peer (time_wait_paws)",
        "Next:          nstat -az TcpExtPAWSTimewait (Linux 6.16 and later) or",
        "               TcpExtPAWSEstab on the server.",
        "How much:      1 of 2 calls failed, 0 came late; callers lost 31.1 s or more;",
        "               the capture ends while 1 may still be trying",
        "Since when:    2020-09-13 12:38:35.546 UTC (frame 20)",
    ]
    assert len(report.splitlines()) <= 32
    for said in ("1. 10.24.20.249:57011 -> 10.24.20.26:8080, call 2", "TSval 1159862 behind), 5 retries, 31.1 s",
                  "frame 20 ", "frame 21 ", "+1.002513 s SYN again", "+31.074586 s", "ISN - RCV.NXT =", "+352641030",
                  "TSval - TS.Recent = -1159862", "observed.", "closed in frame 16", "after 30.0 s without data",
                  "Waited: 31.1 s: rejection rounds 0.125 ms, SYN timers 31.1 s", "Advice:", "Next:"):
        assert said.strip() in words(report), said


def test_report_of_the_load_balancer(tshark, case):
    """Inferred, with both legs."""
    report = stats.text(tshark, case / "lb.pcap", REPORT)
    for said in ("SYN never answered: TIME_WAIT peer rejects it (time_wait_paws, inferred)", "inferred.", "Waited: 31.1 s: silence 31.1 s",
                 "10.24.18.14:57011 to 10.24.20.51:8080"):
        assert said in words(report), said


def test_report_of_delays(tshark):
    capture = Capture()
    c, s = capture.flow()
    c.syn()
    capture.wait(1)
    c.syn()
    capture.wait(0.02)
    s.synack()
    c.ack()
    report = stats.text(tshark, tshark.save("delay.pcap", capture.pcap()), REPORT)
    assert words(report).startswith(
        "What is wrong: 10.9.0.2:8080: 1 of 1 call came late by 1.0 s: established after a retransmitted SYN "
        "(syn_retransmitted) Next: ")
    assert " How much: 0 of 1 call failed, 1 came late; callers lost 1.0 s Since when: " in words(report)
    assert "Waited:   1.0 s: network round trip 20.1 ms, silence 1.0 s\n" in report


def test_bill_of_a_lost_race(tshark):
    """The first address got one SYN, and the call went on to the next one: nothing was waited for within that attempt."""
    report = stats.text(tshark, capture_of(tshark, "words_of_a_race"), REPORT)
    assert "Waited: 200 ms on all attempts of the call; of this one there is a SYN alone" in words(report)
    assert "Advice: The address that was tried first did not answer in time" in words(report)


def test_bill_ends_with_the_call(tshark):
    """The router sends errors about SYNs that waited for an address, and 3 s later about the one that came after that."""
    capture = Capture()
    c, _ = capture.flow()
    syn = c.syn()
    capture.wait(3)
    c.syn()
    capture.icmp(syn, 3, 1, source=9)
    capture.wait(3)
    capture.icmp(syn, 3, 1, source=9)
    report = stats.text(tshark, tshark.save("errors.pcap", capture.pcap()), REPORT)
    assert "failed after 3.0 s" in words(report)
    assert "Waited: 3.0 s: " in words(report) and words(report).count(" s ICMP error") == 2


def test_report_of_a_healthy_capture(tshark):
    capture = Capture()
    handshake(*capture.flow())
    report = stats.text(tshark, tshark.save("healthy.pcap", capture.pcap()), REPORT)
    assert report.startswith("What is wrong: nothing: the only call got in at once, in ")


def test_totals_of_the_tcp_tap(tshark, shop_file):
    lines = tshark.run("-r", tshark.readable(shop_file), "-Y", "tcp", "-T", "fields", "-e", "tcp.len", "-e",
                       "tcp.stream").splitlines()
    data, streams = sum(int(line.split()[0]) for line in lines), {line.split()[1] for line in lines}
    assert (f"Capture: {len(lines)} TCP segments, {data} bytes of data, {len(streams)} streams; 9 calls in 9 attempts." in
            words(stats.text(tshark, shop_file, REPORT)))


# Layout


@pytest.mark.parametrize("version", [4, 6])
def test_readable_at_100_columns(tshark, version):
    capture = Capture(version=version)
    if version == 6:
        capture.host = lambda number: f"fd09:1111:2222:3333:4444:5555:6666:{number:x}777"
    c, s = closed_by_server(capture)
    capture.wait(5)
    another_client(c, s)
    repeat(capture, c.syn, lambda: s.ack(ip_id=NO_SOCKET))
    path = tshark.save("wide.pcap", capture.pcap())
    assert all(stats.tables(tshark, path, *TABLES))
    assert max(len(line) for line in stats.text(tshark, path, *TABLES, REPORT).splitlines()) <= 100
