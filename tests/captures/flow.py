# SPDX-License-Identifier: GPL-2.0-or-later
"""The language of the capture tests: a packet sequence, one short line a segment, with a Linux host's header values.

    capture = Capture()
    c, s = capture.flow()               # two ends of a port pair: client, server
    c.syn()
    s.synack()
    c.ack()
    c.data(29)
    capture.wait(30)
    s.fin()

Each line sends a segment and returns its frame number. What an end would put into the header is kept here (sequence
numbers, timestamps, IP IDs); `seq=`, `ack=`, `tsval=`, `win=`, `ip_id=`, `ttl=` say otherwise.
A SYN reaches the peer only when the peer answers it with synack(): until then the peer keeps its old connection.
`lost=True`: the segment is in the capture, but its receiver does not get it, or does not take it.
"""

import ipaddress
from dataclasses import dataclass

from scapy.layers.inet import ICMP, IP, TCP
from scapy.layers.inet6 import ICMPv6PacketTooBig, IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Raw

import capture_file

EPOCH = 1_600_000_000_000_000  # µs: when every capture begins
STEP = 50                      # µs from one frame to the next, unless wait() says more
NO_SOCKET = 0                  # the IP ID of what Linux sends without a full socket (listener, TIME_WAIT)
ICMPV6 = {(3, 4): ICMPv6PacketTooBig(mtu=1280)}  # ICMP's type and code -> ICMPv6's


@dataclass
class Frame:
    time: int       # µs since the capture began
    packet: object  # scapy's, from the IP header on


def ethernet(packet):
    """An IP packet as it is on an Ethernet."""
    mac = lambda address: "02:00:00:00:00:%02x" % ipaddress.ip_address(address).packed[-1]
    return Ether(src=mac(packet.src), dst=mac(packet.dst)) / packet


class Capture:
    """Frames in the order in which they are captured, a STEP after each other."""

    def __init__(self, version=4):
        self.version = version  # of IP
        self.now = 0
        self.frames = []
        self.flows = 0

    def host(self, number):
        return f"fd09::{number:x}" if self.version == 6 else f"10.9.0.{number}"

    def wait(self, seconds):
        self.now += round(seconds * 1_000_000)

    def add(self, packet):
        self.frames.append(Frame(self.now, packet))
        self.now += STEP
        return len(self.frames)

    def flow(self, client=1, server=2, cport=57011, sport=8080, ts=True):
        """The two ends of a port pair, each pair with numbers of its own; ts=False: neither uses timestamps."""
        n, self.flows = self.flows, self.flows + 1
        c = End(self, self.host(client), cport, 1_000_000_000 + n * 123_456_789, 3_000_000 + n * 77_000_000, ts)
        s = End(self, self.host(server), sport, 3_206_383_070 - n * 98_765_432, 1_603_254_559 - n * 55_000_000, ts)
        c.ids, s.ids = 0x03E8, 0x3734
        c.peer, s.peer = s, c
        return c, s

    def icmp(self, about, kind, code, source=2):
        """An ICMP error about a frame (by its number)."""
        packet = self.frames[about - 1].packet
        quoted = Raw(bytes(packet))
        if self.version == 6:
            return self.add(IPv6(src=self.host(source), dst=packet.src) / ICMPV6[kind, code].copy() / quoted)
        return self.add(IP(src=self.host(source), dst=packet.src, id=0x99BE) / ICMP(type=kind, code=code) / quoted)

    def file_frames(self, link=ethernet):
        return [(EPOCH + f.time, 0, bytes(link(f.packet))) for f in self.frames]

    def pcap(self, link=ethernet, linktype=capture_file.ETHERNET):
        return capture_file.pcap(self.file_frames(link), linktype)


