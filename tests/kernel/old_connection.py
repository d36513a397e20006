# SPDX-License-Identifier: GPL-2.0-or-later
"""Brings the server's socket into a state, with a raw peer as client; each asserts the state that the kernel shows."""

import socket
import struct

REQUEST = b"GET / HTTP/1.1\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def handshake(peer):
    """SYN, SYN/ACK, ACK; returns the SYN and the ACK."""
    syn = peer.syn()
    return syn, peer.acknowledge(peer.expect("SA"))


def established(stage, listener, peer, cause="ok", **fields):
    """A connection with a request and its response; adds its row and returns the server's socket."""
    syn, ack = handshake(peer)
    connection, remote = listener.accept()
    assert remote[:2] == (peer.address, peer.port)
    assert stage.state(peer) == "ESTABLISHED"
    stage.row(syn, "established", cause, ack, "accept() returned it", **fields)
    talk(peer, connection)
    return connection


def talk(peer, connection):
    peer.send("PA", REQUEST)
    assert connection.recv(4096) == REQUEST
    peer.accept(peer.expect("A"))
    connection.sendall(RESPONSE)
    peer.acknowledge(peer.expect("A"))


def time_wait(stage, listener, peer, **fields):
    connection = established(stage, listener, peer, **fields)
    connection.close()
    peer.acknowledge(peer.expect("FA"))
    peer.send("FA")
    peer.accept(peer.expect("A"))
    assert stage.state(peer) == "TIME_WAIT"
    return peer.old()


def close_wait(stage, listener, peer):
    connection = established(stage, listener, peer)
    peer.send("FA")
    peer.accept(peer.expect("A"))
    assert stage.state(peer) == "CLOSE_WAIT"
    return connection


def last_ack(stage, listener, peer):
    connection = close_wait(stage, listener, peer)
    connection.close()
    peer.accept(peer.expect("FA"))
    assert stage.state(peer) == "LAST_ACK"
    return connection


def fin_wait_1(stage, listener, peer):
    connection = established(stage, listener, peer)
    connection.close()
    peer.expect("FA")
    assert stage.state(peer) == "FIN_WAIT_1"
    return connection


def fin_wait_2_open(stage, listener, peer):
    connection = established(stage, listener, peer)
    connection.shutdown(socket.SHUT_WR)
    peer.acknowledge(peer.expect("FA"))
    assert stage.state(peer) == "FIN_WAIT_2"
    return connection


def fin_wait_2_orphan(stage, listener, peer):
    connection = established(stage, listener, peer)
    connection.close()
    peer.acknowledge(peer.expect("FA"))
    assert stage.state(peer) == "FIN_WAIT_2"
    return connection


def closed_by_client(stage, listener, peer, **fields):
    """The client closes first: the server keeps nothing."""
    connection = established(stage, listener, peer, **fields)
    peer.send("FA")
    peer.accept(peer.expect("A"))
    connection.close()
    peer.acknowledge(peer.expect("FA"))
    assert stage.state(peer) is None


def reset_by_client(stage, listener, peer, **fields):
    connection = established(stage, listener, peer, **fields)
    peer.send("R", stamped=False)
    assert stage.state(peer) is None
    connection.close()


def reset_by_server(stage, listener, peer, **fields):
    connection = established(stage, listener, peer, **fields)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    peer.expect("RA")
    assert stage.state(peer) is None
