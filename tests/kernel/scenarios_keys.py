# SPDX-License-Identifier: GPL-2.0-or-later
"""SYNs that are signed with a key (TCP-MD5, RFC 2385), and services that want that."""

import ipaddress
import socket
import struct

import kernel_view
from calls import final_ack, syn_of
from stage import KernelClient, scenario

TCP_MD5SIG = 14
KEY, OTHER_KEY = b"the key", b"another key"


def sign(sock, address, key):
    """What this socket and that address send each other is signed."""
    packed = ipaddress.ip_address(address).packed
    name = struct.pack("=HH4s", socket.AF_INET, 0, packed) if len(packed) == 4 else \
        struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, packed, 0)
    sock.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG,
                    struct.pack("=128sBBHi80s", name.ljust(128, b"\0"), 0, 0, len(key), 0, key))


def signed_call(stage, port, key):
    """A call that signs what it sends, or not."""
    caller = KernelClient(stage, port)
    if key:
        sign(caller.socket, stage.server_address, key)
    return caller.start()


def dropped(stage, port, key, counter):
    """The listener drops its SYN without a word."""
    with kernel_view.counting(stage.server) as delta:
        caller = signed_call(stage, port, key)
        assert caller.result(1.5) == "waiting"
    assert delta[counter] >= 2
    caller.socket.close()
    stage.row(syn_of(caller), "no_answer", "silent_flow", None, f"connect() waits; {delta}")


@scenario((4, 6), client="kernel")
def keys_of_both_sides(stage):
    """One call has the listener's key, one has none, one has another; then the listener has none."""
    listener = stage.listen()
    sign(listener, stage.client_address, KEY)
    caller = signed_call(stage, 40001, KEY)
    assert caller.result(5) == "OK"
    stage.kept = caller, listener.accept()
    stage.row(syn_of(caller), "established", "ok", final_ack(caller), "both have the key")
    dropped(stage, 40002, None, "TcpExtTCPMD5NotFound")
    dropped(stage, 40003, OTHER_KEY, "TcpExtTCPMD5Failure")
    sign(listener, stage.client_address, b"")
    dropped(stage, 40004, KEY, "TcpExtTCPMD5Unexpected")
