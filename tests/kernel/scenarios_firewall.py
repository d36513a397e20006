# SPDX-License-Identifier: GPL-2.0-or-later
"""A firewall that drops or refuses what it should forward. On the firewall itself one sees what came in and never left."""

import threading
import time

import ledger
from firewall import CLIENTS, SERVER, Firewall
from programs import Crowd, Server
from stage import PORT, Call, scenario

FROM_CLIENT = f"ip saddr {CLIENTS[0]}"
VICTIMS = range(40002, 40005)
BARE_ACK = "tcp flags & (fin | syn | rst | ack) == ack"
OTHERS_PORT = 40001  # whose packets pass, so that the box is seen to forward


def play(stage, *rules, patience=4.0, others_port=PORT):
    """One call that passes, then those that the rules concern; returns outcomes by endpoint."""
    stage.without("client2")
    stage.rules(*rules)
    listeners = {port: stage.listen(port) for port in {PORT, others_port}}
    stage.kept = [Server(listener, closes=False) for listener in listeners.values()]
    passing = Crowd(stage, [OTHERS_PORT], server_port=others_port)
    victims = Crowd(stage, VICTIMS)
    outcomes = passing.call(2) + victims.call(patience)
    stage.kept += [passing, victims]
    stage.stop()
    assert outcomes[0].answered
    return {outcome.endpoint: outcome for outcome in outcomes}


def rows(stage, outcomes, verdicts):
    """`verdicts`: for each capture the fate and cause of the victims, and the basis."""
    for label, (fate, cause, basis) in verdicts.items():
        capture = stage.captures[label]
        for attempt in ledger.attempts(capture):
            evidence = str(outcomes[attempt.source])
            if attempt.source.endswith(f":{OTHERS_PORT}"):
                stage.call_row(Call("in_time"), attempt.syn, "established", "ok", evidence, label)
            elif fate == "pending":
                stage.call_row(Call("unknown"), attempt.syn, fate, cause, evidence, label, None)
            else:
                failed = Call("failed", ledger.waited(capture, attempt))
                stage.call_row(failed, attempt.syn, fate, cause, evidence, label, basis=basis)


def stuck(outcomes):
    return [outcome for outcome in outcomes.values() if outcome.connected is not None and outcome.answered is None]


@scenario(stage=Firewall, cut=False)
def firewall_eats_ack_and_data(stage):
    """To the client that looks like a full accept queue; the firewall's own capture proves the drop."""
    outcomes = play(stage, f"{FROM_CLIENT} tcp sport 40002-40004 {BARE_ACK} drop")
    assert len(stuck(outcomes)) == 3
    rows(stage, outcomes, {"client": ("stuck", "accept_queue_full", "inferred"),
                           "any": ("stuck", "dropped_here", "observed"),
                           "server": ("no_answer", "synack_lost", "-")})


@scenario(stage=Firewall, cut=False)
def firewall_prohibits_data(stage):
    """The firewall says so, to a client that is connected and goes on sending: the error ends no connection."""
    outcomes = play(stage, f"{FROM_CLIENT} tcp sport 40002-40004 tcp flags & psh == psh reject with icmp admin-prohibited")
    assert len(stuck(outcomes)) == 3
    rows(stage, outcomes, {"client": ("stuck", "unanswered_data", "inferred"), "any": ("stuck", "dropped_here", "observed")})


@scenario(stage=Firewall, cut=False)
def firewall_eats_ack_and_data_with_cookies(stage):
    """The same before a server that keeps nothing: it repeats nothing either."""
    stage.server.sysctl(ipv4__tcp_syncookies=2)
    outcomes = play(stage, f"{FROM_CLIENT} tcp sport 40002-40004 {BARE_ACK} drop")
    assert len(stuck(outcomes)) == 3
    rows(stage, outcomes, {"client": ("stuck", "unanswered_data", "inferred"),
                           "any": ("stuck", "dropped_here", "observed"),
                           "server": ("pending", "unacknowledged", "-")})


@scenario(stage=Firewall, cut=False)
def firewall_lost_track(stage):
    """The firewall's connection tracking has not seen the answers: what the client sends then is invalid, and dropped."""
    stage.middle.run("nft -f -", "\n".join((
        "table ip lab_raw {", "chain early {", "type filter hook prerouting priority -300;",
        f"ip saddr {SERVER} tcp dport 40002-40004 notrack", "}", "}", "")))
    stage.middle.sysctl(netfilter__nf_conntrack_tcp_loose=0)
    outcomes = play(stage, "ct state invalid drop")
    assert len(stuck(outcomes)) == 3
    rows(stage, outcomes, {"client": ("stuck", "accept_queue_full", "inferred"),
                           "any": ("stuck", "dropped_here", "observed"),
                           "server": ("no_answer", "synack_lost", "-")})


