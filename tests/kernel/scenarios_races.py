# SPDX-License-Identifier: GPL-2.0-or-later
"""One name, several addresses: a program tries the next one while, or after, the first gives no answer. To its user that is
one call. And a program that reaches itself."""

import contextlib
import errno
import socket
import time

import ledger
from capture import Capture
from namespace import Namespace
from programs import Server, output
from stage import ADDRESSES, FAMILIES, PORT, Call, KernelClient, Stage, scenario

SECOND = "10.9.0.3"  # another address of the server
SILENT = "silent_host|silent_port|silent_flow"


class TwoFamilies(Stage):
    """Both ends have IPv4 and IPv6, and the server a second IPv4 address; a wire between them."""

    def __init__(self, family=4):
        super().__init__(family, client="kernel", wire=True)
        for space, interface, own, other, mac in (
                (self.client, "c0", *ADDRESSES[6], "02:00:00:00:00:02"),
                (self.server, "s0", *ADDRESSES[6][::-1], "02:00:00:00:00:01")):
            space.run(f"ip address add {own}/64 dev {interface} nodad")
            space.wait_for_address(own)
            space.run(f"ip neighbour replace {other} lladdr {mac} dev {interface} nud permanent")
        self.server.run(f"ip address add {SECOND}/24 dev s0")
        self.client.run(f"ip neighbour replace {SECOND} lladdr 02:00:00:00:00:02 dev c0 nud permanent")
        self.servers = [self.serve(FAMILIES[4], "0.0.0.0"), self.serve(FAMILIES[6], "::")]

    def serve(self, family, address):
        listener = self.server.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, PORT))
        listener.listen(16)
        return Server(listener, closes=True)

    def lose(self, address):
        self.wire.drop = lambda segment: address in (segment.src, segment.dst)


def rows(stage, verdicts, evidence, gap):
    """`verdicts`: destination address -> fate and cause. The attempts that began within 3 s are one call."""
    for label, capture in stage.captures.items():
        call, before = None, None
        for attempt in ledger.attempts(capture):
            address = attempt.destination.rsplit(":", 1)[0]
            alone = label == "server" or attempt.source.endswith(":41000")
            if before is None or ledger.seconds(capture, before.syn, attempt.syn) > 2.5 or alone:
                call = Call("in_time") if alone else Call("late", ledger.around(gap, 0.15))
            stage.call_row(call, attempt.syn, *verdicts[address], evidence, label)
            before = attempt


def curl(stage, addresses, times, *more):
    """Returns the seconds that each of the calls took to connect; IPv4 must have won."""
    took = []
    for _ in range(times):
        said = output(stage.client, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{time_connect} %{remote_ip}", *more,
                      "--resolve", f"service.test:{PORT}:{','.join(addresses)}", f"http://service.test:{PORT}/")
        code, seconds, winner = said.split()
        assert code == "200" and winner == ADDRESSES[4][1], said
        took.append(float(seconds))
        time.sleep(2.7)
    return took


@scenario(stage=TwoFamilies, cut=False)
def happy_eyeballs(stage):
    """IPv6 is dropped on the way: curl begins with IPv4 200 ms later, and gets in."""
    stage.lose(ADDRESSES[6][1])
    took = curl(stage, [ADDRESSES[6][1], ADDRESSES[4][1]], 3)
    assert all(0.19 < seconds < 0.4 for seconds in took)
    capture_goes_on(stage)
    rows(stage, {ADDRESSES[6][1]: ("no_answer", SILENT), ADDRESSES[4][1]: ("established", "ok")},
         "curl: 200, 0.2 s late", 0.2)


@scenario(stage=TwoFamilies, cut=False)
def happy_eyeballs_loser_answers(stage):
    """IPv6 answers after 700 ms, when IPv4 has won: the SYN/ACK gets a RST. At the server both were answered at once."""
    stage.wire.late = lambda segment: 0.7 if segment.src == ADDRESSES[6][1] else 0.0
    curl(stage, [ADDRESSES[6][1], ADDRESSES[4][1]], 3)
    time.sleep(1)
    stage.stop()
    verdicts = {ADDRESSES[6][1]: ("aborted", "client_gave_up"), ADDRESSES[4][1]: ("established", "ok")}
    rows(stage, verdicts, "curl: 200, by IPv4", 0.2)
    for row in stage.rows:
        row.call = row.call if row.capture == "client" else None


@scenario(stage=TwoFamilies, cut=False)
def failover_to_the_next_address(stage):
    """A program gives the first address 0.8 s, then tries the second one."""
    stage.lose(SECOND)
    for port in (40001, 40002):
        for address, expected in ((SECOND, errno.ETIMEDOUT), (ADDRESSES[4][1], 0)):
            with contextlib.closing(stage.client.socket(socket.AF_INET)) as caller:
                caller.settimeout(0.8)
                caller.bind((stage.client_address, port if address == SECOND else port + 100))
                assert said_by(caller, address) == expected
        time.sleep(3)
    capture_goes_on(stage)
    rows(stage, {SECOND: ("no_answer", SILENT), ADDRESSES[4][1]: ("established", "ok")}, "the second address: OK", 0.8)


