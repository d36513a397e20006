#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A packet-level example of each fate and cause, as Linux hosts would send it. The tests judge them, the documentation shows
them, and `examples.py OUTDIR` writes them as FATE.CAUSE.pcap.

An example adds its frames to an empty capture, and returns the numbers of the first SYN of the attempt that it is about
and of the frame that decides it. Unless it says otherwise, the client is 10.9.0.1:57011 and the server 10.9.0.2:8080.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from flow import NO_SOCKET, Capture

EXAMPLES = {}


@dataclass
class Example:
    fate: str
    cause: str
    script: Callable
    basis: str
    delayed: bool
    retries: int

    @property
    def name(self):
        return f"{self.fate}.{self.cause}"

    def play(self, **capture):
        """The capture, the first SYN of the attempt that it is about, and the frame that decides it (None: none does)."""
        empty = Capture(**capture)
        return empty, *self.script(empty)


def example(fate, cause, basis="observed", delayed=False, retries=0):
    def register(script):
        made = Example(fate, cause, script, basis, delayed, retries)
        EXAMPLES[made.name] = made
        return script

    return register


# Common beginnings


def conversation(capture, **flow):
    """A connection that has been used and is open."""
    c, s = capture.flow(**flow)
    handshake(c, s)
    exchange(c, s)
    return c, s


def handshake(c, s):
    c.syn()
    s.synack()
    c.ack()


def exchange(c, s):
    c.data(29)
    s.ack()
    s.data(40)
    c.ack()


def closed_by_server(capture, idle=0.03, **flow):
    """A connection that the server closed: it is in TIME_WAIT, and the IP ID of its last ACK shows that it has no socket
    any more."""
    c, s = conversation(capture, **flow)
    capture.wait(idle)
    s.fin()
    c.ack()
    c.fin()
    s.ack(ip_id=NO_SOCKET)
    return c, s


def another_client(c, s):
    """Another host behind the same translated address, whose clock is behind, happens to get the same port."""
    c.reopen(isn=s.rcv_nxt + 352_641_030, tsval=s.ts_recent - 1_159_862)


def same_client_later(c, s):
    """The client that had the port gets it again; a random new ISN happens to be lower than the old connection's."""
    c.reopen(isn=s.rcv_nxt - 500_000)


def rebooted_client(c, s):
    """The client lost its connections, and uses the same port for a new one."""
    c.reopen(isn=c.isn + 1_352_641_000, tsval=40_643_665)


def repeat(capture, *actions, waits=(1, 2, 4)):
    """Does the actions now and again after each wait, as the SYN timer of Linux before 6.5 does."""
    frames = [act() for act in actions]
    for seconds in waits:
        capture.wait(seconds)
        for act in actions:
            act()
    return frames


# Established


@example("established", "ok")
def ok(capture):
    c, s = conversation(capture)
    c.fin()
    s.fin()
    c.ack()
    return 1, 3


@example("established", "syn_retransmitted", delayed=True, retries=1)
def syn_retransmitted(capture):
    """The first SYN got lost behind the capture point."""
    c, s = capture.flow()
    c.syn()
    capture.wait(1.02)
    c.syn()
    s.synack()
    ack = c.ack()
    exchange(c, s)
    return 1, ack


@example("established", "synack_retransmitted", delayed=True)
def synack_retransmitted(capture):
    """Seen at the server: its first SYN/ACK got lost, and its timer is the first to end."""
    c, s = capture.flow()
    c.syn()
    s.synack()
    capture.wait(1.02)
    s.synack()
    ack = c.ack()
    exchange(c, s)
    return 1, ack


@example("established", "ack_retransmitted", delayed=True)
def ack_retransmitted(capture):
    """Seen at the client: its acknowledgment got lost, and the server is the one who speaks first."""
    c, s = capture.flow()
    c.syn()
    s.synack()
    ack = c.ack(lost=True)
    capture.wait(1.02)
    s.synack()
    c.ack()
    s.data(40)
    c.ack()
    return 1, ack


@example("established", "after_wrong_ack", delayed=True, retries=1)
def after_wrong_ack(capture):
    """A SYN of long ago reached the server first (RFC 9293, figure 9), so it acknowledges that one."""
    c, s = capture.flow()
    c.syn()
    s.synack(ack=c.isn - 4711, lost=True)
    c.reset(seq=c.isn - 4711)
    capture.wait(0.01)
    c.syn()
    s.synack(isn=s.isn + 64_000)
    ack = c.ack()
    exchange(c, s)
    return 1, ack


