# SPDX-License-Identifier: GPL-2.0-or-later
"""What a real client socket makes of answers that are not the right SYN/ACK."""

import time

import packet
from raw_server import CALLER, answer_syn, conversation
from stage import scenario


@scenario((4, 6), **CALLER)
def wrong_ack(stage):
    """Every SYN/ACK acknowledges something else: the client resets each and gives up."""
    stage.client.sysctl(ipv4__tcp_syn_retries=2)
    caller, server, syn = conversation(stage, 40001)
    wrong = answer_syn(server, syn, offset=77_777)
    while (outcome := caller.result(0.05)) == "waiting":
        seen = server.receive(0.1)
        if seen and seen.has("S"):
            answer_syn(server, seen, offset=77_777)
    assert outcome == "ETIMEDOUT"
    stage.row(syn, "rejected", "wrong_ack", wrong, "connect(): ETIMEDOUT", failed=True)


@scenario((4, 6), **CALLER)
def after_wrong_ack(stage):
    caller, server, syn = conversation(stage, 40001)
    wrong = answer_syn(server, syn, offset=77_777)
    reset = server.expect("R")
    assert reset.seq == wrong.ack
    again = server.expect("S")
    assert again.seq == syn.seq
    answer_syn(server, again)
    ack = server.expect("A")
    assert caller.result(1) == "OK"
    stage.row(syn, "established", "after_wrong_ack", ack, "connect(): OK", delayed=True)


@scenario(**CALLER)
def wrong_ack_by_one(stage):
    """The SYN/ACK acknowledges the ISN itself, one too few."""
    caller, server, syn = conversation(stage, 40001)
    answer_syn(server, syn, offset=0)
    server.expect("R")
    again = server.expect("S")
    answer_syn(server, again)
    ack = server.expect("A")
    assert caller.result(1) == "OK"
    stage.row(syn, "established", "after_wrong_ack", ack, "connect(): OK")


@scenario(**CALLER)
def bare_ack_never_followed_by_anything(stage):
    """An ACK of an old connection that the capture does not have: live socket or TIME_WAIT, its IP ID may say."""
    stage.client.sysctl(ipv4__tcp_syn_retries=2)
    caller, server, syn = conversation(stage, 40001)
    server.rcv_nxt = (syn.seq - 5_000_000) % packet.WORD
    answer = server.send("A", stamped=False)
    reset = server.expect("R")
    assert reset.seq == answer.ack
    while (outcome := caller.result(0.05)) == "waiting":
        server.receive(0.1)
    assert outcome == "ETIMEDOUT"
    stage.row(syn, "rejected", "old_unknown", answer, "connect(): ETIMEDOUT")


@scenario(**CALLER)
def reset_with_wrong_ack_is_ignored(stage):
    """A RST that does not acknowledge the SYN is none of the client's business."""
    caller, server, syn = conversation(stage, 40001)
    server.rcv_nxt = (syn.seq + 1_000) % packet.WORD
    server.send("RA", seq=0, stamped=False)
    time.sleep(0.2)
    assert caller.result(0.1) == "waiting"
    answer_syn(server, syn)
    ack = server.expect("A", skip="S")
    assert caller.result(1) == "OK"
    stage.row(syn, "established", "syn_retransmitted|slow_answer", ack, "connect(): OK; the RST made it repeat its SYN at once")


@scenario((4, 6), **CALLER)
def synack_duplicated(stage):
    """The network delivers the SYN/ACK twice."""
    caller, server, syn = conversation(stage, 40001)
    answer = answer_syn(server, syn)
    server.host.send(answer)
    ack = server.expect("A")
    assert caller.result(1) == "OK"
    stage.row(syn, "established", "ok|ack_retransmitted|synack_retransmitted", ack, "connect(): OK")


@scenario(**CALLER)
def split_handshake(stage):
    """A SYN answered by a SYN instead of a SYN/ACK: to the client that is a simultaneous open."""
    split(stage, with_ack=False)


@scenario(**CALLER)
def split_handshake_with_ack(stage):
    """First a bare ACK of the SYN, then the SYN of the other side."""
    split(stage, with_ack=True)


def split(stage, with_ack):
    caller, server, syn = conversation(stage, 40001)
    if with_ack:
        server.rcv_nxt, server.ts_recent = syn.seq + 1, syn.tsval
        server.send("A")
        assert caller.result(0.2) == "waiting"
    back = server.syn()
    answer = server.expect("SA")
    assert answer.ack == back.seq + 1
    server.accept(answer)
    server.ts_recent = answer.tsval
    ack = server.send("A")
    assert caller.result(1) == "OK"
    evidence = "connect(): OK by SYN against SYN"
    stage.row(syn, "established", "simultaneous_open|ok", [ack, answer], evidence)
    stage.row(back, "established", "simultaneous_open|ok", [ack, answer], evidence)
