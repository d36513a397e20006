#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Feeds damaged captures to Wireshark's programs: mangle.py [COUNT [SEED]] (100 files, seed 1)

Every capture of the tests is damaged in many ways: bytes changed by editcap, frames cut, shuffled, dropped, repeated and
moved in time, files cut, and random packets by randpkt. Each file is loaded by sharkd, several in one process, and
every fifth also read by tshark, in one pass or two, with its tree and the statistics. A crash, a hang, a report of a
sanitizer, a "Dissector bug" of the plugin, tables that are not made: the file is kept, its name is printed, and the exit
status is 1. The same seed makes the same files, except those of randpkt.

SYNFATE_BUILD and SYNFATE_TSHARK_ENV are as in tests/captures/tshark.py. Build with -DSYNFATE_SANITIZE=address,undefined and
preload the sanitizer's library, or little will be found. In every second process Wireshark's allocator is plain malloc,
which lets the sanitizer see its blocks.
"""

import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "captures"))

import capture_file  # noqa: E402
import disturb  # noqa: E402
import make_case  # noqa: E402
from scapy.utils import RawPcapReader  # noqa: E402
from stories import told  # noqa: E402
from tshark import loaded  # noqa: E402

BATCH = 20      # files that one sharkd loads
TIMEOUT = 600   # seconds for one process: a hang
ENDS = 0, 1, 2, 14  # of a capture that is cut in the middle of a packet tshark 4.0 says 2, tshark 4.6 says 14
TABLES = "synfate,services", "synfate,reuse", "synfate,tree"
STATISTICS = *TABLES, "synfate,report", "synfate,report,json", "synfate,calls"
ETHERNET = 1
SIGNS = "runtime error:", "Sanitizer", "** ERROR", "CRITICAL", "assertion"


# Captures to start from: lists of (time in µs, interface, bytes)


def stories():
    for family in (), ("--ipv6",):
        for story in told(*family).values():
            if story.kind == "pcap":
                yield story.frames()


def tunnels():
    frames = told()["rejected.time_wait_paws"].frames()
    for change in disturb.vlan, disturb.mpls, disturb.ip_in_ip, disturb.gre, disturb.vxlan, disturb.padded:
        yield [(time, point, change(data)) for time, point, data in frames]


def recorded(folder):
    """The captures of real kernels, and the case."""
    make_case.make(folder)
    for path in sorted([*(HERE.parent / "captures/data").rglob("*.pcap"), *folder.glob("*.pcap")]):
        yield [(meta.sec * 1_000_000 + meta.usec, 0, data) for data, meta in RawPcapReader(str(path))]


# Damage: each takes a list of frames and a random source, and returns frames


def few(frames, rng):
    return rng.randrange(1 + len(frames) // 4) + 1


def change_headers(frames, rng):
    """Bytes of the IP and TCP headers, most often to values that mean something."""
    out = [(time, point, bytearray(data)) for time, point, data in frames]
    for _ in range(few(frames, rng)):
        data = rng.choice(out)[2]
        if len(data) > 14:
            data[rng.randrange(14, min(len(data), 100))] = rng.choice([0, 1, 2, 0x10, 0x12, 0x14, 0x7F, 0x80, 0xFF, rng.randrange(256)])
    return [(time, point, bytes(data)) for time, point, data in out]


def cut_frames(frames, rng):
    return [(time, point, data[: rng.randrange(1, 100)] if rng.random() < 0.3 else data) for time, point, data in frames]


def shuffle(frames, rng):
    return rng.sample(frames, len(frames))


def swap_neighbours(frames, rng):
    out = list(frames)
    for _ in range(few(frames, rng)):
        i = rng.randrange(len(out))
        out[i - 1], out[i] = out[i], out[i - 1]
    return out


def drop(frames, rng):
    return [frame for frame in frames if rng.random() < 0.8] or frames


def repeat(frames, rng):
    return [frame for frame in frames for _ in range(rng.choice([1, 1, 2, 3]))]


def move_in_time(frames, rng):
    shifts = [0, 0, 0, 1, -1, 1000, -1000, 60_000_000, -60_000_000, rng.randrange(-(10**12), 10**12)]
    return [(max(time + rng.choice(shifts), 0), point, data) for time, point, data in frames]


def mix(frames, rng):
    return [(time, rng.randrange(3), data) for time, _, data in frames]


DAMAGES = [change_headers, cut_frames, shuffle, swap_neighbours, drop, repeat, move_in_time, mix]


def pcapng_of_odd_clock(frames, rng):
    """Times in units from seconds to 2^-63 s, so that some are far away."""
    resolution = bytes([rng.choice([0, 3, 6, 9, 10, 18, 19, 0x80, 0xA0, 0xBF])])
    block, option, padded = capture_file._block, capture_file._option, capture_file._padded
    out = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
    out += [block(1, struct.pack("<HHI", ETHERNET, 0, 0) + option(9, resolution) + option(0, b"")) for _ in range(3)]
    for time, point, data in frames:
        time = rng.choice([time, time * 1000, time << 20, 2**64 - 1 - time, rng.randrange(2**64)]) % 2**64
        head = struct.pack("<IIIII", point % 3, time >> 32, time & 0xFFFFFFFF, len(data), len(data) + rng.randrange(3))
        out.append(block(6, head + padded(data)))
    return b"".join(out)


KINDS = ["frames", "frames", "frames", "editcap", "editcap", "snap", "file", "clock"]


class Mangler:
    def __init__(self, folder, seed, kinds=(*KINDS, "randpkt")):
        self.folder, self.rng, self.kinds = folder, random.Random(seed), kinds
        scratch = folder / "case"
        scratch.mkdir()
        self.sources = [*stories(), *tunnels(), *recorded(scratch)]

    def make(self, number):
        """The path of a new damaged capture."""
        rng, path = self.rng, self.folder / f"{number}.cap"
        kind = rng.choice(self.kinds)
        frames = rng.choice(self.sources)
        if kind == "randpkt":
            packets = rng.choice(["tcp", "ip", "icmp", "ipv6", "eth", "arp"])
            subprocess.run(["randpkt", "-t", packets, "-b", "200", "-c", "200", path], check=True, capture_output=True)
            return path
        for damage in rng.sample(DAMAGES, rng.randrange(4) if kind != "frames" else rng.randrange(1, 4)):
            frames = damage(frames, rng)
        path.write_bytes(self.write(kind, frames))
        if kind in ("editcap", "snap"):
            self.edit(kind, path)
        return path

    def write(self, kind, frames):
        rng = self.rng
        if kind == "clock":
            return pcapng_of_odd_clock(frames, rng)
        data = capture_file.pcap(frames) if rng.random() < 0.5 else capture_file.pcapng(frames, ["a", "b", "c"])
        return data[: rng.randrange(len(data))] if kind == "file" else data

    def edit(self, kind, path):
        rng, changed = self.rng, path.with_suffix(".edited")
        change = ["-s", str(rng.randrange(1, 101))]
        if kind == "editcap":
            change = ["-E", str(rng.choice([0.001, 0.01, 0.02, 0.1])), "--seed", str(rng.randrange(2**31)), "-o", "14"]
        subprocess.run(["editcap", *change, path, changed], check=True, capture_output=True)
        changed.replace(path)


class Checker:
    def __init__(self, shark):
        self.shark, self.runs = shark, 0

    def run(self, program, arguments, requests=None):
        """What is wrong with a run, or None."""
        self.runs += 1
        command = self.shark.command(program, *arguments)
        if self.runs % 2:
            command.insert(command.index(program), "WIRESHARK_DEBUG_WMEM_OVERRIDE=simple")
        try:
            done = subprocess.run(command, input=requests, capture_output=True, text=True, errors="replace", timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            return f"{program} hangs"
        if done.returncode not in ENDS or any(sign in done.stderr for sign in SIGNS):
            return f"{program} ended with status {done.returncode}:\n{done.stderr}"
        if any("Dissector bug" in line and "synfate" in line.lower() for line in (done.stdout + done.stderr).splitlines()):
            return f"{program} reports a dissector bug:\n{done.stderr}"
        self.output = done.stdout
        return None

    def sharkd(self, paths):
        lines = []
        for path in paths:
            lines += [("load", {"file": str(path)}), ("status", {}), ("frames", {"filter": "synfate", "limit": 20})]
            lines += [("frame", {"frame": n, "proto": True}) for n in (1, 5, 12, 20)]
            lines += [("tap", {f"tap{i}": f"nstat:{name}" for i, name in enumerate(TABLES)})]
        texts = [json.dumps({"jsonrpc": "2.0", "id": i + 1, "method": method, "params": params})
                 for i, (method, params) in enumerate(lines)]
        problem = self.run("sharkd", ["-"], "\n".join(texts) + "\n")
        if problem is None and self.output.count('"tap":"nstat:synfate,') != len(paths) * len(TABLES):
            problem = "sharkd has not made all tables"
        return problem

    def tshark(self, path, passes):
        taps = [word for name in STATISTICS for word in ("-z", name)]
        return self.run("tshark", [*(["-2"] if passes == 2 else []), "-r", path, "-V", *taps])


def main(count, seed):
    failures = []
    with loaded() as shark:
        mangler, checker = Mangler(shark.captures, seed), Checker(shark)
        for begin in range(0, count, BATCH):
            paths = [mangler.make(number) for number in range(begin, min(begin + BATCH, count))]
            failures += check_batch(checker, paths)
            for path in paths:
                path.unlink()
            print(f"\r{begin + len(paths)} files, {len(failures)} failures", end="", flush=True)
    print()
    return failures


def check_batch(checker, paths):
    found = []
    if checker.sharkd(paths) is not None:  # which one was it?
        found = [(path, problem) for path in paths if (problem := checker.sharkd([path]))]
        found = found or [(paths[0], "sharkd failed on a batch, and on none of its files alone")]
    found += [(path, problem) for i, path in enumerate(paths[::5]) if (problem := checker.tshark(path, 1 + i % 2))]
    for path, problem in found:
        kept = Path(tempfile.gettempdir()) / f"synfate-failed-{path.name}"
        shutil.copy(path, kept)
        print(f"\n{kept}: {problem}", flush=True)
    return found


if __name__ == "__main__":
    os.umask(0o022)
    numbers = [int(text) for text in sys.argv[1:]]
    sys.exit(1 if main(*numbers, *[100, 1][len(numbers):]) else 0)
