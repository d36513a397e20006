# SPDX-License-Identifier: GPL-2.0-or-later
"""The server closed first and holds TIME_WAIT when the port pair is used again: which SYN gets in."""

import time

import kernel_view
import old_connection
from old_connection import handshake, time_wait
from packet import WORD
from stage import scenario
from time_wait import (AHEAD, BEHIND, FASTER_CLOCK, OTHER_CLIENT_LATER, SLOWER_CLOCK, accepted, check_rejection, measured,
                       reject, setup)


@scenario((4, 6))
def time_wait_paws(stage):
    """Sequence number in front, clock behind: PAWS, as in the case that this plugin was made for."""
    _, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + AHEAD, SLOWER_CLOCK)
    reject(stage, peer, old, "time_wait_paws")
    time.sleep(1)
    peer.syn()
    check_rejection(old, peer.expect("A"))
    time.sleep(2)
    peer.syn()
    check_rejection(old, peer.expect("A"))


@scenario()
def time_wait_paws_by_one(stage):
    _, peer, old = setup(stage)
    peer.ticks = 0
    peer.renew(old.rcv_nxt + AHEAD, old.ts_recent - 1)
    reject(stage, peer, old, "time_wait_paws")


@scenario()
def time_wait_paws_clock_wraps(stage):
    """R has just wrapped past 0; a TSval from before the wrap is older although the number is greater."""
    _, peer, old = setup(stage, tsval=WORD - 20)
    time.sleep(0.1)
    peer.renew(old.rcv_nxt + AHEAD, WORD - 5_000)
    reject(stage, peer, old, "time_wait_paws")


@scenario()
def time_wait_old_timestamp_zero(stage):
    """TS.Recent 0 counts as unknown: no PAWS, and the rejecting ACK has no timestamps."""
    listener = stage.listen()
    peer = stage.peer(57011, tsval=0)
    peer.ticks = 0
    old = time_wait(stage, listener, peer)
    time.sleep(OTHER_CLIENT_LATER)
    peer.renew(old.rcv_nxt + BEHIND, WORD - 500_000)
    reject(stage, peer, old, "time_wait_sequence")
    time.sleep(OTHER_CLIENT_LATER)
    peer.renew(old.rcv_nxt + AHEAD, WORD - 500_000)
    accepted(stage, listener, peer, old, "time_wait_recycled_sequence")


@scenario()
def time_wait_clock_wraps_forward(stage):
    listener, peer, old = setup(stage, tsval=WORD - 400)
    peer.renew(old.rcv_nxt + BEHIND, 5_000)
    accepted(stage, listener, peer, old, "time_wait_recycled_timestamp")


@scenario((4, 6))
def time_wait_sequence(stage):
    """No timestamps in the new SYN and a sequence number behind."""
    _, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + BEHIND, None)
    reject(stage, peer, old, "time_wait_sequence")


@scenario()
def time_wait_sequence_without_old_timestamps(stage):
    _, peer, old = setup(stage, tsval=None)
    peer.renew(old.rcv_nxt + BEHIND, FASTER_CLOCK)
    reject(stage, peer, old, "time_wait_sequence")


@scenario()
def time_wait_sequence_exactly_rcv_nxt(stage):
    _, peer, old = setup(stage, tsval=None)
    peer.renew(old.rcv_nxt, None)
    reject(stage, peer, old, "time_wait_sequence")


@scenario()
def time_wait_sequence_half_the_space_ahead(stage):
    """Linux's after() calls exactly 2**31 ahead newer, and one more older."""
    listener, peer, old = setup(stage, tsval=None)
    peer.renew(old.rcv_nxt + 2**31 + 1, None)
    reject(stage, peer, old, "time_wait_sequence")
    time.sleep(OTHER_CLIENT_LATER)
    peer.renew(old.rcv_nxt + 2**31, None)
    accepted(stage, listener, peer, old, "time_wait_recycled_sequence")


@scenario()
def time_wait_timestamp_half_the_space_ahead(stage):
    """A TSval exactly 2**31 ahead is newer for Linux, one more is PAWS."""
    listener, peer, old = setup(stage)
    peer.ticks = 0
    peer.renew(old.rcv_nxt + BEHIND, old.ts_recent + 2**31 + 1)
    reject(stage, peer, old, "time_wait_paws")
    time.sleep(OTHER_CLIENT_LATER)
    peer.renew(old.rcv_nxt + BEHIND + 1, old.ts_recent + 2**31)
    accepted(stage, listener, peer, old, "time_wait_recycled_timestamp")


@scenario()
def time_wait_sequence_same_timestamp(stage):
    """S == N and T == R: neither rule lets it in, and it is not PAWS."""
    _, peer, old = setup(stage)
    peer.ticks = 0
    peer.renew(old.rcv_nxt, old.ts_recent)
    reject(stage, peer, old, "time_wait_sequence")


@scenario((4, 6))
def time_wait_recycled_timestamp(stage):
    """A newer timestamp lets it in although the sequence number is behind."""
    listener, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + BEHIND, FASTER_CLOCK)
    accepted(stage, listener, peer, old, "time_wait_recycled_timestamp")


@scenario()
def time_wait_recycled_both(stage):
    listener, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + AHEAD, FASTER_CLOCK)
    accepted(stage, listener, peer, old, "time_wait_recycled_timestamp")