@scenario(stage=TwoFamilies, cut=False)
def refused_family(stage):
    """Nobody listens on IPv6. 250 ms after its refusal IPv4 gets in: so Windows calls, which would have tried IPv6 again."""
    stage.servers[1].stop()
    stage.servers[1].listener.close()
    for address, family, expected in ((ADDRESSES[6], 6, errno.ECONNREFUSED), (ADDRESSES[4], 4, 0)):
        with contextlib.closing(stage.client.socket(FAMILIES[family])) as caller:
            caller.bind((address[0], 40001))
            assert caller.connect_ex((address[1], PORT)) == expected
        time.sleep(0.25)
    stage.stop()
    for label, capture in stage.captures.items():
        refused, taken = ledger.attempts(capture)
        call = Call("late", ledger.around(0.25, 0.15))
        stage.call_row(call, refused.syn, "refused", "closed_port", "connect(): ECONNREFUSED", label)
        stage.call_row(call, taken.syn, "established", "ok", "connect(): OK", label)


def rows_of_pairs(stage, first, evidence):
    """Each call tried IPv6 in vain, then got in by IPv4; `first`: fate and cause of what it tried first. Nobody notices less
    than 20 ms."""
    stage.stop()
    for label, capture in stage.captures.items():
        attempts = ledger.attempts(capture)
        for tried, taken in zip(attempts[::2], attempts[1::2], strict=True):
            gap = ledger.seconds(capture, tried.syn, taken.syn)
            call = Call("in_time") if gap < 0.02 else Call("late", ledger.around(gap, 0.01))
            stage.call_row(call, tried.syn, *first, evidence, label)
            stage.call_row(call, taken.syn, "established", "ok", evidence, label)


@scenario(stage=TwoFamilies, cut=False)
def refused_family_at_once(stage):
    """Nobody listens on IPv6: curl goes on to IPv4 as soon as it knows."""
    stage.servers[1].stop()
    stage.servers[1].listener.close()
    took = curl(stage, [ADDRESSES[6][1], ADDRESSES[4][1]], 2)
    assert all(seconds < 0.19 for seconds in took)
    rows_of_pairs(stage, ("refused", "closed_port"), "curl: 200, at once")


@scenario(stage=TwoFamilies, cut=False)
def unreachable_family(stage):
    """IPv6 has no route. The kernel takes an ICMP error that comes while connect() is still at work for a passing one, and
    goes on: then curl begins with IPv4 200 ms later. Otherwise it begins at once."""
    stage.server.filter("meta nfproto ipv6 meta l4proto tcp reject with icmpv6 no-route")
    took = curl(stage, [ADDRESSES[6][1], ADDRESSES[4][1]], 2)
    assert all(seconds < 0.4 for seconds in took)
    rows_of_pairs(stage, ("unreachable", "icmp_net"), "curl: 200")


def capture_goes_on(stage):
    """Some packets 3.5 s later: what is unanswered until then is no longer pending."""
    time.sleep(3.5)
    caller = KernelClient(stage, 41000)
    assert caller.connect() == "OK"
    caller.socket.close()
    time.sleep(0.1)
    stage.stop()


def said_by(caller, address):
    try:
        caller.connect((address, PORT))
        return 0
    except TimeoutError:
        return errno.ETIMEDOUT


@scenario(stage=TwoFamilies, cut=False)
def two_addresses_two_calls(stage):
    """Two programs, not one: both addresses are silent, then both go on repeating. No race was won."""
    stage.client.sysctl(ipv4__tcp_syn_retries=2)
    stage.lose(SECOND)
    lost = KernelClient(stage, 40001, server_address=SECOND).start()
    time.sleep(0.25)
    found = KernelClient(stage, 40101)
    assert found.connect() == "OK" and lost.result(20) == "ETIMEDOUT"
    stage.kept = lost, found
    stage.stop()
    first, second = ledger.attempts(stage.captures["client"])
    stage.call_row(Call("failed", (1.5, 7)), first.syn, "no_answer", SILENT, "connect(): ETIMEDOUT", "client")
    stage.call_row(Call("in_time"), second.syn, "established", "ok", "connect(): OK", "client")
    (only,) = ledger.attempts(stage.captures["server"])
    stage.call_row(Call("in_time"), only.syn, "established", "ok", "connect(): OK")


class Alone(Stage):
    """One namespace, captured on its loopback."""

    def __init__(self, family=4):
        self.family = family
        self.client = self.server = Namespace()
        self.client_address = self.server_address = "127.0.0.1"
        self.rows = []
        self.captures = {"server": Loopback(self.client, "lo")}


class Loopback(Capture):
    """Each frame once: those that leave are not taken."""

    def taken(self, nanoseconds, data, address):
        return None if address[2] == 4 else super().taken(nanoseconds, data, address)


@scenario(stage=Alone, cut=False)
def connected_to_itself(stage):
    """Nobody listens, and the kernel's choice of a port was the one that is called: the SYN meets itself."""
    caller = stage.client.socket(socket.AF_INET)
    caller.bind(("127.0.0.1", 40001))
    caller.connect(("127.0.0.1", 40001))
    assert caller.getsockname() == caller.getpeername()
    caller.sendall(b"hello")
    assert caller.recv(10) == b"hello"
    stage.kept = caller
    time.sleep(0.2)
    stage.stop()
    (attempt,) = ledger.attempts(stage.captures["server"])
    stage.call_row(Call("in_time"), attempt.syn, "established", "simultaneous_open", "getsockname() == getpeername()")
