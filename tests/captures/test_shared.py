# SPDX-License-Identifier: GPL-2.0-or-later
"""What failed and late calls share: a capture of each family, and its healthy twin, in which one call refutes it."""

import re
import struct
from dataclasses import replace

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS, IPv6
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

import capture_file
from flow import Capture, ethernet
from tshark import REPO

ROUNDS, GOOD_IN_ROUND = 5, 4
CLIENT_MAC, ROUTER_MAC, EVERYBODY = "02:00:00:00:00:0a", "02:00:00:00:00:fe", "ff:ff:ff:ff:ff:ff"
SHARED = ("-2", "-Y", "synfate.outcome", "-T", "fields", "-e", "synfate.outcome", "-e", "synfate.shared")


def packet_of(capture, frame):
    return capture.frames[frame - 1].packet


def finish(c, s, request=29):
    """The rest of a call that works."""
    s.synack()
    c.ack()
    c.data(request)
    s.ack()
    s.data(29)
    c.ack()


def close(c, s):
    c.fin()
    s.fin()
    c.ack()


def late(c, s, first=None):
    """The first SYN gets no answer, the second one does. first: what is done to it."""
    frame = c.syn()
    if first:
        first(packet_of(c.capture, frame))
    c.capture.wait(1)
    c.syn()
    finish(c, s)


def in_time(c, s, first=None):
    frame = c.syn()
    if first:
        first(packet_of(c.capture, frame))
    finish(c, s)


def unanswered(c):
    for wait in (1, 2, 4):
        c.syn()
        c.capture.wait(wait)


def stuck(c, s, request):
    c.syn()
    s.synack()
    c.ack()
    first = c.snd_nxt
    for wait in (0.3, 0.6, 1.2):
        c.data(request, seq=first, lost=True)
        c.capture.wait(wait)


class Story:
    """Bad and good calls take turns; with a twin, one more call comes that has what the bad ones have, and gets in."""

    linktype = capture_file.ETHERNET
    service, version = "10.9.0.2:8080", 4

    def __init__(self):
        self.capture = Capture(version=self.version)
        self.ports = iter(range(40000, 50000))
        self.macs = {}

    def fresh(self, **flow):
        return self.capture.flow(**{"cport": next(self.ports), **flow})

    def frame_of(self, nth, play, *more):
        """Plays a call. The number of its nth frame."""
        before = len(self.capture.frames)
        play(*self.fresh(), *more)
        return before + nth

    def good(self, i):
        in_time(*self.fresh())

    def play(self, twin):
        for i in range(ROUNDS):
            for _ in range(GOOD_IN_ROUND):
                self.good(i)
                self.capture.wait(0.3)
            self.bad(i)
            self.capture.wait(0.3)
        if twin:
            self.refute()
        return self.capture.pcap(self.link, self.linktype)

    def link(self, packet):
        frame = ethernet(packet)
        if id(packet) in self.macs:
            frame.src = self.macs[id(packet)]
        return frame


class OnlySynsWith(Story):
    """Linux repeats its SYN without ECN."""

    says = "SYN with ECE and CWR (it asks for ECN)"

    @staticmethod
    def ask(packet):
        packet[TCP].flags = "SEC"

    def bad(self, i):
        late(*self.fresh(), self.ask)

    def refute(self):
        in_time(*self.fresh(), self.ask)


class Marked(Story):
    """SYNs that look so are dropped; the client gives up."""

    def bad(self, i):
        c, _ = self.fresh()
        for wait in (1, 2):
            self.mark(packet_of(self.capture, c.syn()))
            self.capture.wait(wait)

    def refute(self):
        in_time(*self.fresh(), self.mark)


class WithOption(Marked):
    def mark(self, packet):
        packet[TCP].options.append(self.option)


class FastOpen(WithOption):
    option, says = (34, bytes(8)), "SYN with the Fast Open option"


class Mptcp(WithOption):
    option, says = (30, bytes(10)), "SYN with the MPTCP option"


class Ao(WithOption):
    option, says = (29, bytes(14)), "SYN with the TCP-AO option"


class WithoutOption(Marked):
    def mark(self, packet):
        packet[TCP].options = [("NOP", None) if option[0] == self.option else option for option in packet[TCP].options]


class NoTimestamps(WithoutOption):
    option, says = "Timestamp", "SYN without timestamps"


class NoSack(WithoutOption):
    option, says = "SAckOK", "SYN without SACK"


class NoScale(WithoutOption):
    option, says = "WScale", "SYN without a window scale"


