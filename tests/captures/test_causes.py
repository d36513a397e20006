# SPDX-License-Identifier: GPL-2.0-or-later
"""Every fate and cause, on its example: the verdict, its evidence and how it is shown."""

import re
from pathlib import Path

import pytest

from examples import EXAMPLES

SEVERITY = {0x00200000: "chat", 0x00400000: "note", 0x00600000: "warning", 0x00800000: "error"}
JUDGED = [name for name, example in EXAMPLES.items() if example.cause != "in_progress"]


def test_each_has_an_example():
    """In the engine's table, which is the only place that lists them."""
    table = (Path(__file__).parents[2] / "plugin" / "engine" / "causes.c").read_text()
    rows = re.findall(r"^ +ROW\((\w+), (\w+),", table, re.MULTILINE)
    assert {f"{fate}.{cause}".lower() for fate, cause in rows} == set(EXAMPLES)


@pytest.fixture(params=JUDGED)
def judged(request, tshark):
    """An example, its capture, its first SYN and its deciding frame."""
    made = EXAMPLES[request.param]
    capture, syn, decided_by = made.play()
    return made, tshark.save(f"{made.name}.pcap", capture.pcap()), syn, decided_by


def test_verdict(tshark, judged):
    made, capture, syn, decided_by = judged
    row = tshark.fields(capture)[syn - 1]
    assert (row["fate"], row["cause"]) == (made.fate, made.cause), row["summary"]
    assert row["basis"] == made.basis
    assert row.get("decided_by") == decided_by
    assert row["failed"] == (made.fate not in ("established", "pending"))
    assert row["delayed"] == made.delayed
    assert row["retries"] == made.retries
    assert (row["syn"], row["syn_number"]) == (syn, 1)


def test_every_frame_of_the_attempt_says_the_same(tshark, judged):
    made, capture, syn, decided_by = judged
    rows = tshark.fields(capture)
    attempt = rows[syn - 1]["attempt"]
    mine = [row for row in rows if row.get("attempt") == attempt]
    assert {(row["fate"], row["cause"]) for row in mine} == {(made.fate, made.cause)}
    assert [row["syn_number"] for row in mine if "syn_number" in row] == list(range(1, made.retries + 2))
    assert decided_by is None or decided_by in [row["frame"] for row in mine]


def test_words(tshark, judged):
    """A sentence for each, an advice for what failed or came late, and an expert info as severe as it is."""
    made, capture, syn, _ = judged
    row = tshark.fields(capture)[syn - 1]
    assert row["summary"].strip() == row["summary"] != ""
    severities = row.get("_ws.expert.severity", [])
    last = SEVERITY[int(severities if isinstance(severities, str) else severities[-1])]
    infos = [name for name in row if name.startswith("expert.")]
    if row["failed"]:
        assert row["advice"]
        assert (len(infos), last) == (1, "error")
    elif row["delayed"]:
        assert row["advice"]
        assert (len(infos), last) == (1, "warning")
    else:
        assert last in ("chat", "note")


@pytest.mark.parametrize("name", ["established.ok", "pending.capture_ended"])
def test_in_progress(tshark, name):
    """In one pass, before its answer or the end of the capture is read, a SYN is pending."""
    capture, syn, _ = EXAMPLES[name].play()
    row = tshark.fields(tshark.save(f"{name}.pcap", capture.pcap()), two_pass=False)[syn - 1]
    assert f"{row['fate']}.{row['cause']}" == "pending.in_progress"
    assert (row["failed"], row["delayed"], row["retries"]) == (False, False, 0)
