# SPDX-License-Identifier: GPL-2.0-or-later
"""Traps: packets that look like something else. Each test fails if synfate walks into its trap."""

import itertools

import pytest
from scapy.layers.inet import IP, UDP, ICMP, fragment
from scapy.layers.l2 import Ether
from scapy.packet import Raw

import capture_file
from beginnings import (another_client, closed_by_server, conversation, exchange, handshake, rebooted_client, repeat,
                      same_client_later)
from flow import NO_SOCKET, Capture, ethernet

COUNT = itertools.count()


@pytest.fixture
def rows(tshark):
    """Saves a Capture, and gives tshark's rows for its frames."""

    def read(capture, link=ethernet, **how):
        return tshark.fields(tshark.save(f"trap_{next(COUNT)}.pcap", capture.pcap(link)), **how)

    return read


def said(row):
    return row.get("fate"), row.get("cause")


def attempts(rows):
    return [row["frame"] for row in rows if row.get("syn_number") == 1]


# ICMP


def test_a_quoted_syn_is_no_syn(rows):
    """An ICMP error repeats the SYN with all its bytes; and it comes twice."""
    capture = Capture()
    c, _ = capture.flow()
    syn = c.syn()
    capture.icmp(syn, 3, 1, source=254)
    capture.wait(1)
    capture.icmp(c.syn(), 3, 1, source=254)
    found = rows(capture)
    assert attempts(found) == [1]
    assert [row.get("syn_number") for row in found] == [1, None, 2, None]
    assert (said(found[0]), found[0]["decided_by"], found[0]["retries"]) == (("unreachable", "icmp_host"), 2, 1)


@pytest.mark.parametrize("version", [4, 6])
def test_icmp_with_eight_quoted_bytes(rows, version):
    capture = Capture(version=version)
    c, _ = capture.flow()
    capture.icmp(c.syn(), 3, 13, source=254, quote=8)
    found = rows(capture)
    assert (said(found[0]), found[0]["decided_by"]) == (("unreachable", "icmp_admin_prohibited"), 2)
    assert said(found[1]) == said(found[0])


@pytest.mark.parametrize("version", [4, 6])
def test_packet_too_big_is_no_failure(rows, version):
    """Path MTU discovery, in the middle of a handshake that succeeds."""
    capture = Capture(version=version)
    c, s = capture.flow()
    syn = c.syn()
    capture.icmp(syn, 3, 4, source=254)
    s.synack()
    c.ack()
    exchange(c, s)
    assert said(rows(capture)[0]) == ("established", "ok")


def test_icmp_about_another_sequence_number(rows):
    """Forged by someone who knows the ports only (RFC 5927): it decides nothing."""
    capture = Capture()
    c, _ = capture.flow()
    (syn,) = repeat(capture, c.syn, waits=(1,))
    quoted = capture.frames[syn - 1].packet.copy()
    quoted["TCP"].seq += 1_000_000
    capture.add(IP(src="10.9.0.254", dst="10.9.0.1") / ICMP(type=3, code=3) / Raw(bytes(quoted)[:28]))
    row = rows(capture)[0]
    assert row["fate"] == "no_answer" and "decided_by" not in row


def test_icmp_after_the_handshake_decides_nothing(rows):
    capture = Capture()
    conversation(capture)
    capture.icmp(1, 3, 1, source=254)
    assert said(rows(capture)[0]) == ("established", "ok")


# Which SYN an answer answers


def test_fast_open_without_the_data(rows):
    """The server takes the SYN and not its data: an ordinary handshake follows."""
    capture = Capture()
    c, s = capture.flow()
    c.syn(payload=29, options=[(34, b"\x01\x02\x03\x04\x05\x06\x07\x08")])
    s.synack(ack=c.isn + 1)
    s.rcv_nxt = c.isn + 1
    c.ack(seq=c.isn + 1)
    c.data(29, seq=c.isn + 1)
    s.ack(ack=c.isn + 30)
    found = rows(capture)
    assert (found[0]["fate"], found[0]["failed"], found[0]["decided_by"]) == ("established", False, 3)