class OptionOrder(Marked):
    says = "SYN with another list of options than the others have"

    def mark(self, packet):
        packet[TCP].options.reverse()


class SynData(Story):
    """Linux repeats its SYN without the data."""

    says = "SYN with data"

    def bad(self, i):
        c, s = self.fresh()
        c.syn(20)
        self.capture.wait(1)
        c.syn()
        finish(c, s)

    def refute(self):
        c, s = self.fresh()
        c.syn(20)
        finish(c, s)


class FlowLabel(Marked):
    says, version, service = "SYN with a flow label", 6, "[fd09::2]:8080"

    def mark(self, packet):
        packet.fl = 0x12345


class Ttl(Marked):
    says = "SYN with TTL 57"

    def mark(self, packet):
        packet.ttl = 57


class Keys(Story):
    """A router that has no key, among those that have one."""

    says = "SYN without the MD5 option"

    @staticmethod
    def sign(packet):
        packet[TCP].options.append(("MD5", bytes(16)))

    def good(self, i):
        in_time(*self.fresh(), self.sign)

    def bad(self, i):
        unanswered(self.fresh()[0])

    def refute(self):
        in_time(*self.fresh())


class Dscp(Marked):
    says = "SYN with DSCP 46"

    def mark(self, packet):
        packet[IP].tos = 46 << 2


class BoxState(Story):
    """The client closed first: the server has no TIME_WAIT, but the box has."""

    says, pause = "the port pair was used before, less than 120 s ago", 20

    def call_again(self, how):
        c, s = self.fresh()
        in_time(c, s)
        close(c, s)
        self.capture.wait(self.pause)
        c.reopen(c.isn + 1_000_000)
        s.reopen(s.isn + 90_000_000)
        how(c, s)

    def bad(self, i):
        self.call_again(late)

    def refute(self):
        self.call_again(in_time)


class OldBoxState(BoxState):
    """A firewall that keeps an entry for an hour."""

    says, pause = "the port pair was used before, more than 120 s ago", 130


class BoxStateBehindNat(BoxState):
    """Both sides of a DNAT that keeps the client's port: the leg behind it is no connection to another address."""

    def behind(self, frame):
        packet = frame.packet.copy()
        if packet.src == self.capture.host(1):
            packet.dst = self.capture.host(7)
        else:
            packet.src = self.capture.host(7)
        return replace(frame, time=frame.time + 1, packet=packet)

    def play(self, twin):
        super().play(twin)
        self.capture.frames = [leg for frame in self.capture.frames for leg in (frame, self.behind(frame))]
        return self.capture.pcap()


class BoxStateBehindUntiedNat(BoxStateBehindNat):
    """Its legs have nothing in common but the client's port and the first number: no timestamp, the same TTL."""

    def fresh(self, **flow):
        return super().fresh(**{"ts": False, **flow})


class Fresh(BoxState):
    """Only what the box knows already gets through at once."""

    says = "the port pair was not used before in the capture"

    def play(self, twin):
        self.known = self.fresh()
        late(*self.known)
        close(*self.known)
        for i in range(1, ROUNDS):
            for _ in range(GOOD_IN_ROUND):
                self.good(i)
            self.bad(i)
        if twin:
            self.refute()
        return self.capture.pcap()

    def good(self, i):
        c, s = self.known
        self.capture.wait(20)
        c.reopen(c.isn + 1_000_000)
        s.reopen(s.isn + 90_000_000)
        in_time(c, s)
        close(c, s)

    def bad(self, i):
        late(*self.fresh())

    def refute(self):
        in_time(*self.fresh())


class FirstContact(Story):
    says = "the first call of its client to the address in the capture"

    def good(self, i):
        if i > 0:
            in_time(*self.fresh(client=9 + i))

    def bad(self, i):
        late(*self.fresh(client=10 + i))

    def refute(self):
        in_time(*self.fresh(client=30))


class FirstContactSeen(FirstContact):
    """The capture has what sets the way up."""

    def bad(self, i):
        c, s = self.fresh(client=10 + i)
        c.syn()
        self.set_up(c, s)
        self.capture.wait(1)
        c.syn()
        finish(c, s)

    def link(self, packet):
        return packet if isinstance(packet, Ether) else super().link(packet)

    def send(self, packet, src, dst):
        self.capture.add(Ether(src=src, dst=dst) / packet)


