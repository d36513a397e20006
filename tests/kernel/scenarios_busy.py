# SPDX-License-Identifier: GPL-2.0-or-later
"""Ten thousand calls of real programs to one server, with all that goes wrong at once: a NAT with few ports, a program that
accepts too slowly, a port that is dropped, one that is closed, and health checks. What the programs and kernels counted is
the truth; the server's side is captured."""

import collections
import re
import socket
import threading
import time

import kernel_view
import ledger
from firewall import CLIENTS, SERVER, Firewall
from programs import MANY, Crowd, Server, output, program
from scenarios_nat_retry import forget_closed_connections, got_in, rows_of_call
from scenarios_unanswered import row_of_served
from stage import Call, scenario

PROXIED, SLOW, DROPPED, CLOSED, CHECKED = 8080, 8081, 8082, 8083, 8084
NAT_PORTS = "40000-40255"
EACH = int(4700 * MANY)  # calls of each of two `ab`s
ABANDONED = 2 * 16  # at most: SYNs in flight when the `ab`s have their number
BURSTS, BURST = int(2 + 10 * MANY), 40
BACKLOG = 8
SERVICE_TIME = 0.004  # s for which the slow program holds each call
CHECKS = """
defaults
    mode tcp
    timeout connect 2s
    timeout client 5s
    timeout server 5s
listen checks
    bind {own}:8000
    server one {server}:8084 check inter 200ms
"""


class Slow:
    """Takes one call after the other."""

    def __init__(self, listener):
        self.listener = listener
        self.kept = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        self.listener.settimeout(None)
        while True:
            connection, _ = self.listener.accept()
            self.kept.append(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            time.sleep(SERVICE_TIME)


def proxied(stage, said, at):
    """ab through the NAT; it says how many requests were answered."""
    text = output(stage.clients[at], "ab", "-n", str(EACH), "-c", "16", "-s", "40", "-r", f"http://{SERVER}:{PROXIED}/",
                  timeout=200)
    said[at] = {name: int(re.search(rf"{name} requests: +(\d+)", text)[1]) for name in ("Complete", "Failed")}


def in_bursts(stage, outcomes):
    """Bursts of calls to the slow program; each waits for its answer."""
    crowds = []
    for burst in range(BURSTS):
        first = 20000 + burst * BURST
        crowd = Crowd(stage, range(first, first + BURST), server_port=SLOW)
        outcomes += crowd.call(30)
        crowds.append(crowd)
    stage.kept.append(crowds)


def failing(stage, outcomes):
    """Calls to a port that a filter drops, and to a closed one."""
    dropped = Crowd(stage, range(30000, 30038), server_port=DROPPED)
    for caller in dropped.callers:
        caller.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, 2)
    closed = Crowd(stage, range(31000, 31060), server_port=CLOSED)
    outcomes += closed.call(5, gap=0.02) + dropped.call(30, gap=0.05)
    assert all(outcome.error == "ECONNREFUSED" for outcome in outcomes[:60])
    assert all(outcome.error == "ETIMEDOUT" for outcome in outcomes[60:])


def play(stage):
    """Everything at the same time; returns what the programs said."""
    said, slow, failed = {}, [], []
    with program(stage.client, "haproxy", "-db", "-f", stage.file(CHECKS.format(own=CLIENTS[0], server=SERVER))):
        threads = [threading.Thread(target=proxied, args=(stage, said, at)) for at in (0, 1)]
        threads += [threading.Thread(target=in_bursts, args=(stage, slow)), threading.Thread(target=failing, args=(stage, failed))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return said, slow, failed


@scenario(stage=Firewall, cut=False, slow=True)
def busy(stage):
    stage.without("client", "client2", "any")
    stage.masquerade(NAT_PORTS, match=f"tcp dport {PROXIED}")
    forget_closed_connections(stage)
    stage.server.filter(f"tcp dport {DROPPED} drop")
    proxied_server = Server(stage.listen(PROXIED, 256))
    stage.kept = [stage.listen(CHECKED), proxied_server, Slow(stage.listen(SLOW, BACKLOG))]
    with kernel_view.counting(stage.server) as delta:
        said, slow, failed = play(stage)
    time.sleep(0.5)
    stage.stop()
    assert all(counts == {"Complete": EACH, "Failed": 0} for counts in said.values()), said
    assert len(slow) == BURSTS * BURST and all(outcome.answered for outcome in slow)
    outcomes = {outcome.endpoint: outcome for outcome in slow + failed}
    rejected = add_rows(stage, outcomes)
    assert rejected == delta.paws() > 50 * MANY, (rejected, delta.paws())
    assert delta["TcpExtListenOverflows"] > 50 * MANY


def add_rows(stage, outcomes):
    """Rows by service; returns how many SYNs the server's TIME_WAITs rejected. All that `ab` counts got in, and of the SYNs
    that it abandoned when it had its number perhaps some."""
    capture = stage.captures["server"]
    behind_nat = collections.defaultdict(list)
    for attempt in ledger.attempts(capture):
        port = int(attempt.destination.rsplit(":", 1)[1])
        if port == PROXIED:
            behind_nat[attempt.isn].append(attempt)
        else:
            row_by_port(stage, capture, attempt, port, outcomes.get(attempt.source))
    answered = [attempts for attempts in behind_nat.values() if any(got_in(capture, one) for one in attempts)]
    assert 2 * EACH <= len(answered) <= 2 * EACH + ABANDONED, (len(answered), len(behind_nat))
    return sum(rows_of_call(stage, "server", [], attempts) for attempts in behind_nat.values())


def row_by_port(stage, capture, attempt, port, outcome):
    if port == CHECKED:
        stage.call_row(Call("in_time"), attempt.syn, "established", "reset_by_client", "haproxy: UP")
    elif port == SLOW:
        row_of_served(stage, "server", attempt, outcome)
    else:
        verdict = ("refused", "closed_port") if port == CLOSED else ("no_answer", "silent_port")
        stage.call_row(Call("failed", ledger.waited(capture, attempt)), attempt.syn, *verdict, str(outcome))
