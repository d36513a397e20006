# SPDX-License-Identifier: GPL-2.0-or-later
"""Reuses on real sockets, thousands if the machine is not too busy: the statistics' totals are the lab's own counts."""

from collections import Counter

import pytest

import stats
from scenarios_mixed import FEWEST

TABLES = "synfate,services", "synfate,reuse", "synfate,tree"
FATES = {"Established": "established", "Rejected": "rejected", "Refused": "refused", "Unreachable": "unreachable",
         "No answer": "no_answer", "Stuck": "stuck", "Aborted": "aborted", "Pending": "pending"}


@pytest.fixture(params=["mixed", "mixed_v6"])
def counted(request, lab):
    """A capture, and the true (server, client port, fate, cause) of each attempt in it."""
    lab.wait(request.param)
    ((name, lines),) = lab.table(request.param, "truth").items()
    return lab.folder / name, [(dst, src.rsplit(":", 1)[1], fate, cause) for _, _, src, dst, fate, cause, _ in lines]


def test_totals(tshark, counted):
    capture, truth = counted
    services, reuse, causes = stats.by_sharkd(tshark, capture, *TABLES)
    fates = Counter(fate for _, _, fate, _ in truth)
    assert len(truth) > FEWEST and len(services) == len(reuse) == 1
    assert {fate: services[0][name] for name, fate in FATES.items() if services[0][name]} == fates
    assert services[0]["Attempts"] == reuse[0]["Attempts"] == len(truth)
    assert reuse[0]["Connections"] == fates["established"]
    assert reuse[0]["Client ports"] == len({port for _, port, _, _ in truth})
    assert Counter({(row["Fate"], row["Cause"]): row["Attempts"] for row in causes if row["Cause"] != "(all)"}) == Counter(
        (fate, cause) for _, _, fate, cause in truth)
    assert {row["Fate"]: row["Attempts"] for row in causes if row["Cause"] == "(all)"} == fates


def test_tshark_says_the_same(tshark, counted):
    capture, truth = counted
    services, reuse, causes = (stats.csv_table(tshark, capture, command) for command in TABLES)
    assert services[0]["attempts"] == len(truth)
    assert reuse[0]["connections"] == services[0]["established"] == sum(fate == "established" for _, _, fate, _ in truth)
    assert Counter({(row["fate"], row["cause"]): row["attempts"] for row in causes if row["cause"] != "(all)"}) == Counter(
        (fate, cause) for _, _, fate, cause in truth)