class Arp(FirstContactSeen):
    """The server's router asks for the client."""

    says = (FirstContact.says + "; while 5 of them waited, ARP began between the two SYNs (the first: for 10.9.0.10, in frame 2, "
            "answered in frame 3) - probably")

    def set_up(self, c, s):
        self.ask(c.ip)
        self.send(ARP(op=2, psrc=c.ip, hwsrc=CLIENT_MAC, pdst=self.capture.host(254)), CLIENT_MAC, ROUTER_MAC)

    def ask(self, address, dst=EVERYBODY):
        self.send(ARP(psrc=self.capture.host(254), hwsrc=ROUTER_MAC, pdst=address), ROUTER_MAC, dst)


class ArpAnsweredLater(Arp):
    """What is asked again and again is named where it began; the answer comes behind the second SYN."""

    says = FirstContact.says + ("; while 5 of them waited, ARP began between the two SYNs (the first: for 10.9.0.10, in frame 2, "
                                "answered in frame 5) - probably")

    def bad(self, i):
        c, s = self.fresh(client=10 + i)
        c.syn()
        self.ask(c.ip)
        self.ask(c.ip)
        self.capture.wait(1)
        c.syn()
        self.send(ARP(op=2, psrc=c.ip, hwsrc=CLIENT_MAC, pdst=self.capture.host(254)), CLIENT_MAC, ROUTER_MAC)
        finish(c, s)


class ArpBeforeLateAnswer(Arp):
    """Nothing is sent again: the SYN waits."""

    says = FirstContact.says + ("; while 5 of them waited, ARP began (the first: for 10.9.0.10, in frame 2, answered in frame 3) - "
                                "probably")

    def bad(self, i):
        c, s = self.fresh(client=10 + i)
        c.syn()
        self.capture.wait(1.2)
        self.set_up(c, s)
        finish(c, s)


class ArpForRouter(Arp):
    """The server asks for the router that the SYN came from."""

    says = FirstContact.says + ("; while 5 of them waited, ARP began between the two SYNs (the first: for the next hop 10.9.0.254, "
                                "in frame 2, answered in frame 3) - probably")

    def set_up(self, c, s):
        self.send(ARP(psrc=s.ip, pdst=self.capture.host(254)), ethernet(c.capture.frames[-1].packet).dst, EVERYBODY)
        router = ethernet(c.capture.frames[-2].packet).src
        self.send(ARP(op=2, psrc=self.capture.host(254), hwsrc=router, pdst=s.ip), router, ethernet(c.capture.frames[-2].packet).dst)


class NeighbourDiscovery(FirstContactSeen):
    service, version = "[fd09::2]:8080", 6
    says = FirstContact.says + ("; while 5 of them waited, neighbour discovery began between the two SYNs (the first: for fd09::a, "
                                "in frame 2, answered in frame 3) - probably")

    def set_up(self, c, s):
        self.capture.add(Ether(src=ROUTER_MAC, dst="33:33:ff:00:00:01")
                         / IPv6(src="fe80::fe", dst="ff02::1:ff00:1") / ICMPv6ND_NS(tgt=c.ip))
        self.capture.add(Ether(src=CLIENT_MAC, dst=ROUTER_MAC) / IPv6(src=c.ip, dst="fe80::fe") / ICMPv6ND_NA(tgt=c.ip, S=1))


def ike(responder=b"", flags=0x08):
    return Raw(struct.pack(">8s8sBBBBII", b"initiate", responder, 33, 0x20, 34, flags, 0, 28))


class Ike(FirstContactSeen):
    """Where a NAT is on the way."""

    says = FirstContact.says + ("; while 5 of them waited, IKE began between the two SYNs (the first: from 10.9.0.10 to 10.9.0.2, "
                                "in frame 2, answered in frame 3) - probably")
    port, marker = 4500, bytes(4)

    def set_up(self, c, s):
        there, back = UDP(sport=40000, dport=self.port), UDP(sport=self.port, dport=40000)
        self.capture.add(IP(src=c.ip, dst=s.ip) / there / Raw(self.marker) / ike())
        self.capture.add(IP(src=s.ip, dst=c.ip) / back / Raw(self.marker) / ike(b"responds", 0x20))


