# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what synfate says of attempts and their calls with a table of the truth.

A line is a dict with the columns of COLUMNS; `a|b` is a choice, `-` in basis, lost and reuse is no demand. `outcome` is on
one frame of each call, `-` on the others. A field that the plugin does not have is said to be missing.
"""

import csv
from collections import defaultdict

COLUMNS = "capture syn_frame fate cause basis failed delayed outcome call lost_min lost_max served reuse".split()


def read(path):
    """Capture -> its lines."""
    table = defaultdict(list)
    with open(path, newline="") as lines:
        for line in csv.DictReader(lines, delimiter="\t"):
            table[line["capture"]].append(line)
    return dict(table)


def verdict_errors(rows, lines):
    """Fate and cause of each attempt; and there are no others."""
    expected = {int(line["syn_frame"]) for line in lines}
    said = {row["frame"] for row in rows if row.get("syn_number") == 1}
    errors = [f"frame {frame}: not exactly one attempt begins here" for frame in sorted(said ^ expected)]
    for line in lines:
        row = row_of(rows, line)
        for name in ("fate", "cause"):
            if row.get(name) not in line[name].split("|"):
                errors.append(error(row, name, row.get(name, "missing"), line[name]))
    return errors


def call_errors(rows, lines, whole=True):
    """What the callers lived through. whole: the table has all calls of the capture."""
    errors = [one for line in lines for one in fields_of_call(row_of(rows, line), line)]
    return errors + grouping_errors(rows, lines) + extra_outcomes(rows, lines, whole)


def row_of(rows, line):
    return rows[int(line["syn_frame"]) - 1]


def error(row, name, said, true):
    return f"frame {row['frame']}: {name} is {said}, true is {true} ({row.get('summary')})"


def fields_of_call(row, line):
    for name in ("failed", "delayed", "outcome", "basis"):
        said = str(row.get(name, "missing"))
        if line[name] != "-" and said != line[name]:
            yield error(row, name, said, line[name])
    yield from lost_errors(row, line)
    if ("served" in row) != (line["served"] == "yes"):
        yield error(row, "served", row.get("served", "missing"), f"served late: {line['served']}")
    if line.get("reuse", "-") != "-" and row.get("reuse", "none") not in line["reuse"].split("|"):
        yield error(row, "reuse", row.get("reuse", "missing"), line["reuse"])


def lost_errors(row, line):
    said, least, most = row.get("lost"), line["lost_min"], line["lost_max"]
    if least == "-":
        if said is not None and line["failed"] == line["delayed"] == "False":
            yield error(row, "lost", said, "nothing lost")
    elif said is None:
        yield error(row, "lost", "missing", f"{least} to {most} s")
    elif not float(least) <= said <= float(most):
        yield error(row, "lost", said, f"{least} to {most} s")


def grouping_errors(rows, lines):
    """The attempts of one call have one number, those of two calls have two."""
    said, true = defaultdict(set), defaultdict(set)
    for line in lines:
        number = row_of(rows, line).get("call", "missing")
        said[line["call"]].add(number)
        true[number].add(line["call"])
    if "missing" in true:
        return ["call is missing"]
    errors = [f"true call {one} is said to be {sorted(numbers)}" for one, numbers in said.items() if len(numbers) > 1]
    return errors + [f"call {number} holds {sorted(calls)}" for number, calls in true.items() if len(calls) > 1]


def extra_outcomes(rows, lines, whole):
    """Counting the frames that have an outcome counts calls."""
    wanted = {int(line["syn_frame"]) for line in lines if line["outcome"] != "-"}
    calls = {row_of(rows, line).get("call") for line in lines}
    said = {row["frame"] for row in rows if "outcome" in row and (whole or row.get("call") in calls)}
    return [f"frame {frame}: an outcome, but another frame counts for its call" for frame in sorted(said - wanted)]
