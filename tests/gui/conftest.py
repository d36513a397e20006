# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the GUI tests: one Wireshark with the case in it, which all of them look at."""

import os
import tempfile
from pathlib import Path

import pytest
from session import Desktop, make_case, missing


@pytest.fixture(scope="session")
def folder():
    with tempfile.TemporaryDirectory(prefix="synfate-gui-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.fixture(scope="session")
def possible():
    if missing():
        pytest.skip(f"the GUI is NOT tested, for it needs {', '.join(missing())}")


@pytest.fixture(scope="session")
def gui(folder, possible):
    """A desktop on which Wireshark shows the server's capture of the case with the profile. A page is opened by a browser
    that only notes its address."""
    browser = folder / "bin" / "xdg-open"
    browser.parent.mkdir()
    browser.write_text('#!/bin/sh\nprintf "%s\\n" "$1" >"$HOME/opened"\n')
    browser.chmod(0o755)
    os.environ["PATH"] = f"{browser.parent}:{os.environ['PATH']}"
    with Desktop(folder) as desktop:
        desktop.open(make_case(folder) / "server.pcap")
        yield desktop
