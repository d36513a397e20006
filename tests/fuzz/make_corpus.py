#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the seed corpus of the fuzzers from the stories: make_corpus.py [OUTDIR]

tracker/: each main story in the language of events.h, its numbers replaced by the nearest that can be said there.
headers/: packets of different shapes, of IPv4 and IPv6, and what sets up a way.
link/ and stream/ are not made by this: frames of tests/command/links.py and beginnings of captures, and what libFuzzer found,
of which its -merge=1 left these.

The files found.* there are not made by this: they are what libFuzzer found and its -set_cover_merge=1 left.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "captures"))

from scapy.layers.inet import ICMP, IP, TCP, UDP  # noqa: E402
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS, IPv6  # noqa: E402
from scapy.layers.l2 import ARP, Ether  # noqa: E402

from stories import examples  # noqa: E402

# As in events.h
DISTANCES = [0, 0, 0, 1, -1, 100, 1000, 65537, 500000, -500000, 352641030, -700, 2**31 - 1, 2**31, 2**31 + 1, 2]
GAPS = [0, 50, 1000, 5000, 5000, 20_000, 100_000, 250_000, 1_000_000, 3_000_000, 30_000_000, 59_900_000, 2_000_000]
KINDS = {"S": 0, "SA": 3, "A": 5, "PA": 9, "FA": 10, "R": 11, "RA": 12}
SYN_AGAIN, SYN_ACK_AGAIN, ACK_OF_OLD, ICMP_ERROR = 2, 4, 8, 13
HAS_TS, HAS_IP_ID, NO_IP_ID, DF, FROM_ISN = 1, 2, 4, 8, 0x80
LINUX_60_S_ONE_RETRY = bytes([0x04, 0])


def signed(number):
    return (number + 2**31) % 2**32 - 2**31


def nearest(values, wanted):
    return min(range(len(values)), key=lambda i: abs(values[i] - wanted))


class End:
    """What events.h keeps of an end, beside the example's own numbers."""

    def __init__(self, isn, ts):
        self.isn = self.next = isn
        self.ts = ts
        self.real_isn = self.real_next = self.real_before = self.real_ts = None


