# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes what passes an interface into a pcap file, and finds frames in it again."""

import dataclasses
import select
import socket
import struct
import threading
import time

import packet
from namespace import ETH_P_ALL

SO_RCVBUFFORCE = 33  # neither is in the socket module
SO_TIMESTAMPNS = 35
ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_IPV6 = 0x86DD
ETHERTYPE_ARP = 0x0806
ETHERNET, SLL2 = 1, 276  # link types
HEADERS = {ETHERNET: 14, SLL2: 20}  # bytes before the IP packet
PACKET_OUTGOING = 4
NANOSECONDS = 0xA1B23C4D  # in the first bytes of a pcap file: what its times are in; else µs


@dataclasses.dataclass
class Frame:
    nanoseconds: int
    data: bytes
    segment: packet.Segment | None
    link: int = ETHERNET


def frame(nanoseconds, data, link=ETHERNET):
    header = HEADERS[link]
    ethertype = struct.unpack("!H", data[:2] if link == SLL2 else data[12:14])[0]
    if ethertype == ETHERTYPE_ARP:
        return Frame(nanoseconds, data, packet.Segment("", "", protocol=ETHERTYPE_ARP), link)
    known = ethertype in (ETHERTYPE_IPV4, ETHERTYPE_IPV6)
    return Frame(nanoseconds, data, packet.parse(data[header:]) if known else None, link)


class Capture:
    """Keeps every IP frame of an interface (None: of all interfaces of the namespace), and ARP if it is told to."""

    with_arp = False

    def __init__(self, namespace, interface=None):
        self.socket = self.open(namespace, interface)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.frames = []
        self.running = True
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def open(self, namespace, interface):
        return namespace.packet_socket(interface)

    def taken(self, nanoseconds, data, address):
        """The frame as it goes into the file, or None."""
        return frame(nanoseconds, data)

    def read(self):
        while self.running or select.select([self.socket], [], [], 0)[0]:
            if not select.select([self.socket], [], [], 0.1)[0]:
                continue
            data, control, _, address = self.socket.recvmsg(65536, 64)
            stamp = next(struct.unpack("=qq", value[:16]) for _, kind, value in control if kind == SO_TIMESTAMPNS)
            seen = self.taken(stamp[0] * 10**9 + stamp[1], data, address)
            if seen and seen.segment and (self.with_arp or seen.segment.protocol != ETHERTYPE_ARP):
                self.frames.append(seen)

    def stop(self):
        time.sleep(0.1)  # the last answers are on their way
        self.running = False
        self.thread.join()
        lost = struct.unpack("=II", self.socket.getsockopt(263, 6, 8))[1]  # SOL_PACKET, PACKET_STATISTICS
        assert lost == 0, f"the capture lost {lost} frames"

    def number(self, wanted, after=0):
        """Frame number of a segment that the raw peer sent or received, or that a Match describes; or the number itself."""
        if isinstance(wanted, int):
            return wanted
        if isinstance(wanted, Match):
            return wanted.number(self.frames)
        for number, seen in enumerate(self.frames[after:], after + 1):
            if seen.segment.raw == wanted.raw:
                return number
        raise LookupError(f"not captured: {wanted}")


class AnyCapture(Capture):
    """What `tcpdump -i any` keeps of a namespace: each frame of each interface, with its name and direction (SLL2)."""

    def __init__(self, namespace):
        self.indexes = {}
        self.namespace = namespace
        super().__init__(namespace)

    def open(self, namespace, interface):
        with namespace.entered():
            return socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))

    def taken(self, nanoseconds, data, address):
        interface, protocol, kind, hardware, sender = address
        if interface == "lo" and kind == PACKET_OUTGOING:
            return None
        if interface not in self.indexes:
            with self.namespace.entered():
                self.indexes[interface] = socket.if_nametoindex(interface)
        header = struct.pack("!HHIHBB8s", protocol, 0, self.indexes[interface], hardware, kind, len(sender), sender)
        return frame(nanoseconds, header + data, SLL2)


class Match:
    """Describes the n-th frame with these attributes (src, dst, flags, seq ...), perhaps after another one:
    for packets of real sockets."""

    def __init__(self, nth=1, after=None, **wanted):
        self.nth = nth
        self.after = after
        self.wanted = wanted

    def fits(self, segment):
        return all(segment.has(value) if name == "flags" else getattr(segment, name) == value
                   for name, value in self.wanted.items())

    def number(self, frames):
        begin = self.after.number(frames) if self.after else 0
        numbers = [number for number, seen in enumerate(frames, 1) if number > begin and self.fits(seen.segment)]
        if len(numbers) < self.nth:
            raise LookupError(f"not captured: {self.wanted} {self.nth}")
        return numbers[self.nth - 1]


def header(link):
    return struct.pack("=IHHiIII", NANOSECONDS, 2, 4, 0, 0, 262144, link)


def write(path, frames, snap=None):
    """`snap` keeps that many bytes of each frame, as tcpdump -s does."""
    with open(path, "wb") as file:
        file.write(header(frames[0].link if frames else ETHERNET))
        for seen in frames:
            seconds, rest = divmod(seen.nanoseconds, 10**9)
            data = seen.data[:snap]
            file.write(struct.pack("=IIII", seconds, rest, len(data), len(seen.data)) + data)


def load(path):
    with open(path, "rb") as file:
        data = file.read()
    magic, link = struct.unpack("=I16xI", data[:24])
    tick = 1 if magic == NANOSECONDS else 1000
    frames, at = [], len(header(link))
    while at < len(data):
        seconds, rest, length, _ = struct.unpack("=IIII", data[at:at + 16])
        frames.append(frame(seconds * 10**9 + rest * tick, data[at + 16:at + 16 + length], link))
        at += 16 + length
    return frames
