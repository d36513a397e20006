# SPDX-License-Identifier: GPL-2.0-or-later
"""The server's old connection is still alive in some way when its port pair is used again."""

import time

import kernel_view
import old_connection
from stage import scenario

FAR, NEAR, BEHIND = 352_641_030, 1_000, -1_000_000  # of RCV.NXT: beyond the window, in it, before it
LIVE = {
    "established": old_connection.established,
    "close_wait": old_connection.close_wait,
    "last_ack": old_connection.last_ack,
    "fin_wait_1": old_connection.fin_wait_1,
    "fin_wait_2": old_connection.fin_wait_2_open,
}


def challenged(stage, peer, cause, kept):
    """A socket that lives answers every SYN with a challenge ACK and stays as it is."""
    syn = peer.syn()
    answer = peer.expect("A", skip="FA")
    assert stage.state(peer) == kept
    known = {} if kept == "FIN_WAIT_2" else {"predicted": "ack"}  # packets do not show whether that one is orphaned
    stage.row(syn, "rejected", cause, answer, f"server still {kept}", old__peer_state=kept, **known)
    return answer


def live(name, make, isn_offset, clock):
    """One scenario for a state of a live socket."""
    def play(stage):
        peer = stage.peer(57011)
        stage.kept = make(stage, stage.listen(), peer)
        old, kept = peer.old(), stage.state(peer)
        time.sleep(0.6)
        peer.renew(old.rcv_nxt + isn_offset, clock)
        answer = challenged(stage, peer, f"old_{name}", kept)
        assert answer.ack == old.rcv_nxt
    return play


def live_reset(name, make):
    """The client answers the challenge ACK with RST; that kills the old connection and the repeated SYN gets in."""
    def play(stage):
        peer, listener = stage.peer(57011), stage.listen()
        stage.kept = make(stage, listener, peer)
        old, kept = peer.old(), stage.state(peer)
        time.sleep(0.6)
        peer.renew(old.rcv_nxt + FAR, 9_000_000)
        syn = peer.syn()
        answer = peer.expect("A", skip="FA")
        peer.send("R", seq=answer.ack, stamped=False)
        assert stage.state(peer) is None
        time.sleep(0.01)
        peer.drain()
        peer.syn()
        ack = peer.acknowledge(peer.expect("SA"))
        stage.again = listener.accept()
        stage.row(syn, "established", "after_old_connection_reset", ack, f"{kept}, gone after RST, then accept()",
                  delayed=True, predicted="ack", old__peer_state=kept)
    return play


def register(name, function, families=(4,)):
    function.__name__ = name
    scenario(families)(function)


for state_name, maker in LIVE.items():
    both = (4, 6) if state_name == "established" else (4,)
    register(f"old_{state_name}", live(state_name, maker, FAR, 9_000_000), both)
    register(f"old_{state_name}_in_window", live(state_name, maker, NEAR, 9_000_000))
    register(f"old_{state_name}_paws", live(state_name, maker, NEAR, 1_000))
    register(f"old_{state_name}_reset", live_reset(state_name, maker), both)


def orphan(stage):
    peer, listener = stage.peer(57011), stage.listen()
    old_connection.fin_wait_2_orphan(stage, listener, peer)
    time.sleep(0.6)
    return peer, listener, peer.old()


@scenario((4, 6))
def old_fin_wait_2_orphan_in_window(stage):
    """RST/ACK that looks like a closed port."""
    peer, _, old = orphan(stage)
    peer.renew(old.rcv_nxt + NEAR, 9_000_000)
    syn = peer.syn()
    answer = peer.expect("RA")
    assert stage.state(peer) is None
    stage.row(syn, "refused", "old_fin_wait_2", answer, "FIN_WAIT_2 left the table, the port listens",
              old__peer_state="FIN_WAIT_2")


def orphan_rejects(stage, isn_offset, clock):
    peer, _, old = orphan(stage)
    peer.renew(old.rcv_nxt + isn_offset, clock)
    answer = challenged(stage, peer, "old_fin_wait_2", "FIN_WAIT_2")
    assert answer.ip_id == 0  # made without a socket


@scenario((4, 6))
def old_fin_wait_2_orphan_beyond_window(stage):
    orphan_rejects(stage, FAR, 9_000_000)


@scenario()
def old_fin_wait_2_orphan_before_window(stage):
    orphan_rejects(stage, BEHIND, 9_000_000)


@scenario()
def old_fin_wait_2_orphan_paws(stage):
    orphan_rejects(stage, NEAR, 1_000)


@scenario(slow=True)
def old_fin_wait_2_orphan_expired(stage):
    """The client never closes; after tcp_fin_timeout (60 s) the server forgets, without any TIME_WAIT."""
    peer, listener, old = orphan(stage)
    for _ in range(70):
        if stage.state(peer) is None:
            break
        time.sleep(1)
    peer.renew(old.rcv_nxt + BEHIND, 1_000)
    old_connection.established(stage, listener, peer, "reuse_after_close|ok")


