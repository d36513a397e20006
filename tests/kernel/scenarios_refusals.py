# SPDX-License-Identifier: GPL-2.0-or-later
"""Ordinary calls, and calls that a closed port, a filter or an ICMP error ends; the caller is a real socket."""

import time

import kernel_view
from capture import Match
from old_connection import REQUEST, RESPONSE, handshake
from packet import ICMP, ICMPV6
from stage import KernelClient, scenario

BOTH = (4, 6)
# nft reject type -> (errno of connect(), cause)
REJECTIONS = {4: {
    "icmp net-unreachable": ("ENETUNREACH", "icmp_net"),
    "icmp host-unreachable": ("EHOSTUNREACH", "icmp_host"),
    "icmp port-unreachable": ("ECONNREFUSED", "icmp_port"),
    "icmp prot-unreachable": ("ENOPROTOOPT", "icmp_other"),
    "icmp net-prohibited": ("ENETUNREACH", "icmp_admin_prohibited"),
    "icmp host-prohibited": ("EHOSTUNREACH", "icmp_admin_prohibited"),
    "icmp admin-prohibited": ("EHOSTUNREACH", "icmp_admin_prohibited"),
}, 6: {
    "icmpv6 no-route": ("ENETUNREACH", "icmp_net"),
    "icmpv6 addr-unreachable": ("EHOSTUNREACH", "icmp_host"),
    "icmpv6 port-unreachable": ("ECONNREFUSED", "icmp_port"),
    "icmpv6 admin-prohibited": ("EACCES", "icmp_admin_prohibited"),
}}
UNREACHABLES = {4: ("IcmpOutDestUnreachs", ICMP), 6: ("Icmp6OutDestUnreachs", ICMPV6)}


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
    return caller, connection


@scenario(BOTH, client="kernel")
def ordinary(stage):
    listener = stage.listen()
    for port in (40001, 40002, 40003):
        caller, connection = ordinary_call(stage, listener, port, delayed=False, failed=False, use=1)
        caller.socket.close()
        connection.close()


@scenario(client="kernel")
def ordinary_without_timestamps(stage):
    stage.client.sysctl(ipv4__tcp_timestamps=0)
    listener = stage.listen()
    stage.kept = [ordinary_call(stage, listener, port) for port in (40001, 40002)]


@scenario(client="kernel")
def ordinary_with_syncookies(stage):
    stage.server.sysctl(ipv4__tcp_syncookies=2)
    listener = stage.listen()
    with kernel_view.counting(stage.server) as delta:
        stage.kept = [ordinary_call(stage, listener, port) for port in (40001, 40002)]
    assert delta["TcpExtSyncookiesRecv"] == 2


@scenario(BOTH, client="kernel")
def closed_port(stage):
    for port in (40001, 40002):
        caller = KernelClient(stage, port, 81)
        assert caller.connect() == "ECONNREFUSED"
        stage.row(syn_of(caller), "refused", "closed_port", answer_of(caller, "RA"),
                  "connect(): ECONNREFUSED, nobody listens", basis="observed", failed=True)


@scenario(BOTH, client="kernel")
def reset_by_filter_at_the_server(stage):
    """A reject rule of the server's own filter looks like a closed port."""
    stage.server.filter("tcp dport 8080 reject with tcp reset")
    stage.kept = stage.listen()
    caller = KernelClient(stage, 40001)
    assert caller.connect() == "ECONNREFUSED"
    stage.row(syn_of(caller), "refused", "closed_port|reset_in_path",
              answer_of(caller, "RA"), "connect(): ECONNREFUSED by nft reject")


@scenario(BOTH, client="kernel", wire=True)
def icmp(stage):
    """Every kind of rejection that the kernel's filter can send, one port each."""
    stage.wire.delay = 0.005  # an error that comes while connect() still holds the socket would not end it
    stage.server.sysctl(ipv4__icmp_ratelimit=0, ipv6__icmp__ratelimit=0)
    stage.server.filter(*(f"tcp dport {81 + at} reject with {kind}" for at, kind in enumerate(REJECTIONS[stage.family])))
    counter, protocol = UNREACHABLES[stage.family]
    for at, (kind, (error, cause)) in enumerate(REJECTIONS[stage.family].items()):
        caller = KernelClient(stage, 40081 + at, 81 + at)
        with kernel_view.counting(stage.server) as delta:
            result = caller.connect()
        assert result == error, f"{kind}: {result}"
        assert delta[counter] == 1
        for capture in stage.captures:
            stage.row(syn_of(caller), "unreachable", cause, Match(at + 1, src=stage.server_address, protocol=protocol),
                      f"connect(): {error}, nft: {kind}", capture, failed=True, basis="observed")


