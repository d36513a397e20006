# SPDX-License-Identifier: GPL-2.0-or-later
"""What a capture lacks is said first in the report, and nothing that rests on a missing packet is observed then."""

import re
import struct

import pytest

import capture_file
import disturb
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


def cut_short(frames, length):
    """The bytes of a pcap file with so many bytes of each frame."""
    data = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, length, 1)]
    for time, _, frame in frames:
        data.append(struct.pack("<IIII", time // 10**6, time % 10**6, min(length, len(frame)), len(frame)) + frame[:length])
    return b"".join(data)


@pytest.mark.parametrize("length", [54, 66])
def test_options_that_were_cut_off(tshark, capture, length):
    """Wireshark's TCP tap never hears of such segments: they are counted all the same."""
    frames = capture_file.read_pcap(capture.pcap())
    text = report(tshark, tshark.save(f"lacking_options_{length}.pcap", cut_short(frames, length)))
    assert re.search(rf"captured bytes of \d+ of {len(frames)} segments end before their TCP options do", text)
    assert f"{len(frames)} TCP segments, 300 bytes of data" in text
    assert "ICMP" not in text
    assert all(float(share) <= 100 for share in re.findall(r"([\d.]+) ?%", text))


# ---- each remark, and its healthy twin ----


def told(tshark, name, frames, drops=None, length=None):
    """What the report says first, or nothing. drops: as capture_file has it; length: so many bytes of each frame."""
    data = capture_file.pcapng(frames, ["eth0"], drops=drops) if length is None else cut_short(frames, length)
    text = report(tshark, tshark.save(f"lacking_{name}", data))
    return text.split("Attention: ")[1].split(" What is wrong:")[0] if "Attention: " in text else ""


def bytes_of(capture):
    return capture_file.read_pcap(capture.pcap())


def without(frames, *numbers):
    return [frame for number, frame in enumerate(frames, 1) if number not in numbers]


def exchanges(capture, n, client=1, server=2):
    """So many calls, each with three pieces of data that are acknowledged; the second piece of each is frame 6, 16 …"""
    for port in range(41000, 41000 + n):
        c, s = capture.flow(client, server, cport=port)
        handshake(c, s)
        for _ in range(3):
            c.data(100)
            s.ack()
        c.fin()
        capture.wait(0.1)
    return bytes_of(capture)


def test_one_packet_was_lost(tshark, capture):
    frames = bytes_of(capture)
    assert told(tshark, "one_drop", frames, {5: 1}) == ("The capture lost 1 packet, as its records say. An answer that is not "
                                                        "in it may have come.")
    assert told(tshark, "no_drop", frames, {5: 0}) == ""


@pytest.mark.parametrize("n, words", [(1, "1 connection"), (2, "2 connections")])
def test_data_that_is_acknowledged_and_not_there(tshark, n, words):
    frames = exchanges(Capture(), n)
    assert told(tshark, f"whole_{n}", frames) == ""
    assert told(tshark, f"lossy_{n}", without(frames, 6, 16)) == (
        f"The capture lacks packets: {words} acknowledged data that is not in it. An answer that is not in it may have come.")


def test_several_hosts_unheard(tshark):
    capture = Capture()
    for server in (2, 3, 4):
        exchanges(capture, 1, server=server)
    frames = bytes_of(capture)
    assert told(tshark, "heard", frames) == ""
    assert told(tshark, "unheard", [frame for frame in frames if frame[2][29] == 1]) == (
        "The capture lacks packets of 10.9.0.2 and of 2 more hosts which the clients acknowledge: silence proves nothing there.")


def test_an_unheard_host_is_heard_elsewhere(tshark):
    """One interface has one direction, the other has both."""
    frames = exchanges(Capture(), 1)
    own = [frame for frame in frames if frame[2][29] == 1]
    both = sorted([(time, 0, data) for time, _, data in own] + [(time + 30, 1, data) for time, _, data in frames])
    path = tshark.save("lacking_at_one_interface.pcapng", capture_file.pcapng(both, ["eth0", "eth1"]))
    assert "Attention" not in report(tshark, path)


def only_syns(hosts, answer=False, again=0):
    capture = Capture()
    for host in range(10, 10 + hosts):
        c, s = capture.flow(server=host)
        c.syn()
        if host < 10 + again:
            capture.wait(1)
            c.syn()
        if answer:
            s.refuse()
    return bytes_of(capture)


def test_only_syns(tshark):
    assert told(tshark, "syns", only_syns(5)) == (
        "The capture holds SYNs, to many hosts, and no other segment: if a filter made it so, the answers are not in it.")
    assert told(tshark, "few_syns", only_syns(4, again=1)) == (
        "The capture holds SYNs, most of which are never repeated, and no other segment: if a filter made it so, the answers "
        "are not in it.")
    assert told(tshark, "few_syns_again", only_syns(4, again=2)) == ""
    assert told(tshark, "refused_syns", only_syns(5, answer=True)) == ""


def accepted(n, *more):
    """Handshakes, of which the last goes on with these."""
    capture = Capture()
    for port in range(40000, 40000 + n):
        c, s = capture.flow(cport=port)
        c.syn()
        s.synack()
    for send in more:
        getattr(c, send)()
    return bytes_of(capture)


def test_only_syns_and_answers(tshark):
    remark = ("The capture holds SYNs and answers to SYNs, and no other segment: if a filter made it so, what acknowledged or "
              "rejected them is not in it.")
    assert told(tshark, "answers", accepted(5)) == remark
    assert told(tshark, "few_answers", accepted(4)) == ""
    assert told(tshark, "one_ack", accepted(5, "ack")) == ""


def test_two_captures_in_one(tshark):
    """A mirror shows a frame twice in the same moment; a SYN of half a second later was captured elsewhere."""
    frames = exchanges(Capture(), 2)
    syns = [frame for frame in frames if frame[2][47] == SYN]
    for name, n, words in ("one", 1, "1 SYN is there twice"), ("two", 2, "2 SYNs are there twice"):
        later = sorted(frames + [(time + 500_000, at, data) for time, at, data in syns[:n]])
        assert told(tshark, f"apart_{name}", later) == (
            f"{words} on one interface, more than a mirror's moment apart: captures of several hosts were merged into one, and "
            "each time may be by either clock. Keep the interfaces apart: mergecap -I none.")
    mirrored = sorted(frames + [(time + 5, at, data) for time, at, data in frames])
    assert told(tshark, "mirrored", mirrored) == ""


@pytest.mark.parametrize("n, words", [(1, "1 ICMP error"), (2, "2 ICMP errors")])
def test_icmp_errors_that_were_cut(tshark, n, words):
    capture = Capture()
    for port in range(40000, 40000 + n):
        c, _ = capture.flow(cport=port)
        capture.icmp(c.syn(), 3, 1)
    frames = bytes_of(capture)
    assert told(tshark, f"errors_{n}", frames) == told(tshark, f"errors_whole_{n}", frames, length=74) == ""
    assert (f"The captured bytes of {words} end before what they are about: it may be a SYN that seems to have no answer."
            in told(tshark, f"errors_cut_{n}", frames, length=60))


@pytest.mark.parametrize("n, words", [(1, "1 TCP segment end before its header does"), (2, "2 TCP segments end before their header")])
def test_headers_that_were_cut(tshark, n, words):
    """54 bytes hold Ethernet's, IP's and TCP's headers; in a VLAN they do not."""
    capture = Capture()
    for port in range(40000, 40000 + n):
        capture.flow(cport=port)[0].syn()
    tagged = [(time, at, disturb.vlan(data)) for time, at, data in bytes_of(capture)]
    assert "before" not in told(tshark, f"headers_{n}", tagged, length=78)
    assert "of which nothing is known" not in told(tshark, f"headers_whole_{n}", tagged, length=58)
    assert told(tshark, f"headers_cut_{n}", tagged, length=54).startswith(f"The captured bytes of {words}")


def test_nothing_but_headers_that_were_cut(tshark, capture):
    tagged = [(time, at, disturb.vlan(data)) for time, at, data in bytes_of(capture)]
    path = tshark.save("lacking_headers.pcap", cut_short(tagged, 54))
    assert "What is wrong: not known: the captured bytes end before the TCP headers do" in report(tshark, path)
    assert tshark.attempts(path) == []


def test_answers_whose_headers_were_cut(tshark, capture):
    """Only what comes in has a tag: nothing is known of the answers."""
    mixed = [(time, at, disturb.vlan(data) if data[29] == 2 else data) for time, at, data in bytes_of(capture)]
    assert basis(tshark, tshark.save("lacking_answers.pcap", cut_short(mixed, 58)))[1] == ("no_answer", "observed")
    assert basis(tshark, tshark.save("lacking_answers_cut.pcap", cut_short(mixed, 54)))[1] == ("no_answer", "inferred")
