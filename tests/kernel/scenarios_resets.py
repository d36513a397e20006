# SPDX-License-Identifier: GPL-2.0-or-later
"""Resets of the server around the handshake: before it, right after it, and some that are none of the client's business."""

import socket
import struct
import time

import packet
from calls import answer_of, final_ack, ordinary_call, packet_of, syn_of
from old_connection import REQUEST
from programs import Crowd
from raw_server import CALLER, answer_syn, conversation
from stage import Call, KernelClient, scenario

ONE_WAY = 0.03
LINGER_0 = struct.pack("ii", 1, 0)


@scenario(client="kernel", wire=True, cut=False)
def aborted_on_overflow(stage):
    """tcp_abort_on_overflow=1: who was connected, but finds no room in the accept queue, gets a RST. (A connection made by a
    SYN cookie is ignored all the same.)"""
    stage.server.sysctl(ipv4__tcp_abort_on_overflow=1, ipv4__tcp_syncookies=0)
    stage.wire.delay = ONE_WAY
    stage.kept = stage.listen(backlog=4)
    early, late = Crowd(stage, range(40001, 40004)), Crowd(stage, range(40004, 40008))
    outcomes = early.call(0.3) + late.call(1)
    reset = [outcome for outcome in outcomes if outcome.error]
    assert len(reset) >= 2 and all(outcome.connected and outcome.error == "ECONNRESET" for outcome in reset), outcomes
    for label in stage.captures:
        for caller, outcome in zip(early.callers + late.callers, outcomes):
            row_of_overflow(stage, label, caller, outcome)
    stage.kept = stage.kept, early, late


def row_of_overflow(stage, label, caller, outcome):
    if not outcome.error:
        stage.call_row(Call("in_time"), syn_of(caller), "established", "ok", str(outcome), label)
        return
    stage.call_row(Call("failed", (0, 0.2)), syn_of(caller), "refused", "reset_after_handshake", str(outcome), label,
                   packet_of(caller.server, caller.endpoint, "R"))


def reset_right_after(stage, close, flags="RA"):
    """connect() is OK, the client says nothing, then the server resets; a call before and one after are served."""
    listener = stage.listen()
    kept = [ordinary_call(stage, listener, 40001)]
    caller = KernelClient(stage, 40002)
    assert caller.connect() == "OK"
    listener = close(listener) or listener
    assert reading(caller) == "ECONNRESET"
    stage.kept = kept + [caller, listener]
    stage.call_row(Call("failed", (0, 0.6)), syn_of(caller), "refused", "reset_after_handshake",
                   "connect(): OK, recv(): ECONNRESET", decided_by=packet_of(caller.server, caller.endpoint, flags))


def reading(caller):
    try:
        return caller.socket.recv(10)
    except ConnectionResetError:
        return "ECONNRESET"


@scenario(client="kernel", cut=False)
def reset_by_the_program(stage):
    """It accepts, and closes with SO_LINGER 0 at once."""
    def close(listener):
        connection, _ = listener.accept()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        connection.close()
    reset_right_after(stage, close)


@scenario(client="kernel", cut=False)
def listener_closed_over_its_queue(stage):
    """The program ends with the call in its queue."""
    def close(listener):
        time.sleep(0.3)
        listener.close()
    reset_right_after(stage, close)


@scenario(client="kernel", cut=False)
def reset_long_after_the_handshake(stage):
    """3.5 s later that is the end of a connection, not a refusal."""
    listener = stage.listen()
    caller = KernelClient(stage, 40001)
    assert caller.connect() == "OK"
    time.sleep(3.5)
    listener.close()
    assert reading(caller) == "ECONNRESET"
    stage.call_row(Call("in_time"), syn_of(caller), "established", "ok", "connect(): OK, reset 3.5 s later",
                   decided_by=final_ack(caller))


@scenario(client="kernel", cut=False)
def reset_after_the_request(stage):
    """The server's kernel had acknowledged the request: the connection was good, its program was not."""
    listener = stage.listen()
    caller = KernelClient(stage, 40001)
    assert caller.connect() == "OK"
    caller.socket.sendall(REQUEST)
    connection, _ = listener.accept()
    time.sleep(0.2)
    connection.close()  # with unread data: RST
    assert reading(caller) == "ECONNRESET"
    stage.call_row(Call("in_time"), syn_of(caller), "established", "ok", "connect(): OK, request acknowledged, then RST",
                   decided_by=final_ack(caller))


