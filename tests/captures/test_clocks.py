# SPDX-License-Identifier: GPL-2.0-or-later
"""Two capture points in one file whose clocks differ: by how much is said, where no single clock can have shown it."""

import pytest

import capture_file
from flow import Capture

DELAY = 300  # µs, between the points, either way
HOPS = 14 + 8  # where IPv4 has its TTL


def calls(n=4):
    """Each gets in and is served."""
    capture = Capture()
    for port in range(40000, 40000 + n):
        c, s = capture.flow(cport=port)
        c.syn()
        s.synack()
        c.ack()
        c.data(100)
        s.data(200)
        c.ack()
        capture.wait(0.7)
    return capture_file.read_pcap(capture.pcap())


def both(frames, ahead, routed=True, delay=DELAY):
    """As a client and a server that is `delay` away would capture them, in the order of their clocks."""
    taken = []
    for time, _, data in frames:
        to_server = data[33] == 2
        client, server = (time, time + delay) if to_server else (time + 2 * delay, time + delay)
        near, far = data, data[:HOPS] + bytes([data[HOPS] - routed]) + data[HOPS + 1 :]
        at_client, at_server = (near, far) if to_server else (far, near)
        taken += [(client, 0, at_client), (server + ahead, 1, at_server)]
    return sorted(taken, key=lambda frame: frame[0])


def remark(tshark, name, data):
    text = " ".join(tshark.run("-q", "-r", tshark.save(name, data), "-z", "synfate,report").split())
    return text.split("Summary")[0].split("Attention: ")[-1] if "Attention: " in text else ""


@pytest.mark.parametrize("ahead, said", [(50_000, "50 ms ahead of"), (-50_000, "50 ms behind"), (500_000, "500 ms ahead of"),
                                         (-10_000, "10 ms behind")])
def test_two_interfaces(tshark, ahead, said):
    data = capture_file.pcapng(both(calls(), ahead), ["wan0", "srv0"])
    assert (f"The clock of interface srv0 is {said} interface wan0, as 4 handshakes show that both saw"
            in remark(tshark, f"clocks_{ahead}.pcapng", data))


@pytest.mark.parametrize("ahead, said", [(50_000, "50 ms ahead of"), (-50_000, "50 ms behind")])
def test_one_interface(tshark, ahead, said):
    """The point is known by the hop between them."""
    data = capture_file.pcap(both(calls(), ahead))
    assert (f"The clock of the capture nearer the servers is {said} the one nearer the clients"
            in remark(tshark, f"one_interface_{ahead}.pcap", data))


def test_what_is_known_on_a_long_way(tshark):
    """It may be longer to the server, or back."""
    data = capture_file.pcapng(both(calls(), 50_000, delay=20_000), ["wan0", "srv0"])
    assert "is about 50 ms ahead of interface wan0" in remark(tshark, "long_way.pcapng", data)
    assert "(30 ms to 70 ms)" in remark(tshark, "long_way.pcapng", data)


@pytest.mark.parametrize("frames", [
    both(calls(), 0), both(calls(), 0, delay=40_000), both(calls(), 20_000, delay=40_000), both(calls(2), 50_000),
    both(calls(), 3_000_000), calls(),
], ids=["one clock", "far away", "a way may be as long", "two handshakes", "3 s", "one point"])
def test_not_said(tshark, frames):
    for name, data in (("apart", capture_file.pcapng(frames, ["a", "b"])), ("together", capture_file.pcap(frames))):
        assert "The clock of" not in remark(tshark, f"clocks_{name}.pcapng", data)


def test_verdicts_are_those_of_one_clock(tshark):
    for ahead in (50_000, -50_000):
        path = tshark.save(f"verdicts_{ahead}.pcapng", capture_file.pcapng(both(calls(), ahead), ["wan0", "srv0"]))
        assert {(row["cause"], row["delayed"]) for row in tshark.attempts(path)} == {("ok", False)}
