# SPDX-License-Identifier: GPL-2.0-or-later
"""A SYN below every link layer, tag and tunnel that the command reads, and frames that carry something else."""

import struct

from scapy.contrib.geneve import GENEVE
from scapy.contrib.gtp import GTP_U_Header, GTPPDUSessionContainer
from scapy.contrib.mpls import MPLS
from scapy.layers.dns import DNS, DNSQR, DNSRR
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_NOP
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                                IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, IPv6ExtHdrSegmentRouting, PadN)
from scapy.layers.ipsec import AH
from scapy.layers.l2 import ARP, GRE, Dot1Q, Ether
from scapy.layers.ppp import PPP, PPPoE
from scapy.layers.vxlan import VXLAN
from scapy.packet import Padding, Raw

ETHERNET, NULL, PPP_LINK, RAW, LOOP, COOKED, COOKED2, IPV4, IPV6, PPPOE = 1, 0, 9, 101, 108, 113, 276, 228, 229, 51
TYPES = b"\x08\x00", b"\x86\xdd"
MAC = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
OUTER4, OUTER6 = IP(src="192.0.2.1", dst="192.0.2.2"), IPv6(src="2001:db8::1", dst="2001:db8::2")
V4, V6 = {"src": "10.1.0.1", "dst": "10.1.0.2"}, {"src": "fd00::1", "dst": "fd00::2"}


def syn():
    return TCP(sport=1234, dport=80, seq=1000, flags="S", options=[("MSS", 1460), ("Timestamp", (1, 0)), ("WScale", 7)])


def syn4():
    return IP(**V4, id=7, flags="DF") / syn()


def syn6():
    return IPv6(**V6) / syn()


def in_udp(port, payload, outer=OUTER4):
    return MAC / outer / UDP(sport=50000, dport=port) / payload


def below_ethernet(syn, number, ethertype, ppp):
    """The SYN of a family: its place in TYPES, its Ethernet type and PPP's number for it."""
    gtp = {"teid": 5}
    return [
        MAC / syn, MAC / syn / Raw(b"x" * 100), MAC / syn / Padding(b"x" * 20),
        MAC / Dot1Q(vlan=5) / syn,
        Ether(type=0x88A8) / Dot1Q(vlan=5) / Dot1Q(vlan=6) / syn,
        Ether(type=0x9100) / Dot1Q(vlan=3) / syn,
        MAC / MPLS(label=100, s=0) / MPLS(label=5000, s=1) / syn,
        MAC / PPPoE(sessionid=3) / PPP(proto=ppp) / syn,
        Ether(type=8 + len(syn)) / Raw(b"\xaa\xaa\x03\0\0\0" + TYPES[number]) / syn,
        MAC / OUTER4 / syn, MAC / OUTER6 / syn, MAC / OUTER4 / OUTER6 / syn,
        MAC / OUTER4 / GRE(proto=ethertype) / syn, MAC / OUTER6 / GRE(proto=ethertype) / syn,
        MAC / OUTER4 / GRE(key_present=1, seqnum_present=1, chksum_present=1, proto=ethertype) / syn,
        MAC / OUTER4 / GRE(proto=0x6558) / MAC / syn, MAC / OUTER4 / GRE(proto=0x88BE) / MAC / syn,
        MAC / OUTER4 / GRE(seqnum_present=1, proto=0x88BE) / Raw(b"\x10\0\0\1\0\0\0\2") / MAC / syn,
        MAC / OUTER4 / GRE(seqnum_present=1, proto=0x22EB) / Raw(b"\x20\0\0\1" + bytes(8)) / MAC / syn,
        MAC / OUTER4 / GRE(seqnum_present=1, proto=0x22EB) / Raw(b"\x20\0\0\1" + bytes(7) + b"\1" + bytes(8)) / MAC / syn,
        MAC / OUTER4 / GRE(version=1, key_present=1, seqnum_present=1, proto=0x880B) / Raw(b"\xff\x03" + struct.pack(">H", ppp)) / syn,
        in_udp(4789, VXLAN(vni=1) / MAC / syn), in_udp(4789, VXLAN(vni=1) / MAC / Dot1Q(vlan=3) / syn, OUTER6),
        in_udp(4790, Raw(b"\x0c\0\0" + bytes([1 + number]) + b"\0\0\1\0") / syn),
        in_udp(4790, Raw(b"\x0c\0\0\3\0\0\1\0") / MAC / syn),
        in_udp(4754, GRE(proto=ethertype) / syn), in_udp(6635, MPLS(label=100, s=1) / syn),
        in_udp(6081, GENEVE(vni=1) / MAC / syn),
        in_udp(6081, GENEVE(proto=ethertype, optionlen=2) / Raw(b"\1\2\3\1abcd") / syn),
        in_udp(2152, GTP_U_Header(**gtp) / syn), in_udp(2152, GTP_U_Header(**gtp, S=1, seq=4) / syn),
        in_udp(2152, GTP_U_Header(**gtp, E=1, next_ex=0x85) / GTPPDUSessionContainer(type=0, QFI=3) / syn),
        in_udp(2152, GTP_U_Header(**gtp) / MAC / syn),
        MAC / OUTER4 / UDP(sport=4789, dport=40000) / VXLAN() / MAC / syn,
    ]


