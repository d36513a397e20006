# SPDX-License-Identifier: GPL-2.0-or-later
"""Each scenario of the lab: what synfate says of its captures against what the kernel said when they were made."""

import pytest

import judge
from lab import load_scenarios
from variants import CUTS

NAMES = list(load_scenarios())


@pytest.fixture(params=NAMES)
def scenario(request, lab):
    failed = lab.folder / f"{request.param}.failed"
    assert not failed.exists(), f"the kernel did not do what the scenario expects:\n{failed.read_text()}"
    assert lab.captures(request.param), "the scenario left no capture"
    return request.param


def agree(compare, tshark, lab, names, table):
    errors = [f"{name}, {error}" for name in names for error in compare(tshark.fields(lab.folder / name), table[name])]
    assert not errors, "\n".join(errors)


def test_verdicts(lab, tshark, scenario):
    agree(judge.verdict_errors, tshark, lab, lab.captures(scenario), lab.truth)


def test_fields(lab, tshark, scenario):
    agree(judge.field_errors, tshark, lab, lab.captures(scenario), lab.evidence)


@pytest.mark.parametrize("cut", CUTS)
def test_less_certain_but_never_wrong(lab, tshark, scenario, cut):
    agree(judge.variant_errors, tshark, lab, lab.cuts(scenario, cut), lab.variants)
