# SPDX-License-Identifier: GPL-2.0-or-later
"""A TCP peer made of raw frames: it chooses its ISN, its clock and what it acknowledges, and no kernel answers for it."""

import collections
import dataclasses
import select
import time

import packet

WORD = packet.WORD


class RawHost:
    """The frames of an interface whose addresses no kernel owns, sorted by the host's own port."""

    def __init__(self, namespace, interface, own_mac, other_mac):
        self.socket = namespace.packet_socket(interface)
        self.own_mac, self.other_mac = (bytes.fromhex(mac.replace(":", "")) for mac in (own_mac, other_mac))
        self.queues = collections.defaultdict(collections.deque)

    def send(self, segment):
        ethertype = b"\x08\x00" if segment.raw[0] >> 4 == 4 else b"\x86\xdd"
        self.socket.send(self.other_mac + self.own_mac + ethertype + segment.raw)

    def poll(self, timeout):
        if not select.select([self.socket], [], [], timeout)[0]:
            return
        data = self.socket.recv(65536)
        if data[:6] != self.own_mac or data[6:12] == self.own_mac:
            return
        segment = packet.parse(data[14:])
        if segment and segment.protocol == packet.TCP:
            self.queues[segment.dst, segment.dport].append(segment)


@dataclasses.dataclass
class Old:
    """What the server keeps of a past connection, named as the server sees it."""
    rcv_nxt: int
    snd_nxt: int
    ts_recent: int


class RawPeer:
    """One port of a raw host, talking to one peer. tsval None: without timestamps."""

    def __init__(self, host, address, port, peer_address, peer_port, isn, tsval=None, mss=1460, ttl=64):
        self.host = host
        self.address, self.port = address, port
        self.peer_address, self.peer_port = peer_address, peer_port
        self.ticks = 1000  # of the timestamp clock in a second; 0 stops it
        self.mss = mss
        self.ttl = ttl
        self.ip_id = port % 0x8000
        self.renew(isn, tsval)

    def renew(self, isn, tsval):
        """Forgets everything: the next SYN begins another attempt, perhaps by another clock."""
        self.isn = self.snd_nxt = isn % WORD
        self.rcv_nxt = 0
        self.ts_recent = 0
        self.tsval_base = tsval
        self.last_tsval = 0
        self.born = time.monotonic()

    def tsval(self):
        if self.tsval_base is None:
            return None
        return (self.tsval_base + int((time.monotonic() - self.born) * self.ticks)) % WORD

    def old(self):
        return Old(self.snd_nxt, self.rcv_nxt, self.last_tsval)

    def send(self, flags, payload=b"", seq=None, ack=None, window=502, stamped=True, options=None):
        if options is None:
            tsval = self.tsval() if stamped else None
            options = b"" if tsval is None else packet.timestamps(tsval, self.ts_recent)
            self.last_tsval = self.last_tsval if tsval is None else tsval
        self.ip_id = (self.ip_id + 1) % 0x10000
        segment = packet.build(packet.Segment(
            self.address, self.peer_address, self.port, self.peer_port,
            self.snd_nxt if seq is None else seq % WORD,
            (self.rcv_nxt if ack is None else ack) if "A" in flags else 0,
            flags, window, options, payload, self.ip_id, self.ttl))
        if seq is None:
            self.snd_nxt = (self.snd_nxt + len(payload) + len(set(flags) & {"S", "F"})) % WORD
        self.host.send(segment)
        return packet.parse(segment.raw)

    def syn(self):
        """The first SYN, and each retransmission of it."""
        tsval = self.tsval()
        stamps = None if tsval is None else (tsval, 0)
        sent = self.send("S", seq=self.isn, window=64240, options=packet.syn_options(self.mss, 7, stamps))
        self.snd_nxt = (self.isn + 1) % WORD
        return sent

    def receive(self, timeout=0.25):
        """The next segment for this port, or None: answers of a kernel come at once here."""
        queue = self.host.queues[self.address, self.port]
        end = time.monotonic() + timeout
        while not queue and time.monotonic() < end:
            self.host.poll(max(0, end - time.monotonic()))
        return queue.popleft() if queue else None

    def expect(self, flags, timeout=2.0, skip="-"):
        """The next segment must have these flags; `skip`: retransmissions with those flags may come first."""
        segment = self.receive(timeout)
        while segment and segment.has(skip):
            segment = self.receive(timeout)
        assert segment and segment.has(flags), f"port {self.port}: expected {flags}, got {segment}"
        return segment

    def expect_silence(self, seconds=0.25):
        segment = self.receive(seconds)
        assert segment is None, f"port {self.port}: expected silence, got {segment}"

    def accept(self, segment):
        """Takes a segment in order."""
        length = len(segment.payload) + len(set(segment.flags) & {"S", "F"})
        self.rcv_nxt = (segment.seq + length) % WORD
        if segment.tsval is not None:
            self.ts_recent = segment.tsval

    def acknowledge(self, segment):
        self.accept(segment)
        return self.send("A")

    def drain(self):
        while self.receive(0):
            pass
