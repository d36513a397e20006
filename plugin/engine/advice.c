/* advice.c - what to change, and what to check next: that of the cause, unless the capture tells more
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "advice.h"

#include "company.h"
#include "fast_open.h"
#include "keys.h"
#include "lacks.h"
#include "other_host.h"
#include "recognise.h"
#include "shapes.h"
#include "siblings.h"

#include <string.h>

static const char of_two_hosts[] =
    "Several hosts share this address and port through a translator, each with a clock of its own, and the server keeps "
    "the newest: give the translator more addresses, let the clients close first (a longer keep-alive on the server), or "
    "give each host ports of its own." PAWS_COUNTERS;
static const char of_one_host[] =
    "One host is enough for this: on Linux 7.0 and its stable series each of its ports has a clock of its own, and the "
    "translator gave two of them the same port. Give the translator more addresses, let the clients close first (a longer "
    "keep-alive on the server), or let it keep the source port (no random, no fully-random)." PAWS_COUNTERS;
static const char of_open_port[] =
    "The port took other connections, earlier or later in this capture: nothing drops all that goes to it. A full queue "
    "or a stopped program for a time, a rate limit, or a rule that came and went. Next: nstat -az TcpExtListenOverflows "
    "TcpExtListenDrops and ss -tln on the server, then the counters of packet filters.";
static const char of_refusing_port[] =
    "Other SYNs to this port were answered with RST: nobody listens there, and nothing drops all that goes to it; these "
    "SYNs, or their answers, were lost or limited. Next: ss -tln on the server, then a capture there.";
#define NEAR_SERVER "This capture is taken at the server or next to it (it answered a SYN within 0.03 ms)"

static const char of_drop_at_server[] = NEAR_SERVER
    ", and has the SYNs without an answer: hardly a loss on the way. They were dropped there, by a full accept or "
    "SYN queue or a packet filter. Next: nstat -az TcpExtListenOverflows TcpExtListenDrops TcpExtTCPReqQFullDrop "
    "and ss -tln (Recv-Q against Send-Q) on the server, then the counters of its packet filters.";
static const char of_loss_at_client[] = NEAR_SERVER
    ", and the server answered: its SYN/ACK, or the client's ACK, was lost or late on the way from or to the client. "
    "Next: a capture closer to the client; nstat -az TcpRetransSegs on the server tells how often.";
static const char of_filter_at_server[] = NEAR_SERVER
    ", and has the SYNs: a packet filter there drops this port, hardly one before. Next: firewall rules and "
    "counters on the host (nft list ruleset).";
static const char of_data_at_server[] = NEAR_SERVER
    ", and has what the client sent: the application accepts too slowly or its backlog is too small (raise the "
    "listen backlog and net.core.somaxconn, or add workers), or a packet filter there drops it. Next: ss -tln "
    "(Recv-Q against Send-Q) and nstat -az TcpExtListenOverflows on the server; if they are calm, its packet "
    "filters (nft list ruleset).";
static const char of_member[] =
    "Other calls to this address and port got in within 10 s of it: one of several ways there, or of the members behind a "
    "virtual address, is down. Next: the members (ipvsadm -Ln, kubectl get endpointslices), and the routes and neighbours "
    "(ip neigh) of the sender of the ICMP error.";
static const char of_further_path[] =
    "The connection that it was to join goes on over its other paths, and its program waits for nothing. An address that a "
    "host announced, or was told to use, cannot be reached from the other. Next: ip mptcp endpoint on both hosts, and the "
    "packet filters between.";
#define HAS_CONNECTION "The server has the connection, and data behind the gap (SACK): its accept queue was not full. "

static const char of_first_segment[] = HAS_CONNECTION
    "The client's first segment is lost each time, as where a hop takes only smaller packets and its ICMP errors do not "
    "come back. Next: ping -M do -s 1472 to the server; then let ICMP errors pass, or clamp the MSS.";
static const char of_rejected_data[] =
    "The SYN is let through and what follows is not: a packet filter that judges by state or content rejects it, or the "
    "way there went down. Next: the rules and counters of the ICMP errors' sender (nft list ruleset, conntrack -S).";
static const char of_lost_segment[] = HAS_CONNECTION
    "What cost the time is that the client's first segment was lost. Next: nstat -az TcpRetransSegs on the client, then a "
    "capture closer to the server.";
static const char of_damage[] =
    "Something between the sender and this capture changes packets, or does not fill in the checksum that the sender left "
    "to a network card: often a tunnel (VXLAN) on a card or driver that cannot do it. Next: nstat -az TcpInCsumErrors "
    "UdpInCsumErrors on the receiver, then ethtool -K DEVICE tx off on the tunnel's ends.";
static const char of_itself[] =
    "The called port lies in the range from which the kernel chooses ports for clients, and nobody listens there. Start "
    "the service, and keep its port out of that range (net.ipv4.ip_local_reserved_ports).";
static const char of_authentication[] =
    "A device before the service checks that the source is not forged; that costs each new source a round trip, and a SYN "
    "timer where something drops its RST. Nothing to do if that is meant.";
static const char of_server_behind_proxy[] =
    "connect() had succeeded: a box on the way had answered for the server (SYNPROXY, a SYN flood guard, a balancer). Behind "
    "it nobody listens, or the server's backlog is full. Next: ss -tln on the server, and a capture there.";
static const char of_resets_in_its_name[] =
    "Something between answers the server's SYN/ACK with a RST in the client's name, and the client, which never sees that "
    "SYN/ACK, repeats its SYN: a packet filter on the way back (REJECT --reject-with tcp-reset), or a NAT that has forgotten "
    "the flow. Next: the filters' rules and counters on the way from the server to the client, and the TTL of those RSTs.";
static const char of_probe[] =
    "Nothing to do if it is a health check: it never wanted the connection. A check that completes the handshake disturbs "
    "no statistics of the server.";
static const char of_race[] =
    "The address that was tried first did not answer in time, and each such call pays for that: repair the way to it, or "
    "take it out of DNS. Next: call that address alone (curl -4, curl -6).";

static const char of_fast_open[] =
    "A box on the way may drop SYNs with data: a Fast Open black hole. If each such call pays for it, let the box pass them, "
    "or switch Fast Open off in the client (net.ipv4.tcp_fastopen=0). Next: ip tcp_metrics show (fo_syn_drops) and nstat -az "
    "TcpExtTCPFastOpenActiveFail on the client.";
static const char of_key[] =
    "The server drops without a word what is signed with another key than it has for this client, or has none for. " KEY_ADVICE;
static const char of_missing_key[] =
    "The service signs what it sends to others: if it has a key for this client, too, it drops what is not signed, "
    "without a word. " KEY_ADVICE;

/* The clients before a translator, where the capture has that side: 1 or 2; else 2 if they are known to differ, and 0 if
 * nothing tells. */
