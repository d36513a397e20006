# SPDX-License-Identifier: GPL-2.0-or-later
"""Meets a TIME_WAIT of the server with a new SYN, and asserts what the kernel makes of it."""

import time

import kernel_view
import old_connection
from packet import signed
from raw_peer import WORD

AHEAD, BEHIND = 352_641_030, -1_000_000  # of the old connection's RCV.NXT
OLD_CLOCK, SLOWER_CLOCK, FASTER_CLOCK = 3_000_000, 1_840_000, 9_000_000
OTHER_CLIENT_LATER = 0.6  # s; beyond the 500 ms in which the kernel sends one ACK only


def setup(stage, port=57011, tsval=OLD_CLOCK, isn=1_000_000_000):
    listener = stage.listen()
    peer = stage.peer(port, isn, tsval)
    old = old_connection.time_wait(stage, listener, peer)
    time.sleep(OTHER_CLIENT_LATER)
    return listener, peer, old


def timer(stage, peer):
    return kernel_view.timer(stage.server, (peer.peer_address, peer.peer_port), (peer.address, peer.port))


def measured(old, peer, syn):
    """The fields that a SYN against this old connection must show."""
    fields = dict(isn_delta=signed(peer.isn - old.rcv_nxt), peer__rcv_nxt=old.rcv_nxt, peer__snd_nxt=old.snd_nxt)
    if old.ts_recent:
        fields.update(peer__ts_recent=old.ts_recent)
        if syn.tsval is not None:
            fields.update(tsval_delta=signed(syn.tsval - old.ts_recent))
    return fields


def check_rejection(old, answer):
    """The ACK of a TIME_WAIT shows the old connection; without socket the IP ID is 0."""
    assert (answer.ack, answer.seq, answer.ip_id) == (old.rcv_nxt, old.snd_nxt, 0)
    assert answer.tsecr == (old.ts_recent or None)


def reject(stage, peer, old, cause, **fields):
    """A first SYN that TIME_WAIT rejects; the counters and the timer tell which rule did."""
    before = timer(stage, peer)
    with kernel_view.counting(stage.server) as delta:
        syn = peer.syn()
        answer = peer.expect("A")
    check_rejection(old, answer)
    assert stage.state(peer) == "TIME_WAIT"
    after = timer(stage, peer)
    if cause == "time_wait_paws":
        assert delta.paws() == 1 and after >= before
    else:
        assert delta.paws() == 0 and after <= before
    stage.row(syn, "rejected", cause, answer, f"still TIME_WAIT, timer {before} -> {after} s, {delta}",
              predicted="ack", old__peer_state="TIME_WAIT", basis="observed", failed=True,
              **measured(old, peer, syn), **fields)
    return answer


def accepted(stage, listener, peer, old, cause, **fields):
    """A first SYN that TIME_WAIT lets in: its SYN/ACK is numbered X + 65537, if the kernel does not lose that number."""
    syn = peer.syn()
    answer = peer.expect("SA")
    assert (answer.seq == (old.snd_nxt + 65537) % WORD) == kernel_view.RECYCLING_KEEPS_ISN
    ack = peer.acknowledge(answer)
    listener.accept()[0].close()
    peer.acknowledge(peer.expect("FA"))
    stage.row(syn, "established", cause, ack, "TIME_WAIT gave way, accept() returned it", predicted="syn_ack",
              old__peer_state="TIME_WAIT", synack_isn_delta=signed(answer.seq - old.snd_nxt), delayed=False,
              **measured(old, peer, syn), **fields)
