#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints the plugin's verdicts on every capture of the tests as JSON, to compare one version of Wireshark with another."""

import json
import sys
from pathlib import Path

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
sys.path.insert(0, str(CAPTURES))

import make_case  # noqa: E402
from tshark import loaded  # noqa: E402


def verdicts(shark, capture):
    """Frame number and the plugin's part of each frame on which the plugin says anything."""
    packets = shark.json(capture, "-Y", "synfate", "-J", "frame synfate")
    layers = [packet["_source"]["layers"] for packet in packets]
    return [{"frame": layer["frame"]["frame.number"], **layer["synfate"]} for layer in layers]


with loaded() as shark:
    make_case.make(shark.captures)
    captures = sorted(shark.captures.glob("*.pcap*")) + sorted(CAPTURES.glob("data/**/*.pcap*"))
    json.dump({c.name: verdicts(shark, c) for c in captures}, sys.stdout, indent=1, sort_keys=True)
