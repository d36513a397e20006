# SPDX-License-Identifier: GPL-2.0-or-later
"""The server is too slow to accept: its queue is full at the SYN, or at the final ACK."""

import time

import kernel_view
from calls import final_ack, silence, syn_of
from capture import Match
from old_connection import REQUEST, handshake
from stage import Call, KernelClient, scenario


def full_listener(stage):
    """A backlog of 1 holds two connections; nobody accepts them."""
    listener = stage.listen(backlog=1)
    callers = []
    for port in (40001, 40002):
        caller = KernelClient(stage, port)
        assert caller.connect() == "OK"
        stage.call_row(Call("in_time"), syn_of(caller), "established", "ok", "connect(): OK", decided_by=final_ack(caller))
        callers.append(caller)
    return listener, callers


@scenario((4, 6), client="kernel")
def accept_queue_full_at_syn(stage):
    stage.kept = full_listener(stage)
    with kernel_view.counting(stage.server) as delta:
        silence(stage, KernelClient(stage, 40003), "silent_flow", "accept queue full")
    assert delta["TcpExtListenOverflows"] >= 3 and delta["TcpExtListenDrops"] >= 3


@scenario(client="kernel")
def accept_queue_full_then_room(stage):
    """The queue has room again before the caller gives up."""
    listener, callers = full_listener(stage)
    late = KernelClient(stage, 40003).start()
    time.sleep(0.3)
    stage.kept = [callers, listener.accept(), listener.accept()]
    assert late.result(5) == "OK"
    stage.kept += [late, listener.accept()]
    stage.call_row(Call("late", (0.9, 1.3)), syn_of(late), "established", "syn_retransmitted",
                   "connect(): OK after retries", decided_by=final_ack(late))


def crowd(stage):
    """A backlog of 2 holds three connections; the last two SYNs come before the queue is full."""
    stage.kept = stage.listen(backlog=2)
    peers = [stage.peer(port) for port in (40001, 40002, 40003, 40004)]
    for peer in peers[:2]:
        syn, ack = handshake(peer)
        assert stage.state(peer) == "ESTABLISHED"
        stage.call_row(Call("in_time"), syn, "established", "ok", "ESTABLISHED in the accept queue", decided_by=ack)
    return peers[2:]


def fill(stage, third, last):
    """The third connection takes the last place, the fourth one's final ACK and data are ignored; returns its SYN."""
    syns = third.syn(), last.syn()
    answers = third.expect("SA"), last.expect("SA")
    ack = third.acknowledge(answers[0])
    assert stage.state(third) == "ESTABLISHED"
    stage.call_row(Call("in_time"), syns[0], "established", "ok", "ESTABLISHED in the accept queue", decided_by=ack)
    with kernel_view.counting(stage.server) as delta:
        last.acknowledge(answers[1])
        last.send("PA", REQUEST)
    assert delta["TcpExtListenOverflows"] >= 1
    return syns[1]


@scenario((4, 6))
def accept_queue_full_at_ack(stage):
    third, last = crowd(stage)
    syn = fill(stage, third, last)
    assert stage.state(last) == "SYN_RECEIVED"
    repeated = last.expect("SA", timeout=4)
    last.send("A")
    last.send("PA", REQUEST, seq=last.isn + 1)
    last.expect("SA", timeout=4)
    last.send("PA", REQUEST, seq=last.isn + 1)
    stage.call_row(Call("failed", (0.9, 8)), syn, "stuck", "accept_queue_full", "server in SYN_RECEIVED, ListenOverflows",
                   decided_by=repeated, basis="inferred")


@scenario()
def accept_queue_full_at_ack_with_syncookie(stage):
    """The server keeps nothing of a SYN cookie: no SYN/ACK is repeated, only the client's data."""
    stage.server.sysctl(ipv4__tcp_syncookies=2)
    third, last = crowd(stage)
    syn = fill(stage, third, last)
    assert stage.state(last) is None
    for gap in (0.3, 0.6, 1.2, 2.4):
        time.sleep(gap)
        last.send("PA", REQUEST, seq=last.isn + 1)
        last.expect_silence(0.01)
    third_time = Match(4, src=last.address, sport=last.port, flags="A")
    stage.call_row(Call("failed", (4.3, 6)), syn, "stuck", "unanswered_data", "no socket, ListenOverflows",
                   decided_by=third_time, basis="inferred")
