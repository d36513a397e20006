# SPDX-License-Identifier: GPL-2.0-or-later
"""-f at a stream that does not end: what no rule looks back at is forgotten, so that memory does not grow."""

import os
import subprocess
import time

from command import BUILD, SYNFATE

MIB = 2**20
RATE, SECONDS = 10_000, 240  # calls a second; from 130 s on, as many records go as come


def resident(pid):
    """Bytes in use."""
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_memory_does_not_grow(tmp_path):
    """At ten thousand calls a second it stays below 1 GiB, and the last third of the stream adds nothing."""
    stream = subprocess.Popen([BUILD / "bench_stream", str(RATE), str(SECONDS)], stdout=subprocess.PIPE)
    with open(tmp_path / "out", "w") as out:
        follower = subprocess.Popen([SYNFATE, "-f", "-Y", "cause = time_wait_paws", "-"], stdin=stream.stdout, stdout=out)
        seen = []
        while follower.poll() is None:
            seen.append(resident(follower.pid))
            time.sleep(0.2)
    assert stream.wait() == 0 and follower.returncode == 0
    seen = [size for size in seen if size > 0]
    assert max(seen) < 1024 * MIB, max(seen)
    assert max(seen) < 1.1 * max(seen[: len(seen) * 2 // 3])
    assert "Attention:     the stream was long" in (tmp_path / "out").read_text()
