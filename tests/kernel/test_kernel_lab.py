# SPDX-License-Identifier: GPL-2.0-or-later
"""Each scenario of the lab: what synfate says of its captures against what the kernel said when they were made."""

import pytest

import judge
from capture import load, write
from collection import Collection
from lab import load_scenarios
from variants import CUTS

NAMES = list(load_scenarios())


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


@pytest.mark.parametrize("cut", CUTS)
def test_less_certain_but_never_wrong(lab, tshark, cut):
    """All captures of which this was cut away, in one."""
    together, tables = Collection(), {}
    for scenario in NAMES:
        lab.wait(scenario)
        for name, lines in lab.table(scenario, "variants").items():
            if f".cut_{cut}." in name:
                together.add(name, load(lab.folder / name))
                tables[name] = lines
    path = tshark.captures / f"cut_{cut}.pcap"
    write(path, together.frames)
    rows = tshark.fields(path)
    errors = [f"{name}, {error}" for name, lines in tables.items()
              for error in judge.variant_errors(together.rows(name, rows), lines)]
    assert not errors, "\n".join(errors)
