# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a scenario plays: a client and a server in namespaces of their own, captures of both ends, and the rows of truth."""

import dataclasses
import errno
import functools
import os
import select
import socket

from capture import Capture
from kernel_view import state
from namespace import Namespace, connect
from raw_peer import RawHost, RawPeer
from wire import Wire

ADDRESSES = {4: ("10.9.0.1", "10.9.0.2"), 6: ("fd09::1", "fd09::2")}
FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
CLIENT_MAC, SERVER_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
PORT = 8080
ANY = "any"  # decided_by: whichever frame
SCENARIOS = {}


@dataclasses.dataclass(eq=False)
class Call:
    """What a program lived through with one connect() and its first request; rows of one call share it."""
    outcome: str
    lost: tuple | None = None  # seconds, the least and the most

    @property
    def failed(self):
        return self.outcome == "failed"

    @property
    def delayed(self):
        return self.outcome == "late"


@dataclasses.dataclass
class Row:
    """The truth about one connection attempt, known from the kernel. `leg`: the same SYN was seen elsewhere before."""
    capture: str
    syn: object
    fate: str
    cause: str
    decided_by: object
    evidence: str
    fields: dict
    call: Call | None = None
    basis: str = "-"
    served: bool = False
    reuse: str = "-"
    leg: bool = False


@dataclasses.dataclass
class Scenario:
    function: object
    slow: bool
    build: object
    cut: bool = True  # played again with something cut away


def scenario(families=(4,), slow=False, cut=True, stage=None, **how):
    """Registers a function of a Stage; `slow` ones wait for TIME_WAIT to run out and are started first."""
    def register(function):
        for family in families:
            name = function.__name__ + ("_v6" if family == 6 else "")
            SCENARIOS[name] = Scenario(function, slow, functools.partial(stage or Stage, family, **how), cut)
        return function
    return register


class Stage:
    """client and server: "raw" (frames, no kernel owns the address) or "kernel" (real sockets)."""

    def __init__(self, family, client="raw", server="kernel", wire=False):
        self.family = family
        self.client_address, self.server_address = ADDRESSES[family]
        self.client, self.server = Namespace(), Namespace()
        self.rows = []
        self.captures = {}
        self.cable(wire)
        if client == "kernel":
            self.own_client_address()
        else:
            self.host = RawHost(self.client, "c0", CLIENT_MAC, SERVER_MAC)
        if server == "kernel":
            self.own(self.server, "s0", self.server_address, self.client_address, CLIENT_MAC)
        else:
            self.server_host = RawHost(self.server, "s0", SERVER_MAC, CLIENT_MAC)
        self.captures["server"] = Capture(self.server, "s0")
        if wire:
            self.captures["client"] = Capture(self.client, "c0")

    def cable(self, wire):
        if not wire:
            connect(self.client, "c0", CLIENT_MAC, self.server, "s0", SERVER_MAC)
            return
        middle = Namespace()
        connect(self.client, "c0", CLIENT_MAC, middle, "w0", "02:00:00:00:00:03")
        connect(middle, "w1", "02:00:00:00:00:04", self.server, "s0", SERVER_MAC)
        self.wire = Wire(middle, "w0", "w1")

    def own_client_address(self):
        self.own(self.client, "c0", self.client_address, self.server_address, SERVER_MAC)

    def own(self, space, interface, own, other, other_mac):
        """Gives an address to the kernel; the neighbour is known, so that no ARP is in the captures."""
        length, nodad = (24, "") if self.family == 4 else (64, "nodad")
        space.run(f"ip address add {own}/{length} dev {interface} {nodad}")
        space.wait_for_address(own)
        space.run(f"ip neighbour replace {other} lladdr {other_mac} dev {interface} nud permanent")

    def peer(self, port, isn=1_000_000_000, tsval=3_000_000, server_port=PORT, **how):
        return RawPeer(self.host, self.client_address, port, self.server_address, server_port, isn, tsval, **how)

    def raw_server(self, client_port, isn=2_000_000_000, tsval=7_000_000, port=PORT):
        return RawPeer(self.server_host, self.server_address, port, self.client_address, client_port, isn, tsval)

    def listen(self, port=PORT, backlog=64):
        listener = self.server.socket(FAMILIES[self.family])
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.settimeout(5)
        listener.bind((self.server_address, port))
        listener.listen(backlog)
        return listener

    def state(self, peer):
        """State of the server's socket for this peer, as the kernel prints it."""
        return state(self.server, (peer.peer_address, peer.peer_port), (peer.address, peer.port))

    def row(self, syn, fate, cause, decided_by, evidence, capture="server", **fields):
        """Fields are named with __ for the dot: old__peer_state."""
        named = {"synfate." + name.replace("__", "."): value for name, value in fields.items()}
        self.rows.append(Row(capture, syn, fate, cause, decided_by, evidence, named))

    def call_row(self, call, syn, fate, cause, evidence, capture="server", decided_by=ANY, **more):
        """A row that also says what became of the call; `more` as in Row."""
        self.rows.append(Row(capture, syn, fate, cause, decided_by, evidence, {}, call, **more))

    def file(self, text):
        """A path to a file of this text that leaves nothing behind."""
        self.files = [*getattr(self, "files", []), os.memfd_create("lab", 0)]
        os.write(self.files[-1], text.encode())
        return f"/proc/{os.getpid()}/fd/{self.files[-1]}"

    def stop(self):
        for one in self.captures.values():
            one.stop()


class KernelClient:
    """A real socket that calls; what connect() says is the truth."""

    def __init__(self, stage, port, server_port=PORT, namespace=None, address=None, server_address=None):
        address = address or stage.client_address
        server_address = server_address or stage.server_address
        self.endpoint, self.server = f"{address}:{port}", f"{server_address}:{server_port}"
        self.socket = (namespace or stage.client).socket(FAMILIES[stage.family])
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address, port))
        self.target = server_address, server_port

    def start(self):
        self.socket.setblocking(False)
        assert self.socket.connect_ex(self.target) in (0, errno.EINPROGRESS)
        return self

    def result(self, timeout):
        """The name of connect()'s error, "OK", or "waiting"."""
        if not select.select([], [self.socket], [], timeout)[1]:
            return "waiting"
        number = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        self.socket.settimeout(5)
        return errno.errorcode[number] if number else "OK"

    def connect(self, timeout=5):
        return self.start().result(timeout)