def test_split_handshake(rows):
    """The server acknowledges the SYN first and sends its own SYN afterwards (RFC 9293, 3.5): no rejection."""
    capture = Capture()
    c, s = capture.flow()
    c.syn()
    s.rcv_nxt, s.ts_recent = c.isn + 1, c.syn_tsval
    s.ack(seq=s.isn, ip_id=NO_SOCKET)
    s.syn()
    c.rcv_nxt = s.isn + 1
    c.send("SA", seq=c.isn)
    c.snd_nxt = c.isn + 1
    s.ack()
    exchange(c, s)
    for two_pass in True, False:
        found = rows(capture, two_pass=two_pass)
        assert all(row.get("fate") != "rejected" for row in found), two_pass
    assert rows(capture)[0]["fate"] == "established"


def test_reordered_handshake(rows):
    """Another capture queue: SYN/ACK before SYN, data before the ACK that completes the handshake."""
    capture = Capture()
    c, s = conversation(capture)
    order = [1, 0, 3, 2, 5, 4, 6]
    times = [frame.time for frame in capture.frames]
    capture.frames = [capture.frames[i] for i in order]
    for frame, time in zip(capture.frames, times):
        frame.time = time
    found = rows(capture)
    assert attempts(found) == [2]
    assert (found[1]["fate"], found[1]["retries"], found[1]["delayed"]) == ("established", 0, False)


def test_the_servers_first_data_overtakes_its_synack(rows):
    """Data that acknowledges the SYN looks like an ACK without SYN."""
    capture = Capture()
    c, s = capture.flow()
    c.syn()
    s.synack()
    s.ack()
    capture.frames[1], capture.frames[2] = capture.frames[2], capture.frames[1]
    c.ack()
    exchange(c, s)
    for two_pass in True, False:
        assert all(row.get("fate") != "rejected" for row in rows(capture, two_pass=two_pass))
    assert rows(capture)[0]["fate"] == "established"


@pytest.mark.parametrize("late", ["data", "last ack"])
def test_a_late_segment_of_the_old_connection_is_no_rejection(rows, late):
    """Overtaken by the SYN; the SYN is accepted a moment later, without another SYN."""
    capture = Capture()
    c, s = closed_by_server(capture)
    capture.wait(2)
    stale = s.snd_nxt - 41
    same_client_later(c, s)
    syn = c.syn()
    s.data(40, seq=stale) if late == "data" else s.ack(ip_id=NO_SOCKET)
    s.synack(isn=s.snd_nxt + 65537)
    c.ack()
    found = rows(capture)
    assert said(found[syn - 1]) == ("established", "time_wait_recycled_timestamp")
    assert found[syn - 1]["delayed"] is False


def test_a_keep_alive_probe_is_no_rejection(rows):
    """The server probes the old connection just when the SYN gets lost: it answers the second SYN only."""
    capture = Capture()
    c, s = conversation(capture)
    capture.wait(100)
    rebooted_client(c, s)
    syn = c.syn()
    s.ack(seq=s.snd_nxt - 1)
    capture.wait(1)
    c.syn()
    ack = s.ack()
    row = rows(capture)[syn - 1]
    assert (said(row), row["decided_by"]) == (("rejected", "old_established"), ack)


def test_rate_limited_rejections(rows):
    """Linux answers once in 500 ms: the silence between two rejecting ACKs changes neither cause nor deciding frame, and the
    SYNs that got no answer restart TIME_WAIT like the others."""
    capture = Capture()
    c, s = closed_by_server(capture)
    capture.wait(9)
    another_client(c, s)
    syn = c.syn()
    ack = s.ack(ip_id=NO_SOCKET)
    for _ in range(4):
        capture.wait(0.2)
        c.syn()
    capture.wait(0.2)
    last = c.syn()
    s.ack(ip_id=NO_SOCKET)
    found = rows(capture)
    assert (said(found[syn - 1]), found[syn - 1]["decided_by"]) == (("rejected", "time_wait_paws"), ack)
    assert (found[last - 1]["retries"], found[last - 1]["time_wait.restarts"]) == (5, 5)


