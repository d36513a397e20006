# SPDX-License-Identifier: GPL-2.0-or-later
"""What a real client socket does: with wrong answers, ICMP errors made to measure, Fast Open, its own TIME_WAIT."""

import errno
import socket
import struct
import time

import kernel_view
import old_connection
import packet
from scenarios_refusals import answer_of, final_ack, ordinary_call, syn_of
from stage import PORT, KernelClient, scenario

BOTH = (4, 6)
CALLER = dict(client="kernel", server="raw")
MSG_FASTOPEN = 0x20000000
TCP_FASTOPEN = 23
TCPI_OPT_SYN_DATA = 32


def answer_syn(server, syn, offset=1, **how):
    """A SYN/ACK whose acknowledgment is `offset` beyond the ISN."""
    server.rcv_nxt = (syn.seq + offset) % packet.WORD
    server.ts_recent = syn.tsval
    stamps = server.tsval(), syn.tsval
    return server.send("SA", seq=server.isn, options=packet.syn_options(1460, 7, stamps), **how)


def conversation(stage, port):
    """A calling socket and the raw server that it reaches, with the SYN."""
    server = stage.raw_server(port)
    caller = KernelClient(stage, port).start()
    return caller, server, server.expect("S")


@scenario(BOTH, **CALLER)
def wrong_ack(stage):
    """Every SYN/ACK acknowledges something else: the client resets each and gives up."""
    stage.client.sysctl(ipv4__tcp_syn_retries=2)
    caller, server, syn = conversation(stage, 40001)
    wrong = answer_syn(server, syn, offset=77_777)
    while caller.result(0.05) == "waiting":
        seen = server.receive(0.1)
        if seen and seen.has("S"):
            answer_syn(server, seen, offset=77_777)
    assert caller.socket.connect_ex(caller.target) != errno.EISCONN
    stage.row(syn, "rejected", "wrong_ack", wrong, "connect(): ETIMEDOUT", failed=True)


@scenario(BOTH, **CALLER)
def after_wrong_ack(stage):
    caller, server, syn = conversation(stage, 40001)
    wrong = answer_syn(server, syn, offset=77_777)
    reset = server.expect("R")
    assert reset.seq == wrong.ack
    again = server.expect("S")
    assert again.seq == syn.seq
    answer_syn(server, again)
    ack = server.expect("A")
    assert caller.result(1) == "OK"
    stage.row(syn, "established", "after_wrong_ack", ack, "connect(): OK", delayed=True)


@scenario(**CALLER)
def wrong_ack_by_one(stage):
    """The SYN/ACK acknowledges the ISN itself, one too few."""
    caller, server, syn = conversation(stage, 40001)
    answer_syn(server, syn, offset=0)
    server.expect("R")
    again = server.expect("S")
    answer_syn(server, again)
    ack = server.expect("A")
    assert caller.result(1) == "OK"
    stage.row(syn, "established", "after_wrong_ack", ack, "connect(): OK")


@scenario(**CALLER)
def bare_ack_never_followed_by_anything(stage):
    """An ACK of an old connection that the capture does not have: live socket or TIME_WAIT, its IP ID may say."""
    stage.client.sysctl(ipv4__tcp_syn_retries=2)
    caller, server, syn = conversation(stage, 40001)
    server.rcv_nxt = (syn.seq - 5_000_000) % packet.WORD
    answer = server.send("A", stamped=False)
    reset = server.expect("R")
    assert reset.seq == answer.ack
    while caller.result(0.05) == "waiting":
        server.receive(0.1)
    stage.row(syn, "rejected", "old_unknown", answer, "connect(): ETIMEDOUT")


@scenario(**CALLER)
def reset_with_wrong_ack_is_ignored(stage):
    """A RST that does not acknowledge the SYN is none of the client's business."""
    caller, server, syn = conversation(stage, 40001)
    server.rcv_nxt = (syn.seq + 1_000) % packet.WORD
    server.send("RA", seq=0, stamped=False)
    time.sleep(0.2)
    assert caller.result(0.1) == "waiting"
    answer_syn(server, syn)
    ack = server.expect("A", skip="S")
    assert caller.result(1) == "OK"
    stage.row(syn, "established", "syn_retransmitted", ack, "connect(): OK; the RST made it repeat its SYN at once")


@scenario(**CALLER)
def split_handshake(stage):
    """A SYN answered by a SYN instead of a SYN/ACK: to the client that is a simultaneous open."""
    split(stage, with_ack=False)


@scenario(**CALLER)
def split_handshake_with_ack(stage):
    """First a bare ACK of the SYN, then the SYN of the other side."""
    split(stage, with_ack=True)


def split(stage, with_ack):
    caller, server, syn = conversation(stage, 40001)
    if with_ack:
        server.rcv_nxt, server.ts_recent = syn.seq + 1, syn.tsval
        server.send("A")
        assert caller.result(0.2) == "waiting"
    back = server.syn()
    answer = server.expect("SA")
    assert answer.ack == back.seq + 1
    server.accept(answer)
    server.ts_recent = answer.tsval
    ack = server.send("A")
    assert caller.result(1) == "OK"
    evidence = "connect(): OK by SYN against SYN"
    stage.row(syn, "established", "simultaneous_open|ok", [ack, answer], evidence)
    stage.row(back, "established", "simultaneous_open|ok", [ack, answer], evidence)