class NothingBegan(Arp):
    """ARP for others, for hosts that are known, of hosts that announce themselves, and before and behind the two SYNs; IKE of
    others, and what is none."""

    def bad(self, i):
        c, s = self.fresh(client=10 + i)
        self.ask(c.ip)
        c.syn()
        self.ask(self.capture.host(77))
        self.ask(c.ip, CLIENT_MAC)
        self.send(ARP(psrc=c.ip, pdst=c.ip), CLIENT_MAC, EVERYBODY)
        self.send(ARP(psrc="0.0.0.0", pdst=c.ip), CLIENT_MAC, EVERYBODY)
        self.send(ARP(op=2, psrc=c.ip, pdst=self.capture.host(254)), CLIENT_MAC, ROUTER_MAC)
        self.send(ARP(psrc=s.ip, pdst=self.capture.host(77)), CLIENT_MAC, EVERYBODY)
        self.send(ARP(op=2, psrc=self.capture.host(77), hwsrc=ROUTER_MAC, pdst=s.ip), ROUTER_MAC, CLIENT_MAC)
        self.capture.add(IP(src="10.9.0.77", dst="10.9.0.78") / UDP(sport=500, dport=500) / ike())
        self.capture.add(IP(src=c.ip, dst=s.ip) / UDP(sport=4500, dport=4500) / ike())
        self.capture.add(IP(src=c.ip, dst=s.ip) / UDP(sport=500, dport=500) / ike(b"responds"[:0], 0x08)[Raw].load[:20])
        self.capture.wait(1)
        c.syn()
        self.ask(c.ip)
        finish(c, s)


class Idle(Story):
    """What was set up is forgotten after a minute."""

    says = "the client had not called the address before, or not for 60.3 s (the others: for 300 ms at most)"

    def good(self, i):
        if i > 0:
            in_time(*self.fresh())

    def bad(self, i):
        self.capture.wait(60)
        late(*self.fresh())

    def refute(self):
        self.capture.wait(61)
        in_time(*self.fresh())


class Size(Story):
    says = "a first request of 1448 bytes or more (the others: 1200 at most), with an MSS of 1460 and 1460"

    def good(self, i):
        c, s = self.fresh()
        c.syn()
        finish(c, s, 1200)

    def bad(self, i):
        stuck(*self.fresh(), 1448)

    def refute(self):
        c, s = self.fresh()
        c.syn()
        finish(c, s, 1448)


class TooBig(Size):
    """The ICMP errors arrive, and the client does not heed them."""

    def bad(self, i):
        self.capture.icmp(self.frame_of(4, stuck, 1448), 3, 4, source=254)


class TooBig6(TooBig):
    """The same of ICMPv6, whose type 2 is "packet too big"."""

    version, service = 6, "[fd09::2]:8080"


class FlowLimit(Story):
    says = "when the client has 3 connections to the service or more (the others: 2 at most)"

    def play(self, twin):
        for i in range(ROUNDS):
            flows = [self.fresh() for _ in range(3)]
            for c, s in flows:
                in_time(c, s)
            unanswered(self.fresh()[0])
            if twin and i == 2:
                in_time(*self.fresh())
            for c, s in flows:
                close(c, s)
            self.capture.wait(1)
        return self.capture.pcap(self.link)


class LatelyClosed(Story):
    """A box that keeps entries of closed connections has room for three of a client."""

    says = "when the client has, or had in the last 120 s, 3 connections to the service or more (the others: 2 at most)"

    def play(self, twin):
        for i in range(ROUNDS):
            for c, s in [self.fresh() for _ in range(3)]:
                in_time(c, s)
                close(c, s)
            unanswered(self.fresh()[0])
            if twin and i == 2:
                in_time(*self.fresh())
            self.capture.wait(130)
        return self.capture.pcap(self.link)


class RateLimit(Story):
    """Ten a second are taken, of 15 to 30."""

    says = ": 10 SYNs a second were taken, however many came (15 to 30, in 8 such seconds)"

    def play(self, twin):
        start = self.capture.now
        for second, offered in enumerate((15, 20, 30, 18, 25, 15, 28, 22, 30, 17)):
            taken = offered * 6 // 10 if twin else 10
            for i in range(offered):
                self.capture.now = start + second * 1_000_000 + i * 1_000_000 // offered
                c, s = self.fresh()
                if i * taken // offered < (i + 1) * taken // offered:
                    in_time(c, s)
                else:
                    c.syn()
        self.capture.wait(10)
        in_time(*self.fresh())
        return self.capture.pcap(self.link)


class PortRange(Story):
    says = "source port between 30000 and 32767, as NodePorts are - probably"

    def bad(self, i):
        unanswered(self.fresh(cport=30100 + 311 * i)[0])

    def refute(self):
        in_time(*self.fresh(cport=31000))