def test_a_rate_limited_first_rejection(rows):
    """The ACK for another SYN was sent just before: this attempt's own answer comes with its first retransmission."""
    capture = Capture()
    c, s = closed_by_server(capture)
    capture.wait(9)
    another_client(c, s)
    c.syn()
    s.ack(ip_id=NO_SOCKET)
    capture.wait(0.1)
    c.reopen(isn=c.isn + 5000)
    syn = c.syn()
    capture.wait(1)
    c.syn()
    ack = s.ack(ip_id=NO_SOCKET)
    found = rows(capture)
    assert (said(found[syn - 1]), found[syn - 1]["decided_by"]) == (("rejected", "time_wait_paws"), ack)
    assert found[syn - 1]["old.peer_state"] == "TIME_WAIT" and found[syn - 1]["old.last"] == 11


# Timestamps and sequence numbers


@pytest.mark.parametrize("hz", [10, 100, 1000, 1_000_000])
@pytest.mark.parametrize("idle", [0.03, 2])
def test_ticks_of_the_timestamps(rows, hz, idle):
    """From 100 ms to a microsecond, whether the old connection was long enough to tell or not: a clock that ticks otherwise
    than Linux' is no sign of another host."""
    capture = Capture(hz=hz)
    c, s = closed_by_server(capture, idle=idle)
    capture.wait(9.1)
    same_client_later(c, s)
    syn = c.syn()
    s.synack(isn=s.snd_nxt + 65537)
    c.ack()
    row = rows(capture)[syn - 1]
    assert said(row) == ("established", "time_wait_recycled_timestamp")
    assert row["tsval_delta"] == pytest.approx(9.1 * hz, rel=0.001, abs=1)
    assert row.get("other_host") is not True


def test_a_microsecond_behind(rows):
    capture = Capture(hz=1_000_000)
    c, s = closed_by_server(capture)
    capture.wait(0.2)
    c.reopen(isn=s.rcv_nxt + 1000, tsval=s.ts_recent - 1)
    syn = c.syn()
    ack = s.ack(ip_id=NO_SOCKET)
    row = rows(capture)[syn - 1]
    assert (said(row), row["tsval_delta"], row["decided_by"]) == (("rejected", "time_wait_paws"), -1, ack)


def test_each_port_pair_has_its_own_clock(rows):
    """Linux adds another offset to the timestamps of each port pair: only those of one pair can be compared."""
    capture = Capture()
    for port in 57011, 57012, 57013:
        pair = capture.flow(cport=port)
        handshake(*pair)
        exchange(*pair)
        pair[1].fin(), pair[0].ack(), pair[0].fin(), pair[1].ack(ip_id=NO_SOCKET)
        if port == 57011:
            c, s = pair
    capture.wait(9)
    same_client_later(c, s)
    syn = c.syn()
    s.synack(isn=s.snd_nxt + 65537)
    c.ack()
    row = rows(capture)[syn - 1]
    assert said(row) == ("established", "time_wait_recycled_timestamp")
    assert row.get("other_host") is not True


RULES = [  # ISN - RCV.NXT, TSval - TS.Recent (None: no timestamps) -> predicted answer, cause of a rejection
    (0, 0, "ack", "time_wait_sequence"),
    (0, 1, "syn_ack", "time_wait_no_listener"),
    (0, -1, "ack", "time_wait_paws"),
    (1, 0, "syn_ack", "time_wait_no_listener"),
    (1, -1, "ack", "time_wait_paws"),
    (-1, 0, "ack", "time_wait_sequence"),
    (-1, 1, "syn_ack", "time_wait_no_listener"),
    (2**31 - 1, 0, "syn_ack", "time_wait_no_listener"),
    (-(2**31), 0, "syn_ack", "time_wait_no_listener"),  # Linux: after() is true at this distance, both ways
    (-(2**31), 1, "syn_ack", "time_wait_no_listener"),
    (-(2**31), 2**31 - 1, "syn_ack", "time_wait_no_listener"),
    (5, -(2**31) + 1, "ack", "time_wait_paws"),
    (-5, -(2**31), "syn_ack", "time_wait_no_listener"),
    (0, None, "ack", "time_wait_sequence"),
    (1, None, "syn_ack", "time_wait_no_listener"),
    (2**31 - 1, None, "syn_ack", "time_wait_no_listener"),
    (-(2**31), None, "syn_ack", "time_wait_no_listener"),
]


