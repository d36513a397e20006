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
    assert [cell.strip() for cell in row][-5:] == [
        "rejected",
        "SYN rejected by TIME_WAIT peer (PAWS: TSval 1159862 behind), 5 retries, 31.1 s; another host than before "
        "(timestamp clock)",
        "", "SYN_SENT", "TIME_WAIT"]
    formats = re.findall(r'^\t"[^"]+", "(%[^":]+(?::[a-z_.]+)?)', (PROFILE / "preferences").read_text(), re.M)
    widths = re.findall(r"^\t(%[^,]+), \d+", (PROFILE / "recent").read_text(), re.M)
    assert formats == widths
