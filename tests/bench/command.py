# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures the command beside tshark, which does the same with the plugin: instructions a packet, and memory."""

import os
import subprocess

SHORT, TRANSFERS, ROUNDS, OTHER_ROUNDS = "short", "bulk", "rounds", "other_rounds"
NAMES = {SHORT: "short connections", TRANSFERS: "bulk transfers", ROUNDS: "small rounds",
         OTHER_ROUNDS: "small rounds on an HTTP port"}
OTHER_ROUNDS_SIZE = 150  # rounds on each of 20 connections; and twice as many
# How many times cheaper the command is depends on what tshark does with the data: 65 000 instructions a packet on a port
# that it knows nothing of, 310 000 where its HTTP dissector waits for the end of a header that never comes. The command
# reads headers only: 2 740, of which libwiretap takes 1 190.
ENGINE_BOUND = 400  # bytes a connection that got in at once
BOUNDS = {
    "the command, short connections (instructions a packet)": 4000,
    "the command, bulk transfers (instructions a packet)": 2900,
    "the command, short connections (% of tshark's instructions)": 9.5,
    "the command, bulk transfers (% of tshark's instructions)": 4.5,
    "the command, small rounds (instructions a packet)": 2900,
    "the command, small rounds (% of tshark's instructions)": 4.5,
    "the command, small rounds on an HTTP port (instructions a packet)": 2900,
    "the command, small rounds on an HTTP port (% of tshark's instructions)": 2.0,
    "the command, its report included: memory beyond the engine's bound (MiB)": 64,
}


def tshark(bench, path):
    """The same report by tshark."""
    return lambda under: bench.tshark.command(*under, "tshark", "-n", "-q", "-r", path, "-z", "synfate,report")


def command(bench, path):
    return lambda under: [*under, str(bench.build / "synfate"), "-q", str(path)]


def instructions(bench, name, program, load, size):
    """A packet's share of all that the program does, without what starting costs."""
    counts = []
    for n in (size, 2 * size):
        path, packets = bench.capture(load, n)
        counts.append((packets, bench.count(program(bench, path), f"{name}-{load}-{n}")[0]))
    (packets, few), (packets2, many) = counts
    return (many - few) / (packets2 - packets)


def peak(arguments):
    """The peak of memory in bytes."""
    process = subprocess.Popen([str(word) for word in arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    return usage.ru_maxrss * 1024


def measure(bench, results, sizes, connections, pool):
    """Into results.check, and results.command: load -> (tshark's, the command's) instructions a packet."""
    jobs = {load: [pool.submit(instructions, bench, name, program, load, sizes.get(load, OTHER_ROUNDS_SIZE))
                   for name, program in (("report", tshark), ("command", command))] for load in NAMES}
    for load, (theirs, ours) in jobs.items():
        results.command[load] = theirs.result(), ours.result()
        results.check(f"the command, {NAMES[load]} (instructions a packet)", ours.result())
        results.check(f"the command, {NAMES[load]} (% of tshark's instructions)", 100 * ours.result() / theirs.result())
        print(".", end="", flush=True)
    path, _ = bench.capture(SHORT, connections)
    beyond = peak([bench.build / "synfate", "-q", path]) - ENGINE_BOUND * connections
    results.check("the command, its report included: memory beyond the engine's bound (MiB)", beyond / 2**20)
    bench.forget_capture(SHORT, connections)
