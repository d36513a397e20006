/* reset.c - what a RST means: a refusal, the end of a connection, or nothing
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tracker_impl.h"

static void fail_by_client_reset(const struct work *w, uint32_t attempt)
{
    struct trouble *trouble = need_trouble(w->t, get_attempt(w->t, attempt));

    if (trouble->failure != FAILURE_NONE)
        return;
    trouble->failure = FAILURE_CLIENT_RESET;
    trouble->failure_frame = w->seg->seen.frame;
    trouble->failure_time = w->seg->seen.time;
    note_answer(w, attempt);
}

/* A TIME_WAIT goes by what its kind of stack does with a RST. */
static void reset_connection(const struct work *w, struct connection *c)
{
    if (state_at(w->t, c, !w->side, w->seg->seen.time) == STATE_TIME_WAIT
        && !peer_time_wait_removed_by_reset(w->t->options.peer, connection_rcv_nxt(c, !w->side), w->seg->seq))
        return;
    connection_segment(c, w->side, w->seg);
}

static void reset_old_connection(const struct work *w)
{
    struct connection *old = get_connection(w->t, w->pair->old);

    if (old == NULL)
        return;
    bool ended = old->flags & CONN_RESET;
    reset_connection(w, old);
    struct attempt *own = attempt_of(w, w->side);
    if (own != NULL && !ended && (old->flags & CONN_RESET))
        own->flags |= ATTEMPT_RESET_OLD;
}

/* The RST has the next number of the old connection, by the receiver's or, if that is not captured, the sender's word. */
static bool is_next_of(const struct connection *old, const struct work *w)
{
    const struct endpoint *e = &old->end[w->side];

    return connection_rcv_nxt(old, !w->side) == w->seg->seq || ((e->bits & END_SENT) && e->snd_nxt == w->seg->seq);
}

/* The client's RST against an answer that it did not expect (RFC 9293, 3.10.7.3). */
static bool on_client_reset(const struct work *w, struct attempt *a)
{
    struct trouble *trouble = get_trouble(w->t, a);
    const struct history *h = get_history(w->t, a);
    const struct connection *old = get_connection(w->t, w->pair->old);

    if (trouble != NULL && trouble->rejection_frame != 0) {
        if ((trouble->flags & TROUBLE_SYN_ACK) || (h != NULL && h->rcv_nxt == w->seg->seq))
            trouble->client_reset_frame = w->seg->seen.frame;
        return false; /* it is meant for the old connection */
    }
    if (w->seg->seq != a->isn + 1 || (old != NULL && is_next_of(old, w)))
        return false;
    fail_by_client_reset(w, w->pair->attempt[w->side]);
    return true;
}

static void on_reset_before_connection(const struct work *w)
{
    struct attempt *own = attempt_of(w, w->side), *other = attempt_of(w, !w->side);

    /* RFC 9293, 3.10.7.3: in SYN-SENT a RST is acceptable if it acknowledges the SYN. */
    if (other != NULL && (w->seg->flags & TCP_ACK) && acknowledges_syn(other, w->seg->ack)) {
        struct connection *old = get_connection(w->t, w->pair->old);
        take_refusal(w->t, other, old, w->seg);
        const struct trouble *trouble = get_trouble(w->t, other);
        if (trouble->failure_cause == CAUSE_OLD_SYN_RECEIVED) { /* Linux: an embryonic reset */
            old->end[0].bits |= END_RESET;
            old->end[1].bits |= END_RESET;
        }
        note_service(w, ANSWER_RST);
        note_answer(w, w->pair->attempt[!w->side]);
        return;
    }
    if (own == NULL || !on_client_reset(w, own))
        reset_old_connection(w);
}

void on_reset(const struct work *w)
{
    struct connection *c = get_connection(w->t, w->pair->current);

    if (c == NULL) {
        on_reset_before_connection(w);
        return;
    }
    bool half_open = !(c->flags & (CONN_OPEN | CONN_MIDSTREAM | CONN_RESET));
    uint32_t attempt = c->attempt;
    reset_connection(w, c);
    if (!half_open || attempt == 0 || !(c->flags & CONN_RESET))
        return;
    if (w->side == c->client)
        fail_by_client_reset(w, attempt);
    /* A server that has answered with a SYN/ACK does not refuse any more: a RST from it ends a connection whose
     * last handshake ACK is missing in the capture. */
}
