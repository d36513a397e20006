# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs of both sides: a crowd of callers that keeps what each lived through, a server, and other people's programs."""

import contextlib
import dataclasses
import errno
import os
import selectors
import socket
import subprocess
import threading
import time

import namespace
from old_connection import REQUEST, RESPONSE
from stage import KernelClient


MANY = 1.0 if os.cpu_count() > 1 else 0.1  # an emulated machine (vm) makes fewer calls


@dataclasses.dataclass
class Outcome:
    """Seconds after connect() was called; None: that never came."""
    endpoint: str
    connected: float | None = None
    answered: float | None = None
    error: str | None = None


class Crowd:
    """Callers that connect at the same time, send a request each and wait for an answer."""

    def __init__(self, stage, ports, namespace=None, address=None, server_port=8080, request=REQUEST, server_address=None):
        self.callers = [KernelClient(stage, port, server_port, namespace, address, server_address) for port in ports]
        self.request = request
        self.selector = selectors.DefaultSelector()

    def call(self, patience, gap=0.0):
        """Returns an Outcome for each caller, after `patience` seconds at the latest; sockets that hang stay open."""
        self.outcomes = [Outcome(caller.endpoint) for caller in self.callers]
        self.began = []
        for number, caller in enumerate(self.callers):
            self.began.append(time.monotonic())
            caller.start()
            self.selector.register(caller.socket, selectors.EVENT_WRITE, number)
            time.sleep(gap)
        end = time.monotonic() + patience
        while self.selector.get_map() and time.monotonic() < end:
            for key, _ in self.selector.select(max(0, end - time.monotonic())):
                self.step(key.data)
        return self.outcomes

    def look_again(self):
        """Takes the answers that came after call() had returned."""
        for key, _ in self.selector.select(0):
            self.step(key.data)

    def step(self, number):
        sock, outcome = self.callers[number].socket, self.outcomes[number]
        elapsed = time.monotonic() - self.began[number]
        try:
            if outcome.connected is None:
                self.connected(number, sock, outcome, elapsed)
            elif sock.recv(4096):
                outcome.answered = elapsed
                self.selector.unregister(sock)
            else:
                raise OSError(errno.ECONNRESET, "closed without an answer")
        except OSError as error:
            outcome.error = errno.errorcode[error.errno]
            self.selector.unregister(sock)

    def connected(self, number, sock, outcome, elapsed):
        failed = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failed:
            raise OSError(failed, "connect")
        outcome.connected = elapsed
        sock.send(self.request)
        self.selector.modify(sock, selectors.EVENT_READ, number)

    def close(self):
        for caller in self.callers:
            caller.socket.close()


class Server:
    """Accepts, reads a request, answers and closes first, so that TIME_WAIT is on its side."""

    def __init__(self, listener, closes=True):
        self.listener, self.closes = listener, closes
        self.served = 0
        self.kept = []
        self.running = True
        listener.settimeout(0.1)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.running:
            with contextlib.suppress(TimeoutError, ConnectionError):
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        connection.settimeout(5)
        with contextlib.suppress(TimeoutError, ConnectionError):
            if connection.recv(4096):
                connection.sendall(RESPONSE)
                self.served += 1
        if self.closes:
            connection.close()
        else:
            self.kept.append(connection)

    def stop(self):
        self.running = False
        self.thread.join()


@contextlib.contextmanager
def program(space, *command):
    """Runs somebody else's program in a namespace, and ends it."""
    with space.entered():
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, preexec_fn=namespace.die_with_parent)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def output(space, *command, timeout=60):
    """What a program prints; its exit code does not matter."""
    with space.entered():
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
                              env={"PATH": os.environ["PATH"]}).stdout