class End:
    def __init__(self, capture, ip, port, isn, clock, timestamps):
        self.capture, self.ip, self.port = capture, ip, port
        self.clock, self.timestamps = clock, timestamps  # clock: TSval at the capture's beginning
        self.ids = 0
        self.peer = None
        self.begin(isn)

    def begin(self, isn):
        self.isn, self.snd_nxt, self.syn_payload = isn % 2**32, isn % 2**32, 0
        self.rcv_nxt = self.ts_recent = self.syn_tsval = 0
        self.answered = None  # the ISN that the first SYN/ACK acknowledged

    def reopen(self, isn, tsval=None):
        """This end begins a new connection from the same port; tsval: what its (or another host's) clock now says."""
        self.begin(isn)
        self.ids += 100
        if tsval is not None:
            self.clock = tsval - self.ticks()

    def ticks(self):
        return self.capture.now // 1000

    # The segments

    def syn(self, payload=0, **header):
        self.syn_payload = payload
        frame = self.send("S", payload, **{"seq": self.isn, **header})
        self.syn_tsval = self.last_tsval
        self.snd_nxt = (self.isn + 1 + payload) % 2**32
        return frame

    def synack(self, isn=None, lost=False, **header):
        """Accepts the peer's SYN, or repeats that; isn: of a connection that follows an earlier one on this port."""
        if isn is not None:
            self.reopen(isn)
        if self.answered != self.peer.isn:
            self.answered, self.ts_recent = self.peer.isn, self.peer.syn_tsval
        self.rcv_nxt = (self.peer.isn + 1 + self.peer.syn_payload) % 2**32
        frame = self.send("SA", **{"seq": self.isn, "ip_id": NO_SOCKET, **header})
        self.snd_nxt = (self.isn + 1) % 2**32
        if not lost:
            self.peer.rcv_nxt, self.peer.ts_recent = self.snd_nxt, self.last_tsval
        return frame

    def ack(self, **header):
        return self.send("A", **header)

    def data(self, length, **header):
        return self.send("PA", length, **header)

    def fin(self, **header):
        return self.send("FA", **header)

    def abort(self, **header):
        """The RST of a socket that is closed with data unread."""
        return self.send("RA", **header)

    def reset(self, **header):
        """The RST that answers a segment for which there is no connection: it repeats that segment's ack number."""
        return self.send("R", **{"seq": self.peer.rcv_nxt, "ack": 0, "win": 0, "tsval": None, "ip_id": NO_SOCKET, **header})

    def refuse(self, **header):
        """The RST of a closed port."""
        ack = (self.peer.isn + 1 + self.peer.syn_payload) % 2**32
        return self.send("RA", **{"seq": 0, "ack": ack, "win": 0, "tsval": None, "ip_id": NO_SOCKET, **header})

    # How they are made

    def send(self, flags, length=0, lost=False, **header):
        syn, fin, rst = "S" in flags, "F" in flags, "R" in flags
        seq = header.get("seq", self.snd_nxt) % 2**32
        tsval = header.get("tsval", self.clock + self.ticks() if self.timestamps else None)
        tsval = None if tsval is None else tsval % 2**32
        win = header.get("win", (65160 if "A" in flags else 64240) if syn else 509)
        tcp = TCP(
            sport=self.port, dport=self.peer.port, flags=flags, seq=seq, window=win,
            ack=header.get("ack", self.rcv_nxt) % 2**32 if "A" in flags else 0,
            options=self.options(syn, tsval),
        )
        frame = self.capture.add(self.ip_header(header) / tcp / Raw(bytes(length)))
        self.last_tsval = tsval or 0
        if not syn and not rst:
            if "seq" not in header:
                self.snd_nxt = (seq + length + fin) % 2**32
            if not lost:
                self.peer.receive(seq, length + fin, tsval)
        return frame

    def receive(self, seq, length, tsval):
        if seq == self.rcv_nxt:
            self.rcv_nxt = (seq + length) % 2**32
            self.ts_recent = tsval or 0

    def ip_header(self, header):
        ttl = header.get("ttl", 64)
        if ":" in self.ip:
            return IPv6(src=self.ip, dst=self.peer.ip, hlim=ttl)
        if "ip_id" not in header:
            self.ids += 1
        return IP(src=self.ip, dst=self.peer.ip, ttl=ttl, flags="DF", id=header.get("ip_id", self.ids) % 2**16)

    def options(self, syn, tsval):
        """In the order in which Linux writes them."""
        times = [] if tsval is None else [("Timestamp", (tsval, self.ts_recent))]
        if not syn:
            return [("NOP", None), ("NOP", None)] + times if times else []
        sack = [("SAckOK", b"")] if times else [("NOP", None), ("NOP", None), ("SAckOK", b"")]
        return [("MSS", 1460)] + sack + times + [("NOP", None), ("WScale", 7)]