class AnyPortRange(PortRange):
    """Ports that a translator's rule takes for something else."""

    says = "source port from 50100 to 51344, where none of the others has one"

    def bad(self, i):
        unanswered(self.fresh(cport=50100 + 311 * i)[0])

    def refute(self):
        in_time(*self.fresh(cport=50999))


class OwnService(Story):
    """The client's kernel chose a port at which the client itself takes calls: the host's NAT takes the answer for one."""

    says = "source port that the client's address takes calls at"

    def own_port(self, i):
        port = 9000 + round(2 * i)
        in_time(*self.fresh(client=3, server=1, sport=port))
        return port

    def bad(self, i):
        unanswered(self.fresh(cport=self.own_port(i))[0])

    def refute(self):
        in_time(*self.fresh(cport=self.own_port(1.5)))


class RefusedPort(OwnService):
    """Somebody tries these ports of the client, and nobody listens there."""

    def own_port(self, i):
        port = 9000 + round(2 * i)
        c, s = self.fresh(client=3, server=1, sport=port)
        c.syn()
        s.refuse()
        return port


class OneClient(Story):
    says = "from 10.9.0.3"

    def bad(self, i):
        unanswered(self.fresh(client=3)[0])

    def refute(self):
        in_time(*self.fresh(client=3))


class OneClientsPorts(OneClient):
    """Its kernel takes one port after the other, so that they are a range of its own, which says nothing."""

    def bad(self, i):
        unanswered(self.fresh(client=3, cport=50000 + round(2 * i))[0])



class Collision(Story):
    """Behind two service addresses is one host."""

    says = "the client's address and port are in use, or were less than 120 s before, toward another address"

    def elsewhere(self):
        c, s = self.fresh(server=5)
        in_time(c, s)
        return c.port

    def bad(self, i):
        unanswered(self.fresh(cport=self.elsewhere())[0])

    def refute(self):
        in_time(*self.fresh(cport=self.elsewhere()))


class CollisionWithVictim(Collision):
    """The host's ACK of the old connection comes to the client in its place, and the client's RST ends that."""

    says = ("the client's address and port are in use, or were less than 120 s before, toward another address, and a RST ended "
            "5 of these connections afterwards (the first began in frame 29)")

    def bad(self, i):
        old, there = self.fresh(server=5)
        in_time(old, there)
        c, s = self.fresh(cport=old.port)
        c.syn()
        there.ack()
        old.reset()
        self.capture.wait(1)
        c.syn()
        finish(c, s)


class CollisionMet(Collision):
    """Behind both addresses is a host that takes each SYN for one of the old connection, and says so there."""

    says = ("toward another address, from where 5 of them got the same ACK again at once after two repeated SYNs or more (the "
            "first in frame 39)")
    delay = 0

    def before_ack(self, old):
        """Nothing comes in between."""

    def bad(self, i):
        old, there = self.fresh(server=5)
        in_time(old, there)
        c, _ = self.fresh(cport=old.port)
        for wait in (1, 2, 4):
            c.syn()
            self.capture.wait(self.delay)
            self.before_ack(old)
            there.ack()
            self.capture.wait(wait)


class Unmet(CollisionMet):
    """ACKs that come later have nothing to do with the SYNs."""

    delay = 0.05


class KeptAlive(CollisionMet):
    """Nor have those that answer a probe of the client."""

    def before_ack(self, old):
        old.ack()


class CollisionTwice(CollisionWithVictim):
    """The program calls a second time from the same port, in vain again, before the old connection is ended."""

    says = "and a RST ended 5 of these connections afterwards (the first began in frame 29)"

    def bad(self, i):
        old, there = self.fresh(server=5)
        in_time(old, there)
        c, _ = self.fresh(cport=old.port)
        unanswered(c)
        c.reopen(c.isn + 1_000_000)
        unanswered(c)
        there.ack()
        old.reset()


class AsymmetricReturn(Story):
    says = "the SYN/ACK comes from another link address, VLAN or interface than the SYN went to"

    def other_way(self, frame):
        self.macs[id(packet_of(self.capture, frame))] = "02:00:00:00:00:77"

    def bad(self, i):
        self.other_way(self.frame_of(2, stuck, 29))

    def refute(self):
        self.other_way(self.frame_of(2, in_time))


class ClientMac(AsymmetricReturn):
    """A machine that took another's address."""

    says = "SYN from link address 02:00:00:00:00:77"

    def bad(self, i):
        c, _ = self.fresh()
        for wait in (1, 2):
            self.other_way(c.syn())
            self.capture.wait(wait)

    def refute(self):
        self.other_way(self.frame_of(1, in_time))


