# SPDX-License-Identifier: GPL-2.0-or-later
"""Data in the SYN."""

import socket
import time

import kernel_view
import packet
from calls import final_ack, syn_of
from stage import ANY, KernelClient, scenario

MSG_FASTOPEN = 0x20000000
TCP_FASTOPEN = 23
TCPI_OPT_SYN_DATA = 32


def fast_open_call(stage, port, data=b"hello"):
    """sendto(MSG_FASTOPEN) in place of connect(); True if the server took the data of the SYN."""
    caller = KernelClient(stage, port)
    caller.socket.settimeout(None)
    caller.socket.sendto(data, MSG_FASTOPEN, caller.target)
    connection, _ = stage.listener.accept()
    assert connection.recv(1000) == data
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


@scenario((4, 6), client="kernel")
def fast_open(stage):
    fast_open_stage(stage)
    for port in (40002, 40003):
        with kernel_view.counting(stage.server) as delta:
            caller, in_syn = fast_open_call(stage, port)
        assert in_syn and delta["TcpExtTCPFastOpenPassive"] == 1
        stage.row(syn_of(caller), "established", "fast_open", final_ack(caller),
                  f"TCPI_OPT_SYN_DATA {delta}")


@scenario((4, 6), client="kernel")
def fast_open_data_not_taken(stage):
    """The server has another key by now: its SYN/ACK acknowledges the SYN only, the data come again."""
    fast_open_stage(stage)
    stage.server.sysctl(ipv4__tcp_fastopen_key="00000001-00000002-00000003-00000004")
    caller, in_syn = fast_open_call(stage, 40002)
    assert not in_syn
    stage.row(syn_of(caller), "established", "ok", final_ack(caller),
              "the server did not take the data of the SYN")


@scenario()
def old_syn_received_of_fast_open(stage):
    """The data of the SYN was taken, so that there is a socket already; what answers the new SYN still has none."""
    stage.server.sysctl(ipv4__tcp_fastopen=0x602)  # for all listeners, without a cookie
    stage.kept = stage.listen()
    peer = stage.peer(57011)
    first = peer.isn
    syn = peer.send("S", b"hello", seq=first, window=64240, options=packet.syn_options(1460, 7, (peer.tsval(), 0)))
    assert peer.expect("SA").ack == first + 6 and stage.state(peer) == "SYN_RECEIVED"
    peer.expect("SA")
    stage.row(syn, "no_answer", "synack_lost", None, "server in SYN_RECEIVED, SYN/ACK repeated")
    peer.renew(first + 352_641_030, 9_000_000)
    syn = peer.syn()
    answer = peer.expect("A")
    assert answer.ack == first + 6 and answer.ip_id == 0 and stage.state(peer) == "SYN_RECEIVED"
    stage.row(syn, "rejected", "old_syn_received", answer, "server still in SYN_RECEIVED of the first SYN")


@scenario(client="kernel")
def fast_open_black_hole(stage):
    """Something drops SYNs with data; the client sends the next one without."""
    fast_open_stage(stage)
    stage.server.run("nft -f -", "\n".join((
        "table netdev lab {", "chain first {", "type filter hook ingress device s0 priority 0;",
        "tcp flags syn meta length > 150 drop", "}", "}", "")))
    caller, in_syn = fast_open_call(stage, 40002, b"x" * 200)
    assert not in_syn
    stage.row(syn_of(caller), "established", "syn_retransmitted", ANY, "accept() returned it", delayed=True)
