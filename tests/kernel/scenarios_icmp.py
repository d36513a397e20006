# SPDX-License-Identifier: GPL-2.0-or-later
"""A router's ICMP errors, made to measure for a real client socket."""

import ipaddress
import struct

import kernel_view
import packet
from raw_server import CALLER, answer_syn, conversation
from stage import scenario

ROUTER = {4: "10.9.0.254", 6: "fd09::fe"}
ERRORS = {4: (  # type, code, errno of connect(), cause
    (3, 1, "EHOSTUNREACH", "icmp_host"),
    (3, 0, "ENETUNREACH", "icmp_net"),
    (3, 3, "ECONNREFUSED", "icmp_port"),
    (3, 2, "ENOPROTOOPT", "icmp_other"),
    (3, 13, "EHOSTUNREACH", "icmp_admin_prohibited"),
    (11, 0, "EHOSTUNREACH", "icmp_other"),
), 6: (
    (1, 0, "ENETUNREACH", "icmp_net"),
    (1, 1, "EACCES", "icmp_admin_prohibited"),
    (1, 3, "EHOSTUNREACH", "icmp_host"),
    (1, 4, "ECONNREFUSED", "icmp_port"),
    (1, 5, "EACCES", "icmp_admin_prohibited|icmp_other"),
    (1, 6, "EACCES", "icmp_admin_prohibited|icmp_other"),
    (3, 0, "EHOSTUNREACH", "icmp_other"),
)}
TOO_BIG = {4: (3, 4), 6: (2, 0)}
IP_HEADER = {4: 20, 6: 40}


def quote(stage, syn, seq=None):
    """The IP header and no more than 8 bytes of TCP."""
    ports = IP_HEADER[stage.family] + 4
    return syn.raw[:ports] + struct.pack("!I", syn.seq if seq is None else seq % packet.WORD)


def send_error(stage, kind, code, quoted, mtu=0):
    body = struct.pack("!BBHI", kind, code, 0, mtu) + quoted
    source, destination = (ipaddress.ip_address(address).packed for address in (ROUTER[stage.family], stage.client_address))
    pseudo = source + destination + struct.pack("!II", len(body), packet.ICMPV6) if stage.family == 6 else b""
    body = body[:2] + struct.pack("!H", packet.checksum(pseudo + body)) + body[4:]
    error = packet.parse(ip_header(source, destination, len(body)) + body)
    stage.server_host.send(error)
    return error


def ip_header(source, destination, length):
    if len(source) == 16:
        return struct.pack("!IHBB", 6 << 28, length, packet.ICMPV6, 64) + source + destination
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 0, 0, 64, packet.ICMP, 0) + source + destination
    return header[:10] + struct.pack("!H", packet.checksum(header)) + header[12:]


@scenario((4, 6), **CALLER)
def icmp_with_short_quote(stage):
    for at, (kind, code, error, cause) in enumerate(ERRORS[stage.family]):
        caller, _, syn = conversation(stage, 40001 + at)
        message = send_error(stage, kind, code, quote(stage, syn))
        assert caller.result(2) == error
        stage.row(syn, "unreachable", cause, message, f"connect(): {error}, ICMP {kind}/{code}")


@scenario((4, 6), **CALLER)
def icmp_packet_too_big(stage):
    """That is no failure: the handshake goes on."""
    caller, server, syn = conversation(stage, 40001)
    send_error(stage, *TOO_BIG[stage.family], quote(stage, syn), mtu=1300)
    assert caller.result(0.2) == "waiting"
    answer_syn(server, syn)
    ack = server.expect("A")
    assert caller.result(1) == "OK"
    stage.row(syn, "established", "ok", ack, "connect(): OK although ICMP said: packet too big")


@scenario((4, 6), **CALLER)
def icmp_about_another_segment(stage):
    """It quotes a sequence number that the client never sent: forged, or of an old connection."""
    caller, server, syn = conversation(stage, 40001)
    with kernel_view.counting(stage.client) as delta:
        send_error(stage, *ERRORS[stage.family][0][:2], quote(stage, syn, syn.seq - 100_000))
        assert caller.result(0.2) == "waiting"
    assert delta["TcpExtOutOfWindowIcmps"] == 1
    answer_syn(server, syn)
    ack = server.expect("A")
    assert caller.result(1) == "OK"
    stage.row(syn, "established", "ok", ack, "connect(): OK, OutOfWindowIcmps")