@pytest.mark.parametrize("isns", [(1_000_000_000, 3_206_383_070), (2**32 - 31, 5), (2**31 - 31, 2**31)])
def test_the_edges_of_the_rules(rows, isns):
    """All in one capture, each on a port of its own: at RCV.NXT, at TS.Recent, half the number space away."""
    capture = Capture(isns=isns)
    syns = []
    for i, (isn_delta, tsval_delta, *_) in enumerate(RULES):
        capture.flows = 0  # the same numbers on each port
        c, s = closed_by_server(capture, cport=40000 + i, ts=tsval_delta is not None)
        capture.wait(0.5)
        c.reopen(isn=s.rcv_nxt + isn_delta, tsval=s.ts_recent + (tsval_delta or 0))
        syns.append((c.syn(), s.ack(ip_id=NO_SOCKET)))
    found = rows(capture)
    for (syn, ack), (isn_delta, tsval_delta, predicted, cause) in zip(syns, RULES):
        row = found[syn - 1]
        assert row["isn_delta"] == isn_delta
        assert row.get("tsval_delta") == tsval_delta
        found_so = row["predicted"], said(row), row["decided_by"]
        assert found_so == (predicted, ("rejected", cause), ack), (isn_delta, tsval_delta)


def test_timestamps_on_one_side_only(rows):
    """The old connection did not use timestamps, so the new SYN's says nothing (and the other way round)."""
    capture = Capture()
    for port, old, new in (40001, False, True), (40002, True, False):
        c, s = closed_by_server(capture, cport=port, ts=old)
        capture.wait(5)
        c.reopen(isn=s.rcv_nxt + 70_000)
        c.timestamps = new
        c.syn(tsval=1 if new else None)
        s.timestamps = new
        s.synack(isn=s.snd_nxt + 65537)
        c.ack()
    found = [row for row in rows(capture) if row.get("syn_number") == 1 and row["use"] == 2]
    assert [said(row) for row in found] == [("established", "time_wait_recycled_sequence")] * 2
    assert all("tsval_delta" not in row and row["predicted"] == "syn_ack" for row in found)


# Other ways into TIME_WAIT, and a look-alike


def test_simultaneous_close(rows):
    """Both ends close at once: both pass CLOSING, both are in TIME_WAIT."""
    capture = Capture()
    c, s = conversation(capture)
    s.fin(lost=True)
    c.fin()
    c.rcv_nxt = s.snd_nxt
    s.ack(ip_id=NO_SOCKET)
    c.ack()
    capture.wait(9)
    another_client(c, s)
    syn = c.syn()
    s.ack(ip_id=NO_SOCKET)
    found = rows(capture)
    assert (found[8]["src_state"], found[8]["dst_state"]) == ("CLOSING", "CLOSING")
    assert (found[10]["src_state"], found[10]["dst_state"]) == ("TIME_WAIT", "TIME_WAIT")
    assert (said(found[syn - 1]), found[syn - 1]["basis"]) == (("rejected", "time_wait_paws"), "observed")


@pytest.mark.parametrize("isn, tsval", [(352_641_030, 9_000), (1000, -1_159_862)])
def test_an_orphan_in_fin_wait_2_is_no_time_wait(rows, isn, tsval):
    """Out of its window, or with an older timestamp, a SYN gets an ACK without a socket, just as in TIME_WAIT: but the
    client has not closed."""
    capture = Capture()
    c, s = conversation(capture)
    s.fin()
    c.ack()
    capture.wait(5)
    c.reopen(isn=s.rcv_nxt + isn, tsval=s.ts_recent + tsval)
    syn, ack = c.syn(), s.ack(ip_id=NO_SOCKET)
    row = rows(capture)[syn - 1]
    assert (said(row), row["decided_by"], row["old.peer_state"]) == (("rejected", "old_fin_wait_2"), ack, "FIN_WAIT_2")


# Linux between 60 and 61.7 s, and rejections until TIME_WAIT has run out


@pytest.mark.parametrize("step, cause", [(65537, "time_wait_recycled_timestamp"), (995_733_925, "time_wait_expired")])
def test_near_the_end_the_isn_tells(rows, step, cause):
    capture = Capture()
    c, s = closed_by_server(capture)
    capture.wait(60.8)
    same_client_later(c, s)
    syn = c.syn()
    s.synack(isn=s.snd_nxt + step)
    c.ack()
    row = rows(capture)[syn - 1]
    assert (said(row), row["synack_isn_delta"]) == (("established", cause), step)


