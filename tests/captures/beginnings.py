# SPDX-License-Identifier: GPL-2.0-or-later
"""How captures that tests make of flows begin."""

from flow import NO_SOCKET


def conversation(capture, **flow):
    """A connection that has been used and is open."""
    c, s = capture.flow(**flow)
    handshake(c, s)
    exchange(c, s)
    return c, s


def handshake(c, s):
    c.syn()
    s.synack()
    c.ack()


def exchange(c, s):
    c.data(29)
    s.ack()
    s.data(40)
    c.ack()


def closed_by_server(capture, idle=0.03, **flow):
    """A connection that the server closed: it is in TIME_WAIT, and the IP ID of its last ACK shows that it has no socket
    any more."""
    c, s = conversation(capture, **flow)
    capture.wait(idle)
    s.fin()
    c.ack()
    c.fin()
    s.ack(ip_id=NO_SOCKET)
    return c, s


def another_client(c, s):
    """Another host behind the same translated address, whose clock is behind, happens to get the same port."""
    c.reopen(isn=s.rcv_nxt + 352_641_030, tsval=s.ts_recent - 1_159_862)


def same_client_later(c, s):
    """The client that had the port gets it again; a random new ISN happens to be lower than the old connection's."""
    c.reopen(isn=s.rcv_nxt - 500_000)


def repeat(capture, *actions, waits=(1, 2, 4)):
    """Does the actions now and again after each wait, as the SYN timer of Linux before 6.5 does."""
    frames = [act() for act in actions]
    for seconds in waits:
        capture.wait(seconds)
        for act in actions:
            act()
    return frames
