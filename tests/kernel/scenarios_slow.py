# SPDX-License-Identifier: GPL-2.0-or-later
"""Slow without a loss, and what looks slow to the server although nobody waited."""

import socket
import time

import ledger
from calls import final_ack, syn_of
from old_connection import REQUEST
from programs import Crowd, Server
from raw_server import CALLER, answer_syn, conversation
from stage import Call, KernelClient, scenario

WIRE = dict(client="kernel", wire=True, cut=False)


def delay(stage, flags, source, seconds):
    """Packets with these flags from this address are late."""
    stage.wire.late = lambda segment: seconds if segment.has(flags) and segment.src == source else 0.0


def rows(stage, verdicts, evidence):
    """`verdicts`: for each capture the causes and the call of every attempt in it."""
    for label, (cause, call) in verdicts.items():
        for attempt in ledger.attempts(stage.captures[label]):
            stage.call_row(Call(*call), attempt.syn, "established", cause, evidence, label)


@scenario(**WIRE)
def slow_synack(stage):
    """The SYN/ACK takes 2.5 s. The client repeats its SYN, in vain: it is the first SYN's answer that comes. The server's
    capture shows repetitions only, the last of them after 2 s, or after 1 s before Linux 6.5 (tcp_syn_linear_timeouts)."""
    stage.kept = Server(stage.listen(), closes=False)
    delay(stage, "SA", stage.server_address, 2.5)
    outcomes = Crowd(stage, range(40001, 40006)).call(8)
    assert all(2.4 < outcome.connected < 2.7 for outcome in outcomes)
    stage.stop()
    rows(stage, {"client": ("slow_answer", ("late", (1.9, 2.7))),
                 "server": ("slow_answer|syn_retransmitted|synack_retransmitted", ("late", (0.9, 2.7)))},
         "connect(): OK after 2.5 s")


@scenario(wire=True, cut=False)
def slow_synack_without_a_retry(stage):
    """The client does not repeat anything."""
    stage.kept = stage.listen()
    delay(stage, "SA", stage.server_address, 1.6)
    peer = stage.peer(40001)
    syn = peer.syn()
    peer.acknowledge(peer.expect("SA"))
    peer.send("PA", REQUEST)
    peer.expect("A", skip="SA")
    stage.call_row(Call("late", (1.5, 1.8)), syn, "established", "slow_answer", "SYN/ACK after 1.6 s", "client")
    stage.call_row(Call("late", (0.9, 1.8)), syn, "established", "slow_answer|synack_retransmitted", "SYN/ACK after 1.6 s")


@scenario(**WIRE)
def long_way(stage):
    """0.6 s from end to end and back: no more than the network needs, and below synfate.slow_connect."""
    stage.wire.delay = 0.3
    stage.kept = Server(stage.listen(), closes=False)
    outcomes = Crowd(stage, range(40001, 40004)).call(4)
    assert all(outcome.answered for outcome in outcomes)
    stage.stop()
    rows(stage, {"client": ("ok", ("in_time",)), "server": ("ok", ("in_time",))}, "connect(): OK after 0.6 s")


@scenario(**WIRE)
def servers_timer_too_short(stage):
    """The client's ACK takes 1.1 s, so the server repeats its SYN/ACK for nothing: the ACK echoes the first one's TSval."""
    stage.kept = Server(stage.listen(), closes=False)
    delay(stage, "A", stage.client_address, 1.1)
    caller = KernelClient(stage, 40001)
    assert caller.connect(0.5) == "OK"
    time.sleep(1.6)
    stage.kept = stage.kept, caller
    for label in stage.captures:
        stage.call_row(Call("in_time"), syn_of(caller), "established", "ok|ack_retransmitted", "connect(): OK at once", label)


def deferred(stage, seconds):
    """The server waits for data before it tells its program. One client sends at once, one after 2.5 s, one never."""
    listener = stage.listen()
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, seconds)
    stage.kept = Server(listener, closes=False)
    callers = [KernelClient(stage, port) for port in (40001, 40002, 40003)]
    assert all(caller.connect(1) == "OK" for caller in callers)
    callers[0].socket.sendall(REQUEST)
    time.sleep(2.5)
    callers[1].socket.sendall(REQUEST)
    for caller in callers[:2]:
        assert caller.socket.recv(100)
    time.sleep(1.5)
    stage.kept = stage.kept, callers
    for label in stage.captures:
        for caller in callers:
            stage.call_row(Call("in_time"), syn_of(caller), "established", "ok|ack_retransmitted", "connect(): OK at once", label)


