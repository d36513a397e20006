# SPDX-License-Identifier: GPL-2.0-or-later
"""What failed and late calls have in common: boxes that drop by what a SYN asks for, by size, by number, at first contact.
Calls that they spare come in between."""

import os
import threading
import time

import ledger
from firewall import CLIENT_MACS, CLIENTS, INSIDE_MACS, SERVER, Firewall
from namespace import connect
from programs import Crowd, Server
from stage import Call, scenario

ROUNDS, GOOD_IN_ROUND = 4, 4
LARGE = b"x" * 1400
NAT_PORTS = 8
NEWCOMERS = [f"10.6.1.{last}" for last in range(11, 11 + ROUNDS)]
SHORTCUT_MAC = "02:00:00:06:01:02"
SHORTCUT_PORT = 43000  # and the next 999: calls that are answered past the firewall
RATE, BURST = 10, 2  # SYNs a second, and at once
OFFERED = (16, 40, 16, 44, 18, 40, 16, 44, 18, 40)  # in each second


FIRST, SECOND = "10.6.2.3", "10.6.2.4"  # addresses behind which is the server


class Caller:
    """Calls one after the other, each from a port of its own; keeps which of them the box was to hit."""

    def __init__(self, stage, **how):
        stage.without("client2", "any", "server")
        self.stage, self.how = stage, how
        self.port, self.hit, self.crowds = 41000, {}, []
        self.server = Server(stage.listen(), closes=False)
        stage.kept = self

    def call(self, patience=3.0, **how):
        """One call; returns its outcome."""
        self.port += 1
        self.crowds.append(Crowd(self.stage, [self.port], **self.how, **how))
        return self.crowds[-1].call(patience)[0]

    def good(self, calls=GOOD_IN_ROUND, **how):
        for _ in range(calls):
            outcome = self.call(**how)
            assert outcome.answered and outcome.answered < 0.5, outcome

    def bad(self, patience=3.0, **how):
        outcome = self.call(patience, **how)
        assert not outcome.answered or outcome.answered > 0.9, outcome
        caller = self.crowds[-1].callers[0]
        self.hit[caller.endpoint, caller.server] = outcome

    def hang_up(self):
        """The client closes first, then the server does."""
        for crowd in self.crowds:
            crowd.close()
        time.sleep(0.1)
        for connection in self.server.kept:
            connection.close()
        self.crowds.clear()
        self.server.kept.clear()


def call_of(capture, attempt, outcome):
    if not outcome.answered:
        return Call("failed", ledger.waited(capture, attempt))
    taken = ledger.number_of(capture, attempt, "SA")
    return Call("late", ledger.around(ledger.seconds(capture, attempt.syn, taken)))


def rows(stage, hit, fate, cause, words, basis="-"):
    """Of what the client's end saw; words: which synfate.shared of those that were hit has in it."""
    capture = stage.captures["client"]
    for attempt in ledger.attempts(capture):
        outcome = hit.get((attempt.source, attempt.destination))
        if outcome is None:
            stage.call_row(Call("in_time"), attempt.syn, "established", "ok", "connect(): OK", "client")
            continue
        stage.call_row(call_of(capture, attempt, outcome), attempt.syn, fate, cause, str(outcome), "client", basis=basis)
        stage.rows[-1].fields = {"synfate.shared": words}


def ask_for_ecn(stage, yes):
    stage.client.sysctl(ipv4__tcp_ecn=1 if yes else 0)


def call_through_ecn_dropper(stage):
    """Linux asks again without ECN, and gets in."""
    stage.rules("tcp flags & (syn | ecn | cwr) == syn | ecn | cwr drop")
    caller = Caller(stage)
    for _ in range(ROUNDS):
        ask_for_ecn(stage, False)
        caller.good()
        ask_for_ecn(stage, True)
        caller.bad()
    return caller


