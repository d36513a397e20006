# SPDX-License-Identifier: GPL-2.0-or-later
"""Ordinary calls, and calls that a closed port, a filter or an ICMP error ends; the caller is a real socket."""

import kernel_view
from calls import answer_of, ordinary_call, silence, syn_of
from capture import Match
from packet import ICMP, ICMPV6
from stage import KernelClient, scenario

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


@scenario((4, 6), client="kernel")
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


@scenario((4, 6), client="kernel")
def closed_port(stage):
    for port in (40001, 40002):
        caller = KernelClient(stage, port, 81)
        assert caller.connect() == "ECONNREFUSED"
        stage.row(syn_of(caller), "refused", "closed_port", answer_of(caller, "RA"),
                  "connect(): ECONNREFUSED, nobody listens", basis="observed", failed=True)


@scenario((4, 6), client="kernel")
def reset_by_filter_at_the_server(stage):
    """A reject rule of the server's own filter looks like a closed port."""
    stage.server.filter("tcp dport 8080 reject with tcp reset")
    stage.kept = stage.listen()
    caller = KernelClient(stage, 40001)
    assert caller.connect() == "ECONNREFUSED"
    stage.row(syn_of(caller), "refused", "closed_port|reset_in_path",
              answer_of(caller, "RA"), "connect(): ECONNREFUSED by nft reject")


@scenario((4, 6), client="kernel", wire=True)
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


@scenario((4, 6), client="kernel")
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
