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
import told  # noqa: E402
import truth  # noqa: E402
from sources import MARKS, STACKS, answers  # noqa: E402
from tshark import loaded  # noqa: E402

KEPT = sorted(path.stem for path in (HERE / "data").glob("*.pcap"))
LIVE = {"gvisor now": "gvisor", "lwip now": "lwip"}


@pytest.fixture(scope="session")
def tshark():
    with loaded() as shark:
        yield shark


class Case:
    """One capture of a stack: its file, its cells by client port, and the rows of its table."""

    def __init__(self, name, path, by_timestamp=(), removed=False):
        """by_timestamp: the situations in which an older timestamp is the reason of its answer."""
        self.name, self.path = name, path
        self.stack = self.named = re.match("[a-z]+", name).group()  # as synfate calls it
        self.frames = capture.load(path)
        self.cells = cells.read(self.frames)
        for cell in self.cells.values():
            cell.by_timestamp = cell.situation.name() in by_timestamp
            cell.removed = removed
        self.rows = truth.rows(self.cells)


def told_case(stack, folder, looks=None):
    """A stack that cannot be played, as its source has it; perhaps with the marks of another."""
    known = answers(stack)
    behind = [situation for situation, answer in known.items() if "*" in answer]
    removed = known.get("TIME_WAIT: after a RST: newer ISN, older TS") == "SA"
    case = Case(stack, told.write(stack, folder, looks), behind, removed)
    case.named = MARKS[stack].named
    return case


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


@pytest.fixture(scope="session")
def read_of(tshark):
    return {stack: told_case(stack, tshark.captures) for stack in STACKS}


@pytest.fixture(params=[*KEPT, *LIVE, *STACKS])
def case(request, kept, made, read_of):
    for cases in (kept, read_of):
        if request.param in cases:
            return cases[request.param]
    return made(request.param)
