# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures what the plugin and the command cost, prints it as a table, and fails if it is more than promised.

Usage: bench.py BUILD [--short] [--plot FILE.svg]
  --short   only what the bounds need, with small loads: for continuous integration
  --plot    draw the figures
"""

import argparse
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import command
from measure import ONE_PASS, OWN, VARIANTS, WHOLE, Bench, Failed

# Connections, transfers, SYNs or rounds of a load (see loads.h): the other run has twice as many.
SIZES = {"short": 300, "http": 300, "bulk": 3, "rounds": 300, "http_rounds": 300, "reuse": 300, "syn_flood": 2000,
         "interleaved": 4}
SHORT_SIZES = {"short": 150, "bulk": 2, "rounds": 40, "http_rounds": 40}
# Connections of a growing capture, the first is what the others are compared with.
GROWTH = {"short": (10**4, 10**5, 10**6), "syn_flood": (10**4, 10**5, 10**6), "random_flood": (10**4, 10**5, 10**6),
          "reuse": (10**3, 10**4, 10**5)}
SHORT_GROWTH = {"short": (10**4, 10**5), "syn_flood": (10**4, 2 * 10**5), "reuse": (10**3, 10**4)}
# Just after its hash tables have doubled, a tracker takes most memory for each connection.
MEMORY = (10**5, 790_000, 10**6)
SHORT_MEMORY = (10**5, 790_000)

BOUNDS = {
    "whole cost, short connections (instructions a packet)": 2500,
    "whole cost, bulk transfers (instructions a packet)": 2300,
    "whole cost, small rounds (instructions a packet)": 2300,
    "whole cost, small rounds with HTTP (instructions a packet)": 2300,
    "later pass, a packet with nothing to show (instructions)": 300,
    "loading with the profile, less Wireshark's own (instructions a packet)": 0,
    "a connection (bytes)": 400,
    "a connection on a port pair that is reused (bytes)": 400,
    "a packet that is not notable (bytes)": 8,
    "a SYN of a flood (bytes)": 200,
    "a SYN of a flood from random addresses (bytes)": 200,
    "a SYN of a flood, tshark with the plugin less without (bytes)": 200,
    "growth of the cost of a packet, short (%)": 15,
    "growth of the cost of a packet, syn_flood (%)": 15,
    "growth of the cost of a packet, random_flood (%)": 15,
    "growth of the cost of a packet, reuse (%)": 15,
    **command.BOUNDS,
}


class Results:
    def __init__(self):
        self.cost = {}     # (load, variant) -> instructions a packet
        self.own = {}      # load -> of these, in the plugin's post-dissector
        self.growth = {}   # load -> [(connections, instructions a packet)]
        self.peak = {}     # (load, variant) -> bytes for each connection, beyond what tshark takes for none
        self.command = {}  # load -> instructions a packet: of tshark with the plugin, of the command
        self.checked = []  # (what, figure)

    def check(self, what, figure):
        self.checked.append((what, figure))

    def broken(self):
        return [what for what, figure in self.checked if figure > BOUNDS[what]]


def measure_cost(bench, results, sizes, variants, pool):
    jobs = {(load, variant): pool.submit(bench.tshark_instructions, variant, load, size)
            for load, size in sizes.items() for variant in variants}
    for (load, variant), job in jobs.items():
        count = job.result()
        results.cost[load, variant] = sum(count[name] for name in WHOLE)
        if variant == "synfate":
            results.own[load] = count[OWN]
        print(".", end="", flush=True)
    named = {"short": "short connections", "bulk": "bulk transfers", "rounds": "small rounds",
             "http_rounds": "small rounds with HTTP"}
    for load, name in named.items():
        more = results.cost[load, "synfate"] - results.cost[load, "stock"]
        results.check(f"whole cost, {name} (instructions a packet)", more)


def measure_later_pass(bench, results, size, pool):
    """With -2, tshark dissects each packet twice; the second pass is the one that statistics listen to."""
    jobs = [pool.submit(bench.tshark_instructions, variant, "bulk", size, ("-2",)) for variant in ("synfate", "stock")]
    with_plugin, without = (job.result()[ONE_PASS] for job in jobs)
    results.check("later pass, a packet with nothing to show (instructions)", with_plugin - without)


def measure_profile(bench, results, size, pool):
    """As Wireshark loads a file: with columns and coloring rules, of the profile or of Wireshark's own."""
    jobs = [pool.submit(bench.loading_instructions, "short", size, options) for options in (("-C", "synfate"), ())]
    profile, default = (job.result() for job in jobs)
    results.check("loading with the profile, less Wireshark's own (instructions a packet)", profile - default)


def measure_growth(bench, results, sizes, pool):
    jobs = {load: [(n, pool.submit(bench.engine_instructions, load, n)) for n in numbers]
            for load, numbers in sizes.items()}
    for load, row in jobs.items():
        results.growth[load] = [(n, job.result()) for n, job in row]
        first, last = results.growth[load][0][1], results.growth[load][-1][1]
        results.check(f"growth of the cost of a packet, {load} (%)", 100 * (last / first - 1))
        print(".", end="", flush=True)