@scenario(stage=Firewall, cut=False)
def shared_ecn(stage):
    caller = call_through_ecn_dropper(stage)
    stage.stop()
    rows(stage, caller.hit, "established", "syn_retransmitted",
         f"all {ROUNDS} calls to 10.6.2.2:8080 that came late, and none of the {ROUNDS * GOOD_IN_ROUND} that got in at once: "
         "SYN with ECE and CWR (it asks for ECN) - probably a box that drops SYNs that look so")


@scenario(stage=Firewall, cut=False)
def shared_ecn_refuted(stage):
    """One SYN that asks for ECN is let through."""
    caller = call_through_ecn_dropper(stage)
    stage.middle.run("nft flush ruleset")
    caller.good(1)
    stage.stop()
    rows(stage, caller.hit, "established", "syn_retransmitted", "None")


def send_timestamps(stage, yes):
    stage.client.sysctl(ipv4__tcp_timestamps=1 if yes else 0)


def call_through_timestamp_dropper(stage):
    """The kernel asks anew at each SYN whether it is to use timestamps: who gets none through gives up before that changes."""
    stage.rules("tcp flags & (syn | ack) == syn tcp option timestamp exists drop")
    caller = Caller(stage)
    for _ in range(ROUNDS):
        send_timestamps(stage, False)
        caller.good()
        send_timestamps(stage, True)
        caller.bad(1.5)
        caller.crowds.pop().close()
    return caller


@scenario(stage=Firewall, cut=False)
def shared_option(stage):
    caller = call_through_timestamp_dropper(stage)
    stage.stop()
    rows(stage, caller.hit, "no_answer", "silent_flow",
         f"all {ROUNDS} calls to 10.6.2.2:8080 that failed, and none of the {ROUNDS * GOOD_IN_ROUND} that got in at once: "
         "SYN with timestamps; SYN with another list of options than the others have - probably a box that drops SYNs that look so")


@scenario(stage=Firewall, cut=False)
def shared_option_refuted(stage):
    """One SYN with timestamps is let through."""
    caller = call_through_timestamp_dropper(stage)
    stage.middle.run("nft flush ruleset")
    caller.good(1)
    stage.stop()
    rows(stage, caller.hit, "no_answer", "silent_flow", "None")


@scenario(stage=Firewall, cut=False)
def shared_size(stage):
    """A hop of 1200 bytes, and a rule that eats its ICMP errors."""
    stage.middle.run("ip link set o0 mtu 1200")
    stage.middle.filter("icmp type destination-unreachable drop", hook="output")
    caller = Caller(stage)
    for _ in range(ROUNDS):
        caller.good()
        caller.bad(1.8, request=LARGE)
    stage.stop()
    rows(stage, caller.hit, "stuck", "unanswered_data", "a first request of 1400 bytes or more", "inferred")


@scenario(stage=Firewall, cut=False)
def shared_first_contact(stage):
    """The router learns a client's link address by its second ARP request only; the SYN/ACK waits there for it."""
    stage.middle.sysctl(ipv4__neigh__i0__retrans_time_ms=1500)
    stage.captures["client"].with_arp = True
    caller = Caller(stage)
    for address in NEWCOMERS:
        stage.client.run(f"ip address add {address}/24 dev c0")
        stage.client.sysctl(ipv4__conf__c0__arp_ignore=8)
        threading.Timer(0.5, lambda: stage.client.sysctl(ipv4__conf__c0__arp_ignore=0)).start()
        caller.bad(address=address)
        caller.good(address=address)
    stage.stop()
    rows(stage, caller.hit, "established", "slow_answer",
         f"the first call of its client to the address in the capture; while {ROUNDS} of them waited, ARP began between the two "
         f"SYNs (the first: for {NEWCOMERS[0]}, in frame 2, answered in frame 5) - probably what has to be set up before")