@scenario(stage=Firewall, cut=False)
def firewall_eats_syns(stage):
    """Other ports of the same client pass."""
    stage.client.sysctl(ipv4__tcp_syn_retries=2)
    outcomes = play(stage, f"{FROM_CLIENT} tcp sport 40002-40004 tcp flags syn drop", patience=8)
    assert all(outcomes[f"{CLIENTS[0]}:{port}"].error == "ETIMEDOUT" for port in VICTIMS)
    rows(stage, outcomes, {"client": ("no_answer", "silent_flow", "-"), "any": ("no_answer", "dropped_here", "observed"),
                           "server": ("no_answer", "-", "-")})


@scenario(stage=Firewall, cut=False)
def firewall_eats_synacks(stage):
    """The server answers, the firewall drops its answers."""
    stage.client.sysctl(ipv4__tcp_syn_retries=2)
    outcomes = play(stage, f"ip saddr {SERVER} tcp dport 40002-40004 tcp flags & (syn | ack) == syn | ack drop", patience=8)
    assert all(outcomes[f"{CLIENTS[0]}:{port}"].error == "ETIMEDOUT" for port in VICTIMS)
    rows(stage, outcomes, {"client": ("no_answer", "silent_flow", "-"), "any": ("no_answer", "dropped_here", "observed"),
                           "server": ("no_answer", "synack_lost", "-")})


@scenario(stage=Firewall, cut=False)
def firewall_resets(stage):
    """The RST is made by the firewall: on `any` it exists only as a packet that leaves."""
    outcomes = play(stage, f"tcp dport {PORT} reject with tcp reset", others_port=81)
    assert all(outcomes[f"{CLIENTS[0]}:{port}"].error == "ECONNREFUSED" for port in VICTIMS)
    refused = "refused", "closed_port|reset_in_path", "-"
    rows(stage, outcomes, {"client": refused, "any": refused, "server": refused})


@scenario(stage=Firewall, cut=False)
def firewall_resets_some(stage):
    """The same service takes the calls of another port."""
    outcomes = play(stage, "tcp sport 40002-40004 reject with tcp reset")
    refused = "refused", "refused_though_open|reset_in_path", "-"
    rows(stage, outcomes, {"client": refused, "any": refused, "server": refused})


@scenario(stage=Firewall, cut=False)
def firewall_prohibits(stage):
    outcomes = play(stage, f"tcp dport {PORT} reject with icmp admin-prohibited", others_port=81)
    assert all(outcomes[f"{CLIENTS[0]}:{port}"].error == "EHOSTUNREACH" for port in VICTIMS)
    prohibited = "unreachable", "icmp_admin_prohibited", "observed"
    rows(stage, outcomes, {"client": prohibited, "any": prohibited, "server": prohibited})


@scenario(stage=Firewall, cut=False)
def firewall_eats_for_a_while(stage):
    """ACK and data are dropped for 1.2 s, then they pass: late by that, at every point."""
    stage.without("client2")
    stage.rules(f"{FROM_CLIENT} tcp sport 40002-40004 {BARE_ACK} drop")
    listener = stage.listen()
    stage.kept = [Server(listener, closes=False)]
    crowds = Crowd(stage, [OTHERS_PORT]), Crowd(stage, VICTIMS)
    outcomes = crowds[0].call(2)
    threading.Timer(1.2, lambda: stage.middle.run("nft flush ruleset")).start()
    outcomes += crowds[1].call(6)
    stage.kept += crowds
    time.sleep(0.3)
    stage.stop()
    assert all(outcome.answered for outcome in outcomes)
    late = {"client": ("accepted_late", (1.1, 3.4), True), "any": ("accepted_late", (1.1, 3.4), True),
            "server": ("synack_retransmitted|slow_answer", (0.9, 3.4), False)}
    for label, (cause, lost, served) in late.items():
        for attempt in ledger.attempts(stage.captures[label]):
            if attempt.source.endswith(f":{OTHERS_PORT}"):
                stage.call_row(Call("in_time"), attempt.syn, "established", "ok", "connect(): OK", label)
            else:
                stage.call_row(Call("late", lost), attempt.syn, "established", cause,
                               "connect(): OK, answered after the rule was gone", label, served=served)


@scenario(stage=Firewall, cut=False)
def firewall_limits_syns(stage):
    """A rate limit drops some SYNs; their repetitions pass."""
    stage.without("client2")
    stage.rules(f"{FROM_CLIENT} tcp flags syn limit rate over 4/second burst 3 packets drop")
    stage.kept = Server(stage.listen(), closes=False)
    crowd = Crowd(stage, range(40001, 40013))
    outcomes = {outcome.endpoint: outcome for outcome in crowd.call(20)}
    stage.stop()
    assert all(outcome.answered for outcome in outcomes.values())
    for label, capture in stage.captures.items():
        for attempt in ledger.attempts(capture):
            row_of_limited(stage, label, capture, attempt, outcomes[attempt.source])


def row_of_limited(stage, label, capture, attempt, outcome):
    took = ledger.seconds(capture, attempt.syn, attempt.syns[-1])
    late = took > 0.5
    call = Call("late", ledger.around(took)) if late else Call("in_time")
    stage.call_row(call, attempt.syn, "established", "syn_retransmitted" if late else "ok", str(outcome), label)
