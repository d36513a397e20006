# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture of a stack that cannot be played, told as a story (docs/stories.md) from what its source says it answers."""

import dataclasses
import subprocess

import situations
from player import AGAIN, CLIENT, SERVER, SETTLE
from sources import LOOKS, MARKS, answers
from tshark import BUILD

NEW_ISN = 77_000_000
OPEN = ["> S", "< S.", "> .", "> P. (1)", "< ."]
OLD = {
    "TIME_WAIT": [*OPEN, "< F.", "> .", "> F.", "< . left"],
    "ESTABLISHED": OPEN,
    "CLOSE_WAIT": [*OPEN, "> F.", "< ."],
    "LAST_ACK": [*OPEN, "> F.", "< .", "< F."],
    "FIN_WAIT_1": [*OPEN, "< F."],
    "FIN_WAIT_2": [*OPEN, "< F.", "> ."],
    "SYN_RECEIVED": ["> S", "< S."],
    "CLOSED": [*OPEN, "> F.", "< .", "< F.", "> ."],
}
ORDINARY = ["> .", "> P. (1)", "< P. (40)", "> .", "> F.", "< F.", "> ."]
SOCKETLESS = ("TIME_WAIT", "SYN_RECEIVED")  # so Linux keeps them, and a FIN_WAIT_2 that no program holds


def name_of(stack, looks):
    return f"{stack}_as_{looks}" if looks else stack


class Teller:
    """Writes the story of a stack, which looks as itself or as another: a situation after the other, each from a port of
    its own."""

    def __init__(self, stack, looks=None):
        self.stack, self.marks = stack, LOOKS[looks or stack]
        self.marks = dataclasses.replace(self.marks, reopened=MARKS[stack].reopened, length=MARKS[stack].length)
        self.lines = [f"story {name_of(stack, looks)}", f"end s {SERVER}:{situations.PORT} ttl {self.marks.ttl}",
                      f"end full {SERVER}:{situations.FULL_PORT} ttl {self.marks.ttl}",
                      f"end closed {SERVER}:{situations.CLOSED_PORT} ttl {self.marks.ttl}"]

    def say(self, line, stamped=True, socket=True):
        """With the marks of the stack; `left`: from here on without a socket."""
        words = line.removesuffix(" left")
        if words.startswith("< S."):
            mss_and_more = self.marks.options if stamped else self.marks.options_no_ts
            words += f" opts {mss_and_more} win {self.marks.window} wscale 6 {self.marks.syn_ack_id}"
        elif words.startswith("<"):
            words += " win 1024" if "R" not in words else ""
            words += f" {self.marks.id}" if "R" not in words else ""
            if self.stack == "linux" and (not socket or line.endswith(" left")):
                words += " no_socket"
        self.lines.append(words.rstrip())

    def old_connection(self, how):
        self.lines.append("+1 > S" if how.timestamps else "+1 > S no_ts")
        for line in OLD[how.state][1:]:
            self.say(line, how.timestamps)

    def wait(self, how):
        return self.marks.length + 3 if situations.RUN_OUT in how.label else SETTLE.get(how.state, 0.6)

    def syn(self, how):
        """The new SYN as the player sends it."""
        if not how.state:
            return "> S" if how.timestamps else "> S no_ts"
        stamp = "no_ts"
        if how.tsval is not None:
            waited = int(self.wait(how) * 1000)
            stamp = f"ts R{how.tsval + waited:+}" if how.timestamps else f"ts {NEW_ISN + how.tsval}"
        return f"> S N{how.isn:+} {stamp}"

    def call(self, how, answer):
        """The SYN with its answers, until it is taken or refused."""
        first, _, second = answer.partition("|")
        before = f"+{self.wait(how)} " if how.state else "+0.2 "
        again = "> S" if how.tsval is not None else "> S no_ts"
        for at, _ in enumerate(AGAIN):
            self.lines.append(before + (again if at else self.syn(how)))
            if self.answered(how, second or first if at else first):
                return
            before = f"+{AGAIN[at]} "

    def answered(self, how, answer):
        stamped = how.tsval is not None if how.state else how.timestamps
        answer = answer.rstrip("*")
        if answer == "SA":
            self.take(how, stamped)
        elif answer == "A":
            gone = how.state == "FIN_WAIT_2" and not how.keeps_socket
            self.say("< .", socket=not (gone or how.state in SOCKETLESS))
            if how.reset:
                self.lines.append("> R N")
        elif answer == "RST":
            live = how.state not in ("", *SOCKETLESS) and self.stack == "illumos"
            self.say(f"< R. {'seq X ' if live else ''}")
        elif answer == "^":
            self.say("< S. J ack N forged", stamped)
        return answer in ("SA", "RST")

    def take(self, how, stamped):
        step = self.marks.reopened
        if how.state != "TIME_WAIT" or how.reset or how.reset_before or situations.RUN_OUT in how.label:
            step = NEW_ISN
        number = f" X+{step}" if how.state else ""
        number += " ts 9000000" if stamped and how.state and not how.timestamps else ""
        self.say(f"< S.{number}", stamped)
        for line in ORDINARY if "ordinary" in how.label else ["> ."]:
            self.say(line)

    def tell(self):
        known = answers(self.stack)
        free = 2  # the backlog takes two
        for port, how in situations.ALL_BY_PORT.items():
            answer = known.get(how.name())
            if answer is None:
                continue
            server = "closed" if how.label == "closed port" else "s"
            if port in situations.FULL_CALLERS:
                server, answer, free = "full", "SA" if free else answer, max(free - 1, 0)
            self.lines += ["", f"# {how.name()}: {answer}", f"end c{port} {CLIENT}:{port}", f"between c{port} {server}"]
            if how.state:
                self.old_connection(how)
            if how.reset_before:
                self.lines.append("> R N")
            self.call(how, answer)
        return "\n".join(self.lines) + "\n"


def write(stack, folder, looks=None):
    """The stack's story and its capture, NAME.pcap; returns that."""
    story = folder / f"{name_of(stack, looks)}.story"
    story.write_text(Teller(stack, looks).tell())
    done = subprocess.run([BUILD / "story_capture", folder, story], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return story.with_suffix(".pcap")
