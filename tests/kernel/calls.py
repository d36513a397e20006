# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls of real sockets, and where their packets are in a capture."""

from capture import Match
from old_connection import REQUEST, RESPONSE
from stage import Call, KernelClient


def syn_of(caller, nth=1):
    source, destination = caller.endpoint.rsplit(":", 1), caller.server.rsplit(":", 1)
    return Match(nth, src=source[0], sport=int(source[1]), dst=destination[0], dport=int(destination[1]), flags="S")


def packet_of(sender, receiver, flags, nth=1, **more):
    """A packet between two "address:port"."""
    (src, sport), (dst, dport) = sender.rsplit(":", 1), receiver.rsplit(":", 1)
    return Match(nth, src=src, sport=int(sport), dst=dst, dport=int(dport), flags=flags, **more)


def answer_of(caller, flags, syn_nth=1):
    """The first answer to the caller's n-th SYN."""
    return packet_of(caller.server, caller.endpoint, flags, after=syn_of(caller, syn_nth))


def final_ack(caller, nth=1, syn_nth=1):
    """The caller's acknowledgment of the SYN/ACK."""
    return packet_of(caller.endpoint, caller.server, "A", nth, after=syn_of(caller, syn_nth))


def ordinary_call(stage, listener, port, capture="server", cause="ok", **fields):
    """connect() succeeds, request and response pass; returns the caller and the server's socket."""
    caller = KernelClient(stage, port)
    assert caller.connect() == "OK"
    connection, _ = listener.accept()
    caller.socket.sendall(REQUEST)
    assert connection.recv(4096) == REQUEST
    connection.sendall(RESPONSE)
    assert caller.socket.recv(4096) == RESPONSE
    stage.row(syn_of(caller), "established", cause, final_ack(caller),
              "connect(): OK", capture, **fields)
    stage.rows[-1].call = Call("in_time")
    return caller, connection


def silence(stage, caller, cause, evidence):
    """connect() times out after the retries that the client's kernel makes."""
    stage.client.sysctl(ipv4__tcp_syn_retries=2)
    assert caller.connect(timeout=20) == "ETIMEDOUT"
    stage.call_row(Call("failed", (2.5, 8)), syn_of(caller), "no_answer", cause, f"connect(): ETIMEDOUT, {evidence}",
                   decided_by=None)
