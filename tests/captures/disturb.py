# SPDX-License-Identifier: GPL-2.0-or-later
"""What networks and capture points do to packets: tags, tunnels, duplicates, cuts, other orders.

A disturbance takes the frames of a capture, each (time in µs, interface, bytes), all Ethernet, and returns pairs of (index
of the frame that it was, frame), so that the frame numbers in a verdict can be followed.
"""

import ipaddress
import struct

ETHERNET_HEADER = 14
IPV4, IPV6 = b"\x08\x00", b"\x86\xdd"


def each(change):
    """The disturbance that changes each frame's bytes."""
    return lambda frames: [(i, (time, point, change(data))) for i, (time, point, data) in enumerate(frames)]


def untouched(frames):
    return list(enumerate(frames))


# The link layer and tunnels


def vlan(data):
    return data[:12] + b"\x81\x00\x00\x05" + data[12:]


def qinq(data):
    return data[:12] + b"\x88\xa8\x00\x64\x81\x00\x00\x05" + data[12:]


def mpls(data):
    label, bottom, ttl = 0x12345, 1, 63
    return data[:12] + b"\x88\x47" + struct.pack(">I", label << 12 | bottom << 8 | ttl) + data[14:]


def padded(data):
    """To Ethernet's shortest frame, and with its check sequence."""
    return data.ljust(60, b"\0") + b"\xde\xad\xbe\xef"


def ip_in_ip(data):
    protocol = {IPV4: 4, IPV6: 41}[data[12:14]]
    return data[:12] + IPV4 + outer(protocol, data[14:])


def gre(data):
    return data[:12] + IPV4 + outer(47, b"\0\0" + data[12:])


def vxlan(data):
    payload = b"\x08\0\0\0\0\0\x2a\0" + data
    return data[:12] + IPV4 + outer(17, struct.pack(">HHHH", 49152, 4789, 8 + len(payload), 0) + payload)


def outer(protocol, payload):
    """An IPv4 header around a payload; its ends are no ends of the connections inside."""
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 7, 0, 60, protocol, 0, b"\xc0\0\2\1", b"\xc0\0\2\2")
    return header + payload


def ipv6_extensions(data):
    """Hop-by-hop and destination options before what the IPv6 header announces (PadN only)."""
    assert data[12:14] == IPV6
    hop_by_hop, destination, following = 0, 60, data[20]
    options = bytes([destination, 0, 1, 4, 0, 0, 0, 0]) + bytes([following, 0, 1, 4, 0, 0, 0, 0])
    length = struct.unpack_from(">H", data, 18)[0] + len(options)
    return data[:18] + struct.pack(">HB", length, hop_by_hop) + data[21:54] + options + data[54:]


def cooked(frames):
    """Linux' `any` device (LINKTYPE_LINUX_SLL): each packet comes in at one port of a bridge and leaves at another."""
    pairs = []
    for i, (time, point, data) in enumerate(frames):
        for delay, direction in (0, 0), (4, 4):
            header = struct.pack(">HHH6sH", direction, 1, 6, data[6:12], 0) + data[12:14]
            pairs.append((i, (time + delay, point, header + data[14:])))
    return pairs


def cooked_v2(frames):
    """The same with LINKTYPE_LINUX_SLL2, which names the interfaces."""
    pairs = []
    for i, (time, point, data) in enumerate(frames):
        for delay, direction, index in (0, 0, 2), (4, 4, 3):
            header = data[12:14] + struct.pack(">HIHBB6sH", 0, index, 1, direction, 6, data[6:12], 0)
            pairs.append((i, (time + delay, point, header + data[14:])))
    return pairs


# IP and TCP headers


def zero_ip_length(data):
    """Segmentation offload: a frame that the card will cut has no total length yet."""
    if data[12:14] != IPV4 or data[23] != 6 or tcp_payload(data) == 0:
        return data
    return data[:16] + b"\0\0" + data[18:]


def wrong_checksum(data):
    """Checksum offload."""
    at = tcp_offset(data)
    return data if at is None else data[: at + 16] + b"\xba\xad" + data[at + 18 :]


def tcp_offset(data):
    """Where the TCP header of a plain TCP segment begins."""
    if data[12:14] == IPV4 and data[23] == 6:
        return ETHERNET_HEADER + 20
    if data[12:14] == IPV6 and data[20] == 6:
        return ETHERNET_HEADER + 40
    return None


def tcp_payload(data):
    at = tcp_offset(data)
    return len(data) - at - (data[at + 12] >> 4) * 4


def source(data):
    """The sender of an IPv4 or IPv6 packet."""
    return str(ipaddress.ip_address(data[26:30] if data[12:14] == IPV4 else data[22:38]))


def before_translation(data):
    """The same packet on the other side of a NAT that is a hop nearer to the client: 10.9.N.X is 172.16.N.X there."""
    def translated(at):
        return b"\xac\x10" + data[at + 2 : at + 4]

    assert data[12:14] == IPV4
    to_server = data[29] == 1
    out = bytearray(data)
    out[22] += 1 if to_server else -1
    out[26:30], out[30:34] = translated(26), translated(30)
    if data[23] == 1:
        out[54:58], out[58:62] = translated(54), translated(58)
    return bytes(out)


# Duplicates and orders


def mirrored(frames):
    """A mirror port that copies both what comes in and what goes out."""
    return [(i, (time + delay, point, data)) for i, (time, point, data) in enumerate(frames) for delay in (0, 3)]


def routed_mirror(frames):
    """The second copy was taken behind the router: another VLAN, other MACs, a hop less to live."""
    pairs = []
    for i, (time, point, data) in enumerate(frames):
        hops = ETHERNET_HEADER + (8 if data[12:14] == IPV4 else 7)
        routed = data[:hops] + bytes([data[hops] - 1]) + data[hops + 1 :]
        routed = b"\x02\0\0\0\0\xfe\x02\0\0\0\0\xfd" + routed[12:]
        pairs += [(i, (time, point, data)), (i, (time + 20, point, vlan(routed)))]
    return pairs


def inside_and_outside_a_tunnel(frames):
    """A tunnel's own device and the card below it, captured together."""
    return [(i, (time + delay, point, change(data))) for i, (time, point, data) in enumerate(frames)
            for delay, change in ((0, bytes), (5, gre))]


def late_mirror(frames):
    """The copy of a frame may come after the next frame, as that is near."""
    pairs = mirrored(frames)
    for i in range(1, len(pairs) - 1, 2):
        copy, following = pairs[i], pairs[i + 1]
        if following[1][0] - copy[1][0] < 1000:
            pairs[i], pairs[i + 1] = following, copy
    return pairs


def both_legs(frames):
    """What a NAT captures on both its sides; what goes to the server is seen on the client's side first."""
    pairs = []
    for i, (time, point, data) in enumerate(frames):
        client_side = (i, (time - 10 if data[29] == 1 else time + 10, point, before_translation(data)))
        pairs += sorted([(i, (time, point, data)), client_side], key=lambda pair: pair[1][0])
    return pairs


def in_order_of_time(frames):
    """As mergecap would write captures that began at the same time."""
    return sorted(enumerate(frames), key=lambda pair: pair[1][0])
