# SPDX-License-Identifier: GPL-2.0-or-later
"""A NAT with few ports in front of servers in TIME_WAIT: a rejected SYN is reset by its client, and the NAT sends the same
SYN from another port. To the caller that is one call of some 10 ms."""

import collections

import kernel_view
import ledger
from firewall import CLIENTS, OUTSIDE, Firewall
from programs import Crowd, Server
from stage import Call, scenario

PORTS = "40000-40011"
CALLS = 45  # of each client
PACE = 0.13  # s
OVERCOME = "after_time_wait_reset|after_old_connection_reset|after_wrong_ack"  # the inside leg has no history
IN_TIME = "ok|time_wait_recycled_timestamp|time_wait_recycled_sequence|reuse_after_close|reuse_after_reset"
OLD_RESET = "after_time_wait_reset"


def forget_closed_connections(stage):
    """The NAT uses a port again a second after a connection; the server's TIME_WAIT lasts 60."""
    stage.middle.sysctl(netfilter__nf_conntrack_tcp_timeout_time_wait=1, netfilter__nf_conntrack_tcp_timeout_close=1,
                        netfilter__nf_conntrack_tcp_timeout_last_ack=1)


def make_calls(stage, clients):
    """Each call in its turn; all of them get in. Returns how often the server's PAWS check refused a SYN."""
    server = Server(stage.listen(backlog=128))
    with kernel_view.counting(stage.server) as delta:
        for at in range(CALLS * len(clients)):
            client = clients[at % len(clients)]
            crowd = Crowd(stage, [41000 + at], stage.clients[client], CLIENTS[client])
            (outcome,) = crowd.call(20, gap=PACE)
            assert outcome.answered and outcome.error is None, outcome
            crowd.close()
    server.stop()
    assert server.served == CALLS * len(clients)
    return delta.paws()


def judged(stage, label, rejections=None):
    """Rows of a capture: attempts of one ISN are one call. The NAT may come back to a port that it has tried before."""
    capture = stage.captures[label]
    calls = collections.defaultdict(list)
    for attempt in ledger.attempts(capture):
        calls[attempt.isn].append(attempt)
    seen = 0
    for attempts in calls.values():
        inside = [one for one in attempts if one.source.split(":")[0] in CLIENTS]
        outside = [one for one in attempts if one.source.split(":")[0] == OUTSIDE]
        seen += rows_of_call(stage, label, inside, outside)
    if rejections is not None:
        assert seen == rejections, f"{label}: {seen} SYNs have been rejected, the server counts {rejections}"


def rows_of_call(stage, label, inside, outside):
    capture = stage.captures[label]
    syns = sorted(number for one in inside + outside for number in one.syns)
    took = ledger.seconds(capture, syns[0], syns[-1])
    again = took > 0.004  # the client repeats its SYN 8 ms after a wrong ACK, at the soonest
    call = Call("late", ledger.around(took, 0.005)) if again else Call("in_time")
    if not inside and not any(got_in(capture, one) for one in outside):
        call = Call("failed", ledger.around(took, 0.01))
    for one in inside:
        stage.call_row(call, one.syn, "established", OVERCOME if again else IN_TIME, "connect(): OK", label)
    rejected = 0
    for one in outside:
        refused = rejections_of(capture, one)
        rejected += refused
        fate, cause = ("established", OLD_RESET if refused else IN_TIME) if got_in(capture, one) else ("rejected", "time_wait_paws")
        stage.call_row(call, one.syn, fate, cause, "connect(): OK, PAWS counters", label, leg=bool(inside))
    return rejected


def rejections_of(capture, attempt):
    """How many SYNs were answered by a bare ACK: the NAT may try a port twice, and meet two TIME_WAITs there."""
    seen = ledger.segments(capture, attempt)
    return sum(syn.has("S") and answer.has("A") and answer.source == attempt.destination for syn, answer in zip(seen, seen[1:]))


def got_in(capture, attempt):
    return any(answer.has("SA") for answer in ledger.from_server(capture, attempt))


def all_points(stage, clients, least):
    rejections = make_calls(stage, clients)
    assert rejections >= least, f"only {rejections} rejections"
    stage.stop()
    judged(stage, "client")
    if len(clients) > 1:
        judged(stage, "client2")
    judged(stage, "server", rejections)
    judged(stage, "any", rejections)


@scenario(stage=Firewall, cut=False)
def nat_retry(stage):
    """Two clients, each with a clock of its own."""
    stage.masquerade(PORTS)
    forget_closed_connections(stage)
    all_points(stage, (0, 1), 3)


@scenario(stage=Firewall, cut=False)
def nat_retry_of_one_client(stage):
    """One host is enough where Linux draws its timestamp offset by address and port; where it does not, none is rejected."""
    stage.masquerade(PORTS)
    forget_closed_connections(stage)
    stage.without("client2")
    all_points(stage, (0,), 0)
