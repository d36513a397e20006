# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the command's tests."""

import tempfile
from pathlib import Path

import pytest

from command import BUILD, Both


@pytest.fixture(scope="session")
def tshark():
    """tshark with the plugin; what it says of a capture is compared with what the command says."""
    with tempfile.TemporaryDirectory(prefix="synfate-command-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        shark = Both(folder)
        if not shark.plugin_loaded() or "synfate.fate" not in shark.types():
            pytest.exit(f"tshark does not load the plugin from {BUILD}/plugins", returncode=1)
        yield shark
