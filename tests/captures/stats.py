# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the plugin's statistics: the text of tshark -z synfate,... and the JSON of sharkd."""

import csv
import io
import re
import subprocess

RULE = "=" * 100
NUMBERS = {  # the columns of tshark's text -> those of Wireshark's windows and sharkd
    "server": "Server", "calls": "Calls", "failed": "Failed", "late": "Late", "lost_s": "Time lost (s)", "cause": "Lost most by",
    "median_ms": "Median connect (s)", "max_ms": "Largest connect (s)", "attempts": "Attempts",
    "retries": "Retries", "share_%": "Share (%)", "ports": "Client ports", "min_s": "Shortest reuse (s)",
    "median_s": "Median reuse (s)", "rejected": "Rejected", "TWs": "TIME_WAITs held",
    "held_by": "Held by", "peak/s": "Peak rate (1/s)", "safe/s": "Safe rate (1/s)",
    "in_crowds": "Floods, scans", "+port": "More ports", "+addr": "More addresses", "connections": "Connections", "reuses": "Reuses",
}


def text(tshark, capture, *commands, filter=None, two_pass=False, args=()):
    """What tshark prints of these statistics, in their order."""
    wanted = [word for command in reversed(commands) for word in ("-z", f"{command},{filter}" if filter else command)]
    return tshark.run("-r", tshark.readable(capture), *(["-2"] if two_pass else []), "-q", *args, *wanted)


def tables(tshark, capture, *commands, **how):
    """The rows of each of these tables, from one run."""
    parts = re.split(rf"^{RULE}\n(?=\n|\Z)", text(tshark, capture, *commands, **how), flags=re.MULTILINE)
    assert len(parts) == len(commands) + 1 and parts.pop() == ""
    return [rows(part) for part in parts]


def rows(output):
    """The rows of a table, each a dict by the heads of its columns. A long address has a line for itself."""
    assert output.startswith(f"\n{RULE}\n"), output
    names, *lines = output.split("\n\n")[1].strip("\n").split("\n")
    names = names.split()
    cells = [value(cell) for line in lines for cell in line.split()]
    assert len(cells) % len(names) == 0, output
    return [dict(zip(names, cells[i : i + len(names)])) for i in range(0, len(cells), len(names))]


def value(cell):
    """A number; None for a dash or nothing; else text."""
    if cell in ("-", ""):
        return None
    return float(cell) if is_number(cell) else cell


def is_number(cell):
    return re.fullmatch(r"\d+(\.\d+)?(e-\d+)?", cell) is not None


def table(tshark, capture, command, **how):
    (only,) = tables(tshark, capture, command, **how)
    return only


def csv_table(tshark, capture, command, **how):
    """All columns of a table, for scripts."""
    lines = csv.DictReader(io.StringIO(text(tshark, capture, f"{command},csv", **how)))
    return [{name: value(cell) for name, cell in line.items()} for line in lines]


def by_sharkd(tshark, capture, *commands):
    """For each command its rows, each a dict by the names of its columns."""
    taps = {f"tap{i}": f"nstat:{command}" for i, command in enumerate(commands)}
    _, answer = tshark.sharkd(("load", {"file": str(tshark.readable(capture))}), ("tap", taps))
    found = {}
    for tap in answer["taps"]:
        (only,) = tap["tables"]
        found[tap["tap"].removeprefix("nstat:")] = [dict(zip((f["c"] for f in tap["fields"]), row)) for row in only["i"]]
    return [found[command] for command in commands]


def fails(tshark, capture, *args):
    """tshark's last line of complaint; it must fail."""
    done = subprocess.run(tshark.command("tshark", "-r", tshark.readable(capture), *args), capture_output=True, text=True,
                          timeout=120)
    assert done.returncode != 0
    return done.stderr.strip().splitlines()[-1]
