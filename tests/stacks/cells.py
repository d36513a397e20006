# SPDX-License-Identifier: GPL-2.0-or-later
"""What a stack answered in each situation, read from a capture of it alone."""

import collections

import situations
from packet import WORD, signed


class Cell:
    """The frames of one client port: an old connection perhaps, and the attempt that is judged, each SYN with its answers."""

    def __init__(self, port, numbered):
        self.port, self.situation = port, situations.ALL_BY_PORT[port]
        syns = [number for number, one in numbered if one.sport == port and one.has("S")]
        isns = {one.seq: number for number, one in reversed(numbered) if one.sport == port and one.has("S")}
        self.old_syn = syns[0] if len(isns) > 1 else None
        self.syn = max(isns.values())
        self.numbers = [number for number, _ in numbered]
        self.old = [(number, one) for number, one in numbered if number < self.syn]
        self.new = [(number, one) for number, one in numbered if number >= self.syn]
        self.isn = self.new[0][1].seq
        self.by_timestamp = self.removed = False  # why a TIME_WAIT did not take it, and whether an earlier RST had removed it
        answers = [one for _, one in self.old if one.dport == port]
        self.rcv_nxt = max((one.ack for one in answers), default=0)
        self.snd_nxt = max((one.seq + len(one.payload) + len(set(one.flags) & {"S", "F"}) for one in answers), default=0)

    def of_stack(self, flags=None):
        """Its numbered answers to the new SYN."""
        return [(number, one) for number, one in self.new
                if one.dport == self.port and (flags is None or one.has(flags))]

    def taken(self):
        """The frame of the SYN/ACK with the right number, or None."""
        return next((number for number, one in self.of_stack("SA") if one.ack == (self.isn + 1) % WORD), None)

    def acknowledged(self, after):
        """The client's next frame."""
        return next((number for number, one in self.new if number > after and one.sport == self.port), None)

    def tries(self):
        """The answers to each sending of the SYN, as text."""
        found = []
        for number, one in self.new:
            if one.sport == self.port and one.has("S"):
                found.append([])
            elif one.dport == self.port and number <= (self.taken() or number):
                found[-1].append(self.text(one))
        return [list(dict.fromkeys(answers)) for answers in found]

    def text(self, one):
        if one.has("SA") and one.ack == (self.isn + 1) % WORD:
            return "SA"
        if "R" in one.flags and self.situation.state == "":
            return one.flags
        flags = one.flags.replace("P", "")
        if "R" in flags:
            seq = "0" if one.seq == 0 else relative(one.seq, self.snd_nxt)
            return f"{flags}(seq={seq},ack={relative(one.ack, self.isn)})"
        seq, ack = relative(one.seq, self.snd_nxt), relative(one.ack, self.rcv_nxt)
        return f"{flags}(seq{seq},ack{ack},id{'>' if one.ip_id else '='}0{',ts' if one.tsval is not None else ''})"

    def answers(self):
        """One word or more for each sending of the SYN."""
        return " | ".join("+".join(answers) or "silence" for answers in self.tries())

    def kinds(self):
        """What must be the same whenever it is played again: answers without their number, and without a FIN's timer."""
        return {answer for answers in self.tries() for answer in answers if not answer.startswith("FA")}


def relative(number, to):
    return f"{signed(number - to):+}"


def read(frames):
    """The cells of a capture, by client port."""
    by_port = collections.defaultdict(list)
    for number, seen in enumerate(frames, 1):
        port = seen.segment.sport if seen.segment.sport in situations.ALL_BY_PORT else seen.segment.dport
        by_port[port].append((number, seen.segment))
    return {port: Cell(port, numbered) for port, numbered in sorted(by_port.items())}
