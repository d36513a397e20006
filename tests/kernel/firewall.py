# SPDX-License-Identifier: GPL-2.0-or-later
"""Two clients, a firewall that routes (and may translate or drop), and a server; each end is captured, and the
firewall as `tcpdump -i any` does it."""

from capture import AnyCapture, Capture
from namespace import Namespace, connect
from raw_peer import RawHost, RawPeer
from stage import PORT, Stage

CLIENTS = ("10.6.1.1", "10.6.3.1")
SERVER = "10.6.2.2"
OUTSIDE = "10.6.2.254"  # the firewall's address towards the server
CLIENT_MACS, INSIDE_MACS = ("02:00:00:06:01:01", "02:00:00:06:03:01"), ("02:00:00:06:01:fe", "02:00:00:06:03:fe")
SERVER_MAC, OUTSIDE_MAC = "02:00:00:06:02:02", "02:00:00:06:02:fe"


class Firewall(Stage):
    """clients c0 -- i0, i1 firewall o0 -- s0 server."""

    def __init__(self, family=4, raw_clients=False):
        self.family = family
        self.client_address, self.server_address = CLIENTS[0], SERVER
        self.rows = []
        self.middle, self.server = Namespace(), Namespace()
        self.clients = [Namespace() for _ in CLIENTS]
        self.client = self.clients[0]
        for at in range(len(CLIENTS)):
            self.add_client(at, raw_clients)
        connect(self.middle, "o0", OUTSIDE_MAC, self.server, "s0", SERVER_MAC)
        self.address(self.middle, "o0", OUTSIDE, SERVER, SERVER_MAC)
        self.address(self.server, "s0", SERVER, OUTSIDE, OUTSIDE_MAC)
        self.server.run(f"ip route add default via {OUTSIDE}")
        self.middle.sysctl(ipv4__ip_forward=1)
        self.captures = {"client": Capture(self.client, "c0"), "client2": Capture(self.clients[1], "c0"),
                         "any": AnyCapture(self.middle), "server": Capture(self.server, "s0")}

    def add_client(self, at, raw):
        """A client of real sockets, or one whose frames a test makes."""
        connect(self.clients[at], "c0", CLIENT_MACS[at], self.middle, f"i{at}", INSIDE_MACS[at])
        gateway = CLIENTS[at].rsplit(".", 1)[0] + ".254"
        self.address(self.middle, f"i{at}", gateway, CLIENTS[at], CLIENT_MACS[at])
        if raw:
            host = RawHost(self.clients[at], "c0", CLIENT_MACS[at], INSIDE_MACS[at])
            self.host = host if at == 0 else self.host
        else:
            self.address(self.clients[at], "c0", CLIENTS[at], gateway, INSIDE_MACS[at])
            self.clients[at].run(f"ip route add default via {gateway}")

    @staticmethod
    def address(space, interface, own, other, other_mac):
        space.run(f"ip address add {own}/24 dev {interface}")
        space.run(f"ip neighbour replace {other} lladdr {other_mac} dev {interface} nud permanent")

    def rules(self, *lines):
        """Rules of the firewall for what it forwards."""
        self.middle.filter(*lines, hook="forward")

    def masquerade(self, ports, how="fully-random", match="meta l4proto tcp"):
        self.middle.run("nft -f -", "\n".join((
            "table ip lab_nat {", "chain out {", "type nat hook postrouting priority 100;",
            f"oifname o0 {match} masquerade to :{ports} {how}", "}", "}", "")))

    def without(self, *labels):
        """Captures that would say nothing new."""
        for label in labels:
            self.captures.pop(label).stop()

    def raw_caller(self, port, isn=1_000_000_000, tsval=3_000_000, server_port=PORT):
        return RawPeer(self.host, CLIENTS[0], port, SERVER, server_port, isn, tsval)
