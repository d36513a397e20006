/* use.c - the uses of a port pair: the connection in progress, the old one, and those whose SYN was not captured
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "use.h"

#include "seq.h"

/* The connection before the old one can go: attempts have kept what they need of it in their histories. */
void retire_connection(const struct work *w)
{
    struct port_pair *pair = w->pair;

    if (pair->current == 0)
        return;
    if (pair->old != 0)
        pool_remove(&w->t->connections, pair->old);
    pair->old = pair->current;
    pair->current = 0;
}

void forget_connection(const struct work *w)
{
    pool_remove(&w->t->connections, w->pair->current);
    w->pair->current = 0;
}

/* The connection is still to be initialised. */
static struct connection *begin_use(const struct work *w)
{
    retire_connection(w);
    w->pair->uses++;
    w->pair->current = pool_add(&w->t->connections);
    return current_of(w);
}

struct connection *begin_unseen_use(const struct work *w)
{
    struct connection *c = begin_use(w);

    connection_init(c, &w->seg->seen);
    c->flags |= CONN_UNSEEN_SYN;
    return c;
}

struct connection *begin_use_of_client(const struct work *w, uint8_t client, uint32_t syn_end)
{
    struct connection *c = begin_use(w);

    connection_init_client(c, client, syn_end - 1, syn_end, NO_WSCALE, &w->seg->seen);
    c->flags |= CONN_SCALE_UNKNOWN;
    return c;
}

/* Both ends have sent segments with the numbers of the unseen use: no third party has forged these. */
static bool is_confirmed(const struct connection *c)
{
    return !(c->flags & CONN_UNSEEN_SYN) || (c->end[0].bits & c->end[1].bits & END_ACKED);
}

/* The segment continues the connection before, as if there were no unseen use. */
static bool is_strange_to_unseen_use(const struct work *w, const struct connection *c)
{
    const struct connection *old = old_of(w);

    return !is_confirmed(c) && old != NULL
           && (connection_is_far(c, w->side, w->seg) || connection_is_newer(c, w->side, w->seg))
           && !connection_is_far(old, w->side, w->seg) && !connection_is_foreign(old, w->side, w->seg);
}

/* The use was none: the numbers were forged, or garbage. */
static void drop_unseen_use(const struct work *w)
{
    const struct connection *old = old_of(w);

    forget_connection(w);
    w->pair->uses--;
    if (old != NULL && !connection_is_over(old)) {
        w->pair->current = w->pair->old;
        w->pair->old = 0;
    }
}

/* What seemed to take the SYN, without a SYN/ACK, was reset before the client acknowledged anything; and now the handshake
 * goes on. It was forged: a client in SYN-SENT answers it with RST and waits (RFC 9293, 3.10.7.3). */
static G_GNUC_NO_INLINE bool is_false_start(const struct work *w, const struct connection *c)
{
    if (c->attempt == 0)
        return false;
    const struct attempt *a = get_attempt(w->t, c->attempt);
    const struct evidence *e = get_evidence(w->t, a);
    const struct segment *seg = w->seg;
    bool goes_on = w->side == c->client ? (seg->flags & TCP_ACK) && acknowledges_syn(a, seg->seq)
                                        : (seg->flags & TCP_SYN) && acknowledges_syn(a, seg->ack);

    return goes_on && (e == NULL || (e->frame[EV_ACK] == 0 && e->frame[EV_ACCEPTED] == 0));
}

struct connection *connection_in_progress(const struct work *w)
{
    const struct connection *c = current_of(w);

    /* This runs for every packet. For nearly all of them the flags already say no. */
    if (c != NULL && (c->flags & (CONN_SYN_ACK | CONN_OPEN | CONN_RESET)) == CONN_RESET && is_false_start(w, c))
        forget_connection(w);
    else if (c != NULL && is_strange_to_unseen_use(w, c))
        drop_unseen_use(w);
    return current_of(w);
}

void settle_unseen_use(const struct work *w)
{
    const struct connection *c = current_of(w);
    bool both_captured = (w->pair->sent & 3) == 3 || (w->pair->sent & PAIR_WATCHED);

    if (c != NULL && !is_confirmed(c) && both_captured && w->pair->old != 0)
        drop_unseen_use(w);
}

struct connection *begin_connection(const struct work *w, uint32_t attempt)
{
    struct tracker *t = w->t;
    const struct attempt *a = get_attempt(t, attempt);
    uint8_t client = attempt_side(a);
    struct sighting first = { .frame = a->frame[SYN_FIRST], .time = a->first_time };
    bool took_data = w->side != client && seq_after(w->seg->ack, a->isn + 1);

    w->pair->current = pool_add(&t->connections);
    struct connection *c = current_of(w);
    connection_init_client(c, client, a->isn, a->isn + 1 + (took_data ? a->syn_data : 0), print_of(t, a)->wscale,
                           &first);
    if (print_of(t, a)->flags & PRINT_CUT)
        c->flags |= CONN_SCALE_UNKNOWN;
    if (a->flags & ATTEMPT_TIMESTAMP_CUT)
        c->flags |= CONN_TIMESTAMPS_CUT;
    c->attempt = attempt;
    if (a->flags & ATTEMPT_HAS_TS) {
        c->end[client].bits |= END_TS_SENT;
        c->client_tsval = a->tsval;
        c->tsval_time = a->last_time;
        c->end[!client].ts_recent = a->tsval;
        c->end[!client].bits |= END_TS_RECENT;
    }
    return c;
}
