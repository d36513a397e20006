# SPDX-License-Identifier: GPL-2.0-or-later
"""How long TIME_WAIT lasts, what restarts it, and how often it answers."""

import time

import kernel_view
from old_connection import established
from stage import scenario
from time_wait import AHEAD, BEHIND, SLOWER_CLOCK, check_rejection, measured, reject, setup, timer


@scenario()
def time_wait_paws_rate_limited(stage):
    """A repeated SYN within 500 ms of the last ACK gets silence, the next one an ACK again."""
    _, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + AHEAD, SLOWER_CLOCK)
    reject(stage, peer, old, "time_wait_paws")
    with kernel_view.counting(stage.server) as delta:
        peer.syn()
        peer.expect_silence(0.05)
    assert delta["TcpExtTCPACKSkippedTimeWait"] == 1 and delta.paws() == 1
    time.sleep(1)
    peer.syn()
    check_rejection(old, peer.expect("A"))


def other_attempt_in_silence(stage, cause, isn_offset, tsval):
    """A second attempt (another ISN) within 500 ms of the rejecting ACK of the first gets no ACK of its own."""
    _, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + isn_offset, tsval)
    reject(stage, peer, old, cause)
    peer.renew(old.rcv_nxt + isn_offset + 5_000, tsval)
    with kernel_view.counting(stage.server) as delta:
        syn = peer.syn()
        peer.expect_silence(0.05)
    assert delta["TcpExtTCPACKSkippedTimeWait"] == 1 and stage.state(peer) == "TIME_WAIT"
    assert delta.paws() == (cause == "time_wait_paws")
    stage.row(syn, "no_answer", cause, None, f"{delta}", basis="inferred", **measured(old, peer, syn))
    finish_capture_late(stage)


def finish_capture_late(stage):
    """Traffic of another port more than 3 s later, so that the attempts before are no longer pending."""
    time.sleep(3.5)
    peer = stage.peer(40999, server_port=81)
    with kernel_view.counting(stage.server) as delta:
        syn = peer.syn()
        answer = peer.expect("RA")
    assert delta["TcpOutRsts"] == 1
    stage.row(syn, "refused", "closed_port", answer, "no listener")


@scenario()
def time_wait_paws_attempt_rate_limited(stage):
    other_attempt_in_silence(stage, "time_wait_paws", AHEAD, SLOWER_CLOCK)


@scenario()
def time_wait_sequence_attempt_rate_limited(stage):
    other_attempt_in_silence(stage, "time_wait_sequence", BEHIND, None)


@scenario((4, 6), slow=True)
def time_wait_expired(stage):
    """Both rules would refuse it, but TIME_WAIT has run out."""
    listener, peer, old = setup(stage)
    wait_until_gone(stage, peer)
    peer.renew(old.rcv_nxt + BEHIND, SLOWER_CLOCK)
    established(stage, listener, peer, "time_wait_expired", delayed=False)


def wait_until_gone(stage, peer):
    for _ in range(70):
        if stage.state(peer) is None:
            return
        time.sleep(1)
    raise AssertionError("TIME_WAIT did not run out")


@scenario(slow=True)
def time_wait_expired_after_rejections(stage):
    """A sequence rejection does not restart TIME_WAIT: the same attempt gets in when it has run out."""
    listener, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + BEHIND, None)
    syn = peer.syn()
    check_rejection(old, peer.expect("A"))
    retries = 0
    for gap in (1, 2, 4, 8, 16, 32):
        time.sleep(gap)
        peer.syn()
        retries += 1
        answer = peer.expect("A" if stage.state(peer) == "TIME_WAIT" else "SA")
    ack = peer.acknowledge(answer)
    connection, _ = listener.accept()
    stage.row(syn, "established", "time_wait_expired", ack, "TIME_WAIT left the table, accept() returned it",
              delayed=True, predicted="ack", **measured(old, peer, syn))
    connection.close()


@scenario(slow=True)
def time_wait_restarted_by_paws(stage):
    """Each PAWS rejection restarts the 60 s: 64 s after the FIN the port pair is still blocked."""
    _, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + AHEAD, SLOWER_CLOCK)
    reject(stage, peer, old, "time_wait_paws")
    for gap in (1, 2, 4, 8, 16):
        time.sleep(gap)
        peer.syn()
        check_rejection(old, peer.expect("A"))
    time.sleep(33)
    reject_restarted(stage, peer, old)


def reject_restarted(stage, peer, old):
    """A SYN by a third clock, still behind."""
    peer.renew(old.rcv_nxt + AHEAD + 7_000, SLOWER_CLOCK - 500_000)
    reject(stage, peer, old, "time_wait_paws")


@scenario(slow=True)
def time_wait_restarted_in_silence(stage):
    """The restart happens also where the ACK was rate-limited away; a sequence rejection does not restart it."""
    _, peer, old = setup(stage)
    time.sleep(20)
    peer.renew(old.rcv_nxt + AHEAD, SLOWER_CLOCK)
    reject(stage, peer, old, "time_wait_paws")
    time.sleep(0.2)
    peer.syn()
    peer.expect_silence(0.05)
    assert timer(stage, peer) > 59.5
    time.sleep(43)
    reject_restarted(stage, peer, old)
