# SPDX-License-Identifier: GPL-2.0-or-later
"""The server closed first and holds TIME_WAIT when the port pair is used again."""

import time

import kernel_view
from old_connection import established, handshake, time_wait
from packet import signed
from raw_peer import WORD
from stage import scenario

BOTH = (4, 6)
AHEAD, BEHIND = 352_641_030, -1_000_000  # of the old connection's RCV.NXT
OLD_CLOCK, SLOWER_CLOCK, FASTER_CLOCK = 3_000_000, 1_840_000, 9_000_000
OTHER_CLIENT_LATER = 0.6  # s; beyond the 500 ms in which the kernel sends one ACK only


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
    """A first SYN that TIME_WAIT lets in: its SYN/ACK is numbered X + 65537."""
    syn = peer.syn()
    answer = peer.expect("SA")
    assert answer.seq == (old.snd_nxt + 65537) % WORD
    ack = peer.acknowledge(answer)
    listener.accept()[0].close()
    peer.acknowledge(peer.expect("FA"))
    stage.row(syn, "established", cause, ack, "TIME_WAIT gave way, accept() returned it", predicted="syn_ack",
              old__peer_state="TIME_WAIT", synack_isn_delta=65537, delayed=False, **measured(old, peer, syn), **fields)


def setup(stage, port=57011, tsval=OLD_CLOCK, isn=1_000_000_000):
    listener = stage.listen()
    peer = stage.peer(port, isn, tsval)
    old = time_wait(stage, listener, peer)
    time.sleep(OTHER_CLIENT_LATER)
    return listener, peer, old


@scenario(BOTH)
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


@scenario(BOTH)
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


@scenario(BOTH)
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


@scenario(BOTH)
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
    """Syncookies are for everybody here (2), but not for one who reopens a TIME_WAIT."""
    stage.server.sysctl(ipv4__tcp_syncookies=2)
    listener, peer, old = setup(stage)
    peer.renew(old.rcv_nxt + AHEAD, FASTER_CLOCK)
    with kernel_view.counting(stage.server) as delta:
        accepted(stage, listener, peer, old, "time_wait_recycled_timestamp")
    assert delta["TcpExtSyncookiesSent"] == 0


@scenario(BOTH)
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


@scenario(BOTH)
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


@scenario(BOTH, slow=True)
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