@scenario()
def old_fin_wait_2_orphan_closed_later(stage):
    """The client's FIN turns FIN_WAIT_2 into TIME_WAIT; then PAWS holds."""
    peer, _, old = orphan(stage)
    peer.send("FA")
    peer.accept(peer.expect("A"))
    assert stage.state(peer) == "TIME_WAIT"
    old = peer.old()
    time.sleep(0.6)
    peer.renew(old.rcv_nxt + FAR, 1_000)
    challenged(stage, peer, "time_wait_paws", "TIME_WAIT")


def half_open(stage):
    """The client never acknowledges; the SYN/ACK is repeated."""
    peer = stage.peer(57011)
    stage.kept = stage.listen()
    syn = peer.syn()
    peer.expect("SA")
    peer.expect("SA")
    assert stage.state(peer) == "SYN_RECEIVED"
    stage.row(syn, "no_answer", "synack_lost", None, "server in SYN_RECEIVED, SYN/ACK repeated")
    return peer


@scenario((4, 6))
def old_syn_received_out_of_window(stage):
    peer = half_open(stage)
    first = peer.isn
    peer.renew(first + FAR, 9_000_000)
    syn = peer.syn()
    answer = peer.expect("A")
    assert answer.ack == first + 1 and stage.state(peer) == "SYN_RECEIVED"
    stage.row(syn, "rejected", "old_syn_received", answer, "server still in SYN_RECEIVED of the first SYN",
              old__peer_state="SYN_RECEIVED")


@scenario()
def old_syn_received_paws(stage):
    peer = half_open(stage)
    first = peer.isn
    peer.renew(first + NEAR, 1_000)
    syn = peer.syn()
    answer = peer.expect("A")
    assert answer.ack == first + 1 and stage.state(peer) == "SYN_RECEIVED"
    stage.row(syn, "rejected", "old_syn_received", answer, "server still in SYN_RECEIVED of the first SYN")


@scenario((4, 6))
def old_syn_received_in_window(stage):
    peer = half_open(stage)
    peer.renew(peer.isn + NEAR, 9_000_000)
    with kernel_view.counting(stage.server) as delta:
        syn = peer.syn()
        answer = peer.expect("RA")
    assert delta["TcpExtEmbryonicRsts"] == 1 and stage.state(peer) is None
    stage.row(syn, "refused", "old_syn_received", answer, f"SYN_RECEIVED gone, the port listens, {delta}",
              old__peer_state="SYN_RECEIVED")


@scenario((4, 6))
def reuse_after_close(stage):
    """The client closed first: nothing is left at the server, a slower clock does no harm."""
    listener, peer = stage.listen(), stage.peer(57011)
    old_connection.closed_by_client(stage, listener, peer)
    time.sleep(0.6)
    peer.renew(peer.isn - 1_000_000, 1_000)
    stage.kept = old_connection.established(stage, listener, peer, "reuse_after_close", delayed=False, use=2)


@scenario()
def reuse_after_client_reset(stage):
    listener, peer = stage.listen(), stage.peer(57011)
    old_connection.reset_by_client(stage, listener, peer)
    peer.renew(peer.isn - 1_000_000, 1_000)
    stage.kept = old_connection.established(stage, listener, peer, "reuse_after_reset", use=2)


@scenario((4, 6))
def reuse_after_server_reset(stage):
    listener, peer = stage.listen(), stage.peer(57011)
    old_connection.reset_by_server(stage, listener, peer)
    peer.renew(peer.isn - 1_000_000, 1_000)
    stage.kept = old_connection.established(stage, listener, peer, "reuse_after_reset", use=2)


@scenario()
def reuse_after_reset_of_time_wait(stage):
    """The client's RST removes TIME_WAIT before any new SYN."""
    listener, peer = stage.listen(), stage.peer(57011)
    old = old_connection.time_wait(stage, listener, peer)
    peer.send("R", seq=old.rcv_nxt, stamped=False)
    assert stage.state(peer) is None
    peer.renew(old.rcv_nxt - 1_000_000, 1_000)
    stage.kept = old_connection.established(stage, listener, peer, "reuse_after_reset")


@scenario()
def closing_then_time_wait(stage):
    """Both sides close at once: CLOSING, then TIME_WAIT at the server."""
    listener, peer = stage.listen(), stage.peer(57011)
    connection = old_connection.established(stage, listener, peer)
    connection.close()
    fin = peer.expect("FA")
    peer.send("FA")
    peer.expect("A")
    assert stage.state(peer) == "CLOSING"
    peer.acknowledge(fin)
    assert stage.state(peer) == "TIME_WAIT"
    old = peer.old()
    time.sleep(0.6)
    peer.renew(old.rcv_nxt + FAR, 1_000)
    challenged(stage, peer, "time_wait_paws", "TIME_WAIT")
