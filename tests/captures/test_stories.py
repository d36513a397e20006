# SPDX-License-Identifier: GPL-2.0-or-later
"""Every story through tshark: the verdicts are those that test_stories.c finds with the engine alone."""

import pytest

import capture_file
from stories import told

GAP = 200_000_000  # µs between the beginnings of two stories


def has_its_own_end(story):
    """Or is about what the whole capture lacks."""
    lacking = story.name.startswith(("filtered", "lossy", "lost_packets", "only_syns"))
    return lacking or story.preferences or story.kind == "pcapng" or any(verdict.fate == "pending" for verdict in story.verdicts)


ALONE = [name for name, story in told().items() if has_its_own_end(story)]


def check(rows, story, base=0, basis=None):
    """rows: from the story's first frame on; base: the number of frames before it; basis: one that is allowed, too."""
    for verdict in story.verdicts:
        row = rows[verdict.syn - 1]
        is_awaited = "further path" not in row.get("summary", "")  # else no program is late or fails by it
        found = tuple(row.get(name) for name in ("fate", "cause", "basis", "delayed", "retries"))
        expected = (verdict.fate, verdict.cause, basis if found[2] == basis else verdict.basis,
                    verdict.delayed and is_awaited, verdict.retries)
        assert found == expected, f"{story.name}: {row.get('summary')}"
        assert row["failed"] == (is_awaited and verdict.fate not in ("established", "pending")), story.name
        assert row.get("decided_by") == (verdict.decided_by and base + verdict.decided_by), story.name
        assert row["syn"] == base + verdict.syn, story.name


def test_all_in_one_capture(tshark):
    """Each between hosts of its own. What some of them lack, the capture lacks: less is observed."""
    stories = [story for story in told("--networks").values() if story.name not in ALONE]
    frames, bases = [], []
    for i, story in enumerate(stories):
        bases.append(len(frames))
        frames += [(time + i * GAP, point, data) for time, point, data in story.frames()]
    rows = tshark.fields(tshark.save("stories.pcap", capture_file.pcap(frames)))
    for story, base in zip(stories, bases):
        check(rows[base:], story, base, basis="inferred")


@pytest.mark.parametrize("name", ALONE)
def test_alone(tshark, name):
    story = told()[name]
    args = [word for preference in story.preferences for word in ("-o", f"synfate.{preference}")]
    check(tshark.fields(story.save(tshark), args=tuple(args)), story)
