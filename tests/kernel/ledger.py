# SPDX-License-Identifier: GPL-2.0-or-later
"""The attempts of a capture by nothing but address, port and ISN: where each one's frames are, for scenarios of many calls."""

import dataclasses

from packet import TCP


@dataclasses.dataclass
class Attempt:
    """Frame numbers from 1; `frames` are those of both directions until another ISN comes on this port pair."""
    source: str
    destination: str
    isn: int
    syns: list
    frames: list

    @property
    def syn(self):
        return self.syns[0]


def attempts(capture):
    """In the order of their first SYNs."""
    found, latest = {}, {}
    for number, seen in enumerate(capture.frames, 1):
        segment = seen.segment
        if segment.protocol != TCP:
            continue
        pair = frozenset((segment.source, segment.destination))
        if segment.has("S"):
            key = segment.source, segment.destination, segment.seq
            latest[pair] = found.setdefault(key, Attempt(*key, [], []))
            latest[pair].syns.append(number)
        if pair in latest:
            latest[pair].frames.append(number)
    return list(found.values())


def segments(capture, attempt):
    return [capture.frames[number - 1].segment for number in attempt.frames]


def from_server(capture, attempt):
    return [segment for segment in segments(capture, attempt) if segment.source == attempt.destination]


def seconds(capture, first, last):
    """From one frame to another."""
    return (capture.frames[last - 1].nanoseconds - capture.frames[first - 1].nanoseconds) / 1e9


def number_of(capture, attempt, flags, source=None, nth=1):
    """The nth frame of the attempt with these flags (from this end), or None."""
    numbers = [number for number in attempt.frames if capture.frames[number - 1].segment.has(flags)
               and source in (None, capture.frames[number - 1].segment.source)]
    return numbers[nth - 1] if len(numbers) >= nth else None


def last_client_frame(capture, attempt):
    return max(number for number in attempt.frames if capture.frames[number - 1].segment.source == attempt.source)


def around(value, slack=0.05):
    """Bounds of synfate.lost."""
    return round(max(0, value - slack), 3), round(value + slack, 3)


def waited(capture, attempt):
    """What a failed call cost: from its first SYN to its last client frame."""
    return around(seconds(capture, attempt.syn, last_client_frame(capture, attempt)))
