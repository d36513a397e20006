# SPDX-License-Identifier: GPL-2.0-or-later
"""The profile as tshark reads it: its columns, and filters that are valid in this version of Wireshark."""

import csv
import re
import shutil

from pages import capture_of
from tshark import REPO

PROFILE = REPO / "plugin" / "profile"


def lines(name):
    return [line for line in (PROFILE / name).read_text().splitlines() if line and not line.startswith("#")]


def filters():
    for line in lines("colorfilters"):
        yield line.split("@")[2]
    for _, _, text, _ in csv.reader(lines("dfilter_buttons")):
        yield text.replace(r"\x22", '"')
    for line in lines("dfilters"):
        yield re.fullmatch(r'"(.*?)" (.*)', line)[2]


def test_filters_are_valid(tshark):
    """tshark ends with an error, which names the fault and fails the run, if one is not."""
    texts = list(filters())
    assert len(texts) > 20
    tshark.run("-2", "-r", capture_of(tshark, "server"), "-Y", " || ".join(f"({text})" for text in texts))


def test_columns(tshark):
    """The profile is complete without a program that makes it so, and every column has a width."""
    shutil.copytree(PROFILE, tshark.home / ".config" / "wireshark" / "profiles" / "synfate", dirs_exist_ok=True)
    row = tshark.run("-C", "synfate", "-2", "-r", capture_of(tshark, "server"), "-T", "tabs").splitlines()[19].split("\t")
    assert [cell.strip() for cell in row][-2:] == [
        "SYN_SENT,TIME_WAIT",
        "SYN rejected by TIME_WAIT peer (PAWS: TSval 1159862 behind), 5 retries, 31.1 s; another clock than before "
        "(of another host or port)"]
    assert "[SYN rejected" not in row[-3]  # Info does not repeat what the column beside it says
    formats = re.findall(r'^\t"[^"]+", "(%[^":]+(?::[a-z_. ]+)?)', (PROFILE / "preferences").read_text(), re.M)
    widths = re.findall(r'^\t"?(%[^",]+)"?, \d+', (PROFILE / "recent").read_text(), re.M)
    assert formats == widths


def test_info_shows_failures_without_the_profile(tshark):
    """By default: so somebody who has only the plugin finds them. In front: what TCP says of a SYN on ports that were used
    before fills the column of a narrow window."""
    output = tshark.run("-2", "-r", capture_of(tshark, "server"), "-T", "tabs")
    rows = [row.split("\t")[-1] for row in output.splitlines()]  # (4.4 makes _ws.col.Info before postdissectors run)
    assert rows[19].startswith("[SYN rejected by TIME_WAIT peer (PAWS: TSval 1159862 behind)")
    assert "] [TCP Port numbers reused] 57011 \u2192 8080 [SYN]" in rows[19]
    assert rows[0].startswith("57011 \u2192 8080 [SYN]") and "[" not in rows[0].split("Win=")[1]  # healthy: as it was


def test_buttons_differ(tshark):
    """No two buttons show the same packets, and each shows some: of calls that were healthy, late, rejected, unanswered."""
    captures = ["server", "no_answer.silent_port", "recycled_by_a_later_syn",
                "recycled_by_sequence_with_an_equal_timestamp"]
    shown = {}
    for _, label, text, _ in csv.reader(lines("dfilter_buttons")):
        text = text.replace(r"\x22", '"')
        frames = [tshark.run("-2", "-r", capture_of(tshark, name), "-Y", text, "-T", "fields", "-e", "frame.number").split()
                  for name in captures]
        assert any(frames), label
        assert frames not in shown.values(), (label, shown)
        shown[label] = frames
    healthy = captures.index("recycled_by_sequence_with_an_equal_timestamp")
    assert not any(shown[label][healthy] for label in ("Failed", "Late", "TIME_WAIT", "No answer"))
    assert len(shown["Calls"][captures.index("server")]) == 2
