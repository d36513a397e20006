# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the capture tests."""

import pytest

import make_case
from tshark import loaded


@pytest.fixture(scope="session")
def tshark():
    """tshark with the plugin; every test fails if it does not load it."""
    with loaded() as shark:
        yield shark


@pytest.fixture(scope="session")
def case(tshark):
    """The folder with the captures of the case."""
    make_case.make(tshark.captures)
    return tshark.captures
