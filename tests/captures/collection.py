# SPDX-License-Identifier: GPL-2.0-or-later
"""All examples in one capture, each between hosts of its own, so that one run of tshark judges every one of them under some
disturbance; and the comparison of what it says with what each example expects."""

from dataclasses import dataclass

from scapy.layers.inet import TCP
from scapy.layers.l2 import Ether

import capture_file
from disturb import untouched
from stories import Story, examples

GAP = 200  # seconds between the beginnings of two examples


@dataclass
class Part:
    example: Story
    syn: int                # index of its first SYN among all frames
    decided_by: int | None  # index of the deciding frame
    first: int              # index of its first frame
    last: int


@dataclass
class Found:
    part: Part
    row: dict               # of its first SYN; empty if the disturbance took that away
    decided_by: int | None  # index of the original frame

    def verdict(self):
        return tuple(self.row.get(name) for name in ("fate", "cause", "basis", "delayed", "retries")) + (self.decided_by,)


class Collection:
    def __init__(self, *options, gap=GAP):
        """options: of story_capture."""
        self.frames, self.parts, self.first_syns = [], [], []
        made = [example for example in examples("--networks", *options).values()
                if example.kind == "pcap" and not example.name.startswith("pending.")]  # pcapng also says directions
        for i, example in enumerate(made):
            base, frames = len(self.frames), example.frames()
            self.frames += [(time + int(i * gap * 1_000_000), *rest) for time, *rest in frames]
            self.first_syns += [base + index for index in first_syns(frames)]
            decided_by = None if example.decided_by is None else base + example.decided_by - 1
            self.parts.append(Part(example, base + example.syn - 1, decided_by, base, len(self.frames) - 1))

    def judge(self, tshark, name, disturbance=untouched, linktype=capture_file.ETHERNET, **how):
        """What tshark says of each example's attempt in the disturbed capture."""
        pairs = disturbance(self.frames)
        path = tshark.save(f"{name}.pcap", capture_file.pcap([frame for _, frame in pairs], linktype))
        return self.read(tshark.fields(path, **how), [index for index, _ in pairs])

    def read(self, rows, origin):
        """The same from tshark's rows for frames that were those with the indexes `origin`; None: a frame that was none."""
        assert len(rows) == len(origin)
        found = []
        for part in self.parts:
            row = rows[origin.index(part.syn)] if part.syn in origin else {}
            found.append(Found(part, row, origin[row["decided_by"] - 1] if "decided_by" in row else None))
        firsts = (origin[row["frame"] - 1] for row in rows if row.get("syn_number") == 1)
        self.attempts = sorted(index for index in firsts if index is not None)
        return found

    def expect_the_same(self, tshark, name, *args, but=(), **how):
        """Each example has its own verdict, to the frame, and there is no attempt too many. but: names of examples of which
        only the fate is compared here."""
        self.compare(self.judge(tshark, name, *args, **how), but)

    def compare(self, all_found, but=()):
        wrong = []
        for found in all_found:
            made = found.part.example
            expected = made.fate, made.cause, made.basis, made.delayed, made.retries, found.part.decided_by
            same = found.verdict()[0] == made.fate if made.name in but else found.verdict() == expected
            if not same:
                wrong.append(f"{made.name}: {found.verdict()} instead of {expected}: {found.row.get('summary')}")
        assert not wrong, "\n".join(wrong)
        assert self.attempts == self.first_syns


def first_syns(frames):
    """The indexes of the frames that begin an attempt: each ISN once."""
    seen = {}
    for i, (_, _, data) in enumerate(frames):
        packet = Ether(data).payload
        if TCP in packet and packet[TCP].flags == "S":
            tcp = packet[TCP]
            seen.setdefault((packet.src, packet.dst, tcp.sport, tcp.dport, tcp.seq), i)
    return sorted(seen.values())
