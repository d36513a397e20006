# SPDX-License-Identifier: GPL-2.0-or-later
"""A router's interfaces captured each by itself (dumpcap -i a -i b), and what must not be taken for that; copies of frames in
VLANs."""

import struct

import pytest

import capture_file
import disturb
from flow import Capture

DROPPED, SILENT = "dropped_here", "silent_port"
HOPS = 14 + 8


def frames(passed=4):
    """Calls that a router passes on, and one whose SYNs it does not: (µs, bytes, whether they are seen behind it)."""
    capture, unanswered = Capture(), set()
    for port in range(40000, 40000 + passed):
        c, s = capture.flow(cport=port)
        c.syn()
        s.synack()
        c.ack()
        c.data(100)
        s.data(200)
        c.ack()
        capture.wait(0.1)
    lost, _ = capture.flow(cport=50000, sport=81)
    for wait in (1, 2):
        unanswered.add(lost.syn())
        capture.wait(wait)
    return [(time, data, number not in unanswered)
            for number, (time, _, data) in enumerate(capture_file.read_pcap(capture.pcap()), 1)]


def hop_further(data):
    return data[:HOPS] + bytes([data[HOPS] - 1]) + data[HOPS + 1 :]


def of_router(ahead=0):
    """ahead: by so many µs the clock of the second interface is."""
    taken = []
    for time, data, passed in frames():
        from_client = data[33] == 2
        taken.append((time + (0 if from_client else ahead), int(not from_client), data))
        if passed:
            taken.append((time + 20 + (ahead if from_client else 0), int(from_client), hop_further(data)))
    return sorted(taken, key=lambda frame: frame[0])


def verdict(tshark, name, data):
    rows = [row for row in tshark.attempts(tshark.save(name, data)) if row["fate"] != "established"]
    assert len(rows) == 1
    return rows[0]


def test_dropped_between_two_interfaces(tshark):
    row = verdict(tshark, "interfaces.pcapng", capture_file.pcapng(of_router(), ["in0", "out0"]))
    assert (row["fate"], row["cause"], row["basis"]) == ("no_answer", DROPPED, "inferred")
    assert "it was seen at interface in0 only" in row["summary"]


def test_as_the_threads_of_dumpcap_write_it(tshark):
    """In lots by interface, not in the order of time."""
    taken = sorted(of_router(), key=lambda frame: (frame[0] // 1_000_000, frame[1], frame[0]))
    row = verdict(tshark, "lots.pcapng", capture_file.pcapng(taken, ["in0", "out0"]))
    assert (row["cause"], row["basis"]) == (DROPPED, "inferred")


@pytest.mark.parametrize("name, data", [
    ("names", capture_file.pcapng(of_router(), ["eth0", "eth0"])),  # two hosts' files, merged
    ("clocks", capture_file.pcapng(of_router(ahead=50_000), ["in0", "out0"])),
    ("one", capture_file.pcapng([frame for frame in of_router() if frame[1] == 0], ["in0", "out0"])),
    ("sections", capture_file.pcapng([(t, 0, d) for t, i, d in of_router() if i == 0], ["in0"])
     + capture_file.pcapng([(t, 0, d) for t, i, d in of_router() if i == 1], ["out0"])),
], ids=["the same name twice", "two clocks", "no other interface", "two recordings"])
def test_what_does_not_show_a_drop(tshark, name, data):
    assert verdict(tshark, f"no_drop_{name}.pcapng", data)["cause"] == SILENT


# VLANs: a mirror that shows a frame as it came in and as it went out


def tagged(data, vlan):
    return data[:12] + struct.pack(">HH", 0x8100, vlan) + data[12:]


def plain(data):
    return data


def in_vlan(vlan):
    return lambda data: tagged(data, vlan)


@pytest.mark.parametrize("first, second", [(plain, in_vlan(5)), (in_vlan(5), plain), (in_vlan(5), in_vlan(6)),
                                           (in_vlan(5), disturb.qinq), (lambda data: hop_further(data), in_vlan(6))],
                         ids=["tagged", "untagged", "other VLAN", "in another tag", "routed"])
@pytest.mark.parametrize("delay", [3, 900])
def test_copies_in_vlans(tshark, first, second, delay):
    """No SYN, SYN/ACK or data is repeated, nothing is late, no answer is one of two hosts."""
    copies = [(time + late, 0, change(data)) for time, data, _ in frames() for late, change in ((0, first), (delay, second))]
    path = tshark.save("vlans.pcap", capture_file.pcap(sorted(copies, key=lambda frame: frame[0])))
    rows = tshark.attempts(path)
    assert [(row["cause"], row["retries"], row["delayed"]) for row in rows] == [("ok", 0, False)] * 4 + [(SILENT, 1, False)]
    assert {row["basis"] for row in rows} == {"observed"}
