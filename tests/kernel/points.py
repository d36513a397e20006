# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture as it would have been taken elsewhere or otherwise: cut short, filtered, of one direction, every frame twice, or of
two points whose clocks differ. What may then be said of an attempt is the same, or claims less; another fate would be wrong."""

import collections
import dataclasses

import variants
from variants import PENDING, PLAIN, SILENT

UNSEEN = {("pending", "unacknowledged")}
REPEATED = {("no_answer", "synack_lost")}
OLD_RESET = {("established", "after_old_connection_reset")}  # whatever its state
OVERCOME = {("established", cause) for cause in ("after_time_wait_reset", "after_old_connection_reset", "after_wrong_ack")}
RECYCLED = {("established", "time_wait_recycled_timestamp"), ("established", "time_wait_recycled_sequence")}
INFERRED = {("no_answer", "time_wait_paws"), ("no_answer", "time_wait_sequence")}
STUCK = {("stuck", "accept_queue_full"), ("stuck", "unanswered_data")}
LATE = {("established", cause) for cause in ("slow_answer", "accepted_late", "syn_retransmitted", "synack_retransmitted")}
COPY_AFTER = 2_000  # ns


@dataclasses.dataclass
class Taken:
    """What such a capture holds: frames, each with its place in the capture of a scenario that it comes from."""
    frames: list
    origins: list
    snap: int | None = None


def same(verdict):
    return {verdict}


def cut_short(verdict):
    """The TCP options are cut off: no timestamps, no window scale. So is what an ICMP error quotes."""
    fate, cause = verdict
    if fate == "unreachable":
        return {verdict} | SILENT | PENDING
    if verdict in INFERRED:
        return {verdict} | SILENT
    if verdict in OVERCOME:
        return OVERCOME
    if verdict in RECYCLED:
        return RECYCLED | {("established", "time_wait_expired")}
    if fate == "rejected" and cause.startswith("time_wait"):
        return {verdict, ("rejected", "old_unknown")}
    if cause == "slow_answer":
        return LATE
    if cause in ("ok", "ack_retransmitted"):  # which of two SYN/ACKs the client acknowledged, its timestamp tells
        return {verdict, ("established", "synack_retransmitted")}
    return {verdict}


def without_plain_acks(verdict):
    """Only SYN, FIN and RST are left: nobody sees that a SYN/ACK was acknowledged, that a bare ACK rejected, or an ICMP error."""
    fate, cause = verdict
    if fate == "unreachable" or verdict in INFERRED:
        return {verdict} | SILENT | PENDING
    if cause == "reset_by_client" or fate == "aborted":
        return {verdict}
    if fate == "established":
        repeated = REPEATED if cause not in ("ok", "reset_by_client") else set()
        reset = OLD_RESET if cause == "after_time_wait_reset" else set()  # the ACKs that made it a TIME_WAIT are missing
        return {verdict} | PLAIN | LATE | UNSEEN | repeated | reset
    if fate == "stuck":
        return {verdict} | PLAIN | UNSEEN | REPEATED
    if cause == "reset_after_handshake" or (fate, cause) == ("refused", "reset_in_path"):
        return {verdict} | UNSEEN
    if fate == "refused" and cause.startswith("old_"):
        return {verdict, ("refused", "closed_port"), ("refused", "refused_though_open")}  # a RST looks alike
    if fate == "rejected":
        return {verdict} | SILENT | PENDING | INFERRED | {("aborted", "client_gave_up")}
    return {verdict}


def without_answers(verdict):
    """Only what the clients sent."""
    fate, cause = verdict
    if fate == "stuck" or cause == "accepted_late":
        return {verdict} | PLAIN | STUCK
    if cause == "reset_after_handshake" or (fate, cause) == ("refused", "reset_in_path"):
        return {verdict} | PLAIN | SILENT | PENDING
    if fate == "aborted" or cause == "reset_by_client":
        return {verdict} | SILENT | PENDING | PLAIN
    if cause == "after_time_wait_reset":
        return {verdict} | OLD_RESET | PLAIN | LATE
    if fate == "established":
        return {verdict} | PLAIN | LATE
    if verdict in REPEATED:
        return {verdict} | PLAIN | SILENT | PENDING  # a client that acknowledges a wrong number
    return variants.without_answers(verdict) | INFERRED


def short(size):
    def take(frames, servers):
        """Shorter than the headers of IPv6 and TCP: nothing to judge."""
        headless = any(seen.data[14] >> 4 == 6 for seen in frames) and size < 74
        return Taken([], [], size) if headless else Taken(frames, list(range(len(frames))), size)
    return take


def filtered(frames, servers):
    """tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0; ICMP errors do not pass it."""
    kept = [at for at, seen in enumerate(frames) if set(seen.segment.flags) & set("SFR")]
    return Taken([frames[at] for at in kept], kept)


def of_clients(frames, servers):
    kept = [at for at, seen in enumerate(frames) if seen.segment.source not in servers and seen.segment.sport]
    return Taken([frames[at] for at in kept], kept)


def twice(frames, servers):
    """As a mirror port delivers what goes in and out."""
    copies = [dataclasses.replace(seen, nanoseconds=seen.nanoseconds + COPY_AFTER) for seen in frames]
    both = sorted([*enumerate(frames), *enumerate(copies)], key=lambda one: one[1].nanoseconds)
    return Taken([seen for _, seen in both], [at for at, _ in both])


ALONE = {
    **{f"cut to {size} bytes": (short(size), cut_short) for size in (54, 60, 70, 96)},
    "filtered to SYN, FIN, RST": (filtered, without_plain_acks),
    "clients only": (of_clients, without_answers),
    "every frame twice": (twice, same),
}
OFFSETS = (-500, -50, -10, 10, 50, 500)  # ms by which the server's clock is ahead


def merged(client, server, offset):
    """Two points in one file, ordered by their own times; origins are (point, place)."""
    shifted = [dataclasses.replace(seen, nanoseconds=seen.nanoseconds + offset * 10**6) for seen in server]
    both = [(("client", at), seen) for at, seen in enumerate(client)]
    both = sorted(both + [(("server", at), seen) for at, seen in enumerate(shifted)], key=lambda one: one[1].nanoseconds)
    return Taken([seen for _, seen in both], [origin for origin, _ in both])


def judged(taken, known, allowed):
    """(number of the first SYN that is left, pair, allowed verdicts) of each attempt of variants.attempts()."""
    numbers = collections.defaultdict(list)
    for number, origin in enumerate(taken.origins, 1):
        numbers[origin].append(number)
    lines = []
    for one, syns in known:
        left = [number for syn in syns for number in numbers[syn]]
        if left:
            lines.append((min(left), one.pair, set().union(*(allowed(verdict) for verdict in one.verdicts))))
    return lines


def with_syns(frames, lines):
    """The attempts of a capture, each with the places of its SYNs."""
    pairs = variants.by_pair(frames)
    return [(one, variants.syns_of(frames, pairs, one)) for one in variants.attempts(frames, lines)]


def of_two_points(client, server):
    """Attempts by pair and ISN; what is true at either point may be said of both together."""
    together = {}
    for label, known, frames in (("client", *client), ("server", *server)):
        for one, syns in known:
            key = one.pair, frames[one.syn].segment.seq
            old, places = together.get(key, (dataclasses.replace(one, verdicts=set()), []))
            old.verdicts |= one.verdicts
            together[key] = old, places + [(label, at) for at in syns]
    return list(together.values())
