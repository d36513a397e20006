# SPDX-License-Identifier: GPL-2.0-or-later
"""Each scenario of the lab: what synfate says of its captures against what the kernel said when they were made."""

import pytest

import judge
import variants
from capture import ETHERNET, load, write
from collection import Collection
from conftest import is_there
from lab import load_scenarios

SCENARIOS = load_scenarios()
NAMES = [name for name in SCENARIOS if is_there(name)]
SHORT = 100  # frames: in longer captures, each tenth is missing


@pytest.fixture(params=NAMES)
def scenario(request, lab):
    lab.wait(request.param)
    return request.param


def agree(compare, tshark, lab, scenario, table):
    errors = [f"{name}, {error}" for name, lines in lab.table(scenario, table).items()
              for error in compare(tshark.fields(lab.folder / name), lines)]
    assert not errors, "\n".join(errors)


def test_verdicts(lab, tshark, scenario):
    agree(judge.verdict_errors, tshark, lab, scenario, "truth")


def test_fields(lab, tshark, scenario):
    agree(judge.field_errors, tshark, lab, scenario, "evidence")


def test_calls(lab, tshark, scenario):
    """What the calling programs lived through."""
    agree(judge.call_errors, tshark, lab, scenario, "calls")


def judge_together(tshark, name, together, tables):
    path = tshark.captures / f"{name}.pcap"
    write(path, together.frames)
    rows = tshark.fields(path)
    errors = [f"{one}, {error}" for one, lines in tables.items()
              for error in judge.variant_errors(together.rows(one, rows), lines)]
    assert not errors, "\n".join(errors)


@pytest.mark.parametrize("cut", variants.CUTS)
def test_less_certain_but_never_wrong(lab, tshark, cut):
    """All captures of which this was cut away, in one."""
    together, tables = Collection(), {}
    for scenario in filter(lab.went_well, NAMES):
        for name, lines in lab.table(scenario, "variants").items():
            if f".cut_{cut}." in name:
                together.add(name, load(lab.folder / name))
                tables[name] = lines
    judge_together(tshark, f"cut_{cut}", together, tables)


def test_any_frame_missing(lab, tshark):
    """Each short capture as often as it has frames, without one of them."""
    together, tables = Collection(), {}
    for scenario in filter(lab.went_well, NAMES):
        for name, lines in lab.table(scenario, "truth").items() if SCENARIOS[scenario].cut else ():
            frames = load(lab.folder / name)
            if len(frames) > SHORT or frames[0].link != ETHERNET:
                continue
            known = variants.attempts(frames, lines)
            for missing in range(len(frames)):
                left, found = variants.variant(frames, known, variants.one_cut(missing))
                one = f"{name} without frame {missing + 1}"
                together.add(one, left)
                tables[one] = variants.table(one, found)
    judge_together(tshark, "one_missing", together, tables)