@scenario(BOTH, **CALLER)
def synack_duplicated(stage):
    """The network delivers the SYN/ACK twice."""
    caller, server, syn = conversation(stage, 40001)
    answer = answer_syn(server, syn)
    server.host.send(answer)
    ack = server.expect("A")
    assert caller.result(1) == "OK"
    stage.row(syn, "established", "ok|ack_retransmitted|synack_retransmitted", ack, "connect(): OK")


def icmp_error(kind, code, quoted, rest=0):
    """ICMP (not v6) message with the quoted packet."""
    body = struct.pack("!BBHI", kind, code, 0, rest) + quoted
    return body[:2] + struct.pack("!H", packet.checksum(body)) + body[4:]


def send_icmp(stage, message):
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(message), 0, 0, 64, packet.ICMP, 0)
    header += socket.inet_aton("10.9.0.254") + socket.inet_aton(stage.client_address)
    header = header[:10] + struct.pack("!H", packet.checksum(header)) + header[12:]
    error = packet.parse(header + message)
    stage.server_host.send(error)
    return error


QUOTES = {  # ICMP type, code, errno of connect(), cause
    "host": (3, 1, "EHOSTUNREACH", "icmp_host"),
    "net": (3, 0, "ENETUNREACH", "icmp_net"),
    "port": (3, 3, "ECONNREFUSED", "icmp_port"),
    "protocol": (3, 2, "ENOPROTOOPT", "icmp_other"),
    "filtered": (3, 13, "EHOSTUNREACH", "icmp_admin_prohibited"),
    "ttl": (11, 0, "EHOSTUNREACH", "icmp_other"),
}


@scenario(**CALLER)
def icmp_with_short_quote(stage):
    """A router's errors that quote no more than 8 bytes of TCP."""
    for at, (kind, code, error, cause) in enumerate(QUOTES.values()):
        caller, _, syn = conversation(stage, 40001 + at)
        message = send_icmp(stage, icmp_error(kind, code, syn.raw[:28]))
        assert caller.result(2) == error
        stage.row(syn, "unreachable", cause, message, f"connect(): {error}")


@scenario(**CALLER)
def icmp_that_is_no_failure(stage):
    """Fragmentation needed, and an error that quotes another sequence number: the handshake goes on."""
    caller, server, syn = conversation(stage, 40001)
    send_icmp(stage, icmp_error(3, 4, syn.raw[:28], rest=1300))
    assert caller.result(0.2) == "waiting"
    answer_syn(server, syn)
    ack = server.expect("A")
    assert caller.result(1) == "OK"
    stage.row(syn, "established", "ok", ack, "connect(): OK although ICMP said: fragmentation needed")
    stage.kept = [caller]
    caller, server, syn = conversation(stage, 40002)
    foreign = syn.raw[:24] + struct.pack("!I", (syn.seq - 100_000) % packet.WORD)
    with kernel_view.counting(stage.client) as delta:
        send_icmp(stage, icmp_error(3, 1, foreign))
        assert caller.result(0.2) == "waiting"
    assert delta["TcpExtOutOfWindowIcmps"] == 1
    answer_syn(server, syn)
    ack = server.expect("A")
    assert caller.result(1) == "OK"
    stage.row(syn, "established", "ok", ack, "connect(): OK, OutOfWindowIcmps")


@scenario(BOTH, client="kernel", wire=True)
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


def fast_open_call(stage, port, data=b"hello"):
    """sendto(MSG_FASTOPEN) in place of connect(); True if the server took the data of the SYN."""
    caller = KernelClient(stage, port)
    caller.socket.settimeout(None)
    caller.socket.sendto(data, MSG_FASTOPEN, caller.target)
    connection, _ = stage.listener.accept()
    assert connection.recv(100) == data
    stage.kept.append((caller, connection))
    time.sleep(0.05)
    return caller, bool(caller.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[5] & TCPI_OPT_SYN_DATA)


def fast_open_stage(stage):
    stage.client.sysctl(ipv4__tcp_fastopen=1)
    stage.server.sysctl(ipv4__tcp_fastopen=2)
    stage.listener = stage.listen()
    stage.listener.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN, 16)
    stage.kept = []
    caller, in_syn = fast_open_call(stage, 40001)
    assert not in_syn
    stage.row(syn_of(caller), "established", "ok", final_ack(caller),
              "cookie request, data after the handshake")


@scenario(BOTH, client="kernel")
def fast_open(stage):
    fast_open_stage(stage)
    for port in (40002, 40003):
        with kernel_view.counting(stage.server) as delta:
            caller, in_syn = fast_open_call(stage, port)
        assert in_syn and delta["TcpExtTCPFastOpenPassive"] == 1
        stage.row(syn_of(caller), "established", "fast_open", final_ack(caller),
                  f"TCPI_OPT_SYN_DATA {delta}")


@scenario(BOTH, client="kernel")
def fast_open_data_not_taken(stage):
    """The server has another key by now: its SYN/ACK acknowledges the SYN only, the data come again."""
    fast_open_stage(stage)
    stage.server.sysctl(ipv4__tcp_fastopen_key="00000001-00000002-00000003-00000004")
    caller, in_syn = fast_open_call(stage, 40002)
    assert not in_syn
    stage.row(syn_of(caller), "established", "ok", final_ack(caller),
              "the server did not take the data of the SYN")


@scenario(BOTH, client="kernel")
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


@scenario(BOTH, client="kernel")
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


@scenario(BOTH)
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
