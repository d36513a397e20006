# SPDX-License-Identifier: GPL-2.0-or-later
"""Every capture of the lab as other points of capture would have it: the same verdicts, or less certain ones."""

import judge
import points
import pytest
import variants
from capture import ETHERNET, load, write
from collection import Collection
from lab import load_scenarios

NAMES = list(load_scenarios())
LONGEST = 3000  # frames of a capture


@pytest.fixture(scope="session")
def captures(lab):
    """Scenario -> label -> the frames and the attempts of a capture."""
    found = {}
    for scenario in NAMES:
        lab.wait(scenario)
        for name, lines in lab.table(scenario, "truth").items():
            frames = load(lab.folder / name)
            if len(frames) <= LONGEST and frames[0].link == ETHERNET:
                label = name.removeprefix(scenario).removesuffix(".pcap").strip(".")
                found.setdefault(scenario, {})[label] = frames, points.with_syns(frames, lines)
    return found


def compare(tshark, name, parts):
    """`parts`: the name of a capture, what was taken there and the lines of truth."""
    together, tables = Collection(), {}
    for one, taken, found in parts:
        if taken.frames:
            together.add(one, taken.frames)
            tables[one] = variants.table(one, found)
    path = tshark.captures / f"{name}.pcap"
    write(path, together.frames, parts[0][1].snap)
    rows = tshark.fields(path)
    errors = [f"{one}, {error}" for one, lines in tables.items() for of in (judge.variant_errors, judge.falsely_observed)
              for error in of(together.rows(one, rows), lines)]
    assert not errors, "\n".join(errors)


@pytest.mark.parametrize("how", points.ALONE)
def test_taken_otherwise(captures, tshark, how):
    take, allowed = points.ALONE[how]
    parts = []
    for scenario, labels in captures.items():
        for label, (frames, known) in labels.items():
            taken = take(frames, {one.pair[1] for one, _ in known})
            parts.append((f"{scenario} {label}", taken, points.judged(taken, known, allowed)))
    compare(tshark, how.replace(" ", "_"), parts)


@pytest.mark.parametrize("how", points.TOGETHER)
@pytest.mark.parametrize("offset", points.OFFSETS)
def test_two_points_in_one_file(captures, tshark, offset, how):
    flags, allowed = points.TOGETHER[how]
    parts = []
    for scenario, labels in captures.items():
        if {"client", "server"} <= set(labels):
            (client, of_client), (server, of_server) = labels["client"], labels["server"]
            taken = points.merged(client, server, offset, flags)
            known = points.of_two_points((of_client, client), (of_server, server))
            parts.append((scenario, taken, points.judged(taken, known, allowed)))
    compare(tshark, f"merged_{offset}_{how}".replace(" ", "_"), parts)