def odd_headers():
    pad = PadN(optdata=b"\0" * 4)
    return [
        MAC / IPv6(**V6) / IPv6ExtHdrHopByHop(options=[pad]) / syn(),
        MAC / IPv6(**V6) / IPv6ExtHdrDestOpt(options=[pad]) / syn(),
        MAC / IPv6(**V6) / IPv6ExtHdrFragment(id=4) / syn(),
        MAC / IPv6(**V6) / IPv6ExtHdrRouting(addresses=["fd00::9"], segleft=0) / syn(),
        MAC / IPv6(**V6) / IPv6ExtHdrRouting(addresses=["fd00::9"], segleft=1) / syn(),
        MAC / IPv6(**V6) / IPv6ExtHdrSegmentRouting(addresses=["fd00::9", "fd00::8"], segleft=1) / syn(),
        MAC / IPv6(**V6, nh=143) / MAC / syn4(),
        MAC / IP(**V4, options=[IPOption_NOP()] * 4) / syn(),
        MAC / IP(**V4, len=0) / syn(), MAC / IP(**V4, len=30) / syn(), MAC / IP(**V4, len=10) / syn(),
        MAC / IP(**V4, ihl=4) / syn(), MAC / IP(**V4, frag=5) / syn(),
        MAC / IP(**V4, proto=51) / Raw(bytes(AH(nh=6, payloadlen=4, spi=1, seq=1, icv=b"\0" * 12))) / syn(),
        MAC / IP(**V4, proto=137) / MPLS(label=100, s=1) / syn4(),
    ]


def dns_answers():
    """Of a name with two addresses: on its own, in a tunnel, and quoted by an ICMP error, where nobody answered."""
    records = DNSRR(rrname="a.example", rdata="10.1.0.2") / DNSRR(rrname="a.example", type="AAAA", rdata="fd00::2")
    answer = UDP(sport=53, dport=50000) / DNS(qr=1, qd=DNSQR(qname="a.example"), ancount=2, an=records)
    return [MAC / IP(**V4) / answer, MAC / IPv6(**V6) / answer, in_udp(4789, VXLAN(vni=1) / MAC / IP(**V4) / answer),
            MAC / OUTER4 / ICMP(type=3, code=3) / IP(**V4) / answer]


def ways_set_up():
    """ARP, neighbour discovery and IKE: asked of all and of one, answered, announced, below tags and in tunnels."""
    all_of_them, arp = Ether(src=MAC.src, dst="ff:ff:ff:ff:ff:ff"), {"hwsrc": "02:00:00:00:00:01", "psrc": "10.1.0.1"}
    ask, answer = ARP(**arp, pdst="10.1.0.2"), ARP(**arp, op=2, hwdst="02:00:00:00:00:02", pdst="10.1.0.2")
    solicit = IPv6(src="fd00::1", dst="ff02::1:ff00:2") / ICMPv6ND_NS(tgt="fd00::2")
    advertise = IPv6(src="fd00::2", dst="fd00::1") / ICMPv6ND_NA(tgt="fd00::2", S=1)
    begin = Raw(struct.pack(">8s8sBBBBII", b"initiate", b"", 33, 0x20, 34, 8, 0, 28))
    agree = Raw(struct.pack(">8s8sBBBBII", b"initiate", b"responds", 33, 0x20, 34, 0x20, 0, 28))
    first = Raw(struct.pack(">8s8sBBBBII", b"initiate", b"", 1, 0x10, 2, 0, 0, 28))
    ike = [UDP(sport=500, dport=500) / begin, UDP(sport=500, dport=500) / agree, UDP(sport=500, dport=500) / first,
           UDP(sport=4500, dport=4500) / Raw(bytes(4)) / begin, UDP(sport=50000, dport=4500) / Raw(bytes(4)) / begin,
           UDP(sport=4500, dport=4500) / Raw(b"\xff"), UDP(sport=4500, dport=4500) / Raw(b"\1\2\3\4" + bytes(40))]
    return [
        all_of_them / ask, MAC / ask, MAC / answer, all_of_them / ARP(**arp, pdst="10.1.0.1"), all_of_them / Dot1Q(vlan=5) / ask,
        Ether(dst=all_of_them.dst, src=MAC.src, type=36) / Raw(b"\xaa\xaa\x03\0\0\0\x08\x06") / ask,
        in_udp(4789, VXLAN(vni=1) / all_of_them / ask), in_udp(6081, GENEVE(vni=1) / MAC / answer),
        MAC / OUTER4 / GRE(proto=0x6558) / MAC / answer,
        MAC / OUTER4 / GRE(proto=0x0806) / ask, in_udp(6081, GENEVE(proto=0x0806) / ask),
        MAC / solicit, MAC / advertise, MAC / IPv6(src="fd00::1", dst="fd00::2") / ICMPv6ND_NS(tgt="fd00::2"),
        in_udp(4789, VXLAN(vni=1) / MAC / solicit), *(MAC / IP(**V4) / one for one in ike), MAC / IPv6(**V6) / ike[0],
        in_udp(4789, VXLAN(vni=1) / MAC / IP(**V4) / ike[1]), MAC / OUTER4 / ICMP(type=3, code=3) / IP(**V4) / ike[0],
    ]