static int hosts_behind(const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    struct tcp_address before, after;

    if (leg_of_old(t, get_attempt(t, v->source), &before) && leg_of_attempt(t, v->source, &after))
        return memcmp(before.ip, after.ip, sizeof before.ip) == 0 ? 1 : 2;
    return signs_suffice(tracker_other_host_signs(t, attempt)) ? 2 : 0;
}

static const char *advice_for_paws(const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    static const char *const advices[] = { NULL, of_one_host, of_two_hosts };

    return advices[hosts_behind(t, attempt, v)];
}

static const char *advice_for_silent_port(const struct tracker *t, uint32_t attempt)
{
    const struct service *s = called_service(t, get_attempt(t, attempt));

    if (s == NULL)
        return NULL;
    if (s->last.from <= s->last.to)
        return of_open_port;
    return s->answer == ANSWER_RST ? of_refusing_port : NULL;
}

/* Of a call that has company, or of a probe. */
static const char *advice_for_call(const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    struct call call;

    if (!company_of(t, attempt, v, &call))
        return NULL;
    if (call.probe)
        return of_probe;
    /* A longer capture would tell no more of a caller that has gone on to another address. */
    return call.rival != 0 && (v->fate == FATE_ESTABLISHED || v->fate == FATE_PENDING) ? of_race : NULL;
}

