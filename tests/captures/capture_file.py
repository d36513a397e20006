# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes capture files: the few pcap and pcapng structures that the tests need, with exact times and interface names.

A frame is (time in microseconds since 1970, index of the interface, its bytes).
"""

import struct

ETHERNET, LINUX_SLL, LINUX_SLL2 = 1, 113, 276


def pcap(frames, linktype=ETHERNET):
    """The bytes of a pcap file; the frames' interfaces are not kept."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, linktype)]
    for time, _, data in frames:
        out.append(struct.pack("<IIII", time // 1_000_000, time % 1_000_000, len(data), len(data)) + data)
    return b"".join(out)


def read_pcap(data):
    """The frames of such a file."""
    frames, at = [], 24
    while at < len(data):
        seconds, micros, length, _ = struct.unpack_from("<IIII", data, at)
        frames.append((seconds * 1_000_000 + micros, 0, data[at + 16 : at + 16 + length]))
        at += 16 + length
    return frames


def pcapng(frames, names, linktype=ETHERNET, drops=None, statistics=()):
    """The bytes of a pcapng file of one section, with an interface for each name. drops: frame -> packets lost before it;
    statistics: (interface, packets that it lost, packets that the system lost), at the end of the file."""
    out = [_block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
    for name in names:
        out.append(_block(1, struct.pack("<HHI", linktype, 0, 262144) + _option(2, name.encode()) + _option(0, b"")))
    for number, (time, interface, data) in enumerate(frames, 1):
        head = struct.pack("<IIIII", interface, time >> 32, time & 0xFFFFFFFF, len(data), len(data))
        dropped = (drops or {}).get(number)
        options = b"" if dropped is None else _option(4, struct.pack("<Q", dropped)) + _option(0, b"")
        out.append(_block(6, head + _padded(data) + options))
    for interface, by_interface, by_system in statistics:
        counts = _option(5, struct.pack("<Q", by_interface)) + _option(7, struct.pack("<Q", by_system)) + _option(0, b"")
        out.append(_block(5, struct.pack("<III", interface, 0, 0) + counts))
    return b"".join(out)


def _block(kind, body):
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def _option(code, value):
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _padded(data):
    return data + bytes(-len(data) % 4)
