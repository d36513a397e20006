# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers from another address than the one called, and packets that are damaged on their way."""

import kernel_view
import ledger
from firewall import SERVER, Firewall
from old_connection import handshake
from stage import Call, KernelClient, scenario

MEMBER = "10.6.2.3"  # of the service at SERVER


@scenario(stage=Firewall, cut=False)
def answered_by_the_member(stage):
    """A balancer in front of the server rewrites the address of what comes in, nobody rewrites the answers: the SYN/ACK comes
    from an address that the client never called, and gets a RST."""
    stage.without("client2")
    stage.server.run(f"ip address add {MEMBER}/24 dev s0")
    stage.server.run("nft -f -", "\n".join((
        "table ip lab_raw {", "chain early {", "type filter hook prerouting priority -300;",
        f"ip daddr {SERVER} tcp dport 8080 notrack ip daddr set {MEMBER}", "}", "}", "")))
    stage.client.sysctl(ipv4__tcp_syn_retries=2)
    stage.server_address = "0.0.0.0"
    stage.kept = stage.listen()
    stage.server_address = SERVER
    caller = KernelClient(stage, 40001)
    assert caller.connect(timeout=20) == "ETIMEDOUT"
    stage.stop()
    for label, capture in stage.captures.items():
        (attempt,) = ledger.attempts(capture)
        assert any(seen.segment.has("SA") and seen.segment.src == MEMBER for seen in capture.frames)
        stage.call_row(Call("failed", ledger.waited(capture, attempt)), attempt.syn, "no_answer", "answered_from_elsewhere",
                       f"connect(): ETIMEDOUT, SYN/ACKs came from {MEMBER}", label, None)


def damaged(peer):
    """Sends the SYN with one byte changed behind a checksum that was right, by a router (TTL 63)."""
    send = peer.host.send

    def spoil(segment):
        broken = bytearray(segment.raw)
        broken[20 + 14] ^= 0x40  # the window
        segment.raw = bytes(broken)
        send(segment)
    peer.host.send = spoil
    try:
        return peer.syn()
    finally:
        peer.host.send = send


@scenario(cut=False)
def syn_damaged(stage):
    """The server's kernel drops what has a wrong checksum without a word; an undamaged call beside it gets in."""
    stage.kept = stage.listen()
    whole, broken = stage.peer(40001, ttl=63), stage.peer(40002, ttl=63)
    syn, ack = handshake(whole)
    stage.call_row(Call("in_time"), syn, "established", "ok", "ESTABLISHED", decided_by=ack)
    with kernel_view.counting(stage.server) as delta:
        first = damaged(broken)
        broken.expect_silence(1.0)
        damaged(broken)
        broken.expect_silence(2.2)
    assert delta["TcpInCsumErrors"] == 2 and stage.state(broken) is None
    whole.send("A")
    stage.call_row(Call("failed", (0.95, 1.3)), first, "no_answer", "silent_flow", "TcpInCsumErrors", decided_by=None)