@scenario((4, 6))
def time_wait_recycled_sequence(stage):
    listener, peer, old = setup(stage, tsval=None)
    peer.renew(old.rcv_nxt + 1, None)
    accepted(stage, listener, peer, old, "time_wait_recycled_sequence")


@scenario()
def time_wait_recycled_sequence_wraps(stage):
    listener, peer, old = setup(stage, tsval=None, isn=WORD - 2_000)
    peer.renew(old.rcv_nxt + 10_000, None)
    accepted(stage, listener, peer, old, "time_wait_recycled_sequence")


@scenario()
def time_wait_recycled_sequence_equal_timestamp(stage):
    listener, peer, old = setup(stage)
    peer.ticks = 0
    peer.renew(old.rcv_nxt + AHEAD, old.ts_recent)
    accepted(stage, listener, peer, old, "time_wait_recycled_sequence")


@scenario()
def time_wait_recycled_with_syncookies(stage):
    """Syncookies are for everybody here (2), but not for one who reopens a TIME_WAIT, if the kernel has kept its ISN."""
    stage.server.sysctl(ipv4__tcp_syncookies=2)
    listener, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + AHEAD, FASTER_CLOCK)
    with kernel_view.counting(stage.server) as delta:
        accepted(stage, listener, peer, old, "time_wait_recycled_timestamp")
    assert (delta["TcpExtSyncookiesSent"] == 0) == kernel_view.RECYCLING_KEEPS_ISN


@scenario((4, 6))
def time_wait_no_listener(stage):
    """Acceptable, but the service is gone: a bare ACK, not RST."""
    listener, peer, old = setup(stage)
    listener.close()
    peer.renew(old.rcv_nxt + AHEAD, FASTER_CLOCK)
    with kernel_view.counting(stage.server) as delta:
        syn = peer.syn()
        answer = peer.expect("A")
    assert delta.paws() == 0 and stage.state(peer) == "TIME_WAIT"
    stage.row(syn, "rejected", "time_wait_no_listener", answer, f"no listening socket, still TIME_WAIT {delta}",
              old__peer_state="TIME_WAIT", **measured(old, peer, syn))


@scenario()
def time_wait_rejected_then_other_attempt_accepted(stage):
    """A failed attempt leaves the old connection as it was: the next is measured against the same TIME_WAIT."""
    listener, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + AHEAD, SLOWER_CLOCK)
    reject(stage, peer, old, "time_wait_paws", use=2)
    time.sleep(OTHER_CLIENT_LATER)
    peer.renew(old.rcv_nxt + AHEAD + 5_000, FASTER_CLOCK)
    accepted(stage, listener, peer, old, "time_wait_recycled_timestamp", use=3)


@scenario()
def time_wait_reopened_several_times(stage):
    """Three uses of one port pair, each ended by the server."""
    listener = stage.listen()
    peer = stage.peer(57011)
    old = time_wait(stage, listener, peer, use=1)
    for use in (2, 3):
        time.sleep(0.1)
        peer.renew(old.rcv_nxt + 20_000, old.ts_recent + 1_000)
        old = time_wait(stage, listener, peer, cause="time_wait_recycled_timestamp", use=use)


@scenario()
def time_wait_paws_quick_two_clients(stage):
    """The same SYN from a host with another TTL and MSS."""
    _, peer, old = setup(stage)
    peer.ttl, peer.mss = 57, 1380
    peer.renew(old.rcv_nxt + AHEAD, SLOWER_CLOCK)
    reject(stage, peer, old, "time_wait_paws", other_host=True)


@scenario()
def time_wait_handshake_repeated_after_reject(stage):
    """Rejected by sequence, later a newer timestamp on the repeated SYN of the same attempt lets it in."""
    listener, peer, old = setup(stage)
    peer.ticks = 0
    peer.renew(old.rcv_nxt + BEHIND, old.ts_recent)
    syn = peer.syn()
    check_rejection(old, peer.expect("A"))
    time.sleep(1)
    peer.ticks = 1000
    _, ack = handshake(peer)
    listener.accept()
    stage.row(syn, "established", "time_wait_recycled_timestamp", ack, "accept() returned it", delayed=True,
              **measured(old, peer, syn))


@scenario(cut=False)  # without one of the frames that show how this host reopens a TIME_WAIT, nothing tells
def too_many_time_waits(stage):
    """Over net.ipv4.tcp_max_tw_buckets there is no TIME_WAIT; the SYN/ACK lacks the number with which one is reopened."""
    listener, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + AHEAD, FASTER_CLOCK)
    accepted(stage, listener, peer, old, "time_wait_recycled_timestamp")
    stage.server.sysctl(ipv4__tcp_max_tw_buckets=0)
    peer = stage.peer(57012)
    connection = old_connection.established(stage, listener, peer)
    connection.close()
    peer.accept(peer.expect("FA"))
    peer.send("FA")  # behind a bare ACK it would be answered with RST
    peer.accept(peer.expect("A"))
    assert stage.state(peer) is None
    time.sleep(OTHER_CLIENT_LATER)
    peer.renew(peer.snd_nxt + AHEAD, FASTER_CLOCK)
    known = kernel_view.RECYCLING_KEEPS_ISN
    cause = "reuse_after_close" if known else "time_wait_recycled_timestamp"
    stage.kept = old_connection.established(stage, listener, peer, cause, use=2)
