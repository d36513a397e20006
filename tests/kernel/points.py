# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture as it would have been taken elsewhere or otherwise: cut short, filtered, of one direction, every frame twice, or of
two points whose clocks differ. What may then be said of an attempt is the same, or claims less; another fate would be wrong."""

import collections
import dataclasses
import functools

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
VLAN_TAG = b"\x81\x00\x00\x07"


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


def without_closes(verdict):
    """Only SYN and RST are left: how an old connection ended is missing, too."""
    found = without_plain_acks(verdict)
    return found | PLAIN if verdict[0] == "established" else found


def of_syns(verdict):
    """Nor is a RST left."""
    fate, cause = verdict
    found = without_closes(verdict)
    if fate in ("refused", "aborted") or cause in ("reset_by_client", "ignored_reset"):
        found = found | SILENT | PENDING | REPEATED | PLAIN
    return found


def without_plain_acks_cut_short(verdict):
    return set().union(*(cut_short(one) for one in without_plain_acks(verdict)))


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


def short(size, flags=None):
    def take(frames, servers):
        """Shorter than the headers of IPv6 and TCP: nothing to judge."""
        headless = any(seen.data[14] >> 4 == 6 for seen in frames) and size < 74
        return Taken([], [], size) if headless else those(frames, lambda segment: passes(segment, flags), size)
    return take


def those(frames, wanted, snap=None):
    kept = [at for at, seen in enumerate(frames) if wanted(seen.segment)]
    return Taken([frames[at] for at in kept], kept, snap)


def passes(segment, flags):
    """tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0, or the like; ICMP errors do not pass it. None: all does."""
    return flags is None or set(segment.flags) & set(flags)


def filtered(flags):
    return lambda frames, servers: those(frames, lambda segment: passes(segment, flags))


def of_clients(frames, servers):
    """Where the client answers, too, that is no direction."""
    taken = those(frames, lambda segment: segment.source not in servers and segment.sport)
    answers = any({"S", "A"} <= set(seen.segment.flags) for seen in taken.frames)
    return Taken([], []) if answers else taken


def of_servers(frames, servers):
    return those(frames, lambda segment: segment.source in servers or not segment.sport)


def tagged(data):
    """The frame in a VLAN."""
    return data[:12] + VLAN_TAG + data[12:]


def twice(frames, servers, again=lambda data: data):
    """As a mirror port delivers what goes in and out."""
    copies = [dataclasses.replace(seen, nanoseconds=seen.nanoseconds + COPY_AFTER, data=again(seen.data)) for seen in frames]
    both = sorted([*enumerate(frames), *enumerate(copies)], key=lambda one: one[1].nanoseconds)
    return Taken([seen for _, seen in both], [at for at, _ in both])


ALONE = {
    **{f"cut to {size} bytes": (short(size), cut_short) for size in (54, 60, 66, 70, 74, 82, 90, 96)},
    "filtered to SYN, FIN, RST": (filtered("SFR"), without_plain_acks),
    "filtered to SYN, RST": (filtered("SR"), without_closes),
    "filtered to SYN": (filtered("S"), of_syns),
    "filtered to SYN, FIN, RST, cut to 60 bytes": (short(60, "SFR"), without_plain_acks_cut_short),
    "clients only": (of_clients, without_answers),
    "servers only": (of_servers, same),
    "every frame twice": (twice, same),
    "every frame twice, once in a VLAN": (functools.partial(twice, again=tagged), same),
}
OFFSETS = (-500, -50, -10, 10, 50, 500)  # ms by which the server's clock is ahead


TOGETHER = {"whole": (None, same), "filtered to SYN, FIN, RST": ("SFR", without_plain_acks)}


def merged(client, server, offset, flags=None):
    """Two points in one file, ordered by their own times; origins are (point, place). `flags`: only with one of these."""
    shifted = [dataclasses.replace(seen, nanoseconds=seen.nanoseconds + offset * 10**6) for seen in server]
    both = [(("client", at), seen) for at, seen in enumerate(client)]
    both = sorted(both + [(("server", at), seen) for at, seen in enumerate(shifted)], key=lambda one: one[1].nanoseconds)
    both = [one for one in both if passes(one[1].segment, flags)]
    return Taken([seen for _, seen in both], [origin for origin, _ in both])


def judged(taken, known, allowed):
    """(number of the first SYN that is left, pair, allowed verdicts, true ones) of each attempt of variants.attempts()."""
    numbers = collections.defaultdict(list)
    for number, origin in enumerate(taken.origins, 1):
        numbers[origin].append(number)
    lines = []
    for one, syns in known:
        left = [number for syn in syns for number in numbers[syn]]
        if left:
            may = set().union(*(allowed(verdict) for verdict in one.verdicts))
            lines.append((min(left), one.pair, may, one.verdicts))
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
