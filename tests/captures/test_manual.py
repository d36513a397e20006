# SPDX-License-Identifier: GPL-2.0-or-later
"""What the manual page names exists."""

import re
from pathlib import Path

REPO = Path(__file__).parents[2]
MANUAL = (REPO / "docs" / "synfate.4").read_text()


def test_fields(tshark):
    named = set(re.findall(r"\bsynfate\.(?!so\b)[a-z_.]*[a-z]", MANUAL))
    assert named and named <= set(tshark.types())


def test_statistics(tshark):
    capture = tshark.readable(REPO / "tests" / "captures" / "data" / "kernel" / "refused.pcap")
    named = set(re.findall(r"\bsynfate,[a-z]+", MANUAL))
    assert named
    for statistic in named:  # tshark refuses one that does not exist
        assert tshark.run("-q", "-r", capture, "-z", statistic)