def test_time_wait_may_last_longer(rows):
    """Linux' timer may be 1.7 s late: after 61.2 s its ACK still comes from TIME_WAIT."""
    capture = Capture()
    c, s = closed_by_server(capture)
    capture.wait(61.2)
    another_client(c, s)
    syn, ack = c.syn(), s.ack(ip_id=NO_SOCKET)
    row = rows(capture)[syn - 1]
    assert (said(row), row["decided_by"], row["old.peer_state"]) == (("rejected", "time_wait_paws"), ack, "TIME_WAIT")


def test_rejected_until_time_wait_ran_out(rows):
    """Sequence rejections do not restart it."""
    capture = Capture()
    c, s = closed_by_server(capture, ts=False)
    capture.wait(40)
    same_client_later(c, s)
    syn, *_ = repeat(capture, c.syn, lambda: s.ack(ip_id=NO_SOCKET), waits=(1, 2, 4, 8))
    capture.wait(16)
    last = c.syn()
    s.synack(isn=s.snd_nxt + 995_733_925)
    ack = c.ack()
    found = rows(capture)
    row = found[syn - 1]
    assert (said(row), row["delayed"], row["retries"]) == (("established", "time_wait_expired"), True, 5)
    assert (row["decided_by"], row["connect_time"]) == (ack, pytest.approx(31, abs=0.01))
    assert {found[i]["time_wait.restarts"] for i in range(syn - 1, last - 1, 2)} == {0}


def test_paws_rejections_restart_time_wait(rows):
    """59 s after the first rejection the peer is still in TIME_WAIT, 90 s after the old connection's end."""
    capture = Capture()
    c, s = closed_by_server(capture)
    capture.wait(31)
    another_client(c, s)
    c.syn()
    s.ack(ip_id=NO_SOCKET)
    capture.wait(59)
    c.reopen(isn=c.isn + 10, tsval=s.ts_recent - 5)
    syn = c.syn()
    s.ack(ip_id=NO_SOCKET)
    row = rows(capture)[syn - 1]
    assert (said(row), row["predicted"]) == (("rejected", "time_wait_paws"), "ack")
    assert row["time_wait.elapsed"] == pytest.approx(59, abs=0.01)
    assert row["old.age"] == pytest.approx(90, abs=0.01)
    assert (row["old.last"], row["use"]) == (11, 3)


# RST


@pytest.mark.parametrize("offset", [-1, 1, 5000])
def test_a_reset_of_another_number_does_not_remove_time_wait(rows, offset):
    capture = Capture()
    c, s = closed_by_server(capture)
    capture.wait(1)
    c.reset(seq=s.rcv_nxt + offset)
    capture.wait(5)
    another_client(c, s)
    syn = c.syn()
    s.ack(ip_id=NO_SOCKET)
    row = rows(capture)[syn - 1]
    assert (row["predicted"], said(row)) == ("ack", ("rejected", "time_wait_paws"))


def test_a_reset_removes_time_wait(rows):
    """With the number that the peer expects next, as a client in SYN_SENT sends it."""
    capture = Capture()
    c, s = closed_by_server(capture)
    capture.wait(1)
    c.reset()
    capture.wait(5)
    another_client(c, s)
    syn = c.syn()
    s.synack(isn=s.snd_nxt + 995_733_925)
    c.ack()
    row = rows(capture)[syn - 1]
    assert row["predicted"] != "ack" and row["old.peer_state"] == "CLOSED"
    assert said(row) == ("established", "reuse_after_reset")


def test_a_reset_with_an_old_timestamp_does_not_remove_time_wait(rows):
    capture = Capture()
    c, s = closed_by_server(capture)
    capture.wait(1)
    c.abort(tsval=s.ts_recent - 1000)
    capture.wait(5)
    another_client(c, s)
    syn = c.syn()
    s.ack(ip_id=NO_SOCKET)
    row = rows(capture)[syn - 1]
    assert (row["predicted"], said(row)) == ("ack", ("rejected", "time_wait_paws"))


