# SPDX-License-Identifier: GPL-2.0-or-later
"""SYNs in tunnels whose outer UDP checksum is wrong: the far end drops them (kubernetes/kubernetes 88986: connects of 63 s).
Wireshark's plugin does not look at what is around a packet."""

import ipaddress
import struct

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.layers.vxlan import VXLAN

import capture_file
from command import calls, values
from flow import EPOCH, Capture

MAC = Ether(src="02:00:00:00:01:01", dst="02:00:00:00:01:02")
NODES = {4: ("192.0.2.1", "192.0.2.2"), 6: ("2001:db8::1", "2001:db8::2")}
SAYS = "came in a tunnel with a wrong UDP checksum, which the tunnel's far end drops"


class Overlay:
    """A call between two pods, as the wire between their nodes carries it."""

    def __init__(self, version=4):
        self.version = version
        self.capture = Capture()
        self.frames = []

    def flow(self, **how):
        return self.capture.flow(**how)

    def wrap(self, right=True, ttl=64, inner=None):
        """The frame that was captured last, in the tunnel."""
        inside = self.capture.frames[-1].packet.copy()
        inside.ttl = 63
        if inner is not None:
            inside[TCP].chksum = inner
        ends = NODES[self.version] if inside.src == self.capture.host(1) else NODES[self.version][::-1]
        around = IP(src=ends[0], dst=ends[1], ttl=ttl) if self.version == 4 else IPv6(src=ends[0], dst=ends[1], hlim=ttl)
        udp = UDP(sport=50000, dport=4789, chksum=0 if right else 0x1234)
        packet = MAC / around / udp / VXLAN(vni=1) / MAC / inside
        self.frames.append((EPOCH + self.capture.frames[-1].time, 0, bytes(packet)))

    def connect(self, **how):
        """A call that gets in."""
        c, s = self.flow(**how)
        for send in c.syn, s.synack, c.ack:
            send()
            self.wrap()

    def silent(self, waits=(1, 2), cport=40002, **how):
        c, _ = self.flow(cport=cport)
        for wait in waits:
            c.syn()
            self.wrap(**how)
            self.capture.wait(wait)
        return c

    def save(self, path):
        path.write_bytes(capture_file.pcap(self.frames))
        return path


@pytest.fixture(params=(4, 6))
def overlay(request):
    return Overlay(request.param)


def summaries(overlay, folder):
    return [values(call)["summary"] for call in calls(overlay.save(folder / "overlay.pcap"))]


def test_beside_others_of_its_sender(overlay, tmp_path):
    """Flannel's packets have no UDP checksum; one that a broken NAT has given them a wrong one is told."""
    overlay.connect(cport=40001)
    overlay.silent(right=False)
    good, bad = map(values, calls(overlay.save(tmp_path / "overlay.pcap")))
    assert SAYS not in good["summary"]
    assert f"its SYN {SAYS}" in bad["summary"] and "ethtool -K DEVICE tx off" in bad["advice"]


def test_others_come_after_it(overlay, tmp_path):
    overlay.silent(right=False)
    overlay.connect(cport=40001)
    assert SAYS in summaries(overlay, tmp_path)[0]


def test_far_from_its_sender(overlay, tmp_path):
    overlay.silent(right=False, ttl=62)
    assert SAYS in summaries(overlay, tmp_path)[0]


def test_a_late_call(overlay, tmp_path):
    """Its SYNs are dropped until one is right."""
    overlay.connect(cport=40001)
    c, s = overlay.flow(cport=40002)
    for wait in (1, 2, 4):
        c.syn()
        overlay.wrap(right=False)
        overlay.capture.wait(wait)
    for send in c.syn, s.synack, c.ack:
        send()
        overlay.wrap()
    (_, late) = calls(overlay.save(tmp_path / "overlay.pcap"))
    assert (values(late)["cause"], values(late)["outcome"]) == ("syn_retransmitted", "late")
    assert f"each SYN before the last {SAYS}" in values(late)["summary"]


def test_its_answer(overlay, tmp_path):
    overlay.connect(cport=40001)
    c, s = overlay.flow(cport=40002)
    c.syn()
    overlay.wrap()
    for wait in (1, 2):
        s.synack(lost=True)
        overlay.wrap(right=False)
        overlay.capture.wait(wait)
    overlay.connect(cport=40003)
    assert f"its SYN/ACK {SAYS}" in summaries(overlay, tmp_path)[1]


def test_at_its_sender(overlay, tmp_path):
    """Where it is made, a network card may still have to fill it in: nothing of that sender is right."""
    overlay.silent(right=False)
    assert SAYS not in summaries(overlay, tmp_path)[0]


def test_nothing_is_filled_in_yet(overlay, tmp_path):
    """The inner sum is left to the card, too, and the outer one was made as if it were there already."""
    overlay.connect(cport=40001)
    c, _ = overlay.flow(cport=40002)
    for wait in (1, 2):
        c.syn()
        inside = overlay.capture.frames[-1].packet
        overlay.wrap(right=False, inner=left_to_card(inside, 6, len(inside[TCP])))
        overlay.capture.wait(wait)
    assert SAYS not in summaries(overlay, tmp_path)[1]


def left_to_card(packet, protocol, length):
    """The pseudo-header's sum, as Linux puts it there."""
    addresses = ipaddress.ip_address(packet.src).packed + ipaddress.ip_address(packet.dst).packed
    total = sum(struct.unpack(f">{len(addresses) // 2}H", addresses)) + protocol + length
    return (total & 0xFFFF) + (total >> 16)


def test_nor_is_the_tunnels(overlay, tmp_path):
    overlay.connect(cport=40001)
    overlay.silent()
    for at, (time, _, data) in list(enumerate(overlay.frames))[3:]:
        packet = Ether(data)
        packet[UDP].chksum = left_to_card(packet.payload, 17, packet[UDP].len)
        overlay.frames[at] = time, 0, bytes(packet)
    assert SAYS not in summaries(overlay, tmp_path)[1]


def test_far_ends_that_do_not_care(overlay, tmp_path):
    """A switch may ignore the sum: such a SYN was answered."""
    overlay.connect(cport=40001)
    c, s = overlay.flow(cport=40003)
    c.syn()
    overlay.wrap(right=False)
    for send in s.synack, c.ack:
        send()
        overlay.wrap()
    overlay.silent(right=False)
    assert not [said for said in summaries(overlay, tmp_path) if SAYS in said]


def test_cut(overlay, tmp_path):
    """Of a packet that was not captured whole nothing is known."""
    overlay.connect(cport=40001)
    overlay.silent(right=False)
    path = tmp_path / "cut.pcap"
    path.write_bytes(capture_file.pcap([(time, at, frame[:-4]) for time, at, frame in overlay.frames]))
    assert SAYS not in "".join(values(call)["summary"] for call in calls(path))
