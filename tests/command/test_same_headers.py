# SPDX-License-Identifier: GPL-2.0-or-later
"""The command hands to the engine, byte for byte, what the plugin hands to it from frames that Wireshark has dissected."""

import pytest

import links
from command import REPO, calls, trace
from stories import examples

CAPTURED = 14, 20, 26, 33, 34, 40, 48, 54, 60, 74, 90


def assert_same(tshark, capture):
    plugin, command = trace(tshark, capture)
    assert plugin[0] == command[0], capture
    assert plugin[1] == command[1], capture


@pytest.mark.parametrize("name", links.captures())
def test_every_link_type(tshark, name):
    assert_same(tshark, tshark.save(f"link_{name}.pcap", links.pcap(*links.captures()[name])))


@pytest.mark.parametrize("name", links.captures())
def test_frames_that_are_cut(tshark, name):
    """A header that is cut is no header; who sent it is known if the capture has that."""
    assert_same(tshark, tshark.save(f"cut_{name}.pcap", links.pcap(*links.captures()[name], CAPTURED)))


@pytest.mark.parametrize("name", [name for name in examples() if name.startswith("unreachable")])
def test_icmp_errors(tshark, name):
    assert_same(tshark, tshark.save(f"trace_{name}.pcap", examples()[name].file))


def kernel_captures():
    folder = REPO / "tests/captures/data/kernel"
    return sorted(path.name for path in folder.iterdir() if path.suffix in (".pcap", ".pcapng"))


@pytest.mark.parametrize("name", kernel_captures())
def test_what_kernels_sent(tshark, name):
    assert_same(tshark, REPO / "tests/captures/data/kernel" / name)


def test_every_frame_with_a_syn_has_an_attempt(tshark):
    """Only so does the comparison mean something: what is below each link type was seen."""
    for name, (link, frames) in links.captures().items():
        path = tshark.save(f"seen_{name}.pcap", links.pcap(link, frames))
        assert sum(call["synfate.retries"] + 1 for call in calls(path)) > 0, name
