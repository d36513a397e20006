# SPDX-License-Identifier: GPL-2.0-or-later
"""Connected, and the request never acknowledged: a short accept queue, many callers at once over a long wire, with and
without SYN cookies. What the server's kernel knows of each port pair is the truth."""

import threading

import kernel_view
import ledger
from calls import ordinary_call
from programs import Crowd, Server
from stage import PORT, Call, scenario

BACKLOG = 4
CALLERS = range(40001, 40025)
ONE_WAY = 0.03  # s: all SYNs are answered before the first final ACK comes
LONG_WIRE = dict(client="kernel", wire=True, cut=False)


def crowd(stage, cookies, patience, server=None, before=0, ports=CALLERS):
    """24 callers at a listener that holds five, `before` of them early; returns their outcomes and what the server holds in
    the end."""
    stage.wire.delay = ONE_WAY
    stage.server.sysctl(ipv4__tcp_syncookies=cookies)
    stage.kept = listener = stage.listen(backlog=BACKLOG)
    early, callers = Crowd(stage, ports[:before]), Crowd(stage, ports[before:])
    with kernel_view.counting(stage.server) as delta:
        if server:
            stage.kept = server(listener)
        outcomes = early.call(0.3) + callers.call(patience)
    stage.kept = stage.kept, early, callers
    early.look_again()
    states = {caller.endpoint: kernel_view.state(stage.server, (stage.server_address, PORT), caller.socket.getsockname()[:2])
              for caller in early.callers + callers.callers}
    return outcomes, states, delta


def hanging_rows(stage, outcomes, states, cause_without_socket):
    """Those that the server knows are established; the others are stuck, although connect() succeeded."""
    for label, capture in stage.captures.items():
        for attempt in ledger.attempts(capture):
            outcome = next(one for one in outcomes if one.endpoint == attempt.source)
            row_of_hanging(stage, label, attempt, outcome, states[attempt.source], cause_without_socket)


def row_of_hanging(stage, label, attempt, outcome, state, cause_without_socket):
    capture = stage.captures[label]
    evidence = f"connect(): {outcome.connected}, {outcome.error}, the server: {state}"
    if state == "ESTABLISHED":
        stage.call_row(Call("in_time"), attempt.syn, "established", "ok", evidence, label)
        return
    failed = Call("failed", ledger.waited(capture, attempt))
    if outcome.connected is None:
        stage.call_row(failed, attempt.syn, "no_answer", "silent_flow", evidence, label, None)
        return
    cause = "accept_queue_full" if state == "SYN_RECEIVED" else cause_without_socket
    stage.call_row(failed, attempt.syn, "stuck", cause, evidence, label, basis="inferred")


@scenario(**LONG_WIRE)
def never_accepted_with_cookies(stage):
    """tcp_syncookies=2: the server keeps nothing of those for which there is no room, and repeats nothing."""
    outcomes, states, delta = crowd(stage, 2, 4)
    assert all(outcome.connected for outcome in outcomes) and not any(outcome.answered for outcome in outcomes)
    assert list(states.values()).count("ESTABLISHED") == BACKLOG + 1 and delta["TcpExtListenOverflows"] >= 19
    assert list(states.values()).count(None) == len(CALLERS) - BACKLOG - 1
    stage.stop()
    hanging_rows(stage, outcomes, states, "unanswered_data")


@scenario(**LONG_WIRE)
def never_accepted_with_few_cookies(stage):
    """tcp_syncookies=1, the default: the first few SYNs are remembered, only those after them get cookies."""
    outcomes, states, delta = crowd(stage, 1, 4)
    assert delta["TcpExtSyncookiesSent"] > 0 and not any(outcome.answered for outcome in outcomes)
    stage.stop()
    hanging_rows(stage, outcomes, states, "unanswered_data")


@scenario(**LONG_WIRE)
def never_accepted_without_cookies(stage):
    """tcp_syncookies=0: the half-open ones for which there is no room are remembered, SYNs beyond those get no answer."""
    stage.client.sysctl(ipv4__tcp_syn_retries=2)
    outcomes, states, _ = crowd(stage, 0, 6, before=3)
    assert any(outcome.connected is None for outcome in outcomes) and "SYN_RECEIVED" in states.values()
    stage.stop()
    hanging_rows(stage, outcomes, states, "unanswered_data")