class Story:
    """The flow of two ends in the numbers that events.h gives it."""

    def __init__(self, flow):
        self.flow, self.ends, self.time = flow, [End(1_000_000, 300_000), End(5_000_000, 0xFFFFFFF0)], None
        self.out = LINUX_60_S_ONE_RETRY

    def segment(self, time, side, packet):
        tcp = packet[TCP]
        flags = str(tcp.flags)
        kind = KINDS[flags]
        me, peer = self.ends[side], self.ends[not side]
        payload = len(tcp.payload)
        if payload and kind == KINDS["A"]:
            kind = KINDS["PA"]
        seq, ack, has = self.distance(me.real_next, tcp.seq), 0, 0
        if "S" in flags and tcp.seq == me.real_isn:
            kind, seq = {"S": SYN_AGAIN, "SA": SYN_ACK_AGAIN}[flags], 0
        elif kind == KINDS["R"] and me.real_before is not None and tcp.seq == me.real_before:
            seq, has = 0, FROM_ISN
        elif me.real_next != tcp.seq == (me.real_isn or 0) + 1:
            seq, has = DISTANCES.index(1), FROM_ISN
        if "A" in flags:
            ack = 0 if kind == SYN_ACK_AGAIN else self.distance(peer.real_next, tcp.ack)
            if kind == KINDS["A"] and peer.real_before is not None and tcp.ack == peer.real_before:
                kind, ack = ACK_OF_OLD, 0
        times = dict(tcp.options).get("Timestamp")
        tsval = tsecr = 0
        if times:
            has |= HAS_TS
            tsval = nearest(DISTANCES, 0 if me.real_ts is None else signed(times[0] - me.real_ts))
            tsecr = nearest(DISTANCES, 0 if peer.real_ts is None else signed(times[1] - peer.real_ts))
            me.real_ts = times[0]
        if IP in packet:
            has |= HAS_IP_ID | DF | (NO_IP_ID if packet[IP].id == 0 else 0)
        size = min(payload // 100 or 1, 12) << 4 if payload else 0
        ttl = packet[IP].ttl if IP in packet else packet[IPv6].hlim
        self.event(kind, time, side, [seq | ack << 4, tsval | tsecr << 4, size, has, 0x40 | (0x20 if ttl > 200 else 0)])
        if flags == "S" and tcp.seq != me.real_isn:
            me.real_before = me.real_next
        if "S" in flags:
            me.real_isn = tcp.seq
        if "R" not in flags:
            me.real_next = tcp.seq + payload + ("S" in flags) + ("F" in flags)

    @staticmethod
    def distance(expected, number):
        return 0 if expected is None else nearest(DISTANCES, signed(number - expected))

    def icmp(self, time, side, kind):
        self.event(ICMP_ERROR, time, side, [0, 0, 0, 0, kind])

    def event(self, kind, time, side, fields):
        numbers, stamps, size, has, last = fields
        gap = 0 if self.time is None else nearest(GAPS, time - self.time)
        self.time = time
        self.out += bytes([kind << 4 | side << 3 | self.flow, numbers, stamps, size | gap, has, last])


def events(frames):
    """The bytes of a story with the client as side 0. Other ports of the same hosts are flow 1."""
    told, flows = Story(0), {}
    for time, _, data in frames:
        packet = Ether(data).payload
        if ICMP in packet:
            told.icmp(time, 0, packet[ICMP].code % 5)
        elif TCP in packet:
            tcp = packet[TCP]
            pair = frozenset([(packet.src, tcp.sport), (packet.dst, tcp.dport)])
            number, client = flows.setdefault(pair, (min(len(flows), 1), tcp.sport))
            told.flow = number
            told.segment(time, int(tcp.sport != client), packet)
    return told.out


def headers(frames, version):
    """A packet of each size: what to read, where, whole, and its bytes."""
    found = {}
    for _, _, frame in frames:
        packet = Ether(frame).payload
        data, at = bytes(packet), 40 if version == 6 else 20
        is_icmp = TCP not in packet or ICMP in packet
        family = 2 if version == 6 else 1
        found.setdefault((len(data), is_icmp), bytes([is_icmp | (family << 1 if is_icmp else 0), at, 0]) + data)
    return found.values()


def ways():
    """ARP, neighbour discovery and IKE, asked and answered."""
    begin, agree = (b"initiate" + responder + bytes([33, 0x20, 34, flags]) + bytes(8)
                    for responder, flags in ((bytes(8), 8), (b"responds", 0x20)))
    bodies = {
        "arp.0": (0, ARP(psrc="10.0.0.1", pdst="10.0.0.2")), "arp.1": (0, ARP(op=2, psrc="10.0.0.2", pdst="10.0.0.1")),
        "nd.0": (2, ICMPv6ND_NS(tgt="fd00::2", cksum=0)), "nd.1": (2, ICMPv6ND_NA(tgt="fd00::2", S=1, cksum=0)),
        "ike.0": (1, UDP(sport=500, dport=500) / begin), "ike.1": (2, UDP(sport=4500, dport=4500) / (bytes(4) + agree)),
    }
    return {name: bytes([16 | family << 1, 0, 0]) + bytes(body) for name, (family, body) in bodies.items()}


def main(out):
    for folder in "tracker", "headers":
        (out / folder).mkdir(parents=True, exist_ok=True)
    for name, story in examples().items():
        if story.kind == "pcap":
            (out / "tracker" / name).write_bytes(events(story.frames()))
    for name in "established.ok", "established.fast_open", "unreachable.icmp_host", "rejected.time_wait_paws":
        for version, options in (4, ()), (6, ("--ipv6",)):
            for i, data in enumerate(headers(examples(*options)[name].frames(), version)):
                (out / "headers" / f"{name}.ipv{version}.{i}").write_bytes(data)
    for name, data in ways().items():
        (out / "headers" / name).write_bytes(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "corpus")
