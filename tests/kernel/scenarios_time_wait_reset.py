# SPDX-License-Identifier: GPL-2.0-or-later
"""A RST meets TIME_WAIT."""

import time

from stage import scenario
from time_wait import AHEAD, SLOWER_CLOCK, check_rejection, measured, reject, setup


@scenario((4, 6))
def after_time_wait_reset(stage):
    """The client answers the ACK with RST, as RFC 9293 says: TIME_WAIT is gone, the repeated SYN gets in."""
    listener, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + AHEAD, SLOWER_CLOCK)
    syn = peer.syn()
    answer = peer.expect("A")
    check_rejection(old, answer)
    peer.send("R", seq=answer.ack, stamped=False)
    assert stage.state(peer) is None
    time.sleep(0.01)
    peer.syn()
    ack = peer.acknowledge(peer.expect("SA"))
    listener.accept()
    stage.row(syn, "established", "after_time_wait_reset", ack, "the RST removed TIME_WAIT, accept() returned it",
              delayed=True, predicted="ack", old__peer_state="TIME_WAIT", **measured(old, peer, syn))


@scenario()
def time_wait_reset_beside_the_window_edge(stage):
    """Only a RST with exactly RCV.NXT removes TIME_WAIT."""
    _, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + AHEAD, SLOWER_CLOCK)
    reject(stage, peer, old, "time_wait_paws")
    for offset in (-1, 1):
        peer.send("R", seq=old.rcv_nxt + offset, stamped=False)
        assert stage.state(peer) == "TIME_WAIT"
    time.sleep(1)
    peer.drain()
    peer.syn()
    check_rejection(old, peer.expect("A"))


@scenario()
def time_wait_reset_with_old_timestamp(stage):
    """A RST whose own timestamp is behind is thrown away by PAWS."""
    _, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + AHEAD, SLOWER_CLOCK)
    reject(stage, peer, old, "time_wait_paws")
    peer.send("R", seq=old.rcv_nxt)
    assert stage.state(peer) == "TIME_WAIT"
    time.sleep(1)
    peer.drain()
    peer.syn()
    check_rejection(old, peer.expect("A"))


@scenario()
def time_wait_rfc1337(stage):
    """net.ipv4.tcp_rfc1337 = 1: no RST removes TIME_WAIT."""
    stage.server.sysctl(ipv4__tcp_rfc1337=1)
    _, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + AHEAD, SLOWER_CLOCK)
    reject(stage, peer, old, "time_wait_paws")
    peer.send("R", seq=old.rcv_nxt, stamped=False)
    assert stage.state(peer) == "TIME_WAIT"
    time.sleep(1)
    peer.syn()
    check_rejection(old, peer.expect("A"))
