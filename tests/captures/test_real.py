# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of real programs (haproxy, nginx, ab, curl, kernels; data/real): what happened is known from the kernels' counters
and the client programs, see the README there. Truth says what each call lived through, not only what became of its SYNs."""

from collections import Counter
from pathlib import Path

import call_truth
import pytest

REAL = Path(__file__).parent / "data" / "real"
TRUTH = call_truth.read(REAL / "truth.tsv")
OUTCOMES = {  # the client programs' own counts
    "l2dropinv.s": 120, "l2pass_snap70.s": 120, "l3brnfdead.br": 200, "l5c1slow_skew50.merged": 24, "l5c2hangd.s": 24,
    "l6ackdrop.c": 4, "l6ackdrop.f": 4, "l6asymdrop.c": 5, "l6synproxy.f": 13, "l8deferred.c": 8,
}


def test_all_captures_have_a_truth():
    assert {path.name for path in REAL.glob("*.pcap.gz")} == set(TRUTH) == {f"{name}.pcap.gz" for name in OUTCOMES}


@pytest.mark.parametrize("name", TRUTH)
def test_verdicts(tshark, name):
    errors = call_truth.verdict_errors(tshark.fields(REAL / name), TRUTH[name])
    assert not errors, "\n".join(errors)


@pytest.mark.parametrize("name", TRUTH)
def test_calls(tshark, name):
    errors = call_truth.call_errors(tshark.fields(REAL / name), TRUTH[name])
    assert not errors, "\n".join(errors)


@pytest.mark.parametrize("name", OUTCOMES)
def test_totals(tshark, name):
    """As many calls of each outcome as the client programs counted."""
    said = Counter(row["outcome"] for row in tshark.fields(REAL / f"{name}.pcap.gz") if "outcome" in row)
    true = Counter(line["outcome"] for line in TRUTH[f"{name}.pcap.gz"] if line["outcome"] != "-")
    assert sum(true.values()) == OUTCOMES[name]
    assert said == true
