# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets that get lost on a wire between two real sockets; both ends are captured."""

import time

import kernel_view
from calls import final_ack, ordinary_call, packet_of, syn_of
from old_connection import REQUEST
from stage import Call, KernelClient, scenario

LOSSY = dict(client="kernel", wire=True)


def late_call(stage, lost, client_cause, server_cause):
    """connect() succeeds although packets got lost; `lost` is what the wire must have swallowed."""
    listener = stage.listen()
    caller = KernelClient(stage, 40001)
    assert caller.connect(timeout=10) == "OK"
    stage.kept = caller, listener.accept()
    assert len(stage.wire.dropped) == lost
    add_rows(stage, caller, client_cause, server_cause)


def add_rows(stage, caller, client_cause, server_cause):
    """Where a repetition is seen, the call came late by it."""
    for capture, cause in (("client", client_cause), ("server", server_cause)):
        call = Call("in_time") if cause == "ok" else Call("late", (0.9, 3.3))
        stage.call_row(call, syn_of(caller), "established", cause, f"connect(): OK, the wire lost {len(stage.wire.dropped)}",
                       capture, final_ack(caller))


@scenario((4, 6), **LOSSY)
def syn_lost(stage):
    stage.wire.lose(2, "S", stage.client_address)
    late_call(stage, 2, "syn_retransmitted", "ok")


@scenario((4, 6), **LOSSY)
def synack_lost_once(stage):
    """The client repeats its SYN; the server may repeat its SYN/ACK before that."""
    stage.wire.lose(1, "SA", stage.server_address)
    late_call(stage, 1, "syn_retransmitted|slow_answer", "syn_retransmitted|synack_retransmitted")


@scenario((4, 6), client="kernel", wire=True)
def syn_lost_beyond_the_capture(stage):
    """The server's filter drops what its capture has seen."""
    stage.server.filter("tcp flags & (syn | ack) == syn drop")
    stage.kept = stage.listen()
    caller = KernelClient(stage, 40001).start()
    time.sleep(0.5)
    stage.server.run("nft flush ruleset")
    assert caller.result(5) == "OK"
    stage.kept = stage.kept, caller
    add_rows(stage, caller, "syn_retransmitted", "syn_retransmitted")


@scenario((4, 6), **LOSSY)
def final_ack_lost_once(stage):
    """The client says nothing more, so the server repeats its SYN/ACK."""
    stage.wire.lose(1, "A", stage.client_address)
    listener = stage.listen()
    caller = KernelClient(stage, 40001)
    assert caller.connect() == "OK"
    remote = caller.endpoint.rsplit(":", 1)
    pair = (stage.server_address, 8080), (remote[0], int(remote[1]))
    assert kernel_view.state(stage.server, *pair) == "SYN_RECEIVED"
    stage.kept = caller, listener.accept()
    assert kernel_view.state(stage.server, *pair) == "ESTABLISHED" and len(stage.wire.dropped) == 1
    acks = [final_ack(caller, nth) for nth in (1, 2)]
    evidence = "connect(): OK, server in SYN_RECEIVED until the second ACK"
    stage.row(syn_of(caller), "established", "ack_retransmitted", acks, evidence, "client")
    stage.row(syn_of(caller), "established", "synack_retransmitted", acks[0], evidence, "server")


@scenario(**LOSSY)
def final_ack_lost_but_data_comes(stage):
    """The client's first data carries the acknowledgment."""
    stage.wire.lose(1, "A", stage.client_address)
    listener = stage.listen()
    caller = KernelClient(stage, 40001)
    assert caller.connect() == "OK"
    caller.socket.sendall(REQUEST)
    connection, _ = listener.accept()
    assert connection.recv(4096) == REQUEST
    stage.kept = caller, connection
    for capture in stage.captures:
        stage.row(syn_of(caller), "established", "ok", final_ack(caller),
                  "connect(): OK, accept() returned it", capture)


@scenario((4, 6), **LOSSY)
def synack_never_arrives(stage):
    """At the server: SYN/ACKs repeated. At the client it looks like silence."""
    stage.client.sysctl(ipv4__tcp_syn_retries=2)
    stage.wire.lose(1000, "SA", stage.server_address)
    stage.kept = stage.listen()
    caller = KernelClient(stage, 40001)
    assert caller.connect(timeout=20) == "ETIMEDOUT"
    evidence = f"connect(): ETIMEDOUT, the wire lost {len(stage.wire.dropped)} SYN/ACKs"
    stage.row(syn_of(caller), "no_answer", "synack_lost", None, evidence, "server", failed=True)
    stage.row(syn_of(caller), "no_answer", "silent_host", None, evidence, "client", failed=True)


@scenario(**LOSSY)
def final_ack_never_arrives(stage):
    """The client thinks that it is connected; nothing that it sends comes through."""
    stage.server.sysctl(ipv4__tcp_synack_retries=2)
    stage.wire.drop = lambda segment: segment.src == stage.client_address and segment.has("A")
    listener = stage.listen()
    caller = KernelClient(stage, 40001)
    assert caller.connect() == "OK"
    caller.socket.sendall(REQUEST)
    time.sleep(4)
    evidence = "connect(): OK, the server never left SYN_RECEIVED; to the client that looks like a full queue"
    remote = caller.endpoint.rsplit(":", 1)
    assert kernel_view.state(stage.server, (stage.server_address, 8080), (remote[0], int(remote[1]))) == "SYN_RECEIVED"
    stage.kept = caller, listener
    repeated = packet_of(caller.server, caller.endpoint, "SA", 2)
    stage.row(syn_of(caller), "no_answer", "synack_lost", None, evidence, "server")
    stage.row(syn_of(caller), "stuck", "accept_queue_full", repeated, evidence, "client")


@scenario((4, 6), **LOSSY)
def client_gave_up(stage):
    """The socket is closed before the SYN/ACK comes; the kernel answers that with RST."""
    stage.wire.delay = 0.2
    stage.kept = stage.listen()
    caller = KernelClient(stage, 40001).start()
    caller.socket.close()
    time.sleep(1.5)
    for capture in stage.captures:
        stage.row(syn_of(caller), "aborted", "client_gave_up", packet_of(caller.endpoint, caller.server, "R"),
                  "close() before connect() was through", capture, failed=True)


def call_seen_at_both(stage, listener, port):
    caller, connection = ordinary_call(stage, listener, port, "client")
    stage.row(syn_of(caller), "established", "ok", final_ack(caller), "connect(): OK")
    return caller, connection


@scenario(**LOSSY)
def client_gave_up_in_silence(stage):
    """A caller with a short timeout of its own: one SYN only, long before the end of the capture."""
    listener = stage.listen()
    stage.kept = [call_seen_at_both(stage, listener, 40001)]
    stage.wire.lose(1, "S", stage.client_address)
    caller = KernelClient(stage, 40002).start()
    time.sleep(0.3)
    caller.socket.close()
    time.sleep(3.5)
    stage.wire.drop = lambda segment: False
    stage.kept += [call_seen_at_both(stage, listener, 40003)]
    stage.row(syn_of(caller), "no_answer", "silent_flow", None, "the wire lost the only SYN", "client")
