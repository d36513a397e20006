# SPDX-License-Identifier: GPL-2.0-or-later
"""What a capture lacks is said first in the report, and nothing that rests on a missing packet is observed then."""

import re
import struct

import pytest

import capture_file
from beginnings import handshake
from flow import Capture

SYN, FIN, RST = 2, 1, 4


@pytest.fixture
def capture():
    """A call that gets in, sends data both ways and closes; one that nobody answers."""
    capture = Capture()
    c, s = capture.flow(cport=40001)
    handshake(c, s)
    c.data(100)
    s.data(200)
    c.ack()
    capture.wait(8.3)
    c.fin()
    s.fin()
    c.ack()
    lost, _ = capture.flow(cport=40002)
    lost.syn()
    capture.wait(1)
    lost.syn()
    return capture


def report(tshark, path):
    return " ".join(tshark.run("-q", "-r", path, "-z", "synfate,report").split())


def basis(tshark, path):
    return [(row["fate"], row["basis"]) for row in tshark.attempts(path)]


def test_packets_that_were_lost(tshark, capture):
    frames = capture_file.read_pcap(capture.pcap())
    whole = tshark.save("lacking_nothing.pcapng", capture_file.pcapng(frames, ["eth0"]))
    lossy = tshark.save("lacking_drops.pcapng", capture_file.pcapng(frames, ["eth0"], drops={2: 0, 4: 3, 5: 4}))
    assert basis(tshark, whole) == [("established", "observed"), ("no_answer", "observed")]
    assert basis(tshark, lossy) == [("established", "observed"), ("no_answer", "inferred")]
    assert "Attention" not in report(tshark, whole)
    assert "The capture lost 7 packets, as its records say." in report(tshark, lossy)


def test_plain_acks_that_were_filtered_away(tshark, capture):
    frames = [frame for frame in capture_file.read_pcap(capture.pcap()) if frame[2][47] & (SYN | FIN | RST)]
    path = tshark.save("lacking_acks.pcap", capture_file.pcap(frames))
    rows = tshark.attempts(path)
    assert [(row["fate"], row["cause"]) for row in rows][0] == ("established", "ok")
    assert "connect_time" not in rows[0]
    assert rows[1]["basis"] == "inferred"
    assert report(tshark, path).count("it was filtered") == 1


def test_one_direction(tshark, capture):
    """Who reads ten lines must know that the server may well have answered."""
    frames = [frame for frame in capture_file.read_pcap(capture.pcap()) if frame[2][26:30] == bytes([10, 9, 0, 1])]
    path = tshark.save("lacking_server.pcap", capture_file.pcap(frames))
    assert basis(tshark, path)[1] == ("no_answer", "inferred")
    assert report(tshark, path).startswith("Attention: The capture lacks packets of 10.9.0.2 which the clients acknowledge: "
                                           "silence proves nothing there. What is wrong:")


@pytest.mark.parametrize("length", [54, 66])
def test_options_that_were_cut_off(tshark, capture, length):
    """Wireshark's TCP tap never hears of such segments: they are counted all the same."""
    frames = capture_file.read_pcap(capture.pcap())
    data = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, length, 1)]
    for time, _, frame in frames:
        data.append(struct.pack("<IIII", time // 10**6, time % 10**6, min(length, len(frame)), len(frame)) + frame[:length])
    text = report(tshark, tshark.save(f"lacking_options_{length}.pcap", b"".join(data)))
    assert re.search(rf"captured bytes of \d+ of {len(frames)} segments end before their TCP options do", text)
    assert f"{len(frames)} TCP segments, 300 bytes of data" in text
    assert "ICMP" not in text
    assert all(float(share) <= 100 for share in re.findall(r"([\d.]+) ?%", text))
