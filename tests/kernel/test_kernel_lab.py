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


def test_verdicts(lab, tshark, scenario):
    for name in lab.captures(scenario):
        assert judge.verdict_errors(tshark.fields(lab.folder / name), lab.truth[name]) == [], name


def test_fields(lab, tshark, scenario):
    for name in lab.captures(scenario):
        assert judge.field_errors(tshark.fields(lab.folder / name), lab.evidence[name]) == [], name


@pytest.mark.parametrize("cut", CUTS)
def test_less_certain_but_never_wrong(lab, tshark, scenario, cut):
    for name in lab.cuts(scenario, cut):
        assert judge.variant_errors(tshark.fields(lab.folder / name), lab.variants[name]) == [], name