/* Where what the client sent is known to have come to the server, or near it. */
static const char *advice_at_server(const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    if (!capture_is_near_server(t, get_attempt(t, attempt)))
        return NULL;
    switch (v->cause) {
    case CAUSE_SYN_RETRANSMITTED:
        return of_drop_at_server;
    case CAUSE_SYNACK_RETRANSMITTED:
        return of_loss_at_client;
    case CAUSE_SILENT_PORT:
        return of_filter_at_server;
    case CAUSE_ACCEPT_QUEUE_FULL:
    case CAUSE_UNANSWERED_DATA:
        return of_data_at_server;
    default:
        return NULL;
    }
}

static const char *advice_for_unreachable(const struct tracker *t, uint32_t attempt)
{
    const struct attempt *a = get_attempt(t, attempt);
    const struct service *s = called_service(t, a);

    return s != NULL && service_accepted_near(s, a->first_time, a->last_time) ? of_member : NULL;
}

/* What the service did at other times is told before where the capture was taken. */
static const char *advice_for_service(const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    const char *advice = NULL;

    if (v->cause == CAUSE_SILENT_PORT)
        advice = advice_for_silent_port(t, attempt);
    else if (v->cause == CAUSE_ICMP_HOST || v->cause == CAUSE_ICMP_NET)
        advice = advice_for_unreachable(t, attempt);
    return advice != NULL ? advice : advice_at_server(t, attempt, v);
}

/* Of a host that nothing was seen of, the key is not the first thing to look at. */
static const char *advice_for_key(const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    const char *option;
    const enum key_doubt doubt =
        v->cause == CAUSE_SILENT_HOST ? KEY_NO_DOUBT : key_doubt_of(t, get_attempt(t, attempt), v, &option);

    return doubt == KEY_SIGNED ? of_key : doubt == KEY_MISSING ? of_missing_key : NULL;
}

/* The server shows that it has the connection, though not yet the data that the client sent first. */
static const char *advice_for_gap(const struct tracker *t, const struct verdict *v)
{
    if (!lacks_first_segment(t, v->source))
        return NULL;
    if (v->cause == CAUSE_UNANSWERED_DATA)
        return of_first_segment;
    return v->cause == CAUSE_ACCEPTED_LATE ? of_lost_segment : NULL;
}

/* NULL: the cause's. */
static const char *finer_advice(const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    if (v->damage != DAMAGE_NONE)
        return of_damage;
    if (v->cause == CAUSE_TIME_WAIT_PAWS)
        return advice_for_paws(t, attempt, v);
    if (v->fate == FATE_ESTABLISHED && is_to_itself(t, attempt))
        return of_itself;
    if (v->cause == CAUSE_RESET_AFTER_HANDSHAKE && is_answered_by_proxy(t, get_attempt(t, v->source)))
        return of_server_behind_proxy;
    if (v->cause == CAUSE_SYNACK_LOST && resets_were_outlived(t, v->source))
        return of_resets_in_its_name;
    if (is_authenticated(t, v->source, v))
        return of_authentication;
    if (is_fast_open_lost(t, get_attempt(t, attempt), v))
        return of_fast_open;
    if (v->fate != FATE_ESTABLISHED && is_further_path(t, get_attempt(t, attempt)))
        return of_further_path;
    if (is_stuck_by_errors(t, v))
        return of_rejected_data;
    const char *advice = advice_for_call(t, attempt, v);
    if (advice == NULL)
        advice = advice_for_gap(t, v);
    if (advice == NULL)
        advice = advice_for_key(t, attempt, v);
    return advice != NULL ? advice : advice_for_service(t, attempt, v);
}

const char *tracker_advice(const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    const char *finer = finer_advice(t, attempt, v);

    return finer != NULL ? finer : verdict_row(v->fate, v->cause)->advice;
}
