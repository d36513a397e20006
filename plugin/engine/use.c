/* use.c - the uses of a port pair: the connection in progress, the old one, and those whose SYN was not captured
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "seq.h"
#include "tracker_impl.h"

static uint32_t add_connection(struct tracker *t)
{
    guint n = t->free_connections->len;

    if (n > 0) {
        uint32_t record = g_array_index(t->free_connections, uint32_t, n - 1);
        g_array_set_size(t->free_connections, n - 1);
        return record;
    }
    g_array_set_size(t->connections, t->connections->len + 1);
    return t->connections->len;
}

/* What the connection before the old one left is in the attempts' histories. */
void retire_connection(const struct work *w)
{
    struct port_pair *pair = w->pair;

    if (pair->current == 0)
        return;
    if (pair->old != 0)
        g_array_append_val(w->t->free_connections, pair->old);
    pair->old = pair->current;
    pair->current = 0;
}

void forget_connection(const struct work *w)
{
    g_array_append_val(w->t->free_connections, w->pair->current);
    w->pair->current = 0;
}

/* The connection is still to be initialised. */
static struct connection *begin_use(const struct work *w)
{
    retire_connection(w);
    w->pair->uses++;
    w->pair->current = add_connection(w->t);
    return get_connection(w->t, w->pair->current);
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

/* Both ends have spoken in the numbers of the unseen use: they are not one stranger's. */
static bool is_confirmed(const struct connection *c)
{
    return !(c->flags & CONN_UNSEEN_SYN) || (c->end[0].bits & c->end[1].bits & END_ACKED);
}

/* The segment continues the connection before, as if there were no unseen use. */
static bool is_strange_to_unseen_use(const struct work *w, const struct connection *c)
{
    const struct connection *old = get_connection(w->t, w->pair->old);

    return !is_confirmed(c) && old != NULL
           && (connection_is_far(c, w->side, w->seg) || connection_is_newer(c, w->side, w->seg))
           && !connection_is_far(old, w->side, w->seg) && !connection_is_foreign(old, w->side, w->seg);
}

/* The use was none: the numbers were forged, or garbage. */
static void drop_unseen_use(const struct work *w)
{
    const struct connection *old = get_connection(w->t, w->pair->old);

    forget_connection(w);
    w->pair->uses--;
    if (old != NULL && !connection_is_over(old)) {
        w->pair->current = w->pair->old;
        w->pair->old = 0;
    }
}

struct connection *connection_in_progress(const struct work *w)
{
    const struct connection *c = get_connection(w->t, w->pair->current);

    if (c != NULL && is_strange_to_unseen_use(w, c))
        drop_unseen_use(w);
    return get_connection(w->t, w->pair->current);
}

void settle_unseen_use(const struct work *w)
{
    const struct connection *c = get_connection(w->t, w->pair->current);
    bool both_captured = w->pair->sent == (1 | 2);

    if (c != NULL && !is_confirmed(c) && both_captured && w->pair->old != 0)
        drop_unseen_use(w);
}

struct connection *begin_connection(const struct work *w, uint32_t attempt)
{
    struct tracker *t = w->t;
    const struct attempt *a = get_attempt(t, attempt);
    uint8_t client = attempt_side(a);
    struct sighting first = { .frame = a->first_frame, .time = a->first_time };
    bool took_data = w->side != client && seq_after(w->seg->ack, a->isn + 1);

    w->pair->current = add_connection(t);
    struct connection *c = get_connection(t, w->pair->current);
    connection_init_client(c, client, a->isn, a->isn + 1 + (took_data ? a->syn_data : 0), a->print.wscale, &first);
    if (a->flags & ATTEMPT_OPTIONS_CUT)
        c->flags |= CONN_SCALE_UNKNOWN | CONN_OPTIONS_CUT;
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
