# SPDX-License-Identifier: GPL-2.0-or-later
"""Plays all situations against one stack, some at a time: a raw client that no kernel answers for."""

import random
import threading
import time

import situations
from raw_peer import WORD, RawHost, RawPeer

CLIENT, SERVER = "10.77.0.9", "10.77.0.2"
CLIENT_MAC, SERVER_MAC = "02:00:00:00:77:09", "02:00:00:00:77:02"
STAGGER = 0.2  # s between the beginnings of two situations
AGAIN = (1.0, 2.0, 1.0)  # s that a SYN has for its answer, before it is sent again
SETTLE = {"TIME_WAIT": 0.3, "FIN_WAIT_1": 0.05, "SYN_RECEIVED": 0.3}  # s between the old connection and the new SYN
CLOCK = 5_000_000


class SharedHost(RawHost):
    """One reader for the ports of many threads."""

    def __init__(self, *how):
        super().__init__(*how)
        self.arrived = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.running = True
        self.reader.start()

    def read(self):
        while self.running:
            super().poll(0.1)
            with self.arrived:
                self.arrived.notify_all()

    def stop(self):
        self.running = False
        self.reader.join()

    def poll(self, timeout):
        with self.arrived:
            self.arrived.wait(min(timeout, 0.02))


class Player(RawPeer):
    """The client's end of one situation."""

    def __init__(self, host, port, situation, server_port=situations.PORT):
        clock = CLOCK if situation.timestamps else None
        super().__init__(host, CLIENT, port, SERVER, server_port, random.randrange(1 << 31), clock)
        self.situation = situation

    def until(self, flags, timeout=3.0):
        """The next segment that has these flags; what comes before it is passed over."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            segment = self.receive(end - time.monotonic())
            if segment and segment.has(flags):
                return segment
        raise AssertionError(f"port {self.port}, {self.situation.name()}: no {flags}")

    def open(self, command):
        self.syn()
        self.connected(self.until("SA"), command)

    def connected(self, answer, command):
        """Timestamps are used if both sides have them."""
        if answer.tsval is None:
            self.tsval_base = None
        self.acknowledge(answer)
        self.send("PA", command)

    def make_time_wait(self):
        self.open(situations.CLOSE)
        self.acknowledge(self.until("FA"))
        time.sleep(0.05)
        self.send("FA")
        self.until("A")
        if self.situation.reset_before:
            self.send("R", stamped=False)

    def make_established(self):
        self.open(situations.KEEP)

    def make_close_wait(self):
        self.open(situations.KEEP)
        time.sleep(0.25)
        self.send("FA")

    def make_last_ack(self):
        self.open(situations.CLOSE_AT_END)
        time.sleep(0.25)
        self.send("FA")
        self.accept(self.until("FA"))

    def make_fin_wait_1(self):
        self.open(situations.CLOSE)
        self.until("FA")

    def make_fin_wait_2(self):
        self.open(situations.SHUT_DOWN if self.situation.keeps_socket else situations.CLOSE)
        self.acknowledge(self.until("FA"))

    def make_syn_received(self):
        self.syn()
        self.until("SA")

    def make_closed(self):
        self.make_last_ack()
        self.send("A")

    def play(self):
        if self.situation.state:
            getattr(self, f"make_{self.situation.state.lower()}")()
            time.sleep(SETTLE.get(self.situation.state, 0.6))
            self.drain()
            self.begin_again()
        self.call()

    def begin_again(self):
        """The clock goes on, or that of another host is far behind or ahead."""
        how, clock = self.situation, None
        if how.tsval is not None:
            clock = CLOCK + int((time.monotonic() - self.born) * self.ticks) + how.tsval
        self.renew(self.snd_nxt + how.isn, clock)

    def call(self):
        """The SYN, again and again until it is taken or refused."""
        for patience in AGAIN:
            self.syn()
            end = time.monotonic() + patience
            while (left := end - time.monotonic()) > 0:
                segment = self.receive(left)
                if segment and self.answered(segment):
                    return

    def answered(self, segment):
        if segment.has("SA") and segment.ack == (self.isn + 1) % WORD:
            ordinary = not self.situation.state and self.peer_port == situations.PORT
            self.connected(segment, situations.RESPOND if ordinary else situations.KEEP)
            if ordinary:
                self.hang_up()
            else:
                time.sleep(0.25)
            return True
        if self.situation.reset and segment.has("A"):
            self.send("R", seq=segment.ack, stamped=False)
        return "R" in segment.flags

    def hang_up(self):
        """When the response has come."""
        segment = self.until("A")
        while not segment.payload:
            segment = self.until("A")
        self.acknowledge(segment)
        self.send("FA")
        self.acknowledge(self.until("FA"))


def play(namespace, interface):
    """All situations; returns when the last has ended."""
    host = SharedHost(namespace, interface, CLIENT_MAC, SERVER_MAC)
    threads, errors = [], []

    def one(player):
        try:
            player.play()
        except AssertionError as error:
            errors.append(str(error))

    for port, situation in situations.BY_PORT.items():
        server_port = situations.PORT
        if situation.label == "closed port":
            server_port = situations.CLOSED_PORT
        if port in situations.FULL_CALLERS:
            server_port = situations.FULL_PORT
        threads.append(threading.Thread(target=one, args=(Player(host, port, situation, server_port),)))
        threads[-1].start()
        time.sleep(STAGGER)
    for thread in threads:
        thread.join()
    host.stop()
    assert not errors, "\n".join(errors)
