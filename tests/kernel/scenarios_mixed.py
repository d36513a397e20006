# SPDX-License-Identifier: GPL-2.0-or-later
"""Some thousand attempts on few ports: closes, resets and clocks at random; before and after each SYN the kernel is asked."""

import random
import socket
import time

import kernel_view
import old_connection
from packet import WORD, signed
from stage import PORT, scenario

ATTEMPTS = 2000
LONGEST = 70  # s; a busy machine makes fewer attempts,
FEWEST = ATTEMPTS // 4  # but more than these, however long it takes
PORTS = range(50_000, 50_150)
EXPIRY = 62  # s, after which a TIME_WAIT is gone
RESTING = 20  # port pairs that are left alone that long
PAUSE = 0.52  # s between two SYNs of a port pair: its ACKs are limited to one in 500 ms
SEED = 20_240_601


class Line:
    """One port pair: its raw peer, the server's socket, and how the last use ended."""

    def __init__(self, stage, port):
        self.stage = stage
        self.peer = stage.peer(port)
        self.old = None
        self.old_stamped = False
        self.isns = set()
        self.connection = None
        self.ended = "new"
        self.ready = 0.0
        self.pair = (stage.server_address, PORT), (stage.client_address, port)

    def close(self, dice):
        """Ends the open connection in one of the ways in which connections end; returns the server's RST, if there is one."""
        way = dice.choices(("server", "client", "client_reset", "server_reset", "left_open"), (8, 2, 1, 1, 3))[0]
        reset = None
        if way != "left_open":
            reset = getattr(self, "end_by_" + way)()
            self.ended = way
        self.old = self.peer.old()
        return reset

    def end_by_server(self):
        self.connection.close()
        self.peer.acknowledge(self.peer.expect("FA"))
        self.peer.send("FA")
        self.peer.accept(self.peer.expect("A"))

    def end_by_client(self):
        self.peer.send("FA")
        self.peer.accept(self.peer.expect("A"))
        self.connection.close()
        self.peer.acknowledge(self.peer.expect("FA"))

    def end_by_client_reset(self):
        self.peer.send("R", stamped=False)
        self.connection.close()

    def end_by_server_reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.connection.close()
        return self.peer.expect("RA")


def next_clock(dice, line):
    """The TSval of the next caller: ahead, behind, equal or none."""
    if not line.old_stamped:
        return dice.choice((None, 0, dice.randrange(WORD), dice.randrange(WORD)))
    return dice.choice((None, dice.randrange(WORD), line.old.ts_recent, line.old.ts_recent + dice.randrange(1, 10**6),
                        line.old.ts_recent - dice.randrange(1, 10**6)))


def next_isn(dice, line):
    """One that this port pair has not had: the same would be another SYN of the same attempt."""
    near = [] if line.old is None else [line.old.rcv_nxt, (line.old.rcv_nxt + dice.randrange(-1000, 1000)) % WORD]
    isn = dice.choice([isn for isn in near if isn not in line.isns] + [dice.randrange(WORD), dice.randrange(WORD)])
    line.isns.add(isn)
    return isn


def accepted_cause(line, before, syn):
    """The kernel says whether; the names of causes follow from what was there before."""
    if before == "TIME_WAIT":
        newer = syn.tsval is not None and line.old_stamped and signed(line.old.ts_recent - syn.tsval) < 0
        return "time_wait_recycled_timestamp" if newer else "time_wait_recycled_sequence"
    return {"new": "ok", "server": "time_wait_expired", "client": "reuse_after_close",
            "client_reset": "reuse_after_reset", "server_reset": "reuse_after_reset"}[line.ended]


def attempt(stage, listener, line, dice):
    """One SYN and its answer; returns False if TIME_WAIT is about to run out, so that nobody can tell."""
    peer = line.peer
    before, left = kernel_view.sockets(stage.server).get(line.pair, (None, 0))
    if before == "TIME_WAIT" and left < 2:
        return False
    peer.drain()
    peer.ticks = 0
    peer.renew(next_isn(dice, line), next_clock(dice, line))
    with kernel_view.counting(stage.server) as delta:
        syn = peer.syn()
        answer = peer.receive(1)
    assert answer, f"no answer to {syn}, {before}, {delta}"
    if answer.has("SA"):
        established(stage, listener, line, dice, before, syn, answer)
    else:
        rejected(stage, line, before, syn, answer, delta)
    line.ready = time.monotonic() + PAUSE
    return True


def established(stage, listener, line, dice, before, syn, answer):
    ack = line.peer.acknowledge(answer)
    connection, remote = listener.accept()
    assert remote[:2] == line.pair[1] and stage.state(line.peer) == "ESTABLISHED"
    verdict = ("established", accepted_cause(line, before, syn), ack)
    line.connection, line.ended = connection, None
    line.old_stamped = syn.tsval is not None
    talked = dice.random() < 0.5
    if talked:
        old_connection.talk(line.peer, connection)
    line.old = line.peer.old()
    reset = line.close(dice)
    if reset and not talked:  # before it took any data
        verdict = ("refused", "reset_after_handshake", reset)
    stage.row(syn, *verdict, f"before: {before}; accept() returned it")


def rejected(stage, line, before, syn, answer, delta):
    assert answer.has("A") and answer.ack == line.old.rcv_nxt and stage.state(line.peer) == before
    if before == "TIME_WAIT":
        cause = "time_wait_paws" if delta.paws() else "time_wait_sequence"
    else:
        assert before == "ESTABLISHED"
        cause = "old_established"
    stage.row(syn, "rejected", cause, answer, f"before and after: {before}; {delta}")
    if before == "ESTABLISHED":
        line.peer.send("R", seq=answer.ack, stamped=False)  # otherwise that port would be lost for good
        assert stage.state(line.peer) is None
        line.connection.close()
        line.ended = "client_reset"


@scenario((4, 6), slow=True)
def mixed(stage):
    dice = random.Random(SEED)
    listener = stage.listen(backlog=256)
    lines = [Line(stage, port) for port in PORTS]
    resting = []
    done = 0
    end = time.monotonic() + LONGEST
    while done <= FEWEST or (done < ATTEMPTS and time.monotonic() < end):
        line = dice.choice(lines)
        if line.ready < time.monotonic():
            done += attempt(stage, listener, line, dice)
        if line.ended == "server" and len(resting) < RESTING:
            lines.remove(line)
            resting.append(line)
        time.sleep(0.002)
    time.sleep(max(0, resting[-1].ready + EXPIRY - time.monotonic()))
    for line in resting:
        assert stage.state(line.peer) is None and attempt(stage, listener, line, dice)