class Gateway(ClientMac):
    """One of two routers."""

    says = "SYN to link address 02:00:00:00:00:77"

    def link(self, packet):
        frame = ethernet(packet)
        if id(packet) in self.macs:
            frame.dst = self.macs[id(packet)]
        return frame


class Vlan(ClientMac):
    says = "VLAN 5"

    def link(self, packet):
        frame = bytes(ethernet(packet))
        return frame[:12] + struct.pack("!HH", 0x8100, 5) + frame[12:] if id(packet) in self.macs else frame


class AnswerTtl(Story):
    """One of the servers behind an address is farther away, and refuses what it has accepted."""

    says = "SYN/ACK with TTL 57"

    def bad(self, i):
        c, s = self.fresh()
        c.syn()
        s.synack(ttl=57)
        c.ack()
        s.abort()

    def refute(self):
        c, s = self.fresh()
        c.syn()
        s.synack(ttl=57)
        c.ack()
        c.data(29)
        s.ack()


class TwoHosts(AsymmetricReturn):
    """The other host refuses what it has accepted."""

    says = "SYN/ACK from link address 02:00:00:00:00:77"

    def bad(self, i):
        c, s = self.fresh()
        c.syn()
        self.other_way(s.synack())
        c.ack()
        s.abort()


class OtherInterface(Story):
    """A host with two interfaces, captured as `tcpdump -i any` does; the answer to the bad ones comes in by the other."""

    linktype = capture_file.LINUX_SLL2
    says = "the SYN/ACK comes from another link address, VLAN or interface than the SYN went to"

    def link(self, packet):
        """LINKTYPE_LINUX_SLL2: it has no destination's address."""
        interface, sent = (3 if id(packet) in self.macs else 2), packet.src == self.capture.host(1)
        return struct.pack("!HHIHBB8s", 0x0800, 0, interface, 1, 4 if sent else 0, 6, bytes(8)) + bytes(packet)

    def at_other(self, frame):
        self.macs[id(packet_of(self.capture, frame))] = True

    def bad(self, i):
        self.at_other(self.frame_of(2, stuck, 29))

    def refute(self):
        self.at_other(self.frame_of(2, in_time))


class SynInterface(OtherInterface):
    """What comes in by one interface is lost."""

    says = "SYN at interface number 3"

    def bad(self, i):
        c, _ = self.fresh()
        for wait in (1, 2):
            self.at_other(c.syn())
            self.capture.wait(wait)

    def refute(self):
        self.at_other(self.frame_of(1, in_time))


class SynAckWindow(Story):
    """Some of the servers behind an address refuse what they have accepted."""

    says = "SYN/ACK with a window of 8192"

    def mark(self, packet):
        packet[TCP].window = 8192

    def bad(self, i):
        c, s = self.fresh()
        c.syn()
        self.mark(packet_of(self.capture, s.synack()))
        c.ack()
        s.abort()

    def refute(self):
        self.mark(packet_of(self.capture, self.frame_of(2, in_time)))


class Grants(SynAckWindow):
    says = "SYN/ACK with a window scale and without SACK"

    def mark(self, packet):
        packet[TCP].options = [("NOP", None) if name == "SAckOK" else (name, value) for name, value in packet[TCP].options]


class Backend(Story):
    """Both sides of a balancer that keeps the client's address."""

    backend, says = 7, "sent on to 10.9.0.7:8080"

    def leg(self, frame, backend):
        packet = packet_of(self.capture, frame).copy()
        packet.dst = self.capture.host(backend)
        packet[IP].ttl -= 1
        self.capture.add(packet)

    def answered(self, backend):
        c, s = self.fresh()
        self.leg(c.syn(), backend)
        finish(c, s)

    def good(self, i):
        self.answered(8)

    def bad(self, i):
        c, s = self.fresh()
        for wait in (1, 2, 4):
            self.leg(c.syn(), self.backend)
            self.capture.wait(wait)

    def refute(self):
        self.answered(self.backend)


class Drained(Backend):
    """It took calls before."""

    says = "sent on to 10.9.0.7:8080, which took its last call 1.5 s before the first of these"

    def play(self, twin):
        for _ in range(3):
            self.answered(self.backend)
            self.capture.wait(0.3)
        return super().play(twin)


class Hairpin(Backend):
    backend, says = 1, "the SYN comes back to the address that sent it"


