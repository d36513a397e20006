# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures that are damaged, or that say what no host would: nothing breaks. tests/fuzz/mangle.py does this at length."""

import random
import shutil
import sys

import pytest

from stories import told
from tshark import REPO

sys.path.insert(0, str(REPO / "tests/fuzz"))

import mangle  # noqa: E402

tools = pytest.mark.skipif(not all(map(shutil.which, ["editcap", "sharkd"])), reason="Wireshark's tools are missing")
STATISTICS = [word for name in mangle.STATISTICS for word in ("-z", name)]


def played():
    return told()["rejected.time_wait_paws"]


@pytest.mark.parametrize("seed", range(8))
def test_times_that_64_bits_of_nanoseconds_do_not_hold(tshark, seed):
    """pcapng has times of 64 bits in any unit."""
    frames = played().frames()
    path = tshark.save(f"clock{seed}.pcapng", mangle.pcapng_of_odd_clock(frames, random.Random(seed)))
    tshark.run("-2", "-r", path, "-V", *STATISTICS)
    rows = tshark.fields(path)
    assert len(rows) == len(frames)
    assert all(row.get("wait", 0) >= 0 and row.get("connect_time", 0) >= 0 for row in rows)


def test_no_time_wait_at_all(tshark):
    """The preference may be 0."""
    path = tshark.save("no_time_wait.pcap", played().file)
    rows = tshark.fields(path, args=("-o", "synfate.time_wait:0"))
    assert not [row for row in rows if row.get("fate") == "no_answer"]
    assert "10.9.0.1" in tshark.run("-r", path, "-q", "-o", "synfate.time_wait:0", *STATISTICS)


@tools
def test_damaged_captures(tshark):
    folder = tshark.captures / "mangled"
    folder.mkdir()
    mangler, checker = mangle.Mangler(folder, 1, mangle.KINDS), mangle.Checker(tshark)
    paths = [mangler.make(number) for number in range(60)]
    assert checker.sharkd(paths) is None
    assert [problem for path in paths[::10] if (problem := checker.tshark(path, passes=2))] == []