@scenario(**WIRE)
def deferred_accept(stage):
    """TCP_DEFER_ACCEPT of 1 s: SYN/ACKs are repeated to the idle clients, who were connected at once."""
    deferred(stage, 1)
    stage.stop()
    repeated = [seen for seen in stage.captures["client"].frames if seen.segment.has("SA")]
    assert len(repeated) == 5


@scenario(**WIRE)
def deferred_accept_for_long(stage):
    """TCP_DEFER_ACCEPT of 10 s: nothing is repeated in the time of this capture."""
    deferred(stage, 10)


@scenario(client="kernel", cut=False)
def server_speaks_first(stage):
    """An idle client, and one that gets the server's greeting after 1.2 s: nobody waited for the connection."""
    listener = stage.listen()
    callers = [KernelClient(stage, port) for port in (40001, 40002)]
    assert all(caller.connect(1) == "OK" for caller in callers)
    connection, _ = listener.accept()
    time.sleep(1.2)
    connection.sendall(b"220 ready\r\n")
    assert callers[0].socket.recv(100)
    stage.kept = callers, listener, connection
    for caller in callers:
        stage.call_row(Call("in_time"), syn_of(caller), "established", "ok", "connect(): OK at once", decided_by=final_ack(caller))


@scenario(**CALLER, cut=False)
def synacks_out_of_order(stage):
    """A repeated SYN/ACK overtakes the first one: its TSval is older, 24 microseconds later."""
    caller, server, syn = conversation(stage, 40001)
    server.ticks = 0
    server.tsval_base += 1000
    answer_syn(server, syn)
    server.tsval_base -= 1000
    answer_syn(server, syn)
    server.expect("A")
    assert caller.result(1) == "OK"
    stage.call_row(Call("in_time"), syn, "established", "ok|ack_retransmitted", "connect(): OK at once")


def full(stage, listener, backlog):
    """Fills the accept queue with other callers."""
    callers = [KernelClient(stage, 41000 + at) for at in range(backlog + 1)]
    for caller in callers:
        assert caller.connect() == "OK"
        stage.call_row(Call("in_time"), syn_of(caller), "established", "ok", "connect(): OK", decided_by=final_ack(caller))
    return callers


def late_on_reused_pair(stage, close_first, reuse):
    """The queue is full when the port pair is used again: that cost the second, not the old connection."""
    listener = stage.listen(backlog=1)
    caller = KernelClient(stage, 40001)
    assert caller.connect() == "OK"
    connection, _ = listener.accept()
    stage.call_row(Call("in_time"), syn_of(caller), "established", "ok", "connect(): OK", decided_by=final_ack(caller))
    for end in (connection, caller.socket) if close_first == "server" else (caller.socket, connection):
        end.close()
        time.sleep(0.1)
    time.sleep(0.6)
    kept = full(stage, listener, 1)
    again = KernelClient(stage, 40001).start()
    time.sleep(0.5)
    kept += [listener.accept(), listener.accept()]
    assert again.result(5) == "OK"
    kept += [again, listener.accept()]
    stage.kept = kept
    stage.call_row(Call("late", (0.9, 1.2)), syn_of(again, 2), "established", "syn_retransmitted",
                   "connect(): OK after 1 s: the accept queue was full", reuse=reuse)


@scenario(client="kernel", cut=False)
def queue_full_on_a_pair_in_time_wait(stage):
    """The first SYN ends TIME_WAIT and is dropped; the second finds nothing of it."""
    late_on_reused_pair(stage, "server", "time_wait_recycled_timestamp|time_wait_recycled_sequence|time_wait_expired")


@scenario(client="kernel", cut=False)
def queue_full_on_a_pair_closed_by_the_client(stage):
    stage.client.sysctl(ipv4__tcp_tw_reuse=1)
    late_on_reused_pair(stage, "client", "after_close")
