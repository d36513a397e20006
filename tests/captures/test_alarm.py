# SPDX-License-Identifier: GPL-2.0-or-later
"""synfate.alarm: while a capture is read for the first time, a SYN without an answer shows on whatever comes after 3 s.
And expert infos: one for each call."""

import pytest
from scapy.layers.inet import IP, UDP

from beginnings import conversation, handshake
from flow import Capture
from stories import told
from test_statistics import shop


def unrelated(capture):
    """Something else passes."""
    capture.add(IP(src="10.9.0.8", dst="10.9.0.9") / UDP(sport=1000, dport=53))


def silent(*waits, calls=1):
    """Calls whose programs give up at once; then other packets, each after so many seconds."""
    capture = Capture()
    for i in range(calls):
        c, _ = capture.flow(cport=50001 + i)
        c.syn()
    for wait in waits:
        capture.wait(wait)
        unrelated(capture)
    return capture


def alarms(tshark, name, capture, **how):
    rows = tshark.fields(tshark.save(f"{name}.pcap", capture.pcap()), "synfate.alarm", two_pass=False, **how)
    return {row["frame"]: row["alarm"] for row in rows}


def test_a_program_that_gives_up(tshark):
    """No packet of the call itself could tell."""
    capture = silent(0.5, 2.4, 0.2, 1)
    assert alarms(tshark, "gives-up", capture) == {4: 1}
    (row,) = tshark.fields(tshark.captures / "gives-up.pcap", "synfate.alarm", two_pass=False)
    assert tshark.ours(row) == {"alarm": 1, "expert.no_answer": True}


def test_only_once_and_not_on_a_second_look(tshark):
    capture = silent(4, 4, 4)
    assert alarms(tshark, "once", capture) == {2: 1}
    assert tshark.fields(tshark.captures / "once.pcap", "synfate.alarm") == []


def test_eight_on_a_frame(tshark):
    capture = silent(4, calls=11)
    assert alarms(tshark, "eleven", capture) == {12: list(range(1, 9))}
    text = tshark.run("-r", tshark.captures / "eleven.pcap", "-Y", "synfate.alarm", "-V")
    assert "[SYN fate: SYN not answered for 3 s: 10.9.0.1:50001 -> 10.9.0.2:8080]\n" in text
    assert "10.9.0.1:50008 -> 10.9.0.2:8080; and 3 more]\n" in text and "50009" not in text


def test_on_its_own_next_syn(tshark):
    """Whatever comes: the frame may be the call's own."""
    capture = Capture()
    c, _ = capture.flow()
    c.syn()
    capture.wait(1)
    c.syn()
    capture.wait(2)
    c.syn()
    assert alarms(tshark, "own", capture) == {3: 1}


@pytest.mark.parametrize("answer", ["synack", "refuse"])
def test_none_for_what_was_answered(tshark, answer):
    capture = Capture()
    c, s = capture.flow()
    c.syn()
    getattr(s, answer)()
    capture.wait(4)
    unrelated(capture)
    assert alarms(tshark, answer, capture) == {}


def given_up_and_sent_again(first_wait, answered=False):
    """The client gives up, its RST ends the NAT's entry: the same SYN comes from another port."""
    capture = Capture()
    before, _ = capture.flow(cport=50001)
    before.syn()
    capture.wait(first_wait)
    unrelated(capture)
    before.reset(seq=before.isn + 1)
    capture.wait(0.01)
    again, s = capture.flow(cport=50002)
    again.isn = before.isn
    again.syn(tsval=before.syn_tsval + 10)
    if answered:
        s.synack()
        again.ack()
    capture.wait(4)
    unrelated(capture)
    return capture


def test_a_retry_through_another_port(tshark):
    """Nothing answers it, either: the RST of the client on the first port is no answer to the second."""
    capture = given_up_and_sent_again(1)
    assert alarms(tshark, "again", capture) == {5: 4}
    assert [row["call"] for row in tshark.fields(tshark.captures / "again.pcap", "synfate.call") if row.get("call")] == [1, 1, 1]


def test_a_retry_after_an_alarm(tshark):
    assert alarms(tshark, "alarm-again", given_up_and_sent_again(3.5)) == {2: 1, 5: 4}


def test_a_retry_that_is_answered(tshark):
    assert alarms(tshark, "again-answered", given_up_and_sent_again(1, answered=True)) == {}


def test_thousands_of_calls(tshark):
    """Of thousands of calls only the one without an answer is told."""
    capture = Capture()
    for i in range(3000):
        handshake(*capture.flow(cport=10000 + i))
        capture.wait(0.003)
    c, _ = capture.flow(cport=9999)
    c.syn()
    capture.wait(3)
    conversation(capture, cport=9998)
    assert list(alarms(tshark, "thousands-of-calls", capture).values()) == [9001]


# One expert info for each call

ERRORS = ["time_wait", "old_connection", "wrong_ack", "refused", "unreachable", "no_answer", "stuck", "aborted"]
WARNINGS = ["delayed", "after_rejection"]


def infos(row, names):
    values = [row.get(f"expert.{name}", []) for name in names]
    return sum(len(value) if isinstance(value, list) else 1 for value in values)


def test_one_error_a_failed_call(tshark):
    """1 failure counted 7 errors: each SYN, and each answer."""
    rows = tshark.fields(tshark.save("shop.pcap", shop().pcap()))
    assert sum(row.get("outcome") == "failed" for row in rows) == sum(infos(row, ERRORS) for row in rows) == 3
    assert sum(row.get("outcome") == "late" for row in rows) == sum(infos(row, WARNINGS) for row in rows) == 1
    text = tshark.run("-r", tshark.captures / "shop.pcap", "-2", "-q", "-z", "expert,error")
    assert "Errors (3)" in text


@pytest.mark.parametrize("name", ["stuck.dropped_here_for_long", "no_answer.silent_port", "stuck.accept_queue_full"])
def test_one_error_while_it_is_read(tshark, name):
    """The capture of a firewall that dropped what four clients sent told each repetition: 30 errors."""
    text = tshark.run("-r", told()[name].save(tshark), "-q", "-z", "expert,error")
    assert "Errors (1)" in text


def test_where_the_error_is(tshark):
    """On the frame that decides, or where none does on the call's first SYN."""
    rows = tshark.fields(tshark.save("shop.pcap", shop().pcap()))
    for row in rows:
        if infos(row, ERRORS):
            assert row["frame"] == row.get("decided_by", row["syn"])


def test_probes_are_no_errors(tshark):
    """Once they are known to be probes, also while the capture is read for the first time."""
    path = told()["words_of_a_half_open_probe"].save(tshark)
    assert sum(infos(row, ERRORS) for row in tshark.fields(path)) == 0
    assert "Half-open probe" not in tshark.run("-r", path, "-q", "-z", "expert,error")