def test_a_forged_reset_does_not_refuse(rows):
    """It does not acknowledge the SYN, so the client ignores it (RFC 9293, 3.10.7.3)."""
    capture = Capture()
    c, s = capture.flow()
    c.syn()
    s.refuse()
    capture.frames[-1].packet["TCP"].ack += 5
    s.synack()
    c.ack()
    exchange(c, s)
    found = rows(capture)
    assert said(found[0]) == ("established", "ok")
    assert all(row.get("fate") != "refused" for row in rows(capture, two_pass=False))


def test_a_forged_reset_alone_decides_nothing(rows):
    capture = Capture()
    c, s = capture.flow()
    c.syn()
    s.refuse()
    capture.frames[-1].packet["TCP"].ack += 5
    for wait in 1, 2:
        capture.wait(wait)
        c.syn()
    row = rows(capture)[0]
    assert row["fate"] == "no_answer" and "decided_by" not in row


def test_a_reset_in_the_old_connections_name_is_not_the_answer(rows):
    """A RST with the old connection's numbers, without ACK: a client in SYN_SENT ignores it."""
    capture = Capture()
    c, s = conversation(capture)
    capture.wait(5)
    c.reopen(isn=c.isn + 352_641_030)
    syn = c.syn()
    s.reset(seq=s.snd_nxt)
    s.synack(isn=s.snd_nxt + 77_000_000)
    c.ack()
    exchange(c, s)
    assert rows(capture)[syn - 1]["fate"] == "established"


# Frames


def test_ecn(rows):
    """A SYN that asks for ECN, or for accurate ECN, and its answers are what they are without."""
    capture = Capture()
    for port, syn_flags, synack_flags in (40001, "SEC", "SAE"), (40002, "SECN", "SAC"):
        c, s = capture.flow(cport=port)
        handshake(c, s)
        capture.frames[-3].packet["TCP"].flags = syn_flags
        capture.frames[-2].packet["TCP"].flags = synack_flags
    found = rows(capture)
    assert attempts(found) == [1, 4]
    assert {said(row) for row in found} == {("established", "ok")}


def test_crafted_flags(rows):
    """What port scanners send to confuse: only a SYN without RST is a connection attempt."""
    capture = Capture()
    for i, flags in enumerate(["SR", "", "FPU", "F", "SRA", "SFR"]):
        c, _ = capture.flow(cport=40000 + i)
        c.syn()
        capture.frames[-1].packet["TCP"].flags = flags
    assert attempts(rows(capture)) == []


def test_malformed_headers(rows, tshark):
    """A TCP header that is shorter than the shortest, or longer than the packet; options of length 0 and beyond the end."""
    capture = Capture()
    c, s = capture.flow()
    for dataofs, options in (4, b""), (15, b""), (6, b"\x08\x00\x01\x01"), (6, b"\x02\x28\x01\x01"), (6, b"\x01\x01\x01\x08"):
        c.syn()
        packet = capture.frames[-1].packet
        packet["TCP"].options, packet["TCP"].dataofs = [], dataofs
        packet["TCP"].payload = Raw(options)
    handshake(c, s)
    found = rows(capture)
    assert tshark.ours(found[0]) == {} and tshark.ours(found[1]) == {}
    assert said(found[5])[0] == "established"


def test_frames_without_tcp_get_no_field(rows, tshark):
    capture = Capture()
    c, s = capture.flow()
    c.syn()
    capture.add(IP(src="10.9.0.1", dst="10.9.0.2") / UDP(sport=57011, dport=8080) / Raw(b"x" * 40))
    s.synack()
    capture.add(IP(src="10.9.0.1", dst="10.9.0.2") / ICMP(type=8) / Raw(b"x" * 40))
    c.ack()
    capture.add(IP(src="10.9.0.1", dst="10.9.0.2", proto=132) / Raw(bytes(40)))
    found = rows(capture)
    assert [tshark.ours(row) for row in found if row["frame"] in (2, 4, 6)] == [{}, {}, {}]
    assert said(found[0]) == ("established", "ok")


def test_udp_only(rows, tshark):
    capture = Capture()
    for _ in range(3):
        capture.add(IP(src="10.9.0.1", dst="10.9.0.2") / UDP(sport=57011, dport=8080) / Raw(b"x" * 40))
    assert all(tshark.ours(row) == {} for row in rows(capture))