def measure_engine_memory(bench, results, sizes):
    def each(load, n):
        return (bench.engine_memory(load, n)[1] - bench.engine_memory(load, 1)[1]) / n

    results.check("a connection (bytes)", max(each("short", n) for n in sizes))
    results.check("a connection on a port pair that is reused (bytes)", each("reuse", 10**5))
    results.check("a SYN of a flood (bytes)", max(each("syn_flood", n) for n in sizes))
    results.check("a SYN of a flood from random addresses (bytes)", max(each("random_flood", n) for n in sizes))
    (few, less), (many, more) = bench.engine_memory("bulk", 200), bench.engine_memory("bulk", 2000)
    results.check("a packet that is not notable (bytes)", (more - less) / (many - few))


def measure_tshark_memory(bench, results, variants):
    for load, n in ("short", 10**5), ("syn_flood", 10**6):
        for variant in variants:
            peak = bench.tshark_memory(variant, load, n) - bench.tshark_memory(variant, load, 10)
            results.peak[load, variant] = peak / n
            print(".", end="", flush=True)
        bench.forget_capture(load, n)
    more = results.peak["syn_flood", "synfate"] - results.peak["syn_flood", "stock"]
    results.check("a SYN of a flood, tshark with the plugin less without (bytes)", more)


def print_row(name, cells):
    print(f"{name:16}" + "".join(f"{cell:>12}" for cell in cells))


def print_results(results, variants):
    print("\n\nInstructions a packet: tshark alone, and what each post-dissector adds")
    print_row("", [*variants, "synfate's"])
    for load in dict.fromkeys(load for load, _ in results.cost):
        stock = results.cost[load, "stock"]
        more = [f"{results.cost[load, variant] - stock:+.0f}" for variant in variants[1:]]
        print_row(load, [f"{stock:.0f}", *more, f"{results.own[load]:.0f}"])
    print("(synfate's: the part of its cost that its own dissector takes, and not Wireshark to call it)")
    print("\nInstructions a packet in the engine, as captures grow")
    for load, row in results.growth.items():
        print_row(load, [f"{n:.0e}: {cost:.0f}".replace("e+0", "e") for n, cost in row])
    if results.peak:
        print("\nBytes of memory for each connection: tshark alone, and what each post-dissector adds")
        print_row("", variants)
        for load in dict.fromkeys(load for load, _ in results.peak):
            stock = results.peak[load, "stock"]
            more = [f"{results.peak[load, variant] - stock:+.0f}" for variant in variants[1:]]
            print_row(load, [f"{stock:.0f}", *more])
    print("\nInstructions a packet for the report: tshark with the plugin, and the command")
    for load, (theirs, ours) in results.command.items():
        print_row(load, [f"{theirs:.0f}", f"{ours:.0f}", f"{theirs / ours:.1f} x"])
    print("\nBounds")
    for what, figure in results.checked:
        print(f"{what:64}{figure:8.1f} of {BOUNDS[what]:5}{'' if figure <= BOUNDS[what] else '  BROKEN'}")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description="measure what the plugin costs")
    parser.add_argument("build", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--short", action="store_true", help="only what the bounds need, with small loads")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw the figures")
    options = parser.parse_args()
    if options.short and options.plot:
        parser.error("--short measures too little for a plot")
    results = Results()
    with tempfile.TemporaryDirectory(prefix="synfate-bench-") as name, ThreadPoolExecutor(os.cpu_count()) as pool:
        folder = Path(name)
        folder.chmod(0o755)
        bench = Bench(options.build.resolve(), folder)
        variants = [v for v in VARIANTS if v in ("stock", "synfate") or not options.short]
        if not bench.has_transum:
            variants = [v for v in variants if v != "transum"]
        sizes = SHORT_SIZES if options.short else SIZES
        for load, size in sizes.items():
            bench.capture(load, size), bench.capture(load, 2 * size)
        print("Measuring ", end="", flush=True)
        measure_cost(bench, results, sizes, variants, pool)
        measure_later_pass(bench, results, sizes["bulk"], pool)
        measure_profile(bench, results, sizes["short"], pool)
        measure_growth(bench, results, SHORT_GROWTH if options.short else GROWTH, pool)
        measure_engine_memory(bench, results, SHORT_MEMORY if options.short else MEMORY)
        command.measure(bench, results, sizes, SHORT_MEMORY[0] if options.short else 10**6, pool)
        if not options.short:
            measure_tshark_memory(bench, results, variants)
    print_results(results, variants)
    if options.plot:
        from plot import plot  # here, for nothing else needs Matplotlib
        plot(results, variants, options.plot)
    broken = results.broken()
    print(f"\n{len(results.checked) - len(broken)} passed, {len(broken)} failed")
    return 1 if broken else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(f"bench: {failure}")
