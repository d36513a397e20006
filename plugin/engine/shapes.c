/* shapes.c - what a RST, or a SYN/ACK for another number, looks like, and who makes such ones
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "shapes.h"

#include "facts.h"
#include "seq.h"

#include <inttypes.h>
#include <string.h>

bool is_to_itself(const struct tracker *t, uint32_t attempt)
{
    const struct attempt *a = get_attempt(t, attempt);
    struct tcp_address client, server;

    port_pairs_address(&t->pairs, pair_of(t, a), attempt_side(a), &client);
    port_pairs_address(&t->pairs, pair_of(t, a), server_side(a), &server);
    return client.port == server.port && memcmp(client.ip, server.ip, sizeof client.ip) == 0;
}

/* The port pair has no past that a stale answer could come from, and the client's RST had the number asked for. */
bool is_authenticated(const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    const struct attempt *a = get_attempt(t, attempt);
    const struct trouble *trouble = get_trouble(t, a);
    const struct packets_seen *wrong = packets_of(t, trouble, SEEN_WRONG_SYN_ACK);
    const struct packets_seen *reset = packets_of(t, trouble, SEEN_CLIENT_RST_OLD);

    return v->cause == CAUSE_AFTER_WRONG_ACK && a->history == 0 && a->use == 1 && wrong != NULL && wrong->count == 1
           && reset != NULL && reset->first.frame > wrong->first.frame && reset->first.seq == wrong->first.ack;
}

/* A socket's RST acknowledges and has the socket's IP ID; without a socket, Linux answers an ACK with its number alone. A
 * box that had answered for the server passes on, or makes, a RST of its own: its shape tells nothing. */
static void append_maker(GString *out, const struct packet_seen *reset, const struct dossier *d)
{
    bool has_id = reset->bits & PACKET_HAS_IP_ID;

    if (is_answered_by_proxy(d->t, d->a))
        g_string_append(out,
                        " (a box on the way had answered for the server, and sent the SYN on only then: it is the "
                        "server that did not take it)");
    else if ((reset->bits & PACKET_HAS_ACK) && (!has_id || reset->ip_id != 0))
        g_string_append(out,
                        " (RST/ACK, as a socket makes it: closed with unread data, with SO_LINGER 0, or with the "
                        "listener)");
    else if (!(reset->bits & PACKET_HAS_ACK) && reset->ip_id == 0 && reset->seq == d->e->syn_ack_isn + 1)
        g_string_append_printf(out,
                               " (bare RST%s: made without a socket, as by another member of a group or by "
                               "tcp_abort_on_overflow)",
                               has_id ? " with IP ID 0" : "");
}

static void append_reset_in_path(GString *out, const struct dossier *d)
{
    const struct packets_seen *late = d->seen[SEEN_SERVER_RST], *early = d->seen[SEEN_RST];
    const struct packets_seen *resets = late != NULL ? late : early;
    struct facts facts;

    facts_read(d, &facts);
    if (resets != NULL && facts_have(&facts, F_TTL_ODD))
        g_string_append_printf(out, " (its TTL is %u)", resets->first.ttl);
    else if (facts_have(&facts, F_RST_BEFORE_DATA))
        g_string_append(out, d->e->frame[EV_ACCEPTED] != 0 ? " (the server's data came after it)"
                                                           : " (the server repeats its SYN/ACK after it)");
    else if (facts_have(&facts, F_RST_TOO_SOON))
        g_string_append(out, " (sooner than a round trip)");
}

static void append_ignored(GString *out, const struct attempt *a, const struct packets_seen *resets)
{
    if (resets != NULL)
        g_string_append_printf(out, " (%" PRIu32 " %s ignored: ISN %+" PRId32 " instead of ISN +1)", resets->count,
                               resets->count == 1 ? "RST" : "RSTs", seq_delta(resets->first.ack, a->isn));
}

static void append_outlived(GString *out, const struct dossier *d)
{
    const struct packets_seen *resets = d->seen[SEEN_CLIENT_RST];

    if (outlives_resets(d))
        g_string_append_printf(out, " (%" PRIu32 " %s in the client's name, and it goes on)", resets->count,
                               resets->count == 1 ? "RST" : "RSTs");
}

bool resets_were_outlived(const struct tracker *t, uint32_t attempt)
{
    struct dossier d;

    dossier_open(t, attempt, true, &d);
    return outlives_resets(&d);
}

bool lacks_first_segment(const struct tracker *t, uint32_t attempt)
{
    const struct evidence *e = get_evidence(t, get_attempt(t, attempt));

    return e != NULL && (e->flags & EV_SELECTIVE_ACK);
}

bool is_stuck_by_errors(const struct tracker *t, const struct verdict *v)
{
    return v->fate == FATE_STUCK && v->cause != CAUSE_DROPPED_HERE
           && packets_of(t, get_trouble(t, get_attempt(t, v->source)), SEEN_ICMP_LATE) != NULL;
}

void append_shape(GString *out, const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    struct dossier d;

    if (v->cause != CAUSE_RESET_AFTER_HANDSHAKE && v->cause != CAUSE_RESET_IN_PATH && v->cause != CAUSE_IGNORED_RESET
        && v->cause != CAUSE_AFTER_WRONG_ACK && v->cause != CAUSE_SYNACK_LOST)
        return;
    dossier_open(t, v->source, true, &d);
    if (v->cause == CAUSE_RESET_AFTER_HANDSHAKE && d.seen[SEEN_SERVER_RST] != NULL)
        append_maker(out, &d.seen[SEEN_SERVER_RST]->first, &d);
    else if (v->cause == CAUSE_RESET_IN_PATH)
        append_reset_in_path(out, &d);
    else if (v->cause == CAUSE_IGNORED_RESET)
        append_ignored(out, d.a, d.seen[SEEN_RST_OTHER]);
    else if (v->cause == CAUSE_SYNACK_LOST)
        append_outlived(out, &d);
    else if (is_authenticated(t, attempt, v))
        g_string_append(out, " (as a box does that authenticates each new source by its RST)");
}
