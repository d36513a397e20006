#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs all scenarios, or those named: lab.py OUTDIR [NAME...].

Leaves in OUTDIR the captures and three tables: truth.tsv, evidence.tsv (what the kernel said, and further fields) and
variants.tsv (the captures with something cut away, and what may be said of them).
"""

import csv
import importlib
import multiprocessing.connection
import os
import pathlib
import sys
import time
import traceback

import namespace
import variants
from capture import load, write
from stage import SCENARIOS

MODULES = sorted(path.stem for path in pathlib.Path(__file__).parent.glob("scenarios_*.py"))
COLUMNS = ["capture", "syn_frame", "src", "dst", "fate", "cause", "decided_by"]
AT_ONCE = 6  # short scenarios at a time, beside all the slow ones


def load_scenarios():
    for module in MODULES:
        importlib.import_module(module)
    return SCENARIOS


def file_name(name, label, stage):
    return f"{name}.pcap" if len(stage.captures) == 1 else f"{name}.{label}.pcap"


def numbers(capture, wanted, after):
    """Frame numbers for the column decided_by, behind the SYN; several may be right."""
    if wanted is None:
        return "-"
    wanted = wanted if isinstance(wanted, list) else [wanted]
    return "|".join(str(capture.number(one, after)) for one in wanted)


def truth_lines(name, stage):
    for row in stage.rows:
        capture = stage.captures[row.capture]
        syn_frame = capture.number(row.syn)
        syn = capture.frames[syn_frame - 1].segment
        line = [file_name(name, row.capture, stage), syn_frame, syn.source, syn.destination, row.fate, row.cause,
                numbers(capture, row.decided_by, syn_frame)]
        yield line, row


def save(out, name, stage):
    for label, capture in stage.captures.items():
        write(out / file_name(name, label, stage), capture.frames)
    lines = list(truth_lines(name, stage))
    with open(out / f"{name}.rows", "w") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        for line, row in lines:
            table.writerow(line + [row.evidence] + [f"{key}={value}" for key, value in row.fields.items()])


def play(name, out):
    """One scenario, in a process of its own that dies with the lab."""
    namespace.die_with_parent()
    stage = None
    try:
        stage = SCENARIOS[name].build()
        SCENARIOS[name].function(stage)
        stage.stop()
        save(out, name, stage)
    except Exception:
        for label, capture in stage.captures.items() if stage else ():
            write(out / f"{name}.{label}.failed.pcap", capture.frames)
        (out / f"{name}.failed").write_text(traceback.format_exc())
        sys.exit(1)


def run(out, names):
    """Returns the names of those that failed."""
    for stale in (path for name in names for path in out.glob(f"{name}.*")):
        stale.unlink()
    waiting = sorted(names, key=lambda name: not SCENARIOS[name].slow)
    running, failed = {}, []
    while waiting or running:
        while waiting and (SCENARIOS[waiting[0]].slow or
                           sum(not SCENARIOS[name].slow for name in running) < AT_ONCE):
            name = waiting.pop(0)
            running[name] = multiprocessing.Process(target=play, args=(name, out))
            running[name].start()
        multiprocessing.connection.wait([process.sentinel for process in running.values()])
        for name in [name for name, process in running.items() if process.exitcode is not None]:
            failed += [name] if running.pop(name).exitcode else []
    return failed


def cut(out):
    """Writes the variants of each capture, and variants.tsv: which verdicts are true then."""
    lines = [line.split("\t") for line in (out / "truth.tsv").read_text().splitlines()[1:]]
    with open(out / "variants.tsv", "w") as file:
        print(*COLUMNS[:4], "allowed", sep="\t", file=file)
        for capture in sorted({line[0] for line in lines}):
            frames = load(out / capture)
            known = variants.attempts(line for line in lines if line[0] == capture)
            for name, how in variants.CUTS.items():
                made = variants.variant(frames, known, how)
                if made:
                    write_variant(out, capture.replace(".pcap", f".cut_{name}.pcap"), *made, file)


def write_variant(out, name, frames, lines, file):
    write(out / name, frames)
    for syn_frame, pair, verdicts in lines:
        allowed = " ".join(sorted("/".join(verdict) for verdict in verdicts))
        print(name, syn_frame, *pair, allowed, sep="\t", file=file)


def merge(out):
    """truth.tsv of all scenarios; evidence.tsv has what the kernel said and the further fields to compare."""
    with open(out / "truth.tsv", "w") as truth, open(out / "evidence.tsv", "w") as evidence:
        print(*COLUMNS, sep="\t", file=truth)
        print(*COLUMNS[:2], "evidence", "fields...", sep="\t", file=evidence)
        for rows in sorted(out.glob("*.rows")):
            for cells in (line.split("\t") for line in rows.read_text().splitlines()):
                print(*cells[:7], sep="\t", file=truth)
                print(*cells[:2], *cells[7:], sep="\t", file=evidence)


def main():
    load_scenarios()
    if len(sys.argv) < 2 or set(sys.argv[2:]) - set(SCENARIOS):
        sys.exit(f"usage: lab.py OUTDIR [NAME...], names: {' '.join(SCENARIOS)}")
    if os.geteuid() != 0:
        sys.exit("lab.py: needs root to make network namespaces")
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    names = sys.argv[2:] or list(SCENARIOS)
    failed = run(out, names)
    merge(out)
    cut(out)
    print(f"{len(names)} scenarios in {time.monotonic() - began:.0f} s, failed: {' '.join(failed) or 'none'}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
