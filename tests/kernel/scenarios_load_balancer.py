# SPDX-License-Identifier: GPL-2.0-or-later
"""Two clients behind a load balancer that gives both the same translated port: the case this plugin was made for."""

import time

import kernel_view
import old_connection
from capture import Capture, Match
from namespace import Namespace, connect
from raw_peer import RawHost, RawPeer
from stage import PORT, SCENARIOS, Call, KernelClient, Scenario, Stage

CLIENTS = ("10.24.18.13", "10.24.18.14")
SERVICE, TRANSLATED, SERVER = "10.24.20.51", "10.24.20.249", "10.24.20.26"
CLIENT_MAC, LEG_MAC = "02:00:00:00:01:01", "02:00:00:00:01:02"
BALANCER_MAC, SERVER_MAC = "02:00:00:00:02:01", "02:00:00:00:02:02"
PAIR = (SERVER, PORT), (TRANSLATED, 57011)


class Balancer(Stage):
    """clients c0 -- l0 balancer l1 -- s0 server; captured on both legs, each alone and both in one file."""

    def __init__(self):
        self.family = 4
        self.client, self.middle, self.server = Namespace(), Namespace(), Namespace()
        self.rows = []
        connect(self.client, "c0", CLIENT_MAC, self.middle, "l0", LEG_MAC)
        connect(self.middle, "l1", BALANCER_MAC, self.server, "s0", SERVER_MAC)
        self.server.run(f"ip address add {SERVER}/24 dev s0")
        self.server.run(f"ip neighbour replace {TRANSLATED} lladdr {BALANCER_MAC} dev s0 nud permanent")
        self.translate()
        self.captures = {"client_leg": Capture(self.middle, "l0"), "server_leg": Capture(self.middle, "l1"),
                         "both_legs": Capture(self.middle)}

    def translate(self):
        """Destination and source are rewritten; the port of a closed connection is free again after 1 s."""
        for command in ("ip address add 10.24.18.1/24 dev l0", f"ip address add {SERVICE}/32 dev l0",
                        f"ip address add {TRANSLATED}/24 dev l1",
                        f"ip neighbour replace {SERVER} lladdr {SERVER_MAC} dev l1 nud permanent"):
            self.middle.run(command)
        for client in CLIENTS:
            self.middle.run(f"ip neighbour replace {client} lladdr {CLIENT_MAC} dev l0 nud permanent")
        self.middle.sysctl(ipv4__ip_forward=1)
        self.middle.run("nft -f -", "\n".join((
            "table ip lab {", "chain in { type nat hook prerouting priority -100;",
            f"ip daddr {SERVICE} dnat to {SERVER}", "}",
            "chain out { type nat hook postrouting priority 100;",
            f"oifname l1 snat to {TRANSLATED}", "}", "}", "")))
        self.middle.sysctl(netfilter__nf_conntrack_tcp_timeout_time_wait=1, netfilter__nf_conntrack_tcp_be_liberal=1)

    def raw_client(self, address, isn, tsval):
        if not hasattr(self, "host"):
            self.host = RawHost(self.client, "c0", CLIENT_MAC, LEG_MAC)
        return RawPeer(self.host, address, 57011, SERVICE, PORT, isn, tsval)

    def listen_there(self):
        self.server_address = SERVER
        return self.listen()

    def translated_state(self):
        return kernel_view.state(self.server, *PAIR)

    def rows_for_leg(self, leg, source, nth, fate, cause, decided, evidence, call):
        """The same attempt on one leg, in the capture of that leg and in the one of both, where the client's leg comes first."""
        for capture in (leg, "both_legs"):
            self.call_row(call, first_syn(source, nth), fate, cause, evidence, capture, decided(source, nth),
                          leg=capture == "both_legs" and leg == "server_leg")


def first_syn(source, nth=1):
    return Match(nth, src=source, sport=57011, flags="S")


def client_ack(source, nth):
    return Match(src=source, sport=57011, flags="A", after=first_syn(source, nth))


def server_ack(source, nth):
    """Its address differs from leg to leg; its port and the client's do not."""
    return Match(dst=source, sport=PORT, dport=57011, flags="A", after=first_syn(source, nth))


def scenario_of_balancer(function):
    SCENARIOS[function.__name__] = Scenario(function, False, Balancer)
    return function