def accepts_after(seconds):
    def begin(listener):
        kept = []
        threading.Timer(seconds, lambda: kept.append(Server(listener))).start()
        return kept
    return begin


def served_rows(stage, outcomes):
    """All were answered in the end. The kernel takes a request at once if the connection is in the queue."""
    for label, capture in stage.captures.items():
        for attempt in ledger.attempts(capture):
            outcome = next(one for one in outcomes if one.endpoint == attempt.source)
            assert outcome.answered, outcome
            row_of_served(stage, label, attempt, outcome)


def requests(capture, attempt):
    """Numbers of the frames that carry the request: the first one, and its repetitions."""
    return [number for number in attempt.frames if capture.frames[number - 1].segment.source == attempt.source
            and capture.frames[number - 1].segment.payload]


def row_of_served(stage, label, attempt, outcome):
    capture = stage.captures[label]
    evidence = f"connect(): {outcome.connected}, answered: {outcome.answered}"
    sent = requests(capture, attempt)
    taken = next(number for number in attempt.frames if number > sent[0] and acknowledges(capture, attempt, number))
    repeated = [number for number in sent if number < taken]
    by_syn = ledger.seconds(capture, attempt.syn, attempt.syns[-1])
    by_accept = ledger.seconds(capture, sent[0], taken) if len(repeated) > 1 else 0
    if not by_syn and not by_accept:
        stage.call_row(Call("in_time"), attempt.syn, "established", "ok", evidence, label)
        return
    call = Call("late", ledger.around(ledger.seconds(capture, attempt.syn, max(repeated[-1] if by_accept else 0, attempt.syns[-1]))))
    stage.call_row(call, attempt.syn, "established", "accepted_late" if by_accept > by_syn else "syn_retransmitted",
                   evidence, label, served=by_accept > 0)


def acknowledges(capture, attempt, number):
    segment = capture.frames[number - 1].segment
    return segment.source == attempt.destination and not segment.has("SA") and (segment.ack - attempt.isn) % 2**32 > 1


@scenario(**LONG_WIRE)
def accepted_late_with_cookies(stage):
    """The program begins to accept 1.5 s late: repeated requests bring their SYN cookie again, and are answered."""
    outcomes, _, delta = crowd(stage, 2, 20, accepts_after(1.5), ports=CALLERS[:12])
    assert delta["TcpExtListenOverflows"] >= 7
    stage.stop()
    served_rows(stage, outcomes)


@scenario(**LONG_WIRE)
def accepted_late_without_cookies(stage):
    """tcp_syncookies=0: those that were half open come in by their request or the server's repeated SYN/ACK."""
    outcomes, _, _ = crowd(stage, 0, 15, accepts_after(1.5), before=3, ports=CALLERS[:12])
    stage.stop()
    served_rows(stage, outcomes)


@scenario(**LONG_WIRE)
def first_request_lost(stage):
    """One lost packet: the request is repeated once and taken. Late by that, although the queue had room."""
    listener = stage.listen()
    stage.wire.delay = 0.01
    ordinary_call(stage, listener, 40001)
    stage.rows.clear()
    stage.kept = Server(listener)
    left = [1]

    def drop(segment):
        lost = left[0] and segment.src == stage.client_address and segment.sport == 40002 and segment.payload
        left[0] -= bool(lost)
        return lost
    stage.wire.drop = drop
    (outcome,) = Crowd(stage, [40002]).call(5)
    assert outcome.answered > 0.2 and left == [0]
    stage.stop()
    for label, capture in stage.captures.items():
        first, second = ledger.attempts(capture)
        stage.call_row(Call("in_time"), first.syn, "established", "ok", "connect(): OK", label)
        call = Call("late", (0.15, 0.6)) if label == "client" else Call("in_time")
        cause = "accepted_late" if label == "client" else "ok"
        stage.call_row(call, second.syn, "established", cause, "the wire lost the request once", label,
                       served=label == "client")
