#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs all scenarios, or those named: lab.py OUTDIR [NAME...]. The name of a file, time_wait, names all that are in it.

Leaves in OUTDIR the captures and four tables: truth.tsv, evidence.tsv (what the kernel said, and further fields), calls.tsv
(what the callers lived through) and variants.tsv (the captures with something cut away, and what may be said of them). NAME.failed says why a scenario did not
go as it must; NAME.done that its files are complete.
"""

import importlib
import multiprocessing.connection
import os
import pathlib
import signal
import sys
import time
import traceback

import namespace
import variants
from capture import ETHERNET, write
from stage import ANY, SCENARIOS

HERE = pathlib.Path(__file__).parent
AT_ONCE = 6  # short scenarios at a time, beside all the slow ones
TABLES = {
    "truth": "capture syn_frame src dst fate cause decided_by",
    "evidence": "capture syn_frame evidence fields...",
    "calls": "capture syn_frame fate cause basis failed delayed outcome call lost_min lost_max served reuse",
    "variants": "capture syn_frame src dst allowed true",
}


def load_scenarios():
    """All of them by name; the slow ones last."""
    for path in sorted(HERE.glob("scenarios_*.py")):
        importlib.import_module(path.stem)
    return dict(sorted(SCENARIOS.items(), key=lambda item: item[1].slow))


def named(words):
    """The scenarios that are meant; a word that means none stays, and is found out."""
    files = {}
    for name, one in SCENARIOS.items():
        files.setdefault(one.function.__module__.removeprefix("scenarios_"), []).append(name)
    return [name for word in words for name in ([word] if word in SCENARIOS else files.get(word, [word]))]


def file_name(name, label, stage):
    return f"{name}.pcap" if len(stage.captures) == 1 else f"{name}.{label}.pcap"


def numbers(capture, wanted, after):
    """Frame numbers for the column decided_by, behind the SYN; several may be right."""
    if wanted is None or wanted == ANY:
        return wanted or "-"
    wanted = wanted if isinstance(wanted, list) else [wanted]
    return "|".join(str(capture.number(one, after)) for one in wanted)


def save(out, name, stage):
    """The captures and tables of a scenario."""
    tables = {table: [] for table in TABLES}
    for label, capture in stage.captures.items():
        file = file_name(name, label, stage)
        write(out / file, capture.frames)
        lines = [save_row(file, capture, row, tables) for row in stage.rows if row.capture == label]
        tables["calls"] += call_lines(file, capture, [row for row in stage.rows if row.capture == label and row.call])
        if SCENARIOS[name].cut and capture.frames[0].link == ETHERNET:
            save_variants(out, file, capture.frames, variants.attempts(capture.frames, lines), tables["variants"])
    for table, lines in tables.items():
        (out / f"{name}.{table}").write_text("".join("\t".join(map(str, line)) + "\n" for line in lines))
    (out / f"{name}.done").touch()


def save_row(file, capture, row, tables):
    frame = capture.number(row.syn)
    syn = capture.frames[frame - 1].segment
    line = [file, frame, syn.source, syn.destination, row.fate, row.cause, numbers(capture, row.decided_by, frame)]
    tables["truth"].append(line)
    tables["evidence"].append([file, frame, row.evidence] + [f"{name}={value}" for name, value in row.fields.items()])
    return line


def call_lines(file, capture, rows):
    """The lines of calls.tsv; exactly one of a call has its outcome."""
    groups = {}
    for row in sorted(rows, key=lambda row: capture.number(row.syn)):
        groups.setdefault(row.call, []).append(row)
    return [[file, capture.number(row.syn), row.fate, row.cause, row.basis, row.call.failed, row.call.delayed,
             row.call.outcome if row is carrier(fellows) else "-", number, *(row.call.lost or "--"),
             "yes" if row.served else "no", row.reuse]
            for number, (call, fellows) in enumerate(groups.items(), 1) for row in fellows]


def carrier(rows):
    """The row that counts for the call: the attempt that got in, else the last one; of several legs the first."""
    seen_first = [row for row in rows if not row.leg]
    return next((row for row in seen_first if row.fate == "established"), seen_first[-1])


def save_variants(out, file, frames, known, table):
    for cut, how in variants.CUTS.items():
        made = variants.variant(frames, known, how)
        if made:
            name = file.replace(".pcap", f".cut_{cut}.pcap")
            write(out / name, made[0])
            table += variants.table(name, made[1])


def play(name, out):
    """One scenario, in a process of its own that dies with the lab."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the lab ends its scenarios itself
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
        (out / f"{name}.failing").write_text(traceback.format_exc())
        sys.exit(1)


def run(out, names):
    """Returns the names of those that failed. A machine may be too busy once for a short scenario: it gets another try."""
    waiting = sorted(names, key=lambda name: not SCENARIOS[name].slow)
    running, again, failed = {}, [], []
    while waiting or running:
        while waiting and (SCENARIOS[waiting[0]].slow or short(running) < AT_ONCE):
            name = waiting.pop(0)
            running[name] = multiprocessing.Process(target=play, args=(name, out), daemon=True)
            running[name].start()
        multiprocessing.connection.wait([process.sentinel for process in running.values()])
        for name in [name for name, process in running.items() if process.exitcode is not None]:
            if running.pop(name).exitcode == 0:
                continue
            if SCENARIOS[name].slow or name in again:
                failed.append(name)
                (out / f"{name}.failing").rename(out / f"{name}.failed")
            else:
                again.append(name)
                waiting.append(name)
    return failed


def short(names):
    return sum(not SCENARIOS[name].slow for name in names)


def merge(out):
    """One table of all scenarios that are in the folder."""
    for table, header in TABLES.items():
        parts = [path.read_text() for path in sorted(out.glob(f"*.{table}"))]
        (out / f"{table}.tsv").write_text(header.replace(" ", "\t") + "\n" + "".join(parts))


def main():
    load_scenarios()
    names = named(sys.argv[2:]) or list(SCENARIOS)
    if len(sys.argv) < 2 or set(names) - set(SCENARIOS):
        sys.exit(f"usage: lab.py OUTDIR [NAME...], names: {' '.join(SCENARIOS)}")
    if os.geteuid() != 0:
        sys.exit("lab.py: needs root to make network namespaces")
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for stale in (path for name in names for path in out.glob(f"{name}.*")):
        stale.unlink()
    began = time.monotonic()
    try:
        failed = run(out, names)
    except KeyboardInterrupt:
        sys.exit("lab.py: interrupted")
    merge(out)
    print(f"{len(names)} scenarios in {time.monotonic() - began:.0f} s, failed: {' '.join(failed) or 'none'}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
