# SPDX-License-Identifier: GPL-2.0-or-later
"""Real client sockets on a port pair that is in use: their own TIME_WAIT, that of the server, a simultaneous open."""

import time

import kernel_view
import old_connection
from calls import answer_of, final_ack, ordinary_call, syn_of
from stage import PORT, KernelClient, scenario


@scenario((4, 6), client="kernel", wire=True)
def simultaneous_open(stage):
    """Two sockets call each other over a long wire."""
    stage.wire.delay = 0.1
    one = KernelClient(stage, 40001, 40002)
    other = KernelClient(stage, 40002, 40001, stage.server, stage.server_address, stage.client_address)
    one.start()
    other.start()
    assert one.result(5) == other.result(5) == "OK"
    time.sleep(0.5)
    for namespace, caller in ((stage.client, one), (stage.server, other)):
        own, remote = caller.socket.getsockname()[:2], caller.socket.getpeername()[:2]
        assert kernel_view.state(namespace, own, remote) == "ESTABLISHED"
    for capture in stage.captures:
        for caller in (one, other):
            decided = answer_of(caller, "SA")
            stage.row(syn_of(caller), "established", "simultaneous_open", decided, "both connect(): OK", capture)


@scenario((4, 6), client="kernel")
def own_time_wait_reused(stage):
    """The client closed first and calls again from its own TIME_WAIT (tcp_tw_reuse)."""
    stage.client.sysctl(ipv4__tcp_tw_reuse=1)
    listener = stage.listen()
    caller, connection = ordinary_call(stage, listener, 40001)
    caller.socket.close()
    connection.close()
    time.sleep(1.5)
    again = KernelClient(stage, 40001)
    with kernel_view.counting(stage.client) as delta:
        assert again.connect() == "OK"
    assert delta["TcpExtTWRecycled"] == 1
    stage.kept = again, listener.accept()
    stage.row(syn_of(again, 2), "established", "reuse_after_close", final_ack(again, syn_nth=2),
              f"connect(): OK, {delta}", use=2)


@scenario((4, 6), client="kernel")
def server_closes_first_to_a_real_caller(stage):
    """The same host again: its clock goes on, so TIME_WAIT at the server lets it in."""
    listener = stage.listen()
    caller, connection = ordinary_call(stage, listener, 40001)
    connection.close()
    assert caller.socket.recv(10) == b""
    caller.socket.close()
    time.sleep(0.6)
    pair = (stage.server_address, PORT), (stage.client_address, 40001)
    assert kernel_view.state(stage.server, *pair) == "TIME_WAIT"
    again = KernelClient(stage, 40001)
    assert again.connect() == "OK"
    stage.kept = again, listener.accept()
    stage.row(syn_of(again, 2), "established", "time_wait_recycled_timestamp",
              final_ack(again, syn_nth=2), "connect(): OK, the server was in TIME_WAIT")


@scenario((4, 6))
def after_time_wait_reset_by_a_real_caller(stage):
    """A real socket gets the ACK of another host's TIME_WAIT, answers with RST and repeats its SYN within 12 ms."""
    listener = stage.listen()
    peer = stage.peer(57011, tsval=int(time.monotonic() * 1000) + 500_000_000)
    old_connection.time_wait(stage, listener, peer)
    time.sleep(0.6)
    stage.own_client_address()
    stage.client.sysctl(ipv4__tcp_timestamps=2)  # without the random offset the clock is far behind the peer's
    caller = KernelClient(stage, 57011)
    with kernel_view.counting(stage.server) as delta:
        assert caller.connect() == "OK"
    assert delta.paws() == 1 and stage.state(peer) == "ESTABLISHED"
    stage.kept = caller, listener.accept()
    stage.row(syn_of(caller, 2), "established", "after_time_wait_reset",
              final_ack(caller, syn_nth=2), f"connect(): OK, {delta}", delayed=True)


@scenario()
def after_old_connection_reset_by_a_real_caller(stage):
    """The old host vanished without closing; a real socket meets the connection that it left."""
    listener = stage.listen()
    peer = stage.peer(57011)
    stage.kept = [old_connection.established(stage, listener, peer)]
    time.sleep(0.6)
    stage.own_client_address()
    caller = KernelClient(stage, 57011)
    assert caller.connect() == "OK"
    stage.kept += [caller, listener.accept()]
    stage.row(syn_of(caller, 2), "established", "after_old_connection_reset",
              final_ack(caller, syn_nth=2), "connect(): OK", delayed=True)


@scenario()
def time_wait_paws_resets_filtered(stage):
    """A real socket whose RST is dropped by a filter: it repeats its SYN until it gives up."""
    stage.kept = [stage.listen()]
    peer = stage.peer(57011, tsval=int(time.monotonic() * 1000) + 500_000_000)
    old_connection.time_wait(stage, stage.kept[0], peer)
    time.sleep(0.6)
    stage.own_client_address()
    stage.client.sysctl(ipv4__tcp_timestamps=2, ipv4__tcp_syn_retries=3)
    stage.client.filter("tcp flags rst drop", hook="output")
    caller = KernelClient(stage, 57011)
    with kernel_view.counting(stage.server) as delta:
        assert caller.connect(timeout=30) == "ETIMEDOUT"
    assert delta.paws() >= 4 and stage.state(peer) == "TIME_WAIT"
    stage.row(syn_of(caller, 2), "rejected", "time_wait_paws", answer_of(caller, "A", syn_nth=2),
              f"connect(): ETIMEDOUT, {delta}", failed=True)