class Checksum(Story):
    says = "SYN with a wrong checksum"

    @staticmethod
    def damage(packet):
        packet[IP].ttl = 61
        packet[TCP].chksum = 0x1234

    def bad(self, i):
        c, s = self.fresh()
        for wait in (1, 2):
            self.damage(packet_of(self.capture, c.syn()))
            self.capture.wait(wait)

    def refute(self):
        in_time(*self.fresh(), self.damage)


FAMILIES = {
    OnlySynsWith: "a box that drops SYNs that look so",
    Keys: "a key (TCP-AO, TCP-MD5) that one side has and the other does not",
    Ao: "a key (TCP-AO, TCP-MD5) that one side has and the other does not",
    **dict.fromkeys((Dscp, FastOpen, Mptcp, NoTimestamps, NoSack, NoScale, SynData, FlowLabel),
                    "a box that drops SYNs that look so"),
    BoxState: "state that a box on the way keeps of the old connection",
    BoxStateBehindNat: "state that a box on the way keeps of the old connection",
    OldBoxState: "state that a box on the way keeps of the old connection",
    **dict.fromkeys((FirstContact, Idle, Arp, ArpAnsweredLater, ArpBeforeLateAnswer, ArpForRouter, NeighbourDiscovery, Ike),
                    "what has to be set up before the first packet goes through"),
    Size: "a path-MTU black hole",
    TooBig: "a hop with a smaller MTU, whose ICMP errors are in the capture and change nothing",
    TooBig6: "a hop with a smaller MTU, whose ICMP errors are in the capture and change nothing",
    FlowLimit: "a limit on the connections of one source to one destination",
    LatelyClosed: "a limit on the connections of one source to one destination",
    **dict.fromkeys((PortRange, AnyPortRange, OwnService), "a box or host that takes packets with such ports for something else"),
    Collision: "a collision behind NAT",
    CollisionWithVictim: "a collision behind NAT",
    CollisionMet: "a collision behind NAT",
    AsymmetricReturn: "asymmetric routes",
    OtherInterface: "asymmetric routes",
    TwoHosts: "a second host, or another way, that answers for the address",
    Backend: "one of several backends",
    Drained: "one of several backends",
    AnswerTtl: "one of several backends",
    Hairpin: "a hairpin",
    Checksum: "a box or network card on the way that changes SYNs",
}


# What they share has many reasons.
NAMELESS = SynInterface, SynAckWindow, Grants, OptionOrder, Ttl, OneClient, OneClientsPorts, ClientMac, Gateway, Vlan, Fresh


def rows(tshark, name, data):
    return [line.split("\t") for line in tshark.run("-r", tshark.save(name, data), *SHARED).splitlines()]


@pytest.mark.parametrize("story", (*FAMILIES, *NAMELESS), ids=lambda story: story.__name__)
def test_family(tshark, story):
    calls = rows(tshark, f"shared_{story.__name__}.pcap", story().play(twin=False))
    bad = [shared for outcome, shared in calls if outcome in ("failed", "late")]
    good = [shared for outcome, shared in calls if outcome == "in_time"]
    assert len(bad) == ROUNDS and set(good) == {""}
    assert len(set(bad)) == 1
    assert re.match(rf"all {ROUNDS} calls to {re.escape(story.service)} that (failed|came late), and none of the \d+ that got "
                    r"in at once( since then)?: ", bad[0])
    assert story.says in bad[0]
    assert (f" - probably {FAMILIES[story]}" in bad[0]) if story in FAMILIES else " - probably" not in bad[0]


@pytest.mark.parametrize("story", (*FAMILIES, *NAMELESS), ids=lambda story: story.__name__)
def test_one_call_refutes_it(tshark, story):
    calls = rows(tshark, f"refuted_{story.__name__}.pcap", story().play(twin=True))
    assert len([outcome for outcome, _ in calls if outcome in ("failed", "late")]) == ROUNDS
    assert not any(story.says in shared for _, shared in calls)
    assert not any(FAMILIES.get(story, story.says) in shared for _, shared in calls)


@pytest.mark.parametrize("story", (Unmet, KeptAlive))
def test_other_acks_are_none_of_the_syns(tshark, story):
    calls = rows(tshark, f"acks_{story.__name__}.pcap", story().play(twin=False))
    said = {shared for outcome, shared in calls if outcome == "failed"}
    assert len(said) == 1 and "toward another address - probably a collision behind NAT" in said.pop()