@scenario(stage=Firewall, cut=False)
def shared_nat_ports(stage):
    """A NAT of eight ports: the ninth connection at a time has none."""
    stage.middle.sysctl(netfilter__nf_conntrack_tcp_timeout_time_wait=1)
    stage.masquerade(f"41000-{41000 + NAT_PORTS - 1}")
    caller = Caller(stage)
    for _ in range(ROUNDS):
        caller.good(NAT_PORTS)
        caller.bad(1.5)
        caller.hang_up()
        time.sleep(2.5)
    stage.stop()
    rows(stage, caller.hit, "no_answer", "silent_flow",
         f"when the client has {NAT_PORTS} connections to the service or more (the others: {NAT_PORTS - 1} at most) - "
         "probably a limit on the connections of one source to one destination")


def answer_past_the_firewall(stage):
    """The server has a foot in the client's network. Some of its answers take that way, as where routes of equal cost are
    chosen by port; the firewall has not seen them, and what the client sends then is invalid to it."""
    gateway = CLIENTS[0].rsplit(".", 1)[0] + ".254"
    connect(stage.middle, "shortcut", "02:00:00:06:01:fd", stage.server, "s1", SHORTCUT_MAC)
    for command in (f"ip link add lan address {INSIDE_MACS[0]} type bridge", "ip link set lan up",
                    f"ip address del {gateway}/24 dev i0", "ip link set i0 master lan", "ip link set shortcut master lan",
                    f"ip address add {gateway}/24 dev lan",
                    f"ip neighbour replace {CLIENTS[0]} lladdr {CLIENT_MACS[0]} dev lan nud permanent"):
        stage.middle.run(command)
    for command in (f"ip neighbour replace {CLIENTS[0]} lladdr {CLIENT_MACS[0]} dev s1 nud permanent",
                    f"ip route add {CLIENTS[0]}/32 dev s1 table 6",
                    f"ip rule add ipproto tcp dport {SHORTCUT_PORT}-{SHORTCUT_PORT + 999} lookup 6"):
        stage.server.run(command)
    if os.path.exists("/proc/sys/net/bridge"):
        stage.middle.sysctl(**{"bridge__bridge-nf-call-iptables": 0})
    stage.middle.sysctl(netfilter__nf_conntrack_tcp_loose=0)
    stage.rules("ct state invalid drop")


def call_two_ways(stage):
    caller = Caller(stage)
    for i in range(ROUNDS):
        caller.good()
        usual, caller.port = caller.port, SHORTCUT_PORT + i
        caller.bad(1.8)
        caller.port = usual
    return caller


@scenario(stage=Firewall, cut=False)
def shared_asymmetric(stage):
    """What the client sends on calls that are answered past the firewall is dropped there."""
    answer_past_the_firewall(stage)
    caller = call_two_ways(stage)
    stage.stop()
    rows(stage, caller.hit, "stuck", "accept_queue_full",
         "the SYN/ACK comes from another link address, VLAN or interface than the SYN went to; SYN/ACK from link address "
         f"{SHORTCUT_MAC}; SYN/ACK with TTL 64 - probably asymmetric routes", "inferred")


@scenario(stage=Firewall, cut=False)
def shared_asymmetric_refuted(stage):
    """One call works that is answered past a firewall, which drops nothing then."""
    answer_past_the_firewall(stage)
    caller = call_two_ways(stage)
    stage.middle.run("nft flush ruleset")
    caller.port = SHORTCUT_PORT + 100
    caller.good(1)
    stage.stop()
    rows(stage, caller.hit, "stuck", "accept_queue_full", "None", "inferred")


def lead_two_addresses_to_the_server(stage):
    """One is translated with connection tracking, the other without, as balancers do it that keep no table. Either leaves the
    client's port as it is. What the server sends on a connection that the table does not have comes from the other."""
    stage.middle.sysctl(netfilter__nf_conntrack_tcp_loose=0)
    stage.middle.run("nft -f -", "\n".join((
        "table ip lab_nat {",
        "chain stateless {", "type filter hook prerouting priority raw;",
        f"ip daddr {SECOND} notrack ip daddr set {SERVER}", "}",
        "chain tracked {", "type nat hook prerouting priority dstnat;", f"ip daddr {FIRST} dnat to {SERVER}", "}",
        "chain back {", "type filter hook postrouting priority 200;",
        f"oifname i0 ip saddr {SERVER} ct state invalid ip saddr set {SECOND}", "}",
        "}", "")))


