# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the capture tests."""

import pytest

from fixtures import case  # noqa: F401
from tshark import loaded


@pytest.fixture(scope="session")
def tshark():
    """tshark with the plugin; every test fails if it does not load it."""
    with loaded() as shark:
        yield shark
