# SPDX-License-Identifier: GPL-2.0-or-later
"""TCP segments over IPv4 and IPv6, to and from bytes."""

import dataclasses
import ipaddress
import struct

FLAG_BITS = {"F": 0x01, "S": 0x02, "R": 0x04, "P": 0x08, "A": 0x10}
TCP = 6
ICMP = 1
ICMPV6 = 58
WORD = 1 << 32


@dataclasses.dataclass
class Segment:
    src: str
    dst: str
    sport: int = 0
    dport: int = 0
    seq: int = 0
    ack: int = 0
    flags: str = ""
    window: int = 64240
    options: bytes = b""
    payload: bytes = b""
    ip_id: int = 0
    ttl: int = 64
    protocol: int = TCP
    tsval: int | None = None
    tsecr: int | None = None
    raw: bytes = b""

    @property
    def source(self):
        return f"{self.src}:{self.sport}"

    @property
    def destination(self):
        return f"{self.dst}:{self.dport}"

    def has(self, flags):
        """Exactly these flags; PSH does not matter."""
        return set(self.flags) - {"P"} == set(flags)


def signed(value):
    return (value + (1 << 31)) % WORD - (1 << 31)


def timestamps(tsval, tsecr):
    return struct.pack("!BBBBII", 1, 1, 8, 10, tsval % WORD, tsecr % WORD)


def syn_options(mss, wscale, stamps):
    """In the order in which Linux writes them."""
    sack = b"\x04\x02"
    stamp = b"\x08\x0a" + struct.pack("!II", *stamps) if stamps else b""
    filler = b"" if stamps else b"\x01\x01"
    return struct.pack("!BBH", 2, 4, mss) + filler + sack + stamp + struct.pack("!BBBB", 1, 3, 3, wscale)


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def build(segment):
    """Fills in segment.raw, the IP packet."""
    source = ipaddress.ip_address(segment.src)
    destination = ipaddress.ip_address(segment.dst)
    bits = sum(FLAG_BITS[flag] for flag in segment.flags)
    header = struct.pack("!HHIIBBHHH", segment.sport, segment.dport, segment.seq % WORD, segment.ack % WORD,
                         (20 + len(segment.options)) // 4 << 4, bits, segment.window, 0, 0)
    body = header + segment.options + segment.payload
    if source.version == 4:
        pseudo = source.packed + destination.packed + struct.pack("!HH", TCP, len(body))
    else:
        pseudo = source.packed + destination.packed + struct.pack("!II", len(body), TCP)
    body = body[:16] + struct.pack("!H", checksum(pseudo + body)) + body[18:]
    segment.raw = ip_header(source, destination, len(body), segment) + body
    return segment


def ip_header(source, destination, length, segment):
    if source.version == 6:
        return struct.pack("!IHBB", 6 << 28, length, TCP, segment.ttl) + source.packed + destination.packed
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, segment.ip_id, 0x4000, segment.ttl, TCP, 0)
    header += source.packed + destination.packed
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:]


def parse(ip):
    """The segment of an IP packet, or the bare addresses of an ICMP message; None for anything else."""
    if len(ip) >= 20 and ip[0] >> 4 == 4:
        length, ip_id, _, ttl, protocol = struct.unpack("!HHHBB", ip[2:10])
        start, ip, source, destination = (ip[0] & 15) * 4, ip[:length], ip[12:16], ip[16:20]
    elif len(ip) >= 40 and ip[0] >> 4 == 6:
        length, protocol, ttl = struct.unpack("!HBB", ip[4:8])
        start, ip, ip_id, source, destination = 40, ip[:40 + length], 0, ip[8:24], ip[24:40]
    else:
        return None
    segment = Segment(str(ipaddress.ip_address(source)), str(ipaddress.ip_address(destination)),
                      ip_id=ip_id, ttl=ttl, protocol=protocol, raw=bytes(ip))
    if protocol == TCP:
        return parse_tcp(segment, ip[start:])
    return segment if protocol in (ICMP, ICMPV6) else None


def parse_tcp(segment, tcp):
    (segment.sport, segment.dport, segment.seq, segment.ack, offset, bits,
     segment.window, _, _) = struct.unpack("!HHIIBBHHH", tcp[:20])
    header = (offset >> 4) * 4
    segment.flags = "".join(flag for flag, bit in FLAG_BITS.items() if bits & bit)
    segment.options = tcp[20:header]
    segment.payload = tcp[header:]
    for kind, value in options(segment.options):
        if kind == 8:
            segment.tsval, segment.tsecr = struct.unpack("!II", value)
    return segment


def options(data):
    while data and data[0] != 0:
        if data[0] == 1:
            data = data[1:]
            continue
        yield data[0], data[2:data[1]]
        data = data[data[1]:]
