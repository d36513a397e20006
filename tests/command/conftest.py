# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the command's tests."""

import pytest

from command import Both
import make_case  # from a folder that command.py adds
from tshark import loaded


@pytest.fixture(scope="session")
def tshark():
    """tshark with the plugin; what it says of a capture is compared with what the command says."""
    with loaded(Both) as shark:
        yield shark


@pytest.fixture(scope="session")
def case(tshark):
    """The folder with the captures of the case."""
    make_case.make(tshark.captures)
    return tshark.captures
