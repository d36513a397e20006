# SPDX-License-Identifier: GPL-2.0-or-later
"""A real socket calls a server made of raw frames, which answers as it likes."""

import packet
from stage import KernelClient

CALLER = {"client": "kernel", "server": "raw"}  # a Stage for this


def answer_syn(server, syn, offset=1, **how):
    """A SYN/ACK whose acknowledgment is `offset` beyond the ISN."""
    server.rcv_nxt = (syn.seq + offset) % packet.WORD
    server.ts_recent = syn.tsval
    stamps = server.tsval(), syn.tsval
    return server.send("SA", seq=server.isn, options=packet.syn_options(1460, 7, stamps), **how)


def conversation(stage, port):
    """A calling socket and the raw server that it reaches, with the SYN."""
    server = stage.raw_server(port)
    caller = KernelClient(stage, port).start()
    return caller, server, server.expect("S")