def first_client_served(stage, tsval=3_134_000_000):
    """10.24.18.13 is served and the server closes first."""
    listener = stage.listen_there()
    peer = stage.raw_client(CLIENTS[0], 1_000_000_000, tsval)
    syn, _ = old_connection.handshake(peer)
    connection, remote = listener.accept()
    assert remote == (TRANSLATED, 57011)
    old_connection.talk(peer, connection)
    connection.close()
    peer.acknowledge(peer.expect("FA"))
    peer.send("FA")
    peer.accept(peer.expect("A"))
    assert stage.translated_state() == "TIME_WAIT"
    call = Call("in_time")
    for leg, source in (("client_leg", CLIENTS[0]), ("server_leg", TRANSLATED)):
        stage.rows_for_leg(leg, source, 1, "established", "ok", client_ack, f"accept() returned {remote}", call)
    time.sleep(2.5)
    return listener, peer.old()


def second_client_rejected(stage, old):
    """10.24.18.14 happens to use the same port; its clock is 1 159 862 behind."""
    peer = stage.raw_client(CLIENTS[1], old.rcv_nxt + 352_641_030, old.ts_recent - 1_159_862)
    peer.mss = 1380
    with kernel_view.counting(stage.server) as delta:
        peer.syn()
        answer = peer.receive(0.3)
    assert delta.paws() == 1 and stage.translated_state() == "TIME_WAIT"
    return peer, answer, f"server still TIME_WAIT, {delta}"


@scenario_of_balancer
def balancer_passes_the_ack(stage):
    _, old = first_client_served(stage)
    peer, answer, evidence = second_client_rejected(stage, old)
    assert answer and answer.has("A") and answer.ack == old.rcv_nxt
    for gap in (1, 2):
        time.sleep(gap)
        peer.syn()
    time.sleep(0.3)
    call = Call("failed", (2.9, 4))
    for leg, source, nth in (("client_leg", CLIENTS[1], 1), ("server_leg", TRANSLATED, 2)):
        stage.rows_for_leg(leg, source, nth, "rejected", "time_wait_paws", server_ack, evidence, call)


@scenario_of_balancer
def balancer_drops_the_ack(stage):
    """What looks like packet loss on the client's leg."""
    _, old = first_client_served(stage)
    stage.middle.filter(f"ip daddr {CLIENTS[1]} tcp flags & (fin|syn|rst|ack) == ack drop", hook="forward")
    peer, answer, evidence = second_client_rejected(stage, old)
    assert answer is None
    for gap in (1, 2):
        time.sleep(gap)
        peer.syn()
    time.sleep(0.3)
    call = Call("failed", (2.9, 4))
    stage.rows_for_leg("server_leg", TRANSLATED, 2, "rejected", "time_wait_paws", server_ack, evidence, call)
    for capture, cause, basis in (("client_leg", "silent_flow", "-"), ("both_legs", "time_wait_paws", "inferred")):
        stage.call_row(call, first_syn(CLIENTS[1]), "no_answer", cause, evidence, capture, None, basis=basis)


@scenario_of_balancer
def balancer_second_client_is_a_real_socket(stage):
    """Its RST goes through the balancer and removes TIME_WAIT: served after 12 ms."""
    listener, _ = first_client_served(stage, int(time.monotonic() * 1000) + 500_000_000)
    stage.client.sysctl(ipv4__tcp_timestamps=2)
    stage.client.run(f"ip address add {CLIENTS[1]}/24 dev c0")
    stage.client.run(f"ip neighbour replace 10.24.18.1 lladdr {LEG_MAC} dev c0 nud permanent")
    stage.client.run("ip route add default via 10.24.18.1")
    caller = KernelClient(stage, 57011, address=CLIENTS[1], server_address=SERVICE)
    with kernel_view.counting(stage.server) as delta:
        result = caller.connect()
    assert result == "OK" and delta.paws() == 1
    stage.kept = caller, listener.accept()
    evidence, call = f"connect(): OK, {delta}", Call("late", (0.004, 0.3))
    for leg, source, nth in (("server_leg", TRANSLATED, 2), ("client_leg", CLIENTS[1], 1)):
        stage.rows_for_leg(leg, source, nth, "established", "after_time_wait_reset", client_ack, evidence, call)
