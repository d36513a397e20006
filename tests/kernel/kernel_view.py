# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel itself says: states of its sockets, their timers, and its counters."""

import contextlib
import ipaddress
import platform
import struct
import time

STATES = {1: "ESTABLISHED", 2: "SYN_SENT", 3: "SYN_RECEIVED", 4: "FIN_WAIT_1", 5: "FIN_WAIT_2", 6: "TIME_WAIT",
          7: "CLOSED", 8: "CLOSE_WAIT", 9: "LAST_ACK", 10: "LISTEN", 11: "CLOSING", 12: "SYN_RECEIVED"}
# Linux loses the ISN that it chose for a recycled TIME_WAIT, and takes another, until commit 41eecbd712b7.
RECYCLING_KEEPS_ISN = tuple(map(int, platform.release().split(".")[:2])) >= (6, 10)
JIFFIES_PER_SECOND = 100  # of /proc/net/tcp, whatever HZ is


def endpoint(text):
    """"0100090A:1F90" as /proc/net/tcp writes it, in words of host order."""
    address, port = text.split(":")
    words = struct.pack(f"={len(address) // 8}I", *(int(address[at:at + 8], 16) for at in range(0, len(address), 8)))
    return str(ipaddress.ip_address(words)), int(port, 16)


def sockets(namespace):
    """(local, remote) -> (state, seconds left on its timer)."""
    found = {}
    for table in ("tcp", "tcp6"):
        for line in namespace.read(table).splitlines()[1:]:
            fields = line.split()
            left = int(fields[5].split(":")[1], 16) / JIFFIES_PER_SECOND
            found[endpoint(fields[1]), endpoint(fields[2])] = STATES[int(fields[3], 16)], left
    return found


def state(namespace, local, remote):
    return sockets(namespace).get((local, remote), (None, 0))[0]


def timer(namespace, local, remote):
    return sockets(namespace)[local, remote][1]


def counters(namespace):
    """As nstat prints them: TcpExtPAWSEstab, IcmpOutDestUnreachs ..."""
    values = {}
    for table in ("netstat", "snmp"):
        lines = namespace.read(table).splitlines()
        for names, numbers in zip(lines[::2], lines[1::2]):
            prefix = names.split(":")[0]
            for name, number in zip(names.split()[1:], numbers.split()[1:]):
                values[prefix + name] = int(number)
    for line in namespace.read("snmp6").splitlines():
        name, number = line.split()
        values[name] = int(number)
    return values


class Delta(dict):
    """How far the counters went; 0 for those that this kernel does not have."""

    def __missing__(self, name):
        return 0

    def paws(self):
        """Linux 6.14 counts PAWS rejections in TIME_WAIT apart."""
        return self["TcpExtPAWSEstab"] + self["TcpExtPAWSTimewait"]

    def __str__(self):
        return " ".join(f"{name}+{value}" for name, value in sorted(self.items()) if name.startswith("TcpExt"))


def wait_for(namespace, name, count, patience=60):
    """Until a counter has gone that far: an emulated machine takes seconds to start a program."""
    wanted = counters(namespace)[name] + count
    end = time.monotonic() + patience
    while counters(namespace)[name] < wanted and time.monotonic() < end:
        time.sleep(0.1)


@contextlib.contextmanager
def counting(namespace):
    delta = Delta()
    before = counters(namespace)
    yield delta
    after = counters(namespace)
    delta.update({name: value - before.get(name, 0) for name, value in after.items() if value != before.get(name, 0)})
