# SPDX-License-Identifier: GPL-2.0-or-later
"""Every stack is judged by its own rules, and nothing that rests on "it is Linux" is called observed.

Each test goes through all situations of a capture and lists those that it does not hold for.
"""

import dataclasses
import pathlib

import pytest

import capture
from collection import Collection
from conftest import LIVE, told_case
from sources import LOOKS, STACKS, answers
from truth import COLUMNS

DATA = pathlib.Path(__file__).parent / "data"


def all_hold(errors):
    assert not errors, f"{len(errors)}:\n" + "\n".join(errors)


def verdict(said):
    return said.get("fate"), said.get("cause")


def mistake(row, said, less=False, inferred=False):
    """What is wrong with a verdict, or None. less, inferred: those columns of the table hold too."""
    if verdict(said) in row.right | (row.less if less else set()):
        return None
    if inferred and verdict(said) in row.inferred and said["basis"] == "inferred":
        return None
    may = row.right | (row.less if less else set())
    return (f"{row.port} {row.situation} ({row.answers}): {'/'.join(map(str, verdict(said)))} {said.get('basis')}, true: "
            f"{' '.join(sorted('/'.join(pair) for pair in may))} ({said.get('summary')})")


def mistakes(rows, said, **may):
    return [error for row in rows if (error := mistake(row, said[row.syn - 1], **may))]


# The captures themselves


@pytest.mark.parametrize("name", LIVE)
def test_same_answers_as_kept(kept, made, name):
    before, now = kept[LIVE[name]], made(name)
    all_hold([f"{port} {cell.situation.name()}: {cell.answers()}, before: {before.cells[port].answers()}"
              for port, cell in now.cells.items() if cell.kinds() != before.cells[port].kinds()])
    assert set(now.cells) == set(before.cells)


def test_table_is_of_the_capture(kept):
    for name, case in kept.items():
        lines = (DATA / f"{name}.tsv").read_text().splitlines(keepends=True)
        assert lines == ["\t".join(COLUMNS) + "\n", *(row.line() for row in case.rows)]


# Words of a table of sources, and what a capture shows
SHOWN = {"SA": "SA", "A": "A", "RST": "RA", "silence": "silence", "^": "SA("}


@pytest.mark.parametrize("stack", STACKS)
def test_capture_is_of_the_table(read_of, stack):
    """Each situation of the table is in the capture, with its answer."""
    known, found = answers(stack), {}
    for row in read_of[stack].rows:
        found.setdefault(row.situation, row.answers.split(" | "))
    for situation, answer in known.items():
        if situation.startswith("backlog"):
            continue
        first, _, then = answer.replace("*", "").partition("|")
        assert found[situation][0].startswith(SHOWN[first]), situation
        assert not then or found[situation][-1] == then, situation


def falsely_observed(row, said):
    """A verdict that the packets do not prove: it rests on what the host looks like, or on what the capture lacks."""
    may = row.right | row.less - {("refused", "closed_port")}
    proven = said["basis"] == "inferred" or verdict(said) in may
    return None if proven else mistake(dataclasses.replace(row, right=may), said)


# The whole capture


def test_attempts(tshark, case):
    assert [one["frame"] for one in tshark.attempts(case.path)] == [row.syn for row in case.rows]


def test_verdicts(tshark, case):
    """A stack that nothing shows may do what nobody can know."""
    unknown = case.named == "unknown"
    all_hold(mistakes(case.rows, tshark.fields(case.path), less=unknown, inferred=unknown))


def test_decided_by(tshark, case):
    said = tshark.fields(case.path)
    all_hold([f"{row.port} {row.situation}: {said[row.syn - 1].get('decided_by')}, true: {row.decided_by}"
              for row in case.rows if said[row.syn - 1].get("decided_by") != row.decided_by])


def test_verdicts_by_the_right_preference(tshark, case):
    all_hold(mistakes(case.rows, tshark.fields(case.path, args=("-o", f"synfate.peer_rules:{case.stack}"))))


def wrongly_named(said, stack):
    """SYNs whose peer is taken for another stack."""
    return [f"frame {one['frame']}: {one.get('peer.stack')}" for one in said
            if "syn_number" in one and one.get("peer.stack") != stack]


