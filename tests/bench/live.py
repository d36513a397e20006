# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures what a live capture takes: two tsharks watch the same interface, one with the plugin, while a client calls a
server, again and again. What the one takes more is the plugin's.

Usage: ./dev bench live [--minutes 60] [--rate 200] [--log FILE.tsv]
  --minutes  how long; 1 shows that it works, an hour that nothing grows beyond the calls
  --rate     calls a second
  --log      keeps a line for each ten seconds: seconds, calls, memory of both (KiB)

Root only: both ends are network namespaces of its own, which go with it. Ports are the client's own choice, so port pairs
are used again as soon as they are all used up.
"""

import argparse
import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import Bench

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kernel"))
from namespace import Namespace, connect  # noqa: E402

SERVER = "10.1.0.2", 8080
VARIANTS = {"synfate": "plugins", "stock": "no-plugins"}
INTERVAL = 10  # seconds between two lines of the log
MANY = 20_000  # calls before which tables that start large, or double, say little
BOUND = 400  # bytes for a call
GROWTH = 1.25  # a later call may not take more than that times what an earlier one took


class Calls:
    """A client and its server in one loop: a call connects, sends a little, is answered, and closes."""

    def __init__(self):
        self.client, self.server = Namespace(), Namespace()
        connect(self.client, "client", "02:00:00:00:01:01", self.server, "server", "02:00:00:00:01:02")
        self.client.run("ip address add 10.1.0.1/16 dev client")
        self.server.run("ip address add 10.1.0.2/16 dev server")
        self.listener = self.server.socket(socket.AF_INET)
        self.listener.setblocking(False)
        self.listener.bind(SERVER)
        self.listener.listen(1024)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ, self.accept)
        self.begun = self.done = self.failed = 0

    def begin(self):
        sock = self.client.socket(socket.AF_INET)
        sock.setblocking(False)
        sock.connect_ex(SERVER)
        self.begun += 1
        self.selector.register(sock, selectors.EVENT_WRITE, self.send)

    def accept(self, listener):
        sock, _ = listener.accept()
        sock.setblocking(False)
        self.selector.register(sock, selectors.EVENT_READ, self.answer)

    def send(self, sock):
        sock.send(b"how are you?")
        self.selector.modify(sock, selectors.EVENT_READ, self.close)

    def answer(self, sock):
        if sock.recv(100):
            sock.send(b"well, thank you")
        else:
            self.leave(sock)

    def close(self, sock):
        sock.recv(100)
        self.leave(sock)
        self.done += 1

    def leave(self, sock):
        self.selector.unregister(sock)
        sock.close()

    def run_for(self, seconds, rate):
        """Calls at a constant rate, then waits until each is over."""
        first, began = self.begun, time.monotonic()
        while (now := time.monotonic() - began) < seconds:
            for _ in range(int(now * rate) - (self.begun - first)):
                self.begin()
            for key, _ in self.selector.select(0.5 / rate):
                self.step(key)

    def step(self, key):
        try:
            key.data(key.fileobj)
        except OSError:
            self.failed += 1
            self.leave(key.fileobj)


class Watchers:
    """Two tsharks on the client's interface."""

    def __init__(self, bench, namespace):
        os.environ["SYNFATE_MAY_CAPTURE"] = "yes"
        self.running = {}
        for variant, plugins in VARIANTS.items():
            # Its temporary file, too, lies in the folder that goes away at the end.
            command = bench.tshark.command(f"TMPDIR={bench.tshark.home}", "tshark", "-n", "-i", "client", "-B", 64, "-s", 128,
                                           "-f", "tcp", plugins=plugins)
            with namespace.entered():
                self.running[variant] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(5)

    def memory(self):
        """KiB of each."""
        return {variant: resident(process.pid) for variant, process in self.running.items()}

    def stop(self):
        """What each says at its end, where it counts what it has not seen."""
        for process in self.running.values():
            process.send_signal(signal.SIGINT)
        return {variant: process.communicate(timeout=120)[1] for variant, process in self.running.items()}


def resident(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ProcessLookupError(f"tshark has ended: {pid}")


def watch(bench, minutes, rate, log):
    """(calls, {variant: KiB}) for each interval, what the tsharks said at their end, and the calls that failed."""
    calls = Calls()
    watchers = Watchers(bench, calls.client)
    rows = [(0, watchers.memory())]
    for number in range(1, round(minutes * 60 / INTERVAL) + 1):
        calls.run_for(INTERVAL, rate)
        rows.append((calls.done, watchers.memory()))
        print(number * INTERVAL, calls.done, *rows[-1][1].values(), sep="\t", file=log, flush=True)
    return rows, watchers.stop(), calls.begun - calls.done


def each(variant, before, after):
    """Bytes for a call, between two rows."""
    return 1024 * (after[1][variant] - before[1][variant]) / max(1, after[0] - before[0])


def plugins(before, after):
    return each("synfate", before, after) - each("stock", before, after)


def report(rows, ends, failed):
    """Prints what a call took, in all and in each quarter; returns what is wrong."""
    quarters = [rows[(len(rows) - 1) * i // 4] for i in range(5)]
    print(f"\n{rows[-1][0]} calls, {failed} of them not answered")
    for begin, end in [*zip(quarters, quarters[1:]), (rows[0], rows[-1])]:
        print(f"calls {begin[0]:7} to {end[0]:7}: tshark alone {each('stock', begin, end):6.0f} bytes a call, "
              f"the plugin {plugins(begin, end):+5.0f}")
    lost = [f"tshark {variant}: {line}" for variant, said in ends.items() for line in said.splitlines() if "dropped" in line]
    if rows[-1][0] < MANY:
        return lost
    if plugins(rows[0], rows[-1]) > BOUND:
        lost.append(f"a call takes more than {BOUND} bytes")
    if plugins(quarters[3], quarters[4]) > GROWTH * BOUND:
        lost.append("the last calls take more than the first")
    return lost


def main():
    parser = argparse.ArgumentParser(prog="./dev bench live", description="measure what the plugin takes in a live capture")
    parser.add_argument("build", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--log", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="synfate-live-") as name, contextlib.ExitStack() as files:
        folder = Path(name)
        folder.chmod(0o755)
        log = files.enter_context(open(options.log, "w")) if options.log else sys.stdout
        wrong = report(*watch(Bench(options.build.resolve(), folder), options.minutes, options.rate, log))
    for what in wrong:
        print("BROKEN:", what)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
