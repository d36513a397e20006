# SPDX-License-Identifier: GPL-2.0-or-later
"""A call that tries several addresses: whether they are those of one name is in the capture's DNS answers, if it has any."""

import functools
import operator

import pytest
from scapy.layers.dns import DNS, DNSQR, DNSRR
from scapy.layers.inet import IP, UDP

from flow import Capture
import stats

NAME = "www.example.org"
OBSERVED, INFERRED = "That its addresses are of one name is observed", "That its addresses were tried for one call is inferred"


def answer(capture, *records, name=NAME, **header):
    """To the client, from a resolver; records: (name, type, data)."""
    answers = functools.reduce(operator.truediv, (DNSRR(rrname=of, type=kind, rdata=data) for of, kind, data in records))
    reply = DNS(**{"qr": 1, "qd": DNSQR(qname=name), "ancount": len(records), "an": answers, **header})
    capture.add(IP(src=capture.host(9), dst=capture.host(1)) / UDP(sport=53, dport=40001) / reply)


def race(capture):
    """The first address is silent; 250 ms later the second one answers."""
    capture.wait(0.01)
    first, _ = capture.flow(server=2)
    first.syn()
    capture.wait(0.25)
    c, s = capture.flow(server=3, cport=57012)
    c.syn()
    s.synack()
    c.ack()
    c.data(100)
    s.data(100)
    c.ack()
    capture.wait(5)
    c.fin()


def report(tshark, name, capture):
    return " ".join(stats.text(tshark, tshark.save(name, capture.pcap()), "synfate,report").split())


def test_one_answer_gives_both(tshark):
    capture = Capture()
    answer(capture, (NAME, "A", capture.host(2)), (NAME, "A", capture.host(3)))
    race(capture)
    text = report(tshark, "one_answer.pcap", capture)
    assert OBSERVED in text and INFERRED not in text


def test_two_answers_about_one_name(tshark):
    capture = Capture()
    answer(capture, (NAME, "CNAME", "host.example.org"), ("host.example.org", "A", capture.host(2)))
    answer(capture, (NAME, "A", capture.host(3)), name=NAME.upper())
    race(capture)
    assert OBSERVED in report(tshark, "two_answers.pcap", capture)


@pytest.mark.parametrize("header", ({}, {"qr": 0}, {"rcode": 3}, {"tc": 1}), ids=("other name", "query", "error", "cut off"))
def test_no_answer_that_gives_both(tshark, header):
    capture = Capture()
    answer(capture, (NAME, "A", capture.host(2)))
    answer(capture, (NAME, "A", capture.host(3)), **({"name": "example.com"} if header == {} else header))
    race(capture)
    text = report(tshark, f"no_answer_{len(header)}_{''.join(header)}.pcap", capture)
    assert INFERRED in text and OBSERVED not in text


def test_no_answers(tshark):
    capture = Capture()
    race(capture)
    assert INFERRED in report(tshark, "no_names.pcap", capture)
