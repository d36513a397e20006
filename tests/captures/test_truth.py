# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of real kernels (Linux 6.18): the fate of every attempt is known from the sockets, in data/kernel/truth.tsv.

A cause in the table may be a choice (a|b): then the packets cannot tell.
"""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

KERNEL = Path(__file__).parent / "data" / "kernel"


def truth():
    table = defaultdict(list)
    with open(KERNEL / "truth.tsv", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            table[row["capture"]].append(row)
    captures = {path.name for path in KERNEL.glob("*.pcap*")}
    same_packets = {"lb_snat_collision.lb_both_legs.pcapng": "lb_snat_collision.lb_both_legs.pcap"}
    for name, like in same_packets.items():
        table[name] = table[like]
    assert captures == set(table)
    return table


TRUTH = truth()
ROWS = [pytest.param(name, row, id=f"{name}-{row['syn_frame']}") for name, rows in TRUTH.items() for row in rows]


@pytest.mark.parametrize("name, true", ROWS)
def test_verdict(tshark, name, true):
    row = tshark.fields(KERNEL / name)[int(true["syn_frame"]) - 1]
    assert row["syn_number"] == 1
    assert row["fate"] == true["fate"], row["summary"]
    assert row["cause"] in true["cause"].split("|"), row["summary"]
    assert str(row.get("decided_by", "-")) == true["decided_by"]
    assert true["src"] == f"{row.get('ip.src') or row.get('ipv6.src')}:{row['tcp.srcport']}"


@pytest.mark.parametrize("name, true", ROWS)
def test_verdict_in_one_pass(tshark, name, true):
    """The deciding frame carries it, and so does the last SYN of an attempt that nothing answered, or the last repetition to a
    server that is stuck."""
    rows = tshark.fields(KERNEL / name, two_pass=False)
    attempt = rows[int(true["syn_frame"]) - 1]["attempt"]
    mine = [row for row in rows if row.get("attempt") == attempt]
    row = mine[-1] if true["decided_by"] == "-" or true["fate"] == "stuck" else rows[int(true["decided_by"]) - 1]
    assert row["attempt"] == attempt
    assert row["fate"] == true["fate"], row["summary"]
    assert row["cause"] in true["cause"].split("|"), row["summary"]


@pytest.mark.parametrize("two_pass", [True, False])
@pytest.mark.parametrize("name", TRUTH)
def test_no_attempt_too_many(tshark, name, two_pass):
    rows = tshark.attempts(KERNEL / name, two_pass=two_pass)
    assert sorted(row["frame"] for row in rows) == sorted(int(true["syn_frame"]) for true in TRUTH[name])
    assert [row["attempt"] for row in rows] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize("name", TRUTH)
def test_an_attempt_has_one_fate(tshark, name):
    fates = defaultdict(set)
    for row in tshark.fields(KERNEL / name):
        if "attempt" in row:
            fates[row["attempt"]].add((row["fate"], row["cause"]))
    assert all(len(said) == 1 for said in fates.values()), fates


@pytest.mark.parametrize("name", TRUTH)
def test_no_field_without_tcp(tshark, name):
    for row in tshark.fields(KERNEL / name):
        assert "tcp" in row["protocols"].split(":") or tshark.ours(row) == {}
