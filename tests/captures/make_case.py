#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the two captures of the case from their tables: make_case.py OUTDIR

OUTDIR/server.pcap and lb.pcap hold a frame for each row, in the rows' order. server.pcapng and lb.pcapng are the same with
the interface named after the capture point, and merged.pcapng is both, by mergecap.

What the tables do not say is filled in as the hosts would: a packet keeps its IP ID from one capture point and one leg to
the next; a sender counts its IDs, except that a SYN/ACK and what TIME_WAIT sends have 0; the clients are one hop away
from the load balancer, and everything else is on its network.
"""

import csv
import subprocess
import sys
from pathlib import Path

from scapy.layers.inet import IP, TCP
from scapy.packet import Raw

import capture_file
from flow import NO_SOCKET, ethernet

TABLES = Path(__file__).parent / "data" / "case"
EPOCH = 1_600_000_000_000_000  # µs
LOAD_BALANCER = {"10.24.20.51", "10.24.20.249"}
SERVER = "10.24.20.26"


class IpIds:
    """Hands out IP IDs; the same segment gets the same one wherever and however often it is seen."""

    def __init__(self):
        self.known, self.last = {}, {}

    def of(self, row):
        segment = tuple(row[name] for name in ("sport", "dport", "flags", "seq", "ack", "len", "win", "tsval"))
        if segment not in self.known:
            self.known[segment] = NO_SOCKET if self.without_socket(row) else self.count(row)
        return self.known[segment]

    def without_socket(self, row):
        """The server's listener, and its TIME_WAIT, which knows the client's FIN (1000000887)."""
        return row["flags"] == "SYN|ACK" or (row["src"] == SERVER and row["ack"] == "1000000888")

    def count(self, row):
        """A SYN with a new number begins another count."""
        sender = (row["sport"], row["dport"])
        isn, ip_id = self.last.get(sender, (None, 0x1000 + 0x2345 * len(self.last)))
        if row["flags"] == "SYN" and row["seq"] != isn:
            isn, ip_id = row["seq"], ip_id + 0x4321
        self.last[sender] = isn, ip_id + 1
        return (ip_id + 1) % 2**16


def options(row):
    out = []
    if row["mss"] != "-":
        out += [("MSS", int(row["mss"])), ("SAckOK", b"")]
    else:
        out += [("NOP", None), ("NOP", None)]
    out += [("Timestamp", (int(row["tsval"]), int(row["tsecr"])))]
    if row["ws"] != "-":
        out += [("NOP", None), ("WScale", int(row["ws"]))]
    if row["sack_left"] != "-":
        out += [("NOP", None), ("NOP", None), ("SAck", (int(row["sack_left"]), int(row["sack_right"])))]
    return out


def frame(row, ids):
    flags = "".join(name[0] for name in row["flags"].split("|"))
    local = row["src"] in LOAD_BALANCER or row["src"] == SERVER
    packet = (
        IP(src=row["src"], dst=row["dst"], id=ids.of(row), flags="DF", ttl=64 if local else 63)
        / TCP(sport=int(row["sport"]), dport=int(row["dport"]), flags=flags, seq=int(row["seq"]), ack=int(row["ack"]),
              window=int(row["win"]), options=options(row))
        / Raw(bytes(int(row["len"])))
    )
    seconds, micro = row["time"].split(".")
    return EPOCH + int(seconds) * 1_000_000 + int(micro), 0, bytes(ethernet(packet))


def make(folder):
    ids = IpIds()
    for name in ("server", "lb"):  # the server's first: it has every packet of its connections, in their order
        with open(TABLES / f"{name}.tsv", newline="") as table:
            frames = [frame(row, ids) for row in csv.DictReader(table, delimiter="\t")]
        (folder / f"{name}.pcap").write_bytes(capture_file.pcap(frames))
        (folder / f"{name}.pcapng").write_bytes(capture_file.pcapng(frames, [name]))
    merged = ["mergecap", "-w", folder / "merged.pcapng", folder / "server.pcapng", folder / "lb.pcapng"]
    subprocess.run(merged, check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: make_case.py OUTDIR (an existing folder)")
    make(Path(sys.argv[1]))
