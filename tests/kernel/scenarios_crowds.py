# SPDX-License-Identifier: GPL-2.0-or-later
"""Many SYNs that mean little: a flood from forged addresses with real calls inside, a scan; and many calls that are all well."""

import random
import re

import kernel_view
import ledger
from firewall import CLIENTS, SERVER, Firewall
from old_connection import REQUEST
from packet import WORD
from programs import MANY, Server, output
from raw_peer import RawPeer
from stage import PORT, Call, scenario

FORGED = int(12_000 * MANY)
REAL_EVERY = 200  # forged SYNs
SCANNED = range(1, 201)
CALLS = int(3000 * MANY)


@scenario(cut=False)
def flood(stage):
    """12 000 SYNs from 12 000 forged addresses, each answered by a SYN cookie once; 60 real calls among them get in at once."""
    dice = random.Random(11)
    stage.server.sysctl(ipv4__tcp_syncookies=2)
    stage.server.run("ip route add default via 10.9.0.1")
    stage.kept = stage.listen(backlog=128)
    for number in range(FORGED):
        if number % REAL_EVERY == 0:
            real_call(stage, 40_000 + number // REAL_EVERY)
        forged = RawPeer(stage.host, f"10.{dice.randrange(10, 250)}.{number // 250}.{number % 250 + 1}",
                         dice.randrange(1024, 65536), stage.server_address, PORT, dice.randrange(1, WORD), None)
        forged.syn()
        if number % 20 == 0:
            forged.receive(0.02)
    stage.stop()
    for attempt in ledger.attempts(stage.captures["server"]):
        if not attempt.source.startswith(stage.client_address + ":"):
            stage.call_row(Call("unknown"), attempt.syn, "pending", "unacknowledged", "forged: a SYN cookie, nobody there",
                           decided_by=None)


def real_call(stage, port):
    peer = stage.peer(port, isn=1_000_000_000 + port * 1009)
    syn = peer.syn()
    ack = peer.acknowledge(peer.expect("SA"))
    peer.send("PA", REQUEST)
    peer.accept(peer.expect("A"))
    assert stage.state(peer) == "ESTABLISHED"
    stage.call_row(Call("in_time"), syn, "established", "ok", "ESTABLISHED, request acknowledged", decided_by=ack)


@scenario(cut=False)
def scan(stage):
    """One source, 200 ports, one SYN each; two of them are open and get a bare RST."""
    stage.kept = [stage.listen(22), stage.listen(80)]
    for port in SCANNED:
        peer = stage.peer(50_000 + port, isn=1_000_000_000 + port * 7919, server_port=port)
        syn = peer.syn()
        answer = peer.expect("SA" if port in (22, 80) else "RA")
        failed = Call("failed", (0, 0.1))
        if port in (22, 80):
            peer.accept(answer)
            stage.call_row(failed, syn, "aborted", "client_gave_up", "half-open, then RST", decided_by=peer.send("R", stamped=False))
        else:
            stage.call_row(failed, syn, "refused", "closed_port", "nobody listens", decided_by=answer)


@scenario(stage=Firewall, cut=False)
def healthy(stage):
    """3000 calls of `ab` on 400 ports: each port pair is used again and again, and no SYN is ever rejected or repeated."""
    stage.without("client", "client2", "any")
    stage.client.sysctl(ipv4__ip_local_port_range="40000 40399", ipv4__tcp_tw_reuse=1)
    server = Server(stage.listen(backlog=256))
    with kernel_view.counting(stage.server) as delta:
        said = output(stage.client, "ab", "-n", str(CALLS), "-c", "8", "-s", "30", f"http://{SERVER}:{PORT}/", timeout=100)
    server.stop()
    stage.stop()
    assert re.search(rf"Complete requests: +{CALLS}\n", said) and re.search(r"Failed requests: +0\n", said)
    assert delta.paws() == 0 and delta["TcpExtListenDrops"] == 0
    attempts = ledger.attempts(stage.captures["server"])
    assert all(len(attempt.syns) == 1 and attempt.source.startswith(CLIENTS[0]) for attempt in attempts)
    # A port may come again in the same tick of the timestamp clock: then the number alone is newer.
    taken = "ok|time_wait_recycled_timestamp|time_wait_recycled_sequence|reuse_after_close"
    for attempt in attempts:
        stage.call_row(Call("in_time"), attempt.syn, "established", taken,
                       "ab: no failed request; no retransmission, no PAWS rejection")
