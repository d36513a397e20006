# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the capture tests."""

import tempfile
from pathlib import Path

import pytest

from tshark import BUILD, Tshark


@pytest.fixture(scope="session")
def tshark():
    """tshark with the plugin; the whole run fails if it does not load it."""
    with tempfile.TemporaryDirectory(prefix="synfate-tests-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        shark = Tshark(folder)
        if not shark.plugin_loaded() or "synfate.fate" not in shark.types():
            pytest.exit(f"tshark does not load the plugin from {BUILD}/plugins", returncode=1)
        yield shark