@example("established", "after_time_wait_reset", delayed=True, retries=1)
def after_time_wait_reset(capture):
    """The rejecting ACK reached the client: its RST removes the TIME_WAIT."""
    c, s = closed_by_server(capture)
    capture.wait(9.13)
    another_client(c, s)
    syn = c.syn()
    s.ack(ip_id=NO_SOCKET)
    c.reset()
    capture.wait(0.01)
    c.syn()
    s.synack(isn=s.snd_nxt + 159_641_486)
    return syn, c.ack()


@example("established", "after_old_connection_reset", delayed=True, retries=1)
def after_old_connection_reset(capture):
    """The client lost the old connection, the server did not: its challenge ACK makes the client reset it."""
    c, s = conversation(capture)
    capture.wait(100)
    rebooted_client(c, s)
    syn = c.syn()
    s.ack()
    c.reset()
    capture.wait(0.01)
    c.syn()
    s.synack(isn=s.snd_nxt + 2_000_000_000)
    return syn, c.ack()


@example("established", "time_wait_recycled_timestamp")
def time_wait_recycled_timestamp(capture):
    c, s = closed_by_server(capture)
    capture.wait(9.1)
    same_client_later(c, s)
    syn = c.syn()
    s.synack(isn=s.snd_nxt + 65537)
    return syn, c.ack()


@example("established", "time_wait_recycled_sequence")
def time_wait_recycled_sequence(capture):
    c, s = closed_by_server(capture, ts=False)
    capture.wait(9.1)
    c.reopen(isn=s.rcv_nxt + 352_641_030)
    syn = c.syn()
    s.synack(isn=s.snd_nxt + 65537)
    return syn, c.ack()


@example("established", "time_wait_expired")
def time_wait_expired(capture):
    c, s = closed_by_server(capture)
    capture.wait(63.4)
    c.reopen(isn=s.rcv_nxt - 500_000, tsval=s.ts_recent - 1_159_862)
    syn = c.syn()
    s.synack(isn=s.snd_nxt + 995_733_925)
    return syn, c.ack()


@example("established", "reuse_after_close")
def reuse_after_close(capture):
    """The client closed first, so TIME_WAIT was on its side: it reuses its own port (net.ipv4.tcp_tw_reuse)."""
    c, s = conversation(capture)
    c.fin()
    s.fin()
    c.ack()
    capture.wait(5)
    echo = c.ts_recent
    c.reopen(isn=c.snd_nxt + 65537)
    syn = c.syn(tsecr=echo)
    s.synack(isn=s.snd_nxt + 995_733_925)
    return syn, c.ack()


@example("established", "reuse_after_reset")
def reuse_after_reset(capture):
    c, s = conversation(capture)
    s.abort()
    capture.wait(5)
    same_client_later(c, s)
    syn = c.syn()
    s.synack(isn=s.snd_nxt + 995_733_925)
    return syn, c.ack()


@example("established", "fast_open")
def fast_open(capture):
    """The SYN/ACK acknowledges the data that came with the SYN."""
    c, s = capture.flow()
    c.syn(payload=29, options=[(34, b"\x01\x02\x03\x04\x05\x06\x07\x08")])
    s.synack()
    s.data(40)
    ack = c.ack()
    return 1, ack


@example("established", "simultaneous_open")
def simultaneous_open(capture):
    """Both ends connect at once; each SYN is an attempt, decided by the SYN/ACK that answers it."""
    a, b = capture.flow(cport=40001, sport=40002, ts=False)
    syn = a.syn()
    b.syn()
    a.send("SA", seq=a.isn, ack=b.isn + 1)
    decided_by = b.send("SA", seq=b.isn, ack=a.isn + 1)
    a.send("A", seq=a.isn + 1, ack=b.isn + 1)
    b.send("A", seq=b.isn + 1, ack=a.isn + 1)
    return syn, decided_by


# Rejected


@example("rejected", "time_wait_paws", retries=3)
def time_wait_paws(capture):
    """The ISN is new enough, the timestamp is not. The ACK never reaches the client."""
    c, s = closed_by_server(capture, idle=30)
    capture.wait(9.29)
    another_client(c, s)
    return repeat(capture, c.syn, lambda: s.ack(ip_id=NO_SOCKET))


@example("rejected", "time_wait_sequence", retries=3)
def time_wait_sequence(capture):
    c, s = closed_by_server(capture, ts=False)
    capture.wait(9.1)
    same_client_later(c, s)
    return repeat(capture, c.syn, lambda: s.ack(ip_id=NO_SOCKET))


@example("rejected", "time_wait_no_listener", retries=3)
def time_wait_no_listener(capture):
    """TIME_WAIT would let the SYN pass, but the service has been stopped."""
    c, s = closed_by_server(capture)
    capture.wait(9.1)
    same_client_later(c, s)
    return repeat(capture, c.syn, lambda: s.ack(ip_id=NO_SOCKET))


