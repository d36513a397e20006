# SPDX-License-Identifier: GPL-2.0-or-later
"""Many captures in one, each between hosts of its own and at a time of its own: tshark then judges all in one run."""

import struct

import capture
from packet import ICMP, ICMPV6

GAP = 200 * 10**9  # ns between the beginnings of two captures
ETHERNET, VLAN = 14, 4  # bytes of their headers
ETHERTYPE_VLAN = b"\x81\x00"


class Collection:
    def __init__(self):
        self.frames = []
        self.parts = {}  # name -> the slice of its frames
        self.now = 0

    def add(self, name, frames):
        begin, shift = len(self.frames), self.now - frames[0].nanoseconds
        index = len(self.parts)
        self.frames += [capture.Frame(seen.nanoseconds + shift, moved(seen, index), None) for seen in frames]
        self.parts[name] = slice(begin, len(self.frames))
        self.now = self.frames[-1].nanoseconds + GAP

    def rows(self, name, rows):
        """The rows of one capture, numbered as if it were alone."""
        part = self.parts[name]
        return [{**row, "frame": row["frame"] - part.start} for row in rows[part]]


def moved(seen, index):
    """The frame with other networks in its addresses, those that an ICMP message quotes too."""
    data, begin = seen.data, ETHERNET + (VLAN if seen.data[12:14] == ETHERTYPE_VLAN else 0)
    version = data[begin] >> 4
    header, first, second = (20, 12, 16) if version == 4 else (40, 8, 24)
    data = renumbered(data, begin + first, version, index)
    data = renumbered(data, begin + second, version, index)
    if seen.segment.protocol in (ICMP, ICMPV6):
        quote = begin + header + 8
        data = renumbered(data, quote + first, version, index)
        data = renumbered(data, quote + second, version, index)
    return data


def renumbered(data, at, version, index):
    network = struct.pack("!BB", 20 + index // 250, index % 250) if version == 4 else struct.pack("!HH", 0xFD09, index)
    return data[:at] + network + data[at + len(network):]