@pytest.mark.parametrize("reassemble", ["TRUE", "FALSE"])
def test_ip_fragments(tshark, reassemble):
    """Data in fragments: RCV.NXT must count all of it, so that a later SYN is measured rightly."""
    capture = Capture()
    c, s = capture.flow()
    handshake(c, s)
    c.data(3000)
    s.ack()
    s.fin()
    c.ack()
    c.fin()
    s.ack(ip_id=NO_SOCKET)
    capture.wait(5)
    another_client(c, s)
    c.syn()
    s.ack(ip_id=NO_SOCKET)
    frames = []
    for time, point, data in capture.file_frames():
        packet = Ether(data)
        packet[IP].flags = 0
        pieces = fragment(packet, fragsize=1480) if len(packet) > 1500 else [packet]
        frames += [(time + i, point, bytes(piece)) for i, piece in enumerate(pieces)]
    path = tshark.save(f"fragments_{reassemble}.pcap", capture_file.pcap(frames))
    found = tshark.attempts(path, args=("-o", f"ip.defragment:{reassemble}"))
    assert [said(row) for row in found] == [("established", "ok"), ("rejected", "time_wait_paws")]
    assert found[1]["isn_delta"] == 352_641_030


def test_relative_numbers_change_nothing(tshark, rows):
    """tshark's numbers begin anew with each SYN, and analysis may be off: synfate reads the headers."""
    capture = Capture()
    c, s = closed_by_server(capture)
    capture.wait(9)
    another_client(c, s)
    repeat(capture, c.syn, lambda: s.ack(ip_id=NO_SOCKET))
    path = tshark.save("relative.pcap", capture.pcap())
    plain = [tshark.ours(row) for row in tshark.fields(path)]
    for preference in "tcp.relative_sequence_numbers:FALSE", "tcp.analyze_sequence_numbers:FALSE", "ip.defragment:FALSE":
        assert [tshark.ours(row) for row in tshark.fields(path, args=("-o", preference))] == plain


# A read filter: frames that it leaves out are read and get no number


def noisy_case():
    """A rejection in the middle of others' packets."""
    capture = Capture()
    others = [capture.flow(client=7, cport=1000 + i) for i in range(4)]
    c, s = closed_by_server(capture)
    handshake(*others[0])
    handshake(*others[1])
    capture.wait(9)
    another_client(c, s)
    handshake(*others[2])
    repeat(capture, c.syn, lambda: s.ack(ip_id=NO_SOCKET))
    handshake(*others[3])
    return capture


def test_read_filter(tshark):
    """The frame numbers in the verdict are those of the frames that are left."""
    path = tshark.save("noisy.pcap", noisy_case().pcap())
    found = tshark.fields(path, args=("-R", "tcp.port == 57011"))
    assert len(found) == 19
    row = found[11]
    assert (said(row), row["basis"], row["retries"]) == (("rejected", "time_wait_paws"), "observed", 3)
    assert (row["syn"], row["decided_by"], row["old.first"], row["old.last"]) == (12, 13, 1, 11)


def test_read_filter_that_hides_the_answers(tshark):
    """No frame is named that has another frame's number now."""
    path = tshark.save("noisy.pcap", noisy_case().pcap())
    only_syns = "tcp.port == 57011 && tcp.flags.syn == 1 && tcp.flags.ack == 0"
    found = tshark.fields(path, args=("-R", only_syns))
    syn = 2
    assert [row["tcp.flags"] for row in found] == ["0x0002"] * 5
    for row in found[1:]:
        assert row["fate"] in ("rejected", "no_answer")
        assert row.get("decided_by") is None and row["syn"] == syn


# Many others


def test_a_syn_flood_hides_nothing(tshark):
    """Two thousand SYNs from as many ports, to the same service, during the case."""
    capture = Capture()
    c, s = closed_by_server(capture)
    flood = [capture.flow(client=200 + i % 50, cport=1024 + i)[0] for i in range(2000)]
    for i, attacker in enumerate(flood):
        attacker.syn()
        if i == 500:
            another_client(c, s)
            syn, ack = c.syn(), s.ack(ip_id=NO_SOCKET)
    found = tshark.fields(tshark.save("flood.pcap", capture.pcap()), "tcp.port == 57011 && synfate")
    row = next(row for row in found if row["frame"] == syn)
    assert (said(row), row["basis"], row["decided_by"]) == (("rejected", "time_wait_paws"), "observed", ack)