def rejected_by_live_socket(capture, c, s):
    """The server still has the old connection, and its ACK gets lost before it reaches the client."""
    capture.wait(100)
    rebooted_client(c, s)
    return repeat(capture, c.syn, s.ack)


@example("rejected", "old_established", retries=3)
def old_established(capture):
    c, s = conversation(capture)
    return rejected_by_live_socket(capture, c, s)


@example("rejected", "old_close_wait", retries=3)
def old_close_wait(capture):
    """The client closed, the server's program has not."""
    c, s = conversation(capture)
    c.fin()
    s.ack()
    return rejected_by_live_socket(capture, c, s)


@example("rejected", "old_last_ack", retries=3)
def old_last_ack(capture):
    """The server's FIN is never acknowledged."""
    c, s = conversation(capture)
    c.fin()
    s.ack()
    s.fin(lost=True)
    capture.wait(0.2)
    s.fin(seq=s.snd_nxt - 1, lost=True)
    capture.wait(1)
    rebooted_client(c, s)
    return repeat(capture, c.syn, s.ack)


@example("rejected", "old_fin_wait_1", retries=3)
def old_fin_wait_1(capture):
    """The server closed first, and its FIN is never acknowledged."""
    c, s = conversation(capture)
    s.fin(lost=True)
    capture.wait(0.2)
    s.fin(seq=s.snd_nxt - 1, lost=True)
    capture.wait(1)
    rebooted_client(c, s)
    return repeat(capture, c.syn, s.ack)


@example("rejected", "old_fin_wait_2", retries=3)
def old_fin_wait_2(capture):
    """The server has closed its half of the connection (shutdown), and still has the socket."""
    c, s = conversation(capture)
    s.fin()
    c.ack()
    return rejected_by_live_socket(capture, c, s)


def half_open(capture):
    """The client gave a handshake up after the SYN/ACK, without a word; the server waits in SYN_RECEIVED."""
    c, s = capture.flow()
    c.syn()
    s.synack()
    capture.wait(1.02)
    s.synack()
    capture.wait(0.5)
    return c, s


@example("rejected", "old_syn_received", retries=2)
def old_syn_received(capture):
    c, s = half_open(capture)
    c.reopen(isn=c.isn + 352_641_030)
    return repeat(capture, c.syn, lambda: s.ack(ip_id=NO_SOCKET), waits=(1, 2))


@example("rejected", "old_unknown", basis="inferred", retries=3)
def old_unknown(capture):
    """The capture began after the old connection; the IP ID says that a live socket rejects."""
    c, s = capture.flow()
    s.snd_nxt, s.rcv_nxt, s.ts_recent = 3_210_136_730, 1_000_000_030, 3_000_044
    return repeat(capture, c.syn, s.ack)


@example("rejected", "wrong_ack", retries=2)
def wrong_ack(capture):
    """Something answers every SYN with a SYN/ACK for another one."""
    c, s = capture.flow()
    stale = c.isn - 4711
    actions = c.syn, lambda: s.synack(ack=stale, lost=True), lambda: c.reset(seq=stale)
    syn, synack, _ = repeat(capture, *actions, waits=(0.01, 1))
    return syn, synack


# Refused


@example("refused", "closed_port")
def closed_port(capture):
    c, s = capture.flow()
    syn = c.syn()
    return syn, s.refuse()


@example("refused", "old_fin_wait_2")
def refused_old_fin_wait_2(capture):
    """The server's program is gone, its half-closed connection is not. A SYN in its window gets this RST."""
    c, s = conversation(capture)
    s.fin()
    c.ack()
    capture.wait(2)
    c.reopen(isn=s.rcv_nxt + 1000)
    syn = c.syn()
    return syn, s.refuse()


@example("refused", "old_syn_received")
def refused_old_syn_received(capture):
    c, s = half_open(capture)
    c.reopen(isn=c.isn + 1000)
    syn = c.syn()
    return syn, s.refuse()


@example("refused", "reset_in_path", basis="inferred")
def reset_in_path(capture):
    """The server is three hops away (TTL 61), what refuses is one hop away."""
    c, s = capture.flow(cport=57010)
    s.ttl = 61
    handshake(c, s)
    exchange(c, s)
    c, s = capture.flow()
    s.ttl = 61
    capture.wait(1)
    syn = c.syn()
    return syn, s.refuse(ttl=254)


# Unreachable


def unreachable(capture, kind, code, source):
    c, s = capture.flow()
    syn = c.syn()
    return syn, capture.icmp(syn, kind, code, source)


@example("unreachable", "icmp_net")
def icmp_net(capture):
    return unreachable(capture, 3, 0, 254)


@example("unreachable", "icmp_host")
def icmp_host(capture):
    return unreachable(capture, 3, 1, 254)


