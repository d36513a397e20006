# SPDX-License-Identifier: GPL-2.0-or-later
"""The preferences do what they say."""

import pytest

from beginnings import closed_by_server, repeat
from flow import Capture
from stories import told


def example(tshark, name):
    return told()[name].save(tshark)


def preference(name, value):
    return "-o", f"synfate.{name}:{value}"


def test_length_of_time_wait(tshark):
    capture = example(tshark, "rejected.time_wait_paws")
    for seconds in 30, 60, 240:
        row = tshark.fields(capture, args=preference("time_wait", seconds))[11]
        assert row["time_wait.remaining"] == pytest.approx(seconds - row["time_wait.elapsed"])


def test_time_wait_is_over_when_the_preference_says_so(tshark):
    """45 s after the end, on a peer that stays in TIME_WAIT for 60 s, and on one that stays 30 s."""
    capture = Capture()
    c, s = closed_by_server(capture)
    capture.wait(45)
    c.reopen(isn=s.rcv_nxt - 500_000, tsval=s.ts_recent - 1_159_862)
    (syn,) = repeat(capture, c.syn)
    path = tshark.save("after_45_s.pcap", capture.pcap())
    long, short = (tshark.fields(path, args=preference("time_wait", seconds))[syn - 1] for seconds in (60, 30))
    assert (long["cause"], long["predicted"]) == ("time_wait_paws", "ack")
    assert "time_wait" not in short["cause"] and short["predicted"] != "ack"


def test_retries_before_no_answer(tshark):
    """In one pass, at each SYN; three seconds without an answer suffice anyway."""
    capture = Capture()
    c, _ = capture.flow()
    repeat(capture, c.syn, waits=(0.5, 0.5, 0.5))
    path = tshark.save("retries.pcap", capture.pcap())
    for retries in 1, 2, 3:
        rows = tshark.fields(path, two_pass=False, args=preference("no_answer_retries", retries))
        assert [row["fate"] for row in rows] == ["pending"] * retries + ["no_answer"] * (4 - retries)


def test_tracking_off(tshark):
    path = example(tshark, "rejected.time_wait_paws")
    assert all(tshark.ours(row) == {} for row in tshark.fields(path, args=preference("tracking", "FALSE")))


def test_verdict_in_the_info_column(tshark):
    path = example(tshark, "rejected.time_wait_paws")
    words = "SYN rejected by TIME_WAIT peer"
    assert words not in tshark.run("-r", path, "-2", *preference("append_info", "FALSE"))
    lines = tshark.run("-r", path, "-2").splitlines()
    assert [words in line for line in lines] == [False] * 11 + [True] * 8
