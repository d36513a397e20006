# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what synfate says with the tables of the lab."""

import call_truth
from stage import ANY

SENTENCE = "synfate.shared"


def extra_attempts(rows, expected):
    """First SYNs that the table does not have, and those that synfate does not take for one."""
    said = {row["frame"] for row in rows if row.get("syn_number") == 1}
    return [f"frame {frame}: not exactly one attempt begins here" for frame in sorted(said ^ expected)]


def verdict_errors(rows, lines):
    """Against lines of truth.tsv."""
    errors = extra_attempts(rows, {int(line[1]) for line in lines})
    for _, frame, _, _, fate, cause, decided in lines:
        row = rows[int(frame) - 1]
        said = row.get("fate"), row.get("cause"), str(row.get("decided_by", "-"))
        if any(choice != ANY and one not in choice.split("|") for one, choice in zip(said, (fate, cause, decided))):
            errors.append(f"frame {frame}: {' '.join(map(str, said))}, the kernel: {fate} {cause} {decided}"
                          f" ({row.get('summary')})")
    return errors


def field_errors(rows, lines):
    """Against lines of evidence.tsv: further fields of the first SYN; of the sentence in synfate.shared a part."""
    errors = []
    for _, frame, _, *fields in lines:
        for name, value in (field.split("=") for field in fields):
            said = str(rows[int(frame) - 1].get(name.removeprefix("synfate.")))
            if value not in said if name == SENTENCE else value != said:
                errors.append(f"frame {frame}: {name} is {said}, the kernel: {value}")
    return errors


def variant_errors(rows, lines):
    """Against lines of variants.tsv."""
    errors = extra_attempts(rows, {int(line[1]) for line in lines})
    for _, frame, _, _, allowed, _ in lines:
        row = rows[int(frame) - 1]
        said = f"{row.get('fate')}/{row.get('cause')}"
        if said not in allowed.split():
            errors.append(f"frame {frame}: {said}, true would be: {allowed} ({row.get('summary')})")
    return errors


# What ends a call: where it is not the truth, it may only be inferred.
FAILURES = ("rejected", "refused", "unreachable", "no_answer", "stuck", "aborted")


def falsely_observed(rows, lines):
    """Failures that are not the truth, where the capture shows what it lacks."""
    errors = []
    for _, frame, _, _, _, true in lines:
        row = rows[int(frame) - 1]
        said = f"{row.get('fate')}/{row.get('cause')}"
        if said not in true.split() and row.get("fate") in FAILURES and row["basis"] == "observed":
            errors.append(f"frame {frame}: {said} is observed, true is: {true} ({row.get('summary')})")
    return errors


def call_errors(rows, lines):
    """Against lines of calls.tsv."""
    return call_truth.call_errors(rows, [dict(zip(call_truth.COLUMNS, line)) for line in lines], whole=False)