@example("unreachable", "icmp_port")
def icmp_port(capture):
    """A firewall on the server itself rejects (iptables' default)."""
    return unreachable(capture, 3, 3, 2)


@example("unreachable", "icmp_admin_prohibited")
def icmp_admin_prohibited(capture):
    return unreachable(capture, 3, 13, 254)


@example("unreachable", "icmp_other")
def icmp_other(capture):
    """The packet went in a circle."""
    return unreachable(capture, 11, 0, 254)


# No answer


@example("no_answer", "time_wait_paws", basis="inferred", retries=3)
def no_answer_time_wait_paws(capture):
    """Seen at the client, or at a load balancer that captures before it drops: the rejecting ACK is missing."""
    c, s = closed_by_server(capture, idle=30)
    capture.wait(9.29)
    another_client(c, s)
    (syn,) = repeat(capture, c.syn)
    return syn, None


@example("no_answer", "time_wait_sequence", basis="inferred", retries=3)
def no_answer_time_wait_sequence(capture):
    c, s = closed_by_server(capture, ts=False)
    capture.wait(9.1)
    same_client_later(c, s)
    (syn,) = repeat(capture, c.syn)
    return syn, None


@example("no_answer", "synack_lost", retries=2)
def synack_lost(capture):
    """Seen at the server: it answers, and the answers never arrive."""
    c, s = capture.flow()
    syn = c.syn()
    s.synack(lost=True)
    for wait in 1.02, 2.05:
        capture.wait(wait)
        s.synack(lost=True)
        c.syn()
        s.synack(lost=True)
    return syn, None


@example("no_answer", "silent_flow", basis="observed", retries=3)
def silent_flow(capture):
    """The same service answered another client port just before."""
    c, s = capture.flow(cport=57010)
    handshake(c, s)
    exchange(c, s)
    capture.wait(0.5)
    c, s = capture.flow()
    (syn,) = repeat(capture, c.syn)
    return syn, None


@example("no_answer", "silent_port", basis="observed", retries=3)
def silent_port(capture):
    """The server answers on another port."""
    c, s = capture.flow(cport=57010, sport=443)
    handshake(c, s)
    exchange(c, s)
    capture.wait(0.5)
    c, s = capture.flow()
    (syn,) = repeat(capture, c.syn)
    return syn, None


@example("no_answer", "silent_host", basis="observed", retries=3)
def silent_host(capture):
    c, s = capture.flow()
    (syn,) = repeat(capture, c.syn)
    return syn, None


@example("no_answer", "answered_from_elsewhere", retries=2)
def answered_from_elsewhere(capture):
    """The service's address is 10.9.0.2; the member behind it, 10.9.0.3, answers by itself, and the client rejects that."""
    c, _ = capture.flow()
    client_of_member, member = capture.flow(server=3)
    member.peer = c

    def answer():
        member.answered = None  # the client's RST removed it
        member.synack(lost=True)
        client_of_member.reset(seq=c.isn + 1)

    syn, _ = repeat(capture, c.syn, answer, waits=(1, 2))
    return syn, None


# Stuck, aborted, pending


@example("stuck", "accept_queue_full")
def accept_queue_full(capture):
    """The server drops the acknowledgment and the data, and repeats its SYN/ACK."""
    c, s = capture.flow()
    syn = c.syn()
    s.synack()
    c.ack(lost=True)
    capture.wait(0.1)
    first = c.snd_nxt
    c.data(29, lost=True)
    capture.wait(0.3)
    c.data(29, seq=first, lost=True)
    capture.wait(0.6)
    decided_by = s.synack()
    c.ack(lost=True)
    for wait in 0.1, 2, 4:
        capture.wait(wait)
        c.data(29, seq=first, lost=True)
    s.synack()
    c.ack(lost=True)
    return syn, decided_by


@example("aborted", "client_gave_up")
def client_gave_up(capture):
    """The answer takes longer than the client's patience: its socket is gone when the SYN/ACK comes."""
    c, s = capture.flow()
    syn = c.syn()
    capture.wait(0.8)
    s.synack()
    return syn, c.reset(seq=c.snd_nxt)


@example("pending", "capture_ended", basis="observed")
def capture_ended(capture):
    c, s = conversation(capture, cport=57010)
    c, s = capture.flow()
    syn = c.syn()
    capture.wait(0.5)
    other, _ = capture.flow(cport=57012)
    other.syn()
    return syn, None


@example("pending", "in_progress", basis="observed")
def in_progress(capture):
    """What tshark says at the SYN in one pass, before it has read the answer."""
    ok(capture)
    return 1, None


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: examples.py OUTDIR (an existing folder)")
    for made in EXAMPLES.values():
        (Path(sys.argv[1]) / f"{made.name}.pcap").write_bytes(made.play()[0].pcap())
