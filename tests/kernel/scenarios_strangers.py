# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients and servers that do not do what Linux does: wrong acknowledgments, two servers at once, silence after the SYN/ACK."""

import time

from old_connection import REQUEST, handshake
from raw_server import CALLER, answer_syn, conversation
from stage import Call, scenario


def acknowledge_something_else(stage, offset):
    """The server resets that and goes on waiting."""
    stage.kept = stage.listen()
    peer = stage.peer(40001)
    syn = peer.syn()
    peer.accept(peer.expect("SA"))
    peer.send("A", ack=peer.rcv_nxt + offset)
    peer.expect("R")
    assert stage.state(peer) == "SYN_RECEIVED"
    peer.expect("SA", timeout=3)
    assert stage.state(peer) == "SYN_RECEIVED"
    stage.call_row(Call("failed", (0, 1.2)), syn, "no_answer", "synack_lost", "still SYN_RECEIVED", decided_by=None)


@scenario(cut=False)
def wrong_final_ack(stage):
    acknowledge_something_else(stage, 999_999)


@scenario(cut=False)
def wrong_final_ack_by_one(stage):
    """It acknowledges the SYN/ACK's ISN, one too few."""
    acknowledge_something_else(stage, -1)


@scenario(cut=False)
def wrong_final_ack_then_right(stage):
    """Only the second ACK is one."""
    stage.kept = stage.listen()
    peer = stage.peer(40001)
    syn = peer.syn()
    peer.accept(peer.expect("SA"))
    peer.send("A", ack=peer.rcv_nxt + 999_999)
    peer.expect("R")
    time.sleep(0.2)
    ack = peer.send("A")
    assert stage.state(peer) == "ESTABLISHED"
    peer.send("PA", REQUEST)
    peer.expect("A")
    stage.call_row(Call("in_time"), syn, "established", "ok", "SYN_RECEIVED, then ESTABLISHED", decided_by=ack)


@scenario(**CALLER, cut=False)
def two_servers_answer(stage):
    """Two SYN/ACKs of different ISNs, 0.7 ms apart: the client takes the first, and its data flows."""
    caller, server, syn = conversation(stage, 40001)
    first = server.isn
    answer_syn(server, syn)
    time.sleep(0.0007)
    server.isn = first + 500_000_000
    answer_syn(server, syn)
    ack = server.expect("A")
    assert ack.ack == first + 1
    assert caller.result(1) == "OK"
    caller.socket.sendall(REQUEST)
    request = server.expect("A")
    while not request.payload:
        request = server.expect("A")
    server.snd_nxt = first + 1
    server.isn = first
    server.accept(request)
    server.send("PA", b"HTTP/1.1 200 OK\r\n\r\n")
    assert caller.socket.recv(100)
    stage.call_row(Call("in_time"), syn, "established", "ok", "connect(): OK, answered", decided_by=ack)


@scenario(cut=False)
def capture_ends_before_the_ack(stage):
    """A SYN/ACK came, then the capture ends: nobody knows."""
    stage.kept = stage.listen()
    peers = [stage.peer(port) for port in (40001, 40002)]
    syn, ack = handshake(peers[0])
    stage.call_row(Call("in_time"), syn, "established", "ok", "ESTABLISHED", decided_by=ack)
    syn = peers[1].syn()
    peers[1].expect("SA")
    stage.call_row(Call("unknown"), syn, "pending", "unacknowledged", "SYN_RECEIVED", decided_by=None)


@scenario(cut=False)
def superseded_by_another_isn(stage):
    """The first caller gets no answer, and another one takes its port half a second later: the first is over."""
    stage.kept = stage.listen()
    stage.server.filter("tcp sport 40001 drop")
    peer = stage.peer(40001)
    first = peer.syn()
    time.sleep(0.5)
    stage.server.run("nft flush ruleset")
    peer.renew(1_700_000_000, 4_000_000)
    syn, ack = handshake(peer)
    assert stage.state(peer) == "ESTABLISHED"
    stage.call_row(Call("failed", (0, 0.01)), first, "no_answer", "silent_flow", "dropped by a filter", decided_by=None)
    stage.call_row(Call("in_time"), syn, "established", "ok", "ESTABLISHED", decided_by=ack)


@scenario(**CALLER, cut=False)
def syn_authentication(stage):
    """A box answers the first SYN with a wrong number; who resets that is a real client, and its next SYN passes."""
    caller, server, syn = conversation(stage, 40001)
    answer_syn(server, syn, offset=123_456_789)
    server.expect("R")
    again = server.expect("S")
    answer_syn(server, again)
    ack = server.expect("A")
    assert caller.result(1) == "OK"
    stage.call_row(Call("late", (0.004, 0.1)), syn, "established", "after_wrong_ack", "connect(): OK", decided_by=ack)
