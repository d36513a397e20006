/* causes.c - the one table of fates and causes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "causes.h"

static const char *const fate_tokens[FATE_COUNT] = {
    [FATE_ESTABLISHED] = "established", [FATE_REJECTED] = "rejected",   [FATE_REFUSED] = "refused",
    [FATE_UNREACHABLE] = "unreachable", [FATE_NO_ANSWER] = "no_answer", [FATE_STUCK] = "stuck",
    [FATE_ABORTED] = "aborted",         [FATE_PENDING] = "pending",
};

static const char *const cause_tokens[CAUSE_COUNT] = {
    [CAUSE_OK] = "ok",
    [CAUSE_SYN_RETRANSMITTED] = "syn_retransmitted",
    [CAUSE_SYNACK_RETRANSMITTED] = "synack_retransmitted",
    [CAUSE_ACK_RETRANSMITTED] = "ack_retransmitted",
    [CAUSE_AFTER_WRONG_ACK] = "after_wrong_ack",
    [CAUSE_AFTER_TIME_WAIT_RESET] = "after_time_wait_reset",
    [CAUSE_AFTER_OLD_CONNECTION_RESET] = "after_old_connection_reset",
    [CAUSE_TIME_WAIT_RECYCLED_TIMESTAMP] = "time_wait_recycled_timestamp",
    [CAUSE_TIME_WAIT_RECYCLED_SEQUENCE] = "time_wait_recycled_sequence",
    [CAUSE_TIME_WAIT_EXPIRED] = "time_wait_expired",
    [CAUSE_REUSE_AFTER_CLOSE] = "reuse_after_close",
    [CAUSE_REUSE_AFTER_RESET] = "reuse_after_reset",
    [CAUSE_FAST_OPEN] = "fast_open",
    [CAUSE_SIMULTANEOUS_OPEN] = "simultaneous_open",
    [CAUSE_TIME_WAIT_PAWS] = "time_wait_paws",
    [CAUSE_TIME_WAIT_SEQUENCE] = "time_wait_sequence",
    [CAUSE_TIME_WAIT_NO_LISTENER] = "time_wait_no_listener",
    [CAUSE_OLD_ESTABLISHED] = "old_established",
    [CAUSE_OLD_CLOSE_WAIT] = "old_close_wait",
    [CAUSE_OLD_LAST_ACK] = "old_last_ack",
    [CAUSE_OLD_FIN_WAIT_1] = "old_fin_wait_1",
    [CAUSE_OLD_FIN_WAIT_2] = "old_fin_wait_2",
    [CAUSE_OLD_SYN_RECEIVED] = "old_syn_received",
    [CAUSE_OLD_UNKNOWN] = "old_unknown",
    [CAUSE_WRONG_ACK] = "wrong_ack",
    [CAUSE_CLOSED_PORT] = "closed_port",
    [CAUSE_RESET_IN_PATH] = "reset_in_path",
    [CAUSE_ICMP_NET] = "icmp_net",
    [CAUSE_ICMP_HOST] = "icmp_host",
    [CAUSE_ICMP_PORT] = "icmp_port",
    [CAUSE_ICMP_ADMIN_PROHIBITED] = "icmp_admin_prohibited",
    [CAUSE_ICMP_OTHER] = "icmp_other",
    [CAUSE_SYNACK_LOST] = "synack_lost",
    [CAUSE_SILENT_FLOW] = "silent_flow",
    [CAUSE_SILENT_PORT] = "silent_port",
    [CAUSE_SILENT_HOST] = "silent_host",
    [CAUSE_ANSWERED_FROM_ELSEWHERE] = "answered_from_elsewhere",
    [CAUSE_ACCEPT_QUEUE_FULL] = "accept_queue_full",
    [CAUSE_CLIENT_GAVE_UP] = "client_gave_up",
    [CAUSE_CAPTURE_ENDED] = "capture_ended",
    [CAUSE_IN_PROGRESS] = "in_progress",
    [CAUSE_SLOW_ANSWER] = "slow_answer",
    [CAUSE_ACCEPTED_LATE] = "accepted_late",
    [CAUSE_AFTER_REFUSAL] = "after_refusal",
    [CAUSE_RESET_BY_CLIENT] = "reset_by_client",
    [CAUSE_REFUSED_THOUGH_OPEN] = "refused_though_open",
    [CAUSE_RESET_AFTER_HANDSHAKE] = "reset_after_handshake",
    [CAUSE_DROPPED_HERE] = "dropped_here",
    [CAUSE_IGNORED_RESET] = "ignored_reset",
    [CAUSE_UNANSWERED_DATA] = "unanswered_data",
    [CAUSE_UNACKNOWLEDGED] = "unacknowledged",
};

static const struct expert_row experts[EXPERT_COUNT] = {
    [EXPERT_ESTABLISHED] = { "established", "Connection established", SEVERITY_CHAT },
    [EXPERT_REUSED] = { "reused", "Port pair reused while the peer was in TIME_WAIT", SEVERITY_NOTE },
    [EXPERT_DELAYED] = { "delayed", "Connection established late", SEVERITY_WARNING },
    [EXPERT_AFTER_REJECTION] = { "after_rejection", "Connection established after a rejected SYN", SEVERITY_WARNING },
    [EXPERT_TIME_WAIT] = { "time_wait", "SYN rejected by TIME_WAIT peer", SEVERITY_ERROR },
    [EXPERT_OLD_CONNECTION] = { "old_connection", "SYN rejected by the old connection", SEVERITY_ERROR },
    [EXPERT_WRONG_ACK] = { "wrong_ack", "SYN answered with a wrong acknowledgment", SEVERITY_ERROR },
    [EXPERT_REFUSED] = { "refused", "SYN refused (RST)", SEVERITY_ERROR },
    [EXPERT_UNREACHABLE] = { "unreachable", "SYN unreachable (ICMP)", SEVERITY_ERROR },
    [EXPERT_NO_ANSWER] = { "no_answer", "SYN never answered", SEVERITY_ERROR },
    [EXPERT_STUCK] = { "stuck", "Connection stuck: the server ignores it", SEVERITY_ERROR },
    [EXPERT_ABORTED] = { "aborted", "Client gave up the connection attempt", SEVERITY_ERROR },
    [EXPERT_PENDING] = { "pending", "SYN not answered yet", SEVERITY_CHAT },
};

#define ROW(FATE, CAUSE, SEVERITY, EXPERT, SENTENCE, ADVICE)                               \
    {                                                                                      \
        FATE_##FATE, CAUSE_##CAUSE, SEVERITY_##SEVERITY, EXPERT_##EXPERT, SENTENCE, ADVICE \
    }

#define PAWS_ADVICE                                                                                                          \
    "The SYN's timestamp is older than what the server keeps: several hosts, or (Linux 7.0 and its stable series) ports of " \
    "one, share this address and port through a translator. Give it more addresses, let clients close first (longer "        \
    "keep-alive on the server), or give several hosts ports of their own, one its source port." PAWS_COUNTERS
#define SEQUENCE_ADVICE                                                                                            \
    "The port pair came back within TIME_WAIT with a sequence number that is not newer: use more source ports or " \
    "addresses, TCP timestamps at both ends, or let clients close first. Next: the client's (NAT's) port choice."
#define OLD_ADVICE                                                                                                  \
    "The server holds what the client or a device between has forgotten: compare idle timeouts along the path and " \
    "send keep-alives below the shortest. Next: ss -tanoi on the server, nstat -az TcpExtTCPChallengeACK."
#define LOST_ADVICE                                                                                                 \
    "A packet of the handshake was lost, or dropped at the server by a full accept or SYN queue. Where many calls " \
    "share it, the counters of the server tell which. Next: nstat -az TcpRetransSegs TcpExtListenDrops "            \
    "TcpExtTCPReqQFullDrop on the server."

static const struct verdict_row rows[] = {
    ROW(ESTABLISHED, OK, CHAT, ESTABLISHED, "Established", "Nothing to do."),
    ROW(ESTABLISHED, SYN_RETRANSMITTED, WARNING, DELAYED, "Established after a retransmitted SYN", LOST_ADVICE),
    ROW(ESTABLISHED, SYNACK_RETRANSMITTED, WARNING, DELAYED, "Established after a retransmitted SYN/ACK", LOST_ADVICE),
    ROW(ESTABLISHED, ACK_RETRANSMITTED, NOTE, ESTABLISHED,
        "Established, but the SYN/ACK was repeated after the client's ACK (ACK lost, accept deferred or queue full)",
        "A client that speaks first lost no time by it. Its ACK was lost, the server takes a connection only when data "
        "comes (TCP_DEFER_ACCEPT), or its accept queue was full for a moment. Next: nstat -az TcpExtListenOverflows on the "
        "server; if it is calm, whether the program defers accept."),
    ROW(ESTABLISHED, AFTER_WRONG_ACK, WARNING, AFTER_REJECTION, "Established after an answer with a wrong ack number",
        "Something answered for another connection: look for a stale NAT or load balancer entry, or a host with a "
        "duplicate address. Next: compare the wrong answer's TTL and MAC address with the right one's."),
    ROW(ESTABLISHED, AFTER_TIME_WAIT_RESET, WARNING, AFTER_REJECTION,
        "Established after TIME_WAIT peer rejected the SYN and the client's RST removed it",
        "The client's RST ended the TIME_WAIT that rejected its SYN: it got in after some 10 ms if it repeated the SYN at "
        "once, else after a SYN timer. A firewall that drops the peer's ACK or that RST would make it fail: use more source "
        "ports or addresses, or let the client close first. Next: nstat -az TcpExtPAWSTimewait (Linux 6.16 and later) or "
        "TcpExtPAWSEstab on the server, and the client's (NAT's) port choice."),
    ROW(ESTABLISHED, AFTER_OLD_CONNECTION_RESET, WARNING, AFTER_REJECTION,
        "Established after the old connection rejected the SYN and was reset",
        "The server still held a connection that the client had forgotten. Compare idle timeouts along the path. Next: "
        "look for the device that dropped the old connection without telling the server."),
    ROW(ESTABLISHED, TIME_WAIT_RECYCLED_TIMESTAMP, NOTE, REUSED,
        "Established: TIME_WAIT peer accepted the newer timestamp",
        "Healthy, but this port pair depends on timestamps: it fails once clients with different clocks share the "
        "address, or timestamps are switched off."),
    ROW(ESTABLISHED, TIME_WAIT_RECYCLED_SEQUENCE, NOTE, REUSED,
        "Established: TIME_WAIT peer accepted the higher sequence number",
        "Healthy, but it depends on the sequence number: a lower one would be rejected. Use more source ports or "
        "addresses if this port pair is reused often."),
    ROW(ESTABLISHED, TIME_WAIT_EXPIRED, CHAT, ESTABLISHED, "Established: the peer's TIME_WAIT had ended",
        "Nothing to do, unless it was delayed: then the port pair was reused before TIME_WAIT ended; use more source "
        "ports or addresses."),
    ROW(ESTABLISHED, REUSE_AFTER_CLOSE, CHAT, ESTABLISHED, "Established on a port pair that was closed before",
        "Nothing to do: the peer did not hold TIME_WAIT."),
    ROW(ESTABLISHED, REUSE_AFTER_RESET, CHAT, ESTABLISHED, "Established on a port pair that was reset before",
        "Nothing to do."),
    ROW(ESTABLISHED, FAST_OPEN, CHAT, ESTABLISHED, "Established with TCP Fast Open", "Nothing to do."),
    ROW(ESTABLISHED, SLOW_ANSWER, WARNING, DELAYED, "Established late: the handshake took long",
        "Nothing was repeated that explains it: the way or the server was slow. Compare with the round trip of the "
        "data; look for a queue, a busy host, or a device that holds SYNs back. Next: capture at the server, and compare "
        "the time between SYN and SYN/ACK there."),
    ROW(ESTABLISHED, ACCEPTED_LATE, WARNING, DELAYED,
        "Connected at once, but the server took the first data only later",
        "The client's data had to be repeated: the server's accept queue was full, or packets were lost on the way. If "
        "TcpExtListenOverflows grows, the application accepts too slowly or its backlog is too small. Next: nstat -az "
        "TcpExtListenOverflows and ss -tln (Recv-Q against Send-Q) on the server, in its network namespace."),
    ROW(ESTABLISHED, AFTER_REFUSAL, WARNING, DELAYED, "Established after a refusal (RST), which the client tried again",
        "Nobody listened yet, or the backlog was full: the service was starting, or is overloaded. Next: the time at "
        "which the service began to listen, and its backlog."),
    ROW(ESTABLISHED, RESET_BY_CLIENT, CHAT, ESTABLISHED,
        "Connected, then reset by the client at once (health check or probe)",
        "Nothing to do if it is a health check: connect() had succeeded."),
    ROW(ESTABLISHED, SIMULTANEOUS_OPEN, NOTE, ESTABLISHED, "Established by simultaneous open",
        "Both sides called each other on the same ports; rare unless it is meant (hole punching, BGP)."),

    ROW(REJECTED, TIME_WAIT_PAWS, ERROR, TIME_WAIT, "SYN rejected by TIME_WAIT peer", PAWS_ADVICE),
    ROW(REJECTED, TIME_WAIT_SEQUENCE, ERROR, TIME_WAIT, "SYN rejected by TIME_WAIT peer", SEQUENCE_ADVICE),
    ROW(REJECTED, TIME_WAIT_NO_LISTENER, ERROR, TIME_WAIT,
        "SYN answered by TIME_WAIT peer with a bare ACK: nobody listens any more",
        "The service is down: a Linux peer in TIME_WAIT answers so instead of with a RST. Start the service. "
        "Next: ss -tln on the server."),
    ROW(REJECTED, OLD_ESTABLISHED, ERROR, OLD_CONNECTION, "SYN rejected: the peer's old connection is ESTABLISHED",
        OLD_ADVICE),
    ROW(REJECTED, OLD_CLOSE_WAIT, ERROR, OLD_CONNECTION, "SYN rejected: the peer's old connection is in CLOSE_WAIT",
        "The server's application has not closed its socket after the client did: that is a bug or an overload of the "
        "application. Next: ss -tanp state close-wait on the server."),
    ROW(REJECTED, OLD_LAST_ACK, ERROR, OLD_CONNECTION, "SYN rejected: the peer's old connection is in LAST_ACK",
        "The client's last ACK did not reach the server, which still waits for it. Look for a device that forgets "
        "closed connections too early. Next: ss -tano state last-ack on the server."),
    ROW(REJECTED, OLD_FIN_WAIT_1, ERROR, OLD_CONNECTION, "SYN rejected: the peer's old connection is in FIN_WAIT_1",
        "The server's FIN was never acknowledged: the client or a device between forgot the connection. Compare idle "
        "timeouts with the server's keep-alive timeout. Next: ss -tano state fin-wait-1 on the server."),
    ROW(REJECTED, OLD_FIN_WAIT_2, ERROR, OLD_CONNECTION, "SYN rejected: the peer's old connection is in FIN_WAIT_2",
        "The client never closed its half of the old connection but reuses the port. Look for the NAT or load "
        "balancer that dropped it; net.ipv4.tcp_fin_timeout shortens the wait. Next: ss -tano state fin-wait-2 on "
        "the server."),
    ROW(REJECTED, OLD_SYN_RECEIVED, ERROR, OLD_CONNECTION,
        "SYN rejected: the peer still holds a half-open connection (SYN_RECEIVED)",
        "An earlier SYN of this port pair is still half open on the server: its SYN/ACK or the ACK was lost. Look for "
        "loss towards the client. Next: ss -tan state syn-recv on the server."),
    ROW(REJECTED, OLD_UNKNOWN, ERROR, OLD_CONNECTION, "SYN rejected: the peer holds an old connection",
        "The capture does not show the old connection's state. Next: a capture that begins earlier, or the port pair in "
        "ss -tano on the server."),
    ROW(REJECTED, WRONG_ACK, ERROR, WRONG_ACK, "SYN answered by a SYN/ACK with a wrong ack number",
        "Something answers for another connection: a stale NAT entry, a duplicate address, or a device that rewrites "
        "sequence numbers one way only. Next: compare the answer's TTL and MAC address with good ones."),

    ROW(REFUSED, REFUSED_THOUGH_OPEN, ERROR, REFUSED, "SYN refused (RST), although the service takes other calls",
        "The port is open for others within 10 s: the backlog is full on a stack that answers so, the service comes and "
        "goes, or one member of several does not listen. Next: the service's restarts and backlog; compare the RST's TTL "
        "with that of the SYN/ACKs."),
    ROW(REFUSED, RESET_AFTER_HANDSHAKE, ERROR, REFUSED, "Connected, then reset by the server before it took any data",
        "connect() had succeeded; the server did not keep the connection. Next: nstat -az TcpExtListenOverflows "
        "TcpExtTCPAbortOnData on the server, and its log at this time."),
    ROW(REFUSED, CLOSED_PORT, ERROR, REFUSED, "SYN refused: closed port",
        "Nobody listens there, or a firewall answers with RST. Next: ss -tln on the server; compare the RST's TTL with "
        "the server's other packets."),
    ROW(REFUSED, TIME_WAIT_SEQUENCE, ERROR, TIME_WAIT,
        "SYN refused by TIME_WAIT peer (its number falls into the old window)",
        "The port is not closed: the server's TIME_WAIT resets what falls into its old window, as lwIP and illumos do. "
        "Reuse the port pair later, or let the client close first. Next: the client's (NAT's) port choice."),
    ROW(REFUSED, OLD_FIN_WAIT_2, ERROR, REFUSED,
        "SYN refused by the old connection in FIN_WAIT_2 (its number falls into the old window)",
        "The port is not closed: the server still holds the old connection without a socket. Reuse the port pair "
        "later, or let the old client close properly; net.ipv4.tcp_fin_timeout shortens the wait. Next: ss -tano state "
        "fin-wait-2 on the server."),
    ROW(REFUSED, OLD_SYN_RECEIVED, ERROR, REFUSED,
        "SYN refused by a half-open connection (SYN_RECEIVED: its number falls into the old window)",
        "The port is not closed: an earlier SYN of this port pair was still half open. Retry; look for loss towards "
        "the client. Next: ss -tan state syn-recv on the server."),
    ROW(REFUSED, RESET_IN_PATH, ERROR, REFUSED, "SYN refused by a RST that the peer seems not to have sent",
        "A firewall or IPS on the path, or another member of a group behind one address, answers for the peer: its RST has "
        "another TTL than the peer's packets, comes sooner than theirs can, or before data or a SYN/ACK that the peer goes "
        "on to send. Next: capture on the server too, and look for the RST there."),

    ROW(UNREACHABLE, ICMP_NET, ERROR, UNREACHABLE, "SYN unreachable: no route to the network (ICMP)",
        "The router that sent the ICMP error has no route, or the address is wrong. Next: the routes of the sender of the "
        "ICMP error."),
    ROW(UNREACHABLE, ICMP_HOST, ERROR, UNREACHABLE, "SYN unreachable: host unreachable (ICMP)",
        "The last router cannot reach the host (no ARP or ND answer): it is down, or its address or VLAN is "
        "wrong. Next: the neighbours of the sender of the ICMP error (ip neigh)."),
    ROW(UNREACHABLE, ICMP_PORT, ERROR, UNREACHABLE, "SYN unreachable: port unreachable (ICMP)",
        "A packet filter rejects this port (TCP itself would send a RST). Next: the rules of the sender of the ICMP "
        "error (REJECT)."),
    ROW(UNREACHABLE, ICMP_ADMIN_PROHIBITED, ERROR, UNREACHABLE, "SYN unreachable: administratively prohibited (ICMP)",
        "A packet filter forbids it. Next: the rules of the sender of the ICMP error."),
    ROW(UNREACHABLE, ICMP_OTHER, ERROR, UNREACHABLE, "SYN unreachable (ICMP)",
        "A device on the way gave the packet up; time exceeded means a routing loop. Next: the ICMP error's type and code, and "
        "its sender."),

    ROW(NO_ANSWER, TIME_WAIT_PAWS, ERROR, TIME_WAIT, "SYN never answered: TIME_WAIT peer rejects it", PAWS_ADVICE),
    ROW(NO_ANSWER, TIME_WAIT_SEQUENCE, ERROR, TIME_WAIT, "SYN never answered: TIME_WAIT peer rejects it",
        SEQUENCE_ADVICE),
    ROW(NO_ANSWER, SYNACK_LOST, ERROR, NO_ANSWER, "SYN/ACK never acknowledged",
        "The server answers, but the client does not get the SYN/ACK or its ACK does not get back: look for asymmetric "
        "routing, a firewall in one direction, or spoofed SYNs. Next: capture at the client."),
    ROW(NO_ANSWER, SILENT_FLOW, ERROR, NO_ANSWER, "SYN never answered, although the port answers others",
        "Accept queue or SYN queue full, a SYN rate limit, or only this flow is dropped. Next: nstat -az "
        "TcpExtListenOverflows TcpExtListenDrops and ss -tln (Recv-Q against Send-Q) on the server; then firewall "
        "logs. Clients behind one NAT, and a server before Linux 4.12 (RHEL 7): tcp_tw_recycle drops their SYNs "
        "(nstat -az TcpExtPAWSPassive)."),
    ROW(NO_ANSWER, SILENT_PORT, ERROR, NO_ANSWER, "SYN never answered, although the host is there",
        "A packet filter drops this port, on the host or before it. Next: firewall rules and counters (nft list "
        "ruleset), then a capture on the host."),
    ROW(NO_ANSWER, SILENT_HOST, ERROR, NO_ANSWER, "SYN never answered, nothing seen of the host",
        "Host down, address wrong, no route back, or this capture sees only one direction. Next: ping and traceroute, "
        "then a capture closer to the host."),
    ROW(NO_ANSWER, DROPPED_HERE, ERROR, NO_ANSWER, "Dropped on this host: it came in and never left",
        "The host that captured forwards others of this direction, and not this one: a packet filter, a rate limit or "
        "connection tracking on it. Next: the rules and counters of this host (nft list ruleset, conntrack -S)."),
    ROW(NO_ANSWER, IGNORED_RESET, ERROR, NO_ANSWER, "SYN never answered but by RSTs that acknowledge something else",
        "Such a RST does not stop a client (RFC 9293, 3.10.7.3): a device answers for another connection, or changes "
        "sequence numbers one way only. Next: compare the RST's TTL with the server's other packets."),
    ROW(NO_ANSWER, ANSWERED_FROM_ELSEWHERE, ERROR, NO_ANSWER, "SYN answered from another address or port",
        "The answer does not come back the way it went: a NAT without the way back, or a member of a service answers "
        "with its own address. Next: make the way back pass the translator (SNAT, default route of the member)."),

    ROW(STUCK, ACCEPT_QUEUE_FULL, ERROR, STUCK,
        "Stuck: the client is connected, the server repeats its SYN/ACK and takes no data (accept queue full, or a filter)",
        "Either the application accepts too slowly or its backlog is too small (raise the listen backlog and "
        "net.core.somaxconn, or add workers), or a packet filter drops what the client sends. Next: ss -tln (Recv-Q "
        "against Send-Q) and nstat -az TcpExtListenOverflows on the server; if they are calm, a capture on the server "
        "shows whether the client's ACK arrives."),
    ROW(STUCK, UNANSWERED_DATA, ERROR, STUCK,
        "Stuck: the client is connected, the server never acknowledges its data (accept queue full, a filter, or the MTU)",
        "With SYN cookies a full accept queue makes the server repeat nothing, so that it looks like a packet filter "
        "that drops what the client sends. Next: ss -tln (Recv-Q against Send-Q) and nstat -az TcpExtListenOverflows on "
        "the server; if they are calm, a capture on the server shows whether the data arrives."),
    ROW(STUCK, DROPPED_HERE, ERROR, STUCK, "Stuck: what the client sent was dropped on this host",
        "The host that captured forwards others of this direction, and not this one: a packet filter, a rate limit or "
        "connection tracking on it. Next: the rules and counters of this host (nft list ruleset, conntrack -S)."),
    ROW(ABORTED, CLIENT_GAVE_UP, ERROR, ABORTED, "The client gave up before the connection was established",
        "A short connect timeout, a cancelled call, or a port scan. Next: compare the time to the RST with the "
        "client's connect timeout."),
    ROW(PENDING, UNACKNOWLEDGED, CHAT, PENDING, "Answered; the client's answer is not in the capture",
        "Nothing is repeated, so that the handshake may well be complete: the capture lacks the client's packets."),
    ROW(PENDING, CAPTURE_ENDED, CHAT, PENDING, "Not answered when the capture ended", "Capture longer."),
    ROW(PENDING, IN_PROGRESS, CHAT, PENDING, "Not answered yet",
        "Read the file in two passes (tshark -2) to see the outcome here."),
};

const char *fate_token(enum fate fate)
{
    return fate_tokens[fate];
}

const char *cause_token(enum cause cause)
{
    return cause_tokens[cause];
}

const struct verdict_row *verdict_row_at(size_t i)
{
    return i < sizeof rows / sizeof rows[0] ? &rows[i] : NULL;
}

const struct verdict_row *verdict_row(enum fate fate, enum cause cause)
{
    const struct verdict_row *row;

    for (size_t i = 0; (row = verdict_row_at(i)) != NULL; i++)
        if (row->fate == fate && row->cause == cause)
            return row;
    return NULL;
}

const struct expert_row *expert_row(enum expert_kind kind)
{
    return &experts[kind];
}