def test_nothing_began_between_the_syns(tshark):
    calls = rows(tshark, "nothing_began.pcap", NothingBegan().play(twin=False))
    said = {shared for outcome, shared in calls if outcome == "late"}
    assert len(said) == 1 and f"{FirstContact.says} - probably what has to be set up" in said.pop()


def test_read_filter_hides_what_began(tshark):
    """What the file that is left does not have is not named by the number of another frame."""
    capture = tshark.save("hidden_arp.pcap", Arp().play(twin=False))
    said = {line.split("\t")[1] for line in tshark.run("-R", "tcp", "-r", capture, *SHARED).splitlines() if "late" in line}
    assert len(said) == 1 and f"{FirstContact.says} - probably what has to be set up" in said.pop()


def test_two_calls_have_one_victim(tshark):
    calls = rows(tshark, "collision_twice.pcap", CollisionTwice().play(twin=False))
    bad = {shared for outcome, shared in calls if outcome == "failed"}
    assert len(bad) == 1 and bad.pop().startswith("all 10 calls to 10.9.0.2:8080 that failed")
    assert all(CollisionTwice.says in shared for outcome, shared in calls if outcome == "failed")


def test_ports_of_one_client_are_no_range(tshark):
    calls = rows(tshark, "ports_of_one_client.pcap", OneClientsPorts().play(twin=True))
    assert {shared for _, shared in calls} == {""}


def test_refused_port_takes_no_calls(tshark):
    calls = rows(tshark, "refused_port.pcap", RefusedPort().play(twin=False))
    assert not any(OwnService.says in shared for _, shared in calls)


def test_untied_leg_is_no_connection_elsewhere(tshark):
    calls = rows(tshark, "untied_legs.pcap", BoxStateBehindUntiedNat().play(twin=False))
    said = {shared for outcome, shared in calls if outcome == "late"}
    assert said and all(BoxState.says in shared and "toward another address" not in shared for shared in said)


def test_leg_without_answers_is_no_lost_race(tshark):
    """A balancer's SYNs to its backend pass the capture, the backend's answers do not: each call is one of its own."""
    calls = rows(tshark, "one_way_legs.pcap", Backend().play(twin=False))
    assert [outcome for outcome, _ in calls].count("in_time") == ROUNDS * GOOD_IN_ROUND


def test_one_failure_of_the_server_shares_nothing(tshark):
    """All that fail ask for ECN, but they came one after the other."""
    story = OnlySynsWith()
    for _ in range(10):
        story.good(0)
    for i in range(5):
        story.bad(i)
    for _ in range(10):
        story.good(0)
    assert {shared for _, shared in rows(tshark, "one_failure.pcap", story.capture.pcap())} == {""}


def test_two_calls_share_nothing(tshark):
    story = OnlySynsWith()
    for i in range(2):
        for _ in range(8):
            story.good(i)
        story.bad(i)
    assert {shared for _, shared in rows(tshark, "two_calls.pcap", story.capture.pcap())} == {""}


def test_report_and_first_pass(tshark):
    """The report says it with what to do; a single pass does not say it."""
    capture = tshark.save("in_report.pcap", OnlySynsWith().play(twin=False))
    text = " ".join(tshark.run("-q", "-r", capture, "-z", "synfate,report").split())
    assert ("In common: all 5 calls to 10.9.0.2:8080 that came late, and none of the 20 that got in at once: SYN with ECE and "
            "CWR (it asks for ECN) - probably a box that drops SYNs that look so") in text
    assert "Find the box that drops them" in text
    assert tshark.run("-r", capture, "-Y", "synfate.shared") == ""


def test_each_family_is_explained():
    """The page of the table's anchors."""
    page = (REPO / "docs" / "what-they-share.md").read_text()
    anchors = {line[3:].lower().replace(" ", "-") for line in page.splitlines() if line.startswith("## ")}
    table = (REPO / "plugin" / "engine" / "families.c").read_text()
    named = set(re.findall(r'PAGE "#([^"]*)"', table))
    assert named == anchors


def test_rate_limit(tshark):
    """What is lost by chance is a part of what is sent, and no limit."""
    for twin in (False, True):
        calls = rows(tshark, f"rate_{twin}.pcap", RateLimit().play(twin))
        said = {shared for outcome, shared in calls if outcome == "failed"}
        assert len(said) == 1 and {shared for outcome, shared in calls if outcome == "in_time"} == {""}
        assert (RateLimit.says in said.pop()) is not twin
