# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures that the tests of captures and those of the command share."""

import pytest

import make_case


@pytest.fixture(scope="session")
def case(tshark):
    """The folder with the captures of the case."""
    make_case.make(tshark.captures)
    return tshark.captures