def test_a_port_scan_is_not_a_failure_of_others(tshark):
    """Closed ports beside an open one: refused and established are kept apart."""
    capture = Capture()
    for port in range(100):
        c, s = capture.flow(cport=40000 + port, sport=port + 1)
        c.syn()
        if port == 80:
            s.synack()
            c.ack()
        else:
            s.refuse()
    found = tshark.attempts(tshark.save("scan.pcap", capture.pcap()))
    assert [said(row) for row in found].count(("refused", "closed_port")) == 99
    assert said(found[80]) == ("established", "ok")


def test_session_reset(rows):
    """tshark -M forgets everything after so many frames: each piece is judged by itself, and nothing breaks."""
    capture = noisy_case()
    found = rows(capture, two_pass=False, args=("-M", "20"))
    assert len(found) == len(capture.frames)
    assert any("attempt" in row for row in found[20:])


# Where a SYN came from


def test_another_host_is_seen(rows):
    """A clock that is 19 minutes behind, and TTL, MSS and window scale differ."""
    capture = Capture()
    c, s = closed_by_server(capture)
    capture.wait(9)
    another_client(c, s)
    c.ttl, c.mss, c.ws = 60, 1400, 9
    syn = c.syn()
    s.ack(ip_id=NO_SOCKET)
    assert rows(capture)[syn - 1]["other_host"] is True


def test_one_weak_sign_is_no_other_host(rows):
    """Only the TTL differs by one: the route has changed."""
    capture = Capture()
    c, s = closed_by_server(capture)
    capture.wait(9)
    same_client_later(c, s)
    c.ttl = 63
    syn = c.syn()
    s.synack(isn=s.snd_nxt + 65537)
    c.ack()
    assert rows(capture)[syn - 1].get("other_host") is not True


@pytest.mark.parametrize("isn, tsval, predicted", [(352_641_030, -1_159_862, "ack"), (352_641_030, 9_000, "syn_ack"),
                                                   (-500_000, 9_000, "syn_ack")])
def test_what_would_be_accepted_is_not_blamed_on_time_wait(rows, isn, tsval, predicted):
    """No answer is seen: TIME_WAIT is named only if its rules reject this SYN."""
    capture = Capture()
    c, s = closed_by_server(capture)
    capture.wait(9)
    c.reopen(isn=s.rcv_nxt + isn, tsval=s.ts_recent + tsval)
    (syn,) = repeat(capture, c.syn)
    row = rows(capture)[syn - 1]
    assert (row["predicted"], row["fate"]) == (predicted, "no_answer")
    assert ("time_wait" in row["cause"]) == (predicted == "ack")


def test_the_old_connection_is_mostly_missing(rows):
    """Hardware offload: only its SYN and its end were captured."""
    capture = Capture()
    c, s = closed_by_server(capture)
    del capture.frames[1:7]
    capture.wait(9)
    another_client(c, s)
    repeat(capture, c.syn)
    found = rows(capture)
    first, second = (row for row in found if row.get("syn_number") == 1)
    assert first["fate"] == "established"
    assert (said(second), second["basis"]) == (("no_answer", "time_wait_paws"), "inferred")
    assert second["old.peer_state"] == "TIME_WAIT"


# No history


@pytest.mark.parametrize("ip_id, tsval, cause", [(0, -1000, "time_wait_paws"), (0x4711, -1000, "old_unknown")])
def test_without_history(rows, ip_id, tsval, cause):
    """The rejecting ACK shows RCV.NXT and TS.Recent; its IP ID, whether a socket sent it."""
    capture = Capture()
    c, s = capture.flow()
    s.snd_nxt, s.rcv_nxt, s.ts_recent = 3_210_136_730, c.isn - 100_000, c.clock - tsval
    syn, ack = repeat(capture, c.syn, lambda: s.ack(ip_id=ip_id))
    row = rows(capture)[syn - 1]
    assert (said(row), row["decided_by"]) == (("rejected", cause), ack)
    assert (row["isn_delta"], row["tsval_delta"]) == (100_000, tsval)
    assert (row["peer.rcv_nxt"], row["peer.snd_nxt"]) == (c.isn - 100_000, 3_210_136_730)
    assert row["basis"] == "inferred" or cause == "old_unknown"
