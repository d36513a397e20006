# SPDX-License-Identifier: GPL-2.0-or-later
"""Boxes that answer or translate in the server's place: a SYN proxy, and the bridge of a node whose packets are translated
on their way through it (br_netfilter, as on hosts of containers)."""

import os
import time

import ledger
from capture import AnyCapture, Capture
from firewall import Firewall
from namespace import Namespace, connect
from programs import Crowd, Server
from stage import ANY, PORT, Call, Stage, scenario

CLOSED = 81
PROXY = """
table ip proxy {
    chain early {
        type filter hook prerouting priority -300;
        tcp dport { 81, 8080 } tcp flags syn notrack
    }
    chain forward {
        type filter hook forward priority 0;
        tcp dport { 81, 8080 } ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm
        ct state invalid drop
    }
}
"""


@scenario(stage=Firewall, cut=False)
def syn_proxy(stage):
    """The proxy answers, then opens the server's side: two SYN/ACKs of different ISNs for each call, none of them late. Port
    81 is closed behind the proxy: connect() is OK and the call is reset."""
    stage.without("client2")
    stage.middle.sysctl(netfilter__nf_conntrack_tcp_loose=0)
    stage.middle.run("nft -f -", PROXY)
    stage.kept = Server(stage.listen(), closes=False)
    good, bad = Crowd(stage, range(40001, 40007)), Crowd(stage, range(40011, 40014), server_port=CLOSED)
    outcomes = {outcome.endpoint: outcome for outcome in good.call(4) + bad.call(4)}
    stage.kept = stage.kept, good, bad
    time.sleep(0.3)
    stage.stop()
    refused = {"client": "reset_after_handshake", "any": "closed_port|reset_after_handshake", "server": "closed_port"}
    for label, capture in stage.captures.items():
        for attempt in ledger.attempts(capture):
            evidence = str(outcomes[attempt.source])
            if attempt.destination.endswith(f":{CLOSED}"):
                assert outcomes[attempt.source].error == "ECONNRESET"
                stage.call_row(Call("failed", (0, 0.1)), attempt.syn, "refused", refused[label], evidence, label)
            else:
                proxied_row(stage, label, attempt, outcomes[attempt.source].answered, evidence)


def proxied_row(stage, label, attempt, answered, evidence):
    """Measured on 7.2: the server may not take the proxy's ACK, nor the data, until its timer repeats the SYN/ACK."""
    if answered < 1:
        stage.call_row(Call("in_time"), attempt.syn, "established", "ok", evidence, label)
    else:
        stage.call_row(Call("late", (answered - 0.1, answered + 0.1)), attempt.syn, "established", "accepted_late", evidence,
                       label, served=True)


PODS = ("10.244.0.11", "10.244.0.12", "10.244.0.13")  # a caller, a member that listens, one that does not
NODE, POD_NET, VIRTUAL = "192.168.5.254", "10.244.0.1", "10.96.0.10"
OUTSIDER = "192.168.5.1"
MEMBERS = "dnat to numgen inc mod 2 map { 0 : 10.244.0.12, 1 : 10.244.0.13 }"
TRANSLATION = f"""
table ip service {{
    chain in {{
        type nat hook prerouting priority -100;
        ip daddr {VIRTUAL} tcp dport {PORT} {MEMBERS}
        ip daddr {NODE} tcp dport {PORT} {MEMBERS}
    }}
    chain out {{
        type nat hook postrouting priority 100;
        ip saddr {OUTSIDER} masquerade
    }}
}}
"""


class Node(Stage):
    """A node with a bridge of pods, and a caller outside; captured on the bridge, as `any`, and at both callers."""

    def __init__(self, family=4):
        self.family = family
        self.node, self.outsider = Namespace(), Namespace()
        self.pods = [Namespace() for _ in PODS]
        self.rows = []
        self.node.run("ip link add br0 address 02:00:00:00:0b:00 type bridge")
        self.node.run("ip link set br0 up")
        self.node.run(f"ip address add {POD_NET}/24 dev br0")
        for at, (pod, address) in enumerate(zip(self.pods, PODS)):
            connect(self.node, f"p{at}", f"02:00:00:00:0b:1{at}", pod, "eth0", f"02:00:00:00:0b:2{at}")
            self.node.run(f"ip link set p{at} master br0")
            self.join(pod, "eth0", address, POD_NET)
        connect(self.node, "o0", "02:00:00:00:0b:31", self.outsider, "eth0", "02:00:00:00:0b:32")
        self.node.run(f"ip address add {NODE}/24 dev o0")
        self.join(self.outsider, "eth0", OUTSIDER, NODE)
        if not os.path.exists("/proc/sys/net/bridge"):
            self.node.run("modprobe br_netfilter")
        self.node.sysctl(**{"ipv4__ip_forward": 1, "bridge__bridge-nf-call-iptables": 1})
        self.node.run("nft -f -", TRANSLATION)
        self.server, self.server_address = self.pods[1], PODS[1]
        self.captures = {"bridge": Capture(self.node, "br0"), "any": AnyCapture(self.node),
                         "pod": Capture(self.pods[0], "eth0"), "outsider": Capture(self.outsider, "eth0")}

    @staticmethod
    def join(space, interface, address, gateway):
        space.run(f"ip address add {address}/24 dev {interface}")
        space.run(f"ip route add default via {gateway}")


@scenario(stage=Node, cut=False)
def bridge_of_a_node(stage):
    """Half of the calls meet the member without a listener. On the bridge, its RST to a call from outside goes to the
    address before translation."""
    stage.kept = Server(stage.listen(), closes=False)
    calls = []
    for space, address, target in ((stage.pods[0], PODS[0], VIRTUAL), (stage.outsider, OUTSIDER, NODE)):
        stage.server_address = target
        calls.append(Crowd(stage, range(40001, 40011), space, address))
    outcomes = {}
    for crowd in calls:
        outcomes.update({outcome.endpoint: outcome for outcome in crowd.call(4, gap=0.05)})
    time.sleep(0.3)
    stage.stop()
    assert [outcome.error for outcome in outcomes.values()].count("ECONNREFUSED") == 10
    for label in stage.captures:
        rows_of_node(stage, label, outcomes)


def rows_of_node(stage, label, outcomes):
    """Attempts of one ISN are legs of one call; calls among pods pass the bridge's own interface once, as a lone SYN."""
    calls = {}
    for attempt in ledger.attempts(stage.captures[label]):
        port = attempt.source.rsplit(":", 1)[1]
        inside = attempt.source.startswith(PODS[0])
        outcome = outcomes[f"{PODS[0] if inside else OUTSIDER}:{port}"]
        first = calls.get(attempt.isn)
        call = first or calls.setdefault(attempt.isn, Call("failed", (0, 0.1)) if outcome.error else Call("in_time"))
        if label == "bridge" and inside:
            stage.row(attempt.syn, "no_answer|pending|established", "silent_flow|silent_port|silent_host|capture_ended|ok", ANY,
                      f"{outcome}: the answers do not pass here", label)
        elif outcome.error:
            stage.call_row(call, attempt.syn, "refused", "closed_port|refused_though_open", str(outcome), label, leg=bool(first))
        else:
            stage.call_row(call, attempt.syn, "established", "ok", str(outcome), label, leg=bool(first))
