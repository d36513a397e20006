# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the command's tests."""

import pytest

from command import Both
from fixtures import case  # noqa: F401
from tshark import loaded


@pytest.fixture(scope="session")
def tshark():
    """tshark with the plugin; what it says of a capture is compared with what the command says."""
    with loaded(Both) as shark:
        yield shark