@scenario(cut=False)
def service_starts(stage):
    """A client that takes no RST for an answer, as Windows does: the same SYN again after half a second."""
    peer = stage.peer(40001)
    first = peer.syn()
    peer.expect("RA")
    time.sleep(0.5)
    peer.syn()
    peer.expect("RA")
    stage.kept = stage.listen()
    time.sleep(0.5)
    peer.syn()
    ack = peer.acknowledge(peer.expect("SA"))
    assert stage.state(peer) == "ESTABLISHED"
    peer.send("PA", REQUEST)
    peer.accept(peer.expect("A"))
    stage.call_row(Call("late", (0.95, 1.3)), first, "established", "after_refusal", "two RST/ACKs, then ESTABLISHED",
                   decided_by=ack)


@scenario(cut=False)
def refused_then_unacknowledged(stage):
    """A RST first; the SYN/ACKs that answer the next SYN never reach the client."""
    peer = stage.peer(40001)
    first = peer.syn()
    peer.expect("RA")
    stage.kept = stage.listen()
    time.sleep(0.5)
    peer.syn()
    peer.expect("SA")
    peer.expect("SA")
    peer.syn()
    peer.expect("SA")
    assert stage.state(peer) == "SYN_RECEIVED"
    stage.call_row(Call("failed", (1.4, 2.2)), first, "no_answer", "synack_lost", "RST/ACK, then SYN_RECEIVED", decided_by=None)


@scenario(client="kernel", cut=False)
def service_comes_and_goes(stage):
    """Each call is a connect() of its own: two are refused before the listener is there, one after it is gone."""
    for port in (40001, 40002):
        refused_call(stage, port)
    listener = stage.listen()
    ordinary_call(stage, listener, 40003)
    listener.close()
    refused_call(stage, 40004)


def refused_call(stage, port):
    caller = KernelClient(stage, port)
    assert caller.connect() == "ECONNREFUSED"
    stage.call_row(Call("failed", (0, 0.05)), syn_of(caller), "refused", "refused_though_open", "connect(): ECONNREFUSED",
                   decided_by=answer_of(caller, "RA"))


@scenario(**CALLER, cut=False)
def resets_of_something_else(stage):
    """RSTs that acknowledge ISN + 41: the client rightly goes on, until its time is up."""
    stage.client.sysctl(ipv4__tcp_syn_retries=2)
    caller, server, syn = conversation(stage, 40001)
    wrong_reset(server, syn)
    while (outcome := caller.result(0.05)) == "waiting":
        seen = server.receive(0.1)
        if seen and seen.has("S"):
            wrong_reset(server, seen)
    assert outcome == "ETIMEDOUT"
    stage.call_row(Call("failed", (1.5, 7)), syn, "no_answer", "ignored_reset", "connect(): ETIMEDOUT", decided_by=None)


def wrong_reset(server, syn):
    server.rcv_nxt = (syn.seq + 41) % packet.WORD
    server.send("RA", seq=0, stamped=False, window=0)


@scenario(**CALLER, cut=False)
def reset_by_a_box_behind_the_handshake(stage):
    """The SYN/ACK has TTL 64, the RST 57: somebody between wanted to end it."""
    caller, server, syn = conversation(stage, 40001)
    answer_syn(server, syn)
    server.expect("A")
    assert caller.result(1) == "OK"
    server.ttl = 57
    reset = server.send("R", seq=server.isn + 1, stamped=False, window=0)
    assert reading(caller) == "ECONNRESET"
    stage.call_row(Call("failed", (0, 0.1)), syn, "refused", "reset_in_path", "connect(): OK, recv(): ECONNRESET",
                   decided_by=reset)


@scenario(**CALLER, cut=False)
def reset_beside_the_servers_answer(stage):
    """The RST comes before data of the server in sequence: the server knows nothing of it."""
    caller, server, syn = conversation(stage, 40001)
    answer_syn(server, syn)
    server.expect("A")
    assert caller.result(1) == "OK"
    reset = server.send("R", seq=server.isn + 1, stamped=False, window=0)
    server.snd_nxt = server.isn + 1
    server.send("PA", b"220 ready\r\n")
    assert reading(caller) == "ECONNRESET"
    stage.call_row(Call("failed", (0, 0.1)), syn, "refused", "reset_in_path", "connect(): OK, recv(): ECONNRESET",
                   decided_by=reset)
