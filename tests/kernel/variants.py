# SPDX-License-Identifier: GPL-2.0-or-later
"""Each capture again with something cut away: what may then be said of an attempt, and what would be wrong.

Less certain is a cause that claims less. Another state of the old connection, another fate than the packets that are left
show, or a closed port where there is none would be wrong.
"""

import collections
import dataclasses

from packet import TCP

NO_PORTS = "ICMP"
SILENT = {("no_answer", cause) for cause in ("silent_host", "silent_port", "silent_flow")}
PENDING = {("pending", "capture_ended"), ("pending", "in_progress"), ("pending", "unacknowledged")}
PLAIN = {("established", cause) for cause in ("ok", "syn_retransmitted", "synack_retransmitted", "ack_retransmitted")}
LATE = ("syn_retransmitted", "synack_retransmitted", "ack_retransmitted", "after_", "time_wait_recycled_timestamp")
UNFINISHED = {("no_answer", "synack_lost"), ("aborted", "client_gave_up")} | PENDING
REUSED = {("established", cause) for cause in (
    "time_wait_recycled_timestamp", "time_wait_recycled_sequence", "time_wait_expired", "reuse_after_close", "reuse_after_reset")}
LIKE_TIME_WAIT = {("rejected", "old_fin_wait_2"), ("rejected", "old_syn_received")}


@dataclasses.dataclass
class Attempt:
    """A row of truth.tsv with its place among the frames of the capture (from 0)."""
    syn: int
    pair: tuple
    verdicts: set
    decided: list
    without_socket: bool  # the deciding ACK has IP ID 0, as that of a TIME_WAIT


def attempts(frames, lines):
    found = []
    for _, syn, src, dst, fate, cause, decided in lines:
        verdicts = {(one, other) for one in fate.split("|") for other in cause.split("|")}
        decided = [] if decided in ("-", "any") else [int(number) - 1 for number in decided.split("|")]
        without_socket = any(frames[at].segment.ip_id == 0 and frames[at].segment.raw[0] >> 4 == 4 for at in decided)
        found.append(Attempt(int(syn) - 1, (src, dst), verdicts, decided, without_socket))
    return found


def without_history(verdict):
    """The frames before the SYN are missing."""
    fate, cause = verdict
    if fate == "established" and cause.startswith("after_"):
        return {verdict, ("established", "after_wrong_ack"), ("established", "reuse_after_reset")} | PLAIN  # a wrong number is what the rejecting ACK has
    if fate == "established" and cause.startswith(("time_wait_", "reuse_")):
        return {verdict} | PLAIN
    if fate == "rejected":
        return {verdict, ("rejected", "old_unknown")}
    if fate == "refused":
        # Nothing in a RST tells them apart. That its service took the old connection may be there still.
        open_then = {("refused", "refused_though_open")} if cause.startswith("old_") else set()
        return {verdict, ("refused", "closed_port")} | open_then
    if fate == "no_answer":
        return {verdict} | SILENT
    return {verdict}


def without_answers(verdict):
    """The server's packets are missing."""
    fate, cause = verdict
    if cause == "after_time_wait_reset":
        return {verdict, ("established", "after_old_connection_reset")} | PLAIN  # an old connection in whatever state
    if cause == "reset_after_handshake":
        return {verdict} | PLAIN | REUSED | SILENT | PENDING
    if fate == "stuck":
        return {verdict, ("stuck", "unanswered_data")} | PLAIN
    if fate == "established":
        return {verdict} | PLAIN
    if fate == "rejected":
        inferred = {("no_answer", cause)} if cause in ("time_wait_paws", "time_wait_sequence") else set()
        return {verdict, ("rejected", "old_unknown")} | inferred | SILENT | PENDING
    return {verdict} | SILENT | PENDING


def without_some(verdict):
    """Any frame of the handshake may be missing, and of the old connection."""
    unfinished = UNFINISHED if verdict[0] in ("established", "stuck", "aborted") else set()
    # Within a second of the SYN/ACK, a missing ACK of the old handshake looks like one that the server lacks; on IPv4
    # the IP ID tells them apart.
    half_open = {("rejected", "old_syn_received")} if verdict == ("rejected", "old_established") else set()
    slow = {("established", "slow_answer")} if verdict[1].startswith(LATE) else set()  # the SYNs between are missing
    return without_history(verdict) | without_answers(verdict) | unfinished | half_open | slow


