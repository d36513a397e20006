# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what synfate says with the tables of the lab."""

from stage import ANY

CALL = "basis failed delayed outcome".split()


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
    """Against lines of evidence.tsv: further fields of the first SYN."""
    errors = []
    for _, frame, _, *fields in lines:
        for name, value in (field.split("=") for field in fields):
            said = rows[int(frame) - 1].get(name.removeprefix("synfate."))
            if str(said) != value:
                errors.append(f"frame {frame}: {name} is {said}, the kernel: {value}")
    return errors


def variant_errors(rows, lines):
    """Against lines of variants.tsv."""
    errors = extra_attempts(rows, {int(line[1]) for line in lines})
    for _, frame, _, _, allowed in lines:
        row = rows[int(frame) - 1]
        said = f"{row.get('fate')}/{row.get('cause')}"
        if said not in allowed.split():
            errors.append(f"frame {frame}: {said}, true would be: {allowed} ({row.get('summary')})")
    return errors


def call_errors(rows, lines):
    """Against lines of calls.tsv. A field that is not there at all is said to be missing."""
    errors, groups = [], {}
    for _, frame, _, _, *wanted, group, least, most, served, reuse in lines:
        row = rows[int(frame) - 1]
        errors += [f"frame {frame}: {one} ({row.get('summary')})" for one in (
            *plain_errors(row, wanted), *lost_errors(row, least, most), *served_errors(row, served), *reuse_errors(row, reuse))]
        groups.setdefault(row.get("call", "missing"), set()).add(group)
        groups.setdefault(f"true {group}", set()).add(row.get("call", "missing"))
    errors += [f"calls are not told apart, or not known as one: {one} has {sorted(map(str, others))}"
               for one, others in groups.items() if len(others) > 1 or "missing" in others]
    return errors + extra_outcomes(rows, lines)


def plain_errors(row, wanted):
    for name, value in zip(CALL, wanted):
        if name in ("failed", "delayed") or value != "-":
            said = row.get(name, "missing")
            if str(said) != value:
                yield f"{name} is {said}, true is {value}"


def lost_errors(row, least, most):
    said = row.get("lost")
    if least == "-" and said is not None:
        yield f"lost is {said}, but it got in at once"
    elif least != "-" and said is None:
        yield f"lost is missing, true is {least} to {most} s"
    elif least != "-" and not float(least) <= said <= float(most):
        yield f"lost is {said}, true is {least} to {most} s"


def served_errors(row, served):
    if ("served" in row) != (served == "yes"):
        yield f"served is {row.get('served', 'missing')}, true is: served late: {served}"


def reuse_errors(row, reuse):
    said = row.get("reuse", "none")
    if reuse != "-" and said not in reuse.split("|"):
        yield f"reuse is {said}, true is {reuse}"


def extra_outcomes(rows, lines):
    """Counting the frames that have an outcome counts calls."""
    wanted = {int(line[1]) for line in lines if line[7] != "-"}
    said = {row["frame"] for row in rows if "outcome" in row}
    return [f"frame {frame}: an outcome, but another frame counts for its call" for frame in sorted(said - wanted)]
