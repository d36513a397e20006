# SPDX-License-Identifier: GPL-2.0-or-later
"""Health checks: haproxy's own, which reset what they opened, and half-open probes, which never open anything."""

import socket
import struct
import time

import kernel_view
import ledger
from calls import ordinary_call, packet_of, syn_of
from firewall import CLIENTS, SERVER, Firewall
from programs import program
from stage import Call, KernelClient, scenario

CHECKS = """
defaults
    mode tcp
    timeout connect 2s
    timeout client 5s
    timeout server 5s
listen service
    bind {own}:8000
    server one {server}:8080 check inter 300ms
    server two {server}:81 check inter 500ms
"""


@scenario(stage=Firewall, cut=False)
def haproxy_checks(stage):
    """Port 8080 is open, port 81 is closed; haproxy says UP and DOWN, and so does the truth."""
    stage.without("client2", "any")
    stage.kept = stage.listen()
    with kernel_view.counting(stage.client) as delta, program(
            stage.client, "haproxy", "-db", "-f", stage.file(CHECKS.format(own=CLIENTS[0], server=SERVER))):
        kernel_view.wait_for(stage.client, "TcpAttemptFails", 7)
    stage.stop()
    assert delta["TcpAttemptFails"] >= 7
    for label in ("client", "server"):
        for attempt in ledger.attempts(stage.captures[label]):
            row_of_check(stage, label, attempt)


def row_of_check(stage, label, attempt):
    capture = stage.captures[label]
    reset = ledger.number_of(capture, attempt, "RA")
    if attempt.destination.endswith(":8080"):
        assert capture.frames[reset - 1].segment.source == attempt.source
        stage.call_row(Call("in_time"), attempt.syn, "established", "reset_by_client", "haproxy: UP", label, reset)
    else:
        stage.call_row(Call("failed", ledger.waited(capture, attempt)), attempt.syn, "refused", "closed_port",
                       "haproxy: DOWN, TcpAttemptFails", label, reset)


def probe(stage, port, delay=0.0):
    """SYN, SYN/ACK and a bare RST, as stateless probes do it; the server has a half-open connection for a moment."""
    peer = stage.peer(port, isn=1_000_000_000 + port * 77_777)
    syn = peer.syn()
    peer.accept(peer.expect("SA"))
    time.sleep(delay)
    assert stage.state(peer) == "SYN_RECEIVED"
    reset = peer.send("R", stamped=False)
    assert stage.state(peer) is None
    return syn, reset


@scenario(cut=False)
def half_open_probes(stage):
    """Once a second, from a new port each time: the period is what tells a check from a scan."""
    stage.kept = stage.listen()
    due = time.monotonic()
    for port in range(40001, 40007):
        time.sleep(max(0, due - time.monotonic()))
        due += 1
        syn, reset = probe(stage, port)
        stage.call_row(Call("in_time"), syn, "aborted", "client_gave_up", "half-open, once a second", decided_by=reset)


@scenario(cut=False)
def half_open_at_random(stage):
    """The same packets, but no period: somebody scans, or gives up."""
    stage.kept = stage.listen()
    for port, pause in zip(range(40001, 40006), (0.1, 1.3, 0.35, 2.1, 0)):
        syn, reset = probe(stage, port)
        stage.call_row(Call("failed", (0, 0.05)), syn, "aborted", "client_gave_up", "half-open, then RST", decided_by=reset)
        time.sleep(pause)


@scenario(cut=False)
def half_open_only_twice(stage):
    """Two do not make a period."""
    stage.kept = stage.listen()
    for port in (40001, 40002):
        syn, reset = probe(stage, port)
        stage.call_row(Call("failed", (0, 0.05)), syn, "aborted", "client_gave_up", "half-open, then RST", decided_by=reset)
        time.sleep(1)


@scenario(cut=False)
def given_up_half_open(stage):
    """A client that does not want the connection any more: a bare RST, long after the SYN/ACK; then a stray ACK."""
    stage.kept = stage.listen()
    peer = stage.peer(40001)
    syn = peer.syn()
    peer.accept(peer.expect("SA"))
    time.sleep(0.4)
    reset = peer.send("R", stamped=False)
    assert stage.state(peer) is None
    time.sleep(3)
    peer.send("A")
    assert peer.expect("R").seq == peer.rcv_nxt
    stage.call_row(Call("failed", (0.35, 3.6)), syn, "aborted", "client_gave_up", "no socket; the late ACK gets a RST",
                   decided_by=reset)


@scenario(client="kernel", cut=False)
def checks_beside_calls(stage):
    """One that is reset by its client at once, between calls that are used."""
    listener = stage.listen()
    kept = []
    for port in (40001, 40003):
        kept.append(ordinary_call(stage, listener, port))
        caller = KernelClient(stage, port + 1)
        caller.socket.setsockopt(socket.SOL_TCP, socket.TCP_QUICKACK, 0)
        caller.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert caller.connect() == "OK"
        caller.socket.close()
        time.sleep(0.1)
        stage.call_row(Call("in_time"), syn_of(caller), "established", "reset_by_client", "connect(): OK, then SO_LINGER 0",
                       decided_by=packet_of(caller.endpoint, caller.server, "RA"))
