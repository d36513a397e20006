# SPDX-License-Identifier: GPL-2.0-or-later
"""What the manual page names exists."""

import re
from pathlib import Path

MANUAL = (Path(__file__).parents[2] / "docs" / "synfate.4").read_text()


def test_fields(tshark):
    named = set(re.findall(r"\bsynfate\.(?!so\b)[a-z_.]*[a-z]", MANUAL))
    assert named and named <= set(tshark.types())


def test_statistics(tshark):
    named = set(re.findall(r"\bsynfate,[a-z]+", MANUAL))
    assert named and named <= set(tshark.run("-z", "help").split())
