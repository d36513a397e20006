# SPDX-License-Identifier: GPL-2.0-or-later
"""A nameless network namespace: it lives as long as this process and its sockets, so nothing is left behind."""

import contextlib
import ctypes
import fcntl
import os
import select
import socket
import struct
import subprocess
import time

CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
SIGKILL = 9
ETH_P_ALL = 3
PROBE = b"\xff" * 6 + b"\x02\0\0\0\0\xff" + b"\x88\xb5" + b"carrier?" * 6  # EtherType for local experiments
SIOCETHTOOL = 0x8946
ETHTOOL_STXCSUM = 0x17
CURRENT = "/proc/thread-self/ns/net"

libc = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def die_with_parent():
    checked(libc.prctl(PR_SET_PDEATHSIG, SIGKILL))


class Namespace:
    """Sockets that are made `with namespace.entered():` stay in it for good."""

    def __init__(self):
        home = os.open(CURRENT, os.O_RDONLY)
        try:
            checked(libc.unshare(CLONE_NEWNET))
            self.give_children_a_small_socket_table()
            checked(libc.unshare(CLONE_NEWNET))
            self.fd = os.open(CURRENT, os.O_RDONLY)
        finally:
            checked(libc.setns(home, CLONE_NEWNET))
            os.close(home)
        self.run("ip link set lo up")

    @staticmethod
    def give_children_a_small_socket_table():
        """Reading /proc/net/tcp walks the whole table, which is as large as the machine's otherwise (Linux 6.1)."""
        with contextlib.suppress(FileNotFoundError), open("/proc/sys/net/ipv4/tcp_child_ehash_entries", "w") as file:
            file.write("1024")

    @contextlib.contextmanager
    def entered(self):
        home = os.open(CURRENT, os.O_RDONLY)
        checked(libc.setns(self.fd, CLONE_NEWNET))
        try:
            yield
        finally:
            checked(libc.setns(home, CLONE_NEWNET))
            os.close(home)

    def run(self, command, text=None):
        with self.entered():
            done = subprocess.run(command.split(), input=text, text=True, capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"{command}: {done.stderr.strip()}")
        return done.stdout

    def wait_for_address(self, address):
        """IPv6 takes a new address into use in its own time."""
        version = 6 if ":" in address else 4
        for _ in range(200):
            if f"local {address} " in self.run(f"ip -{version} route show table local"):
                return
            time.sleep(0.02)
        raise RuntimeError(f"{address} does not become usable")

    def filter(self, *rules, hook="input"):
        lines = ["table inet lab {", "chain lab {", f"type filter hook {hook} priority 0;", *rules, "}", "}", ""]
        self.run("nft -f -", "\n".join(lines))

    def sysctl(self, **settings):
        """`__` stands for the dot: sysctl(ipv4__tcp_timestamps=0). Those of connection tracking come with its module."""
        with self.entered():
            for name, value in settings.items():
                path = "/proc/sys/net/" + name.replace("__", "/")
                if "nf_conntrack" in name and not os.path.exists(path):
                    subprocess.run(["modprobe", "nf_conntrack"], check=True)
                with open(path, "w") as file:
                    file.write(str(value))

    def read(self, path):
        with self.entered(), open("/proc/thread-self/net/" + path) as file:
            return file.read()

    def socket(self, family, kind=socket.SOCK_STREAM, protocol=0):
        with self.entered():
            return socket.socket(family, kind, protocol)

    def packet_socket(self, interface=None):
        """All frames of one interface, or of all of them."""
        with self.entered():
            if interface is None:
                return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            sock.bind((interface, ETH_P_ALL))
        return sock


def connect(left, left_name, left_mac, right, right_name, right_mac):
    """A cable between two namespaces; real checksums instead of offloaded ones."""
    left.run(f"ip link add {left_name} address {left_mac} type veth peer name {right_name} address {right_mac} "
             f"netns /proc/{os.getpid()}/fd/{right.fd}")
    for space, name in ((left, left_name), (right, right_name)):
        no_checksum_offload(space, name)
        space.run(f"ip link set {name} addrgenmode none")
        space.run(f"ip link set {name} up")
    wait_for_carrier(left.packet_socket(left_name), right.packet_socket(right_name))


def wait_for_carrier(*ends):
    """The kernel drops frames without a word until it has noticed the carrier, in its own time."""
    with ends[0], ends[1]:
        for sender, receiver in (ends, ends[::-1]):
            for _ in range(200):
                sender.send(PROBE)
                if select.select([receiver], [], [], 0.05)[0] and PROBE in receiver.recv(100):
                    break
            else:
                raise RuntimeError("a virtual cable does not come up")


def no_checksum_offload(space, name):
    value = ctypes.create_string_buffer(struct.pack("=II", ETHTOOL_STXCSUM, 0))
    request = struct.pack("16sP16x", name.encode(), ctypes.addressof(value))
    with space.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCETHTOOL, request)
