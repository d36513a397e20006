# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures: the captures of each stack with their tables, kept and made now, and tshark with the plugin."""

import os
import pathlib
import re
import sys

import pytest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "kernel"), str(HERE.parent / "captures")]

import capture  # noqa: E402
import cells  # noqa: E402
import peers  # noqa: E402
import truth  # noqa: E402
from tshark import loaded  # noqa: E402

KEPT = sorted(path.stem for path in (HERE / "data").glob("*.pcap"))
LIVE = {"gvisor now": "gvisor", "lwip now": "lwip"}


@pytest.fixture(scope="session")
def tshark():
    with loaded() as shark:
        yield shark


class Case:
    """One capture of a stack: its file, its cells by client port, and the rows of its table."""

    def __init__(self, name, path):
        self.name, self.path = name, path
        self.stack = re.match("[a-z]+", name).group()  # as synfate calls it
        self.frames = capture.load(path)
        self.cells = cells.read(self.frames)
        self.rows = truth.rows(self.cells)


@pytest.fixture(scope="session")
def made(tshark):
    """Plays to a stack, once in a run."""
    cases = {}

    def make(name):
        stack = LIVE[name]
        if os.geteuid() != 0:
            pytest.skip(f"NOT TESTED: {stack} as it is installed needs root to make a network namespace")
        if stack not in cases:
            program = peers.BUILD[stack](tshark.folder)
            path = tshark.captures / f"{stack}_now.pcap"
            if program:
                capture.write(path, peers.play(program))
            cases[stack] = Case(name, path) if program else None
        if not cases[stack]:
            pytest.skip(f"NOT TESTED: {stack} as it is installed needs {peers.PACKAGES[stack]}")
        return cases[stack]
    return make


@pytest.fixture(scope="session")
def kept():
    return {name: Case(name, HERE / "data" / f"{name}.pcap") for name in KEPT}


@pytest.fixture(params=[*KEPT, *LIVE])
def case(request, kept, made):
    return kept[request.param] if request.param in kept else made(request.param)