def call_two_addresses(stage):
    """Some calls of the one come from a port of which the other's connection is open."""
    lead_two_addresses_to_the_server(stage)
    caller = Caller(stage)
    for _ in range(ROUNDS):
        caller.good(server_address=SECOND)
        caller.good(1, server_address=FIRST)
        caller.port -= 1
        caller.bad(3.5, server_address=SECOND)  # two repeated SYNs, of old kernels too
    return caller


@scenario(stage=Firewall, cut=False)
def shared_collision(stage):
    """To the server such a SYN is of the open connection: it acknowledges that, and the client's kernel takes no notice."""
    caller = call_two_addresses(stage)
    stage.stop()
    rows(stage, caller.hit, "no_answer", "silent_flow",
         f"all {ROUNDS} calls to {SECOND}:8080 that failed, and none of the {ROUNDS * GOOD_IN_ROUND} that got in at once: the "
         "client's address and port are in use, or were less than 120 s before, toward another address, from "
         f"where {ROUNDS} of them got the same ACK again at once after two repeated SYNs or more (the first in frame ")


@scenario(stage=Firewall, cut=False)
def shared_collision_refuted(stage):
    """One call gets in from a port of which the other's connection was open just before."""
    stage.middle.sysctl(netfilter__nf_conntrack_tcp_timeout_time_wait=1)
    caller = call_two_addresses(stage)
    time.sleep(2)  # else it looks like the last one's next address
    caller.good(1, server_address=FIRST)
    caller.hang_up()
    time.sleep(2.5)
    caller.port -= 1
    caller.good(1, server_address=SECOND)
    stage.stop()
    rows(stage, caller.hit, "no_answer", "silent_flow", "None")


def steady(crowds):
    """A machine that stands still for as long as the limit's burst lasts wastes what the limit would have taken, and on a
    slow one the seconds get too long to differ."""
    began = [time for crowd in crowds for time in crowd.began]
    return (all(after - before < BURST / RATE for before, after in zip(began, began[1:]))
            and all(crowd.began[-1] - crowd.began[0] < 1.2 for crowd in crowds))


def row_of_limited(stage, attempt, level):
    capture = stage.captures["client"]
    took = ledger.seconds(capture, attempt.syn, attempt.syns[-1])
    if not ledger.number_of(capture, attempt, "SA"):
        failed = Call("failed", ledger.waited(capture, attempt))
        stage.call_row(failed, attempt.syn, "no_answer", "silent_flow", "no SYN/ACK", "client")
    elif took > 0.5:
        late = Call("late", ledger.around(took))
        stage.call_row(late, attempt.syn, "established", "syn_retransmitted", "a later SYN was taken", "client")
    else:
        stage.call_row(Call("in_time"), attempt.syn, "established", "ok", "connect(): OK", "client")
        return
    if level:
        stage.rows[-1].fields = {"synfate.shared": "SYNs a second were taken, however many came"}


@scenario(stage=Firewall, cut=False)
def shared_rate(stage):
    """A limit takes ten SYNs a second, of sixteen to forty-four that begin and of those that are repeated."""
    stage.without("client2", "any", "server")
    stage.client.sysctl(ipv4__tcp_syn_retries=1)
    stage.rules(f"ip saddr {CLIENTS[0]} tcp flags syn limit rate over {RATE}/second burst {BURST} packets drop")
    server, port = Server(stage.listen(), closes=False), 42000
    crowds = []
    for offered in OFFERED:
        crowds.append(Crowd(stage, range(port, port + offered)))
        crowds[-1].call(0, gap=1 / offered)
        port += offered
    time.sleep(4)
    stage.kept = server, crowds
    stage.stop()
    for attempt in ledger.attempts(stage.captures["client"]):
        row_of_limited(stage, attempt, steady(crowds))