def silence(stage, caller, cause, evidence):
    """connect() times out after the retries that the client's kernel makes."""
    stage.client.sysctl(ipv4__tcp_syn_retries=2)
    assert caller.connect(timeout=20) == "ETIMEDOUT"
    stage.row(syn_of(caller), "no_answer", cause, None, f"connect(): ETIMEDOUT, {evidence}", failed=True)


@scenario(BOTH, client="kernel")
def dropped_host(stage):
    """Nothing at all comes from that address."""
    stage.kept = stage.listen()
    stage.server.filter("meta l4proto tcp drop")
    silence(stage, KernelClient(stage, 40001), "silent_host", "everything dropped")


@scenario(client="kernel")
def dropped_port(stage):
    """The address answers on another port."""
    listener = stage.listen()
    stage.server.filter("tcp dport 81 drop")
    stage.kept = ordinary_call(stage, listener, 40001)
    silence(stage, KernelClient(stage, 40002, 81), "silent_port", "port 81 dropped")
    stage.kept = stage.kept, ordinary_call(stage, listener, 40003)


@scenario(client="kernel")
def dropped_flow(stage):
    """The same port answers others, before and after."""
    listener = stage.listen()
    stage.server.filter("tcp sport 40002 drop")
    stage.kept = ordinary_call(stage, listener, 40001)
    silence(stage, KernelClient(stage, 40002), "silent_flow", "source port 40002 dropped")
    stage.kept = stage.kept, ordinary_call(stage, listener, 40003)


def full_listener(stage):
    """A backlog of 1 holds two connections; nobody accepts them."""
    listener = stage.listen(backlog=1)
    callers = []
    for port in (40001, 40002):
        caller = KernelClient(stage, port)
        assert caller.connect() == "OK"
        stage.row(syn_of(caller), "established", "ok", final_ack(caller), "connect(): OK")
        callers.append(caller)
    return listener, callers


@scenario(BOTH, client="kernel")
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
    stage.row(syn_of(late), "established", "syn_retransmitted", final_ack(late),
              "connect(): OK after retries", delayed=True)


def crowd(stage):
    """A backlog of 2 holds three connections; the last two SYNs come before the queue is full."""
    stage.kept = stage.listen(backlog=2)
    peers = [stage.peer(port) for port in (40001, 40002, 40003, 40004)]
    for peer in peers[:2]:
        syn, ack = handshake(peer)
        assert stage.state(peer) == "ESTABLISHED"
        stage.row(syn, "established", "ok", ack, "ESTABLISHED in the accept queue")
    return peers[2:]


def fill(stage, third, last):
    """The third connection takes the last place, the fourth one's final ACK and data are ignored; returns its SYN."""
    syns = third.syn(), last.syn()
    answers = third.expect("SA"), last.expect("SA")
    ack = third.acknowledge(answers[0])
    assert stage.state(third) == "ESTABLISHED"
    stage.row(syns[0], "established", "ok", ack, "ESTABLISHED in the accept queue")
    with kernel_view.counting(stage.server) as delta:
        last.acknowledge(answers[1])
        last.send("PA", REQUEST)
    assert delta["TcpExtListenOverflows"] >= 1
    return syns[1]


@scenario(BOTH)
def accept_queue_full_at_ack(stage):
    third, last = crowd(stage)
    syn = fill(stage, third, last)
    assert stage.state(last) == "SYN_RECEIVED"
    repeated = last.expect("SA", timeout=4)
    last.send("A")
    last.send("PA", REQUEST, seq=last.isn + 1)
    last.expect("SA", timeout=4)
    stage.row(syn, "stuck", "accept_queue_full", repeated, "server in SYN_RECEIVED, ListenOverflows", failed=True)


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
    ack = Match(src=last.address, sport=last.port, flags="A")
    stage.row(syn, "established|stuck", "ok|accept_queue_full", [ack, Match(2, src=last.address, sport=last.port, flags="A")],
              "no socket, ListenOverflows: packets show only that the data is not acknowledged")
