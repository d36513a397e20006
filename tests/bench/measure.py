# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts instructions with callgrind and reads peaks of memory: of tshark with and without a post-dissector, and of the
engine alone.

Seconds are not measured: they depend on the machine and on what else it does.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
VARIANTS = ("stock", "synfate", "transum", "lua")
# All that Wireshark does to dissect a packet, and to forget it. The rest of tshark reads the file and prints lines.
ONE_PASS, FIRST_OF_TWO, FORGET = "epan_dissect_run_with_taps", "epan_dissect_run", "epan_dissect_reset"
WHOLE = (ONE_PASS, FIRST_OF_TWO, FORGET)
OWN = "dissect"


class Failed(Exception):
    """A program could not be run as it should."""


class Bench:
    def __init__(self, build, folder):
        """build: the build folder. folder: an empty one that every user can enter."""
        os.environ["SYNFATE_BUILD"] = str(build)
        sys.path.insert(0, str(HERE.parent / "captures"))
        from tshark import Tshark

        self.build, self.folder = build, folder
        self.tshark = Tshark(folder)
        if not self.tshark.plugin_loaded():
            raise Failed(f"tshark does not load the plugin from {build}/plugins")
        shutil.copytree(HERE.parents[1] / "plugin" / "profile", self.tshark.home / ".config/wireshark/profiles/synfate")
        self.has_transum = self.copy_transum()
        for needed in HERE / "last_numbers.lua", build / "same_random.so":
            (folder / needed.name).write_bytes(needed.read_bytes())
        self.captures, self.making = {}, threading.Lock()

    def copy_transum(self):
        """TRANSUM is a plugin of Wireshark's own: it has to be in the one folder that tshark is told of."""
        listing = subprocess.run(["tshark", "-G", "folders"], capture_output=True, text=True, check=True).stdout
        system = Path(re.search(r"^Global Plugins:\s*(.*)$", listing, re.M)[1])
        source = system / "epan" / "transum.so"
        if not source.exists():
            return False
        target = self.folder / "transum" / system.name / "epan"
        target.mkdir(parents=True)
        shutil.copy(source, target)
        return True

    def capture(self, load, size):
        """The file of a load, and how many packets it has."""
        with self.making:  # several threads ask for one at the same time
            if (load, size) not in self.captures:
                path = self.folder / "captures" / f"{load}-{size}.pcap"
                self.captures[load, size] = path, int(output([self.build / "bench_capture", load, size, path]))
                path.chmod(0o644)
            return self.captures[load, size]

    def forget_capture(self, load, size):
        self.captures.pop((load, size))[0].unlink()

    def command(self, variant, path, options, under=()):
        """tshark reads a file and prints a line for each packet, as it does without options."""
        own = {"transum": ["--enable-protocol", "transum"], "lua": ["-X", f"lua_script:{self.folder}/last_numbers.lua"]}
        plugins = {"synfate": "plugins", "transum": "transum"}.get(variant, "no-plugins")
        return self.tshark.command(*under, "tshark", "-n", "-r", path, *own.get(variant, []), *options, plugins=plugins)

    def count(self, command, name, *options):
        """All instructions of a command under callgrind, and the file that says whose they are."""
        profile = self.folder / "home" / f"{name}.callgrind"
        preload = f"LD_PRELOAD={self.folder / 'same_random.so'}"
        valgrind = ["env", preload, "valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", *options]
        done = subprocess.run(command(valgrind), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        counted = re.search(r"Collected : (\d+)", done.stderr)
        if done.returncode != 0 or not counted:
            raise Failed(f"{name} under callgrind, status {done.returncode}: {done.stderr.strip()}")
        return int(counted[1]), profile

    def tshark_instructions(self, variant, load, size, options=()):
        """Instructions a packet: in each of the WHOLE functions, and in the plugin's own dissector. What starting costs,
        and what the first packets cost once, goes out in the difference between a file and one of twice its size."""
        runs = []
        for n in (size, 2 * size):
            path, packets = self.capture(load, n)
            name = "-".join([variant, load, str(n), *(option.strip("-") for option in options)])
            _, profile = self.count(lambda under: self.command(variant, path, options, under), name)
            runs.append((packets, inclusive(profile)))
        (packets, few), (packets2, many) = runs
        return {name: (many[name] - few[name]) / (packets2 - packets) for name in few}

    def loading_instructions(self, load, size, options):
        """Instructions a packet of all of tshark, which reads a file with the plugin and prints lines in two passes."""
        runs = []
        for n in (size, 2 * size):
            path, packets = self.capture(load, n)
            name = "-".join(["loading", load, str(n), *(option.strip("-") for option in options)])
            total, _ = self.count(lambda under: self.command("synfate", path, ["-2", "--color", *options], under), name)
            runs.append((packets, total))
        (packets, few), (packets2, many) = runs
        return (many - few) / (packets2 - packets)

    def engine_instructions(self, load, size):
        """Instructions a packet in the engine alone, averaged over the whole load."""
        command = [self.build / "bench_engine", load, str(size)]
        total, _ = self.count(lambda under: [*under, *command], f"engine-{load}-{size}", "--toggle-collect=engine_packet")
        return total / self.engine_memory(load, size)[0]

    def engine_memory(self, load, size):
        """Packets, and the peak of memory in bytes."""
        packets, kib = output([self.build / "bench_engine", load, size]).split()
        return int(packets), int(kib) * 1024

    def tshark_memory(self, variant, load, size):
        """The peak of memory in bytes."""
        path, _ = self.capture(load, size)
        process = subprocess.Popen(self.command(variant, path, ()), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        complaints = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise Failed(f"tshark {variant} {load}: {complaints.decode().strip()}")
        return usage.ru_maxrss * 1024


def output(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(done.stderr.strip() or f"{command[0]} failed")
    return done.stdout


def inclusive(profile):
    """The instructions of each function in WHOLE, and in the plugin's dissector, with all that they call. callgrind names
    a function once for each source file that its code comes from: the highest figure is that of the whole function."""
    found = dict.fromkeys([*WHOLE, OWN], 0)
    for line in output(["callgrind_annotate", "--inclusive=yes", "--threshold=100", profile]).splitlines():
        match = re.match(r" *([\d,]+) \([^)]*\) +[^ ]*:(\w+)(?: \[.*\])?$", line)
        if match and match[2] in found:
            found[match[2]] = max(found[match[2]], int(match[1].replace(",", "")))
    return found