def test_stack_is_named(tshark, case):
    all_hold(wrongly_named(tshark.fields(case.path), case.named))


def test_stack_is_named_after_three_connections(tshark, case):
    ports = set(list(case.cells)[:3])
    frames = [seen for seen in case.frames if {seen.segment.sport, seen.segment.dport} & ports]
    syns = [at for at, seen in enumerate(frames) if seen.segment.has("S")]
    path = tshark.captures / f"three {case.path.name}"
    capture.write(path, frames[:syns[3]] if len(syns) > 3 else frames)
    all_hold(wrongly_named(tshark.fields(path), case.named))


# Something is cut away


def reused(case):
    """The row of each attempt that met an old connection, with its cell."""
    return [(row, case.cells[row.port]) for row in case.rows
            if case.cells[row.port].old_syn and row.syn == case.cells[row.port].syn]


def judged_alone(tshark, case, name, numbers_of, judge=mistake, **may):
    """Each of these attempts in a capture that holds only the frames numbers_of(cell) names."""
    together, syns = Collection(), {}
    for row, cell in reused(case):
        numbers = numbers_of(cell)
        together.add(row.port, [case.frames[number - 1] for number in numbers])
        syns[row.port] = numbers.index(row.syn)
    path = tshark.captures / f"{name} {case.path.name}"
    capture.write(path, together.frames)
    said = tshark.fields(path)
    return [error for row, _ in reused(case)
            if (error := judge(row, together.rows(row.port, said)[syns[row.port]], **may))]


def without_history(cell):
    return [number for number in cell.numbers if number >= cell.syn]


def test_each_port_pair_alone(tshark, case):
    """Two connections may not show which stack it is."""
    all_hold(judged_alone(tshark, case, "alone", lambda cell: cell.numbers, less=case.name in STACKS, inferred=True))


def test_each_port_pair_alone_without_history(tshark, case):
    all_hold(judged_alone(tshark, case, "alone without history", without_history, less=True, inferred=True))


def test_each_port_pair_alone_without_history_proves_little(tshark, case):
    all_hold(judged_alone(tshark, case, "alone without history", without_history, judge=falsely_observed))


def test_without_history(tshark, case):
    """The packets of all old connections are missing, but others of the stack are there."""
    gone = {number for cell in case.cells.values() for number in cell.numbers if number < cell.syn}
    left = [number for number in range(1, len(case.frames) + 1) if number not in gone]
    path = tshark.captures / f"without history {case.path.name}"
    capture.write(path, [case.frames[number - 1] for number in left])
    said = tshark.fields(path)
    rows = [row for row in case.rows if row.syn not in gone]
    alike = case.named == "linux"  # what it keeps without a socket answers as its TIME_WAIT does
    all_hold([error for row in rows if (error := mistake(row, said[left.index(row.syn)], less=True, inferred=alike))])


# The marks are gone


def disguised(seen):
    """The frame with a TTL that no stack begins with, as a tunnel or a proxy may leave it."""
    data = bytearray(seen.data)
    data[capture.HEADERS[seen.link] + 8] = 100
    return dataclasses.replace(seen, data=bytes(data))


def test_without_marks(tshark, case):
    """Only answers show that it is not Linux: what rests on an assumption is inferred."""
    path = tshark.captures / f"without marks {case.path.name}"
    capture.write(path, [disguised(seen) for seen in case.frames])
    said = tshark.fields(path)
    # A TTL of 100 may have begun as the 128 of Windows; Linux shows itself when it reopens a TIME_WAIT.
    named = case.named if case.named in ("windows", "linux") else "unknown"
    all_hold(mistakes(case.rows, said, less=True, inferred=True) + wrongly_named(said, named))


# The marks are those of another stack


@pytest.mark.parametrize("looks", [name for name, marks in LOOKS.items() if marks.named != "unknown"])
def test_looks_like_another(tshark, looks):
    """What is observed is true of whatever answers."""
    errors = []
    for stack in STACKS:
        if stack == looks:
            continue
        case = told_case(stack, tshark.captures, looks)
        errors += judged_alone(tshark, case, "alone", lambda cell: cell.numbers, judge=falsely_observed)
    all_hold(errors)
