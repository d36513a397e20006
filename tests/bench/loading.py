# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures what one sharkd keeps of all the files that it has loaded, with the plugin and without: what it keeps more with
the plugin is a leak of the plugin's.

Usage: ./dev bench loading [--loads 100] [--log FILE.tsv]
  --loads  how often a file is loaded, in turn one of connections that got in and one of SYNs that nobody answered
  --log    keeps a line for each load: its number, blocks and bytes in use of both

Wireshark 4.0 itself keeps 12 MiB of each load: a thousand take 12 GiB. Beside so much, bytes in use tell the plugin's share
only roughly: what it gives back leaves holes, into which Wireshark's blocks fit with a few bytes to spare. So blocks count,
with GLib's and Wireshark's own allocators switched off, which take many at once.
"""

import argparse
import contextlib
import json
import operator
import re
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from live import VARIANTS
from measure import Bench, Failed

FILES = {"short": 1000, "syn_flood": 3000}  # loads of loads.h
FIRST = 10  # loads, until each table has the size that it needs
BOUND = 0.1  # blocks for a load
ALLOCATORS = "G_SLICE=always-malloc", "WIRESHARK_DEBUG_WMEM_OVERRIDE=simple"


class Sharkd:
    def __init__(self, bench, plugins):
        how = f"LD_PRELOAD={bench.folder / 'in_use.so'}", *ALLOCATORS
        self.process = subprocess.Popen(bench.tshark.command(*how, "sharkd", "-", plugins=plugins), text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def load(self, path):
        request = {"jsonrpc": "2.0", "id": 1, "method": "load", "params": {"file": str(path)}}
        print(json.dumps(request), file=self.process.stdin, flush=True)
        answer = next(line for line in self.process.stdout if line.startswith("{"))
        if json.loads(answer).get("result") != {"status": "OK"}:
            raise Failed(f"sharkd: {answer}")

    def in_use(self):
        """(blocks, bytes by the heap's own count)"""
        self.process.send_signal(signal.SIGUSR1)
        return next(tuple(map(int, line.split())) for line in self.process.stderr if re.fullmatch(r"\d+ \d+\n", line))

    def close(self):
        self.process.kill()
        self.process.wait()


def measure(bench, loads):
    """{variant: [in use after each load]}: one after the other, for Wireshark's own leak is large."""
    paths = [bench.capture(load, size)[0] for load, size in FILES.items()]
    found = {}
    for variant, plugins in VARIANTS.items():
        with contextlib.closing(Sharkd(bench, plugins)) as sharkd:
            found[variant] = []
            for number in range(loads):
                sharkd.load(paths[number % len(paths)])
                found[variant].append(sharkd.in_use())
    return found


def slope(values):
    """What a load leaves behind: the line through all of them."""
    return statistics.linear_regression(range(len(values)), values).slope


def main():
    parser = argparse.ArgumentParser(prog="./dev bench loading", description="measure what loaded files leave behind")
    parser.add_argument("build", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--loads", type=int, default=100)
    parser.add_argument("--log", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="synfate-loading-") as name, contextlib.ExitStack() as files:
        folder = Path(name)
        folder.chmod(0o755)
        log = files.enter_context(open(options.log, "w")) if options.log else sys.stdout
        bench = Bench(options.build.resolve(), folder)
        (folder / "in_use.so").write_bytes((options.build / "in_use.so").read_bytes())
        found = measure(bench, options.loads)
        for number, (ours, theirs) in enumerate(zip(found["synfate"], found["stock"]), 1):
            print(number, *ours, *theirs, sep="\t", file=log)
    stock = found["stock"][FIRST:]
    plugin = [map(operator.sub, ours, theirs) for ours, theirs in zip(found["synfate"][FIRST:], stock)]
    blocks, size = map(slope, zip(*stock))
    more, more_size = map(slope, zip(*plugin))
    print(f"\n{options.loads} loads, each leaves behind: sharkd alone {blocks:.0f} blocks ({size:.0f} bytes), "
          f"the plugin {more:+.2f} ({more_size:+.0f} bytes)")
    return 0 if more <= BOUND else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(f"loading: {failure}")