def other_packets():
    return [
        MAC / ARP(hwsrc="02:00:00:00:00:01"), in_udp(53, DNS()), in_udp(9, Raw(b"x"), OUTER6),
        *dns_answers(), *ways_set_up(),
        MAC / IP(**V4, proto=50) / Raw(b"\0" * 60),
        MAC / OUTER4 / ICMP(type=8) / Raw(b"abc"), MAC / OUTER6 / ICMPv6EchoRequest(),
        MAC / OUTER4 / ICMP(type=3, code=1) / syn4(), MAC / OUTER4 / ICMP(type=11) / syn4(),
        MAC / OUTER4 / ICMP(type=5, code=1, gw="192.0.2.9") / syn4(), MAC / OUTER6 / ICMPv6DestUnreach(code=3) / syn6(),
        in_udp(4789, VXLAN(vni=1) / MAC / OUTER4 / ICMP(type=3, code=1) / syn4()),
        MAC / OUTER4 / OUTER4 / ICMP(type=3, code=1) / IP(**V4) / syn4(),
        MAC / OUTER4 / GRE(proto=0x1234) / Raw(b"x" * 40),
    ]


def ethernet():
    frames = below_ethernet(syn4(), 0, 0x0800, 0x21) + below_ethernet(syn6(), 1, 0x86DD, 0x57)
    return [bytes(frame) for frame in frames + odd_headers() + other_packets()]


def loopback(order):
    """An address family before each packet; IPv6 has several numbers, of which 10 and 23 are another system's."""
    return [struct.pack(order + "I", 2 if number == 0 else family) + packet
            for family in (24, 28, 30, 10, 23) for number, packet in packets()]


def packets():
    """(place in TYPES, packet)"""
    inner = [(0, syn4()), (1, syn6()), (0, OUTER4 / syn4()), (0, OUTER4 / UDP(sport=1, dport=4789) / VXLAN() / MAC / syn6())]
    return [(number, bytes(packet)) for number, packet in inner]


def cooked(head):
    return [head + TYPES[number] + packet for number, packet in packets()]


def ppp(head):
    return [head + (b"\0\x21", b"\0\x57")[number] + packet for number, packet in packets()]


def captures():
    """name -> (link type, frames)"""
    v4, v6 = bytes(syn4()), bytes(syn6())
    sll = b"\0\0\0\1\0\6\2\0\0\0\0\1\0\0"
    return {
        "ethernet": (ETHERNET, ethernet()),
        "cooked": (COOKED, cooked(sll) + cooked(sll + b"\x81\0\0\5") + cooked(sll + b"\0\4\xaa\xaa\3\0\0\0")
                   + cooked(b"\0\4\3\x0a\0\0\2\0\0\0\0\1\0\0") + [b"\0\4\2\0\0\6\2\0\0\0\0\1\0\0\0\7\xff\3\0\x21" + v4]),
        "cooked2": (COOKED2, [TYPES[n] + b"\0\0\0\0\0\3\0\1\0\6\2\0\0\0\0\1\0\0" + packet for n, packet in packets()]
                    + [b"\x08\x06\0\0\0\0\0\3\0\1\0\6\2\0\0\0\0\1\0\0" + bytes(ARP(psrc="10.1.0.1", pdst="10.1.0.2"))]),
        "raw": (RAW, [packet for _, packet in packets()]),
        "ipv4": (IPV4, [v4, v6]),
        "ipv6": (IPV6, [v6, v4]),
        "null": (NULL, loopback("<") + loopback(">") + [head + v4 for head in (
            b"\0\2\0\0", b"\2\0\0\0", b"\0\0\2\0", b"\0\0\x08\0", b"\x08\0\0\0", b"\xff\x03\0\x21")]),
        "loop": (LOOP, loopback(">")),
        "ppp": (PPP_LINK, ppp(b"\xff\x03") + ppp(b"") + [b"\x21" + v4, b"\x57" + v6, b"\xff\x03\x02\x81\0\x06\x41\xff" + v4,
                                                         b"\x0f\0\x08\0" + v4, b"\0\x2d" + v4]),
        "pppoe": (PPPOE, [bytes(PPPoE(sessionid=3) / PPP(proto=0x21) / syn4())]),
    }


def pcap(link, frames, captured=(262144,)):
    """The bytes of a pcap file: all frames, and again for each length, of which no more is captured."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link)]
    cut = [(frame[:length], len(frame)) for length in captured for frame in frames]
    for i, (kept, on_wire) in enumerate(cut):
        out.append(struct.pack("<IIII", 1_600_000_000 + i, 0, len(kept), on_wire) + kept)
    return b"".join(out)
