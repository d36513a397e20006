# SPDX-License-Identifier: GPL-2.0-or-later
"""-f at a stream that does not end: what no rule looks back at is forgotten, so that memory does not grow. Frames have numbers
of 32 bits, which ten thousand calls a second use up in half a day."""

import os
import re
import subprocess
import time

import pytest

import capture_file
from collection import Collection
from command import BUILD, SHORT, SYNFATE, run

MIB = 2**20
RATE, SECONDS = 10_000, 240  # calls a second; from 130 s on, as many records go as come


def used(pid):
    """(bytes read so far, bytes in use)"""
    with open(f"/proc/{pid}/io") as io, open(f"/proc/{pid}/statm") as statm:
        return int(io.read().split()[1]), int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_memory_does_not_grow(tmp_path):
    """At ten thousand calls a second it stays below 1 GiB, and the last quarter of the stream adds nothing. A quarter of what
    is read: on a busy machine a quarter of the time can be half of the stream."""
    stream = subprocess.Popen([BUILD / "bench_stream", str(RATE), str(SECONDS)], stdout=subprocess.PIPE)
    with open(tmp_path / "out", "w") as out:
        follower = subprocess.Popen([SYNFATE, "-f", "-Y", "cause = time_wait_paws", "-"], stdin=stream.stdout, stdout=out)
        seen = []
        while follower.poll() is None:
            seen.append(used(follower.pid))
            time.sleep(0.2)
    assert stream.wait() == 0 and follower.returncode == 0
    stream_bytes, peak = (max(column) for column in zip(*seen))
    assert peak < 1024 * MIB, peak
    assert peak < 1.05 * max(size for read, size in seen if read < 0.75 * stream_bytes)
    assert "Attention:     the stream was long" in (tmp_path / "out").read_text()


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Every example in one capture, three hours long."""
    path = tmp_path_factory.mktemp("endless") / "everything.pcap"
    path.write_bytes(capture_file.pcap(Collection().frames))
    return path


@pytest.mark.parametrize("form", ["text", "ndjson"])
def test_more_frames_than_numbers(everything, form):
    """What is told as it happens is the same, frames included; the report's frames are those of the line at its end."""
    with open(everything) as stream, open(everything) as same:
        long, short = (re.split("(?:Attention|What is wrong): ", run("-f", "-T", form, "-", stdin=data, status=1, program=program).stdout, maxsplit=1)
                       for data, program in ((stream, SYNFATE), (same, SHORT)))
    assert short[0] == long[0] and short[0].count("\n") > 40
    if form == "text":
        first, last, record = map(int, re.search(r"\nframes (\d+) to (\d+): standard input from (\d+) on\n$", short[1]).groups())
        assert last < 256 and last - first + record == len(Collection().frames)


def test_a_file_with_more_frames_than_numbers(everything):
    """What can be numbered is reported."""
    done = run("--calls", everything, status=2, program=SHORT)
    whole = run("--calls", everything, status=1).stdout.splitlines()
    assert done.stderr == f"synfate: {everything}: there are more frames than numbers for them: the rest is not read\n"
    assert 20 < len(done.stdout.splitlines()) < len(whole)
