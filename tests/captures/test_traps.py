# SPDX-License-Identifier: GPL-2.0-or-later
"""Traps that no story can tell: bytes that are odd, many packets, and what tshark is told to do."""

import itertools

import pytest
from scapy.layers.inet import IP, UDP, ICMP, fragment
from scapy.layers.l2 import Ether
from scapy.packet import Raw

import capture_file
from beginnings import another_client, closed_by_server, handshake, repeat
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


def test_session_reset(rows):
    """tshark -M forgets everything after so many frames: each piece is judged by itself, and nothing breaks."""
    capture = noisy_case()
    found = rows(capture, two_pass=False, args=("-M", "20"))
    assert len(found) == len(capture.frames)
    assert any("attempt" in row for row in found[20:])