def without_others(verdict):
    """Only other port pairs miss something: a host that is otherwise silent, or the other leg of a load balancer."""
    return {verdict} | SILENT if verdict[0] == "no_answer" else {verdict}


def history_cut(frames, known):
    """Begins with the last attempt that has a history."""
    reused = [one for at, one in enumerate(known) if any(one.pair == other.pair for other in known[:at])]
    if not reused:
        return None
    begin = max(reused, key=lambda one: one.syn).syn
    return [number >= begin for number in range(len(frames))], without_history


def answers_cut(frames, known):
    """What the clients sent, nothing else."""
    clients = {one.pair[0].rsplit(":", 1)[0] for one in known}
    servers = {one.pair[1].rsplit(":", 1)[0] for one in known}
    keep = [seen.segment.src in clients - servers for seen in frames]
    return (keep, without_answers) if clients - servers else None


def without(missing, frames):
    return [number not in missing for number in range(len(frames))], without_some


def every_tenth_cut(phase):
    return lambda frames, _: without(range(phase, len(frames), 10), frames)


def one_cut(missing):
    return lambda frames, _: without({missing}, frames)


def deciders_cut(frames, known):
    """The frames that decided are missing."""
    return without({number for one in known for number in one.decided}, frames)


CUTS = {
    "history": history_cut,
    "answers": answers_cut,
    "tenth": every_tenth_cut(9),
    "tenth_from_third": every_tenth_cut(2),
    "deciders": deciders_cut,
}


def variant(frames, known, cut):
    """The frames that are left, and (attempt's new SYN frame, pair, allowed verdicts, true ones); None if the cut takes
    nothing."""
    how = cut(frames, known)
    if how is None or all(how[0]):
        return None
    keep, allowed = how
    numbers = {old: new for new, old in enumerate((at for at in range(len(frames)) if keep[at]), 1)}
    pairs = by_pair(frames)
    lines = []
    for one in known:
        syns = [at for at in syns_of(frames, pairs, one) if keep[at]]
        if syns:
            whole = all(keep[at] for at in pairs[frozenset(one.pair)] + pairs[NO_PORTS])
            verdicts = set().union(*((without_others if whole else allowed)(verdict) for verdict in one.verdicts))
            verdicts |= set() if whole else alike(one, first_syn_left=keep[one.syn])
            lines.append((numbers[syns[0]], one.pair, verdicts, one.verdicts))
    return [frames[old] for old in numbers], lines


def table(name, found):
    """The lines of variants.tsv: what variant() found in the capture of that name."""
    return [[name, frame, *pair, in_words(verdicts), in_words(true)] for frame, pair, verdicts, true in found]


def in_words(verdicts):
    return " ".join(sorted("/".join(verdict) for verdict in verdicts))


def alike(one, first_syn_left):
    """What the packets that are left cannot tell from the truth."""
    found = set()
    if one.without_socket and one.verdicts & LIKE_TIME_WAIT:
        found |= {("rejected", "time_wait_paws"), ("rejected", "time_wait_sequence")}
    if not first_syn_left and any(cause.startswith("after_") for _, cause in one.verdicts):
        found |= {("established", "reuse_after_reset")}  # the RST then comes before the first SYN
    return found


def by_pair(frames):
    found = collections.defaultdict(list)
    for at, seen in enumerate(frames):
        ends = {seen.segment.source, seen.segment.destination}
        found[frozenset(ends) if seen.segment.protocol == TCP else NO_PORTS].append(at)
    return found


def syns_of(frames, pairs, one):
    """The first SYN and its retransmissions."""
    seq = frames[one.syn].segment.seq
    return [at for at in pairs[frozenset(one.pair)] if frames[at].segment.has("S") and frames[at].segment.seq == seq
            and frames[at].segment.source == one.pair[0]]
