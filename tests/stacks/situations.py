# SPDX-License-Identifier: GPL-2.0-or-later
"""What the player does to each stack: one situation for each client port, in this order.

A situation makes an old connection, waits, and calls again from the same port with an ISN and a TSval of its choice.
"""

import dataclasses

PORT, FULL_PORT, CLOSED_PORT = 7001, 7002, 7003  # a service; one whose program never accepts (backlog 1); nothing
FIRST_CLIENT_PORT = 20001
FULL_CALLERS = range(21039, 21045)

# The first byte that a client sends: what the program at the other end does then.
CLOSE, KEEP, CLOSE_AT_END, SHUT_DOWN = b"c", b"k", b"e", b"s"
RESPOND = b"r"  # with some data, and closes when the client has closed

NEWER, OLDER, IN_WINDOW, NEXT = 1_000_000, -1_000_000, 100, 0  # the new ISN - RCV.NXT; no window here is as wide as that
NEWER_TS, OLDER_TS, NO_TS = 5_000, -500_000, None  # the new clock - the old one


@dataclasses.dataclass(frozen=True)
class Situation:
    state: str  # of the stack's end of the old connection when the new SYN comes; "": there is none
    label: str
    isn: int = NEWER
    tsval: int | None = NEWER_TS
    timestamps: bool = True  # on the old connection
    reset: bool = False  # the client answers a wrong ACK with RST, as a socket would
    reset_before: bool = False  # RST with the number that TIME_WAIT expects: by RFC 1337 it has to survive that
    keeps_socket: bool = False  # FIN_WAIT_2: the program still holds it

    def name(self):
        return f"{self.state}: {self.label}" if self.state else self.label


def time_wait(label, *how, **more):
    return Situation("TIME_WAIT", label, *how, **more)


def time_wait_plain(label, isn, tsval=NO_TS, **more):
    return Situation("TIME_WAIT", f"no TS: {label}", isn, tsval, timestamps=False, **more)


SITUATIONS = [
    time_wait("newer ISN, newer TS", NEWER, NEWER_TS),
    time_wait("newer ISN, older TS", NEWER, OLDER_TS),
    time_wait("older ISN, newer TS", OLDER, NEWER_TS),
    time_wait("older ISN, older TS", OLDER, OLDER_TS),
    time_wait("newer ISN, SYN without TS", NEWER, NO_TS),
    time_wait("older ISN, SYN without TS", OLDER, NO_TS),
    time_wait("in window, newer TS", IN_WINDOW, NEWER_TS),
    time_wait("in window, older TS", IN_WINDOW, OLDER_TS),
    time_wait("ISN = RCV.NXT, SYN without TS", NEXT, NO_TS),
    time_wait_plain("newer ISN", NEWER),
    time_wait_plain("older ISN", OLDER),
    time_wait_plain("in window", IN_WINDOW),
    time_wait_plain("newer ISN, SYN with TS", NEWER, NEWER_TS),
    time_wait_plain("older ISN, SYN with TS", OLDER, NEWER_TS),
    time_wait("older ISN, older TS, RST to the ACK", OLDER, OLDER_TS, reset=True),
    time_wait_plain("older ISN, RST to the ACK", OLDER, reset=True),
    Situation("ESTABLISHED", "newer ISN, newer TS"),
    Situation("ESTABLISHED", "newer ISN, older TS", tsval=OLDER_TS),
    Situation("ESTABLISHED", "older ISN", OLDER),
    Situation("ESTABLISHED", "in window", IN_WINDOW),
    Situation("ESTABLISHED", "no TS: newer ISN", tsval=NO_TS, timestamps=False),
    Situation("ESTABLISHED", "newer ISN, RST to the ACK", reset=True),
    Situation("CLOSE_WAIT", "newer ISN"),
    Situation("CLOSE_WAIT", "in window", IN_WINDOW),
    Situation("LAST_ACK", "newer ISN"),
    Situation("LAST_ACK", "in window", IN_WINDOW),
    Situation("FIN_WAIT_1", "newer ISN"),
    Situation("FIN_WAIT_2", "program gone: newer ISN"),
    Situation("FIN_WAIT_2", "program gone: newer ISN, older TS", tsval=OLDER_TS),
    Situation("FIN_WAIT_2", "program gone: in window", IN_WINDOW),
    Situation("FIN_WAIT_2", "socket open: newer ISN", keeps_socket=True),
    Situation("FIN_WAIT_2", "socket open: in window", IN_WINDOW, keeps_socket=True),
    Situation("SYN_RECEIVED", "newer ISN"),
    Situation("SYN_RECEIVED", "older ISN", OLDER),
    Situation("SYN_RECEIVED", "in window", IN_WINDOW),
    Situation("SYN_RECEIVED", "newer ISN, older TS", tsval=OLDER_TS),
    Situation("SYN_RECEIVED", "no TS: newer ISN", tsval=NO_TS, timestamps=False),
    Situation("", "closed port"),
    Situation("", "ordinary call"),
    Situation("", "ordinary call without TS", timestamps=False, tsval=NO_TS),
    Situation("CLOSED", "the client had closed first: older ISN, older TS", OLDER, OLDER_TS),
    time_wait("after a RST: newer ISN, older TS", NEWER, OLDER_TS, reset_before=True),
    time_wait("after a RST: older ISN, older TS", OLDER, OLDER_TS, reset_before=True),
]
BY_PORT = {FIRST_CLIENT_PORT + at: one for at, one in enumerate(SITUATIONS)}
BY_PORT.update({port: Situation("", "backlog 1, nobody accepts") for port in FULL_CALLERS})

# It cannot be waited for while others are played.
RUN_OUT = "run out"
RUN_OUT_SITUATIONS = [
    time_wait(f"{RUN_OUT}: older ISN, older TS", OLDER, OLDER_TS),
    time_wait_plain(f"{RUN_OUT}: older ISN", OLDER),
]
ALL_BY_PORT = BY_PORT | {22001 + at: one for at, one in enumerate(RUN_OUT_SITUATIONS)}
