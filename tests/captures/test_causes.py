# SPDX-License-Identifier: GPL-2.0-or-later
"""Every fate and cause, on its main story: how the verdict is shown."""

import pytest

from stories import examples, told

SEVERITY = {0x00200000: "chat", 0x00400000: "note", 0x00600000: "warning", 0x00800000: "error"}
JUDGED = [name for name, story in examples().items() if story.verdicts]


@pytest.fixture(params=JUDGED)
def judged(request, tshark):
    """A story and its capture."""
    story = told()[request.param]
    return story, story.save(tshark)


def test_every_frame_of_the_attempt_says_the_same(tshark, judged):
    story, capture = judged
    rows = tshark.fields(capture)
    attempt = rows[story.syn - 1]["attempt"]
    mine = [row for row in rows if row.get("attempt") == attempt]
    assert {(row["fate"], row["cause"]) for row in mine} == {(story.fate, story.cause)}
    assert [row["syn_number"] for row in mine if "syn_number" in row] == list(range(1, story.retries + 2))
    assert story.decided_by is None or story.decided_by in [row["frame"] for row in mine]


def test_words(tshark, judged):
    """A sentence for each, an advice for what failed or came late, and one expert info as severe as it is: on the frame
    that decides, or on the SYN where none does."""
    story, capture = judged
    rows = tshark.fields(capture)
    row = rows[story.syn - 1]
    assert row["summary"].strip() == row["summary"] != ""
    deciding = rows[row.get("decided_by", story.syn) - 1]
    severities = deciding.get("_ws.expert.severity", [])
    last = SEVERITY[int(severities if isinstance(severities, str) else severities[-1])]
    infos = [name for name in deciding if name.startswith("expert.")]
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
    story = told()[name]
    row = tshark.fields(story.save(tshark), two_pass=False)[story.syn - 1]
    assert f"{row['fate']}.{row['cause']}" == "pending.in_progress"
    assert (row["failed"], row["delayed"], row["retries"]) == (False, False, 0)
