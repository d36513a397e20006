/* syn_ack.c - what a SYN/ACK means: an answer, a wrong one, or a use whose SYN was not captured
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "seq.h"
#include "tracker_impl.h"

/* A SYN/ACK of the same timestamp within this is one that a repeated SYN called for, or a duplicate. */
#define SYN_ACK_WINDOW (50 * NS_PER_SECOND / 1000)

/* A bare ACK that a SYN/ACK follows at once, without another SYN or a RST between, was no rejection: it is the old
 * connection's last word, captured late. */
static void forget_overtaken_rejection(struct tracker *t, const struct attempt *a, struct evidence *e)
{
    struct trouble *trouble = get_trouble(t, a);

    if (trouble == NULL || trouble->rejection_frame == 0 || (trouble->flags & TROUBLE_SYN_ACK)
        || trouble->client_reset_frame != 0 || (trouble->flags & TROUBLE_SYN_SINCE))
        return;
    trouble->rejection_frame = trouble->last_rejection_frame = 0;
    e->flags |= EV_OVERTAKEN;
}

static void count_syn_ack(const struct segment *seg, struct evidence *e)
{
    bool again =
        (e->flags & EV_SYNACK)
        && ((seg->has_ts && seg->tsval != e->synack_tsval) || seg->seen.time - e->synack_time >= SYN_ACK_WINDOW);

    if (again && e->ack_frame == 0)
        e->flags |= EV_SYNACK_AGAIN;
    else if (again && e->synack_again_frame == 0)
        e->synack_again_frame = seg->seen.frame;
    if (again || !(e->flags & EV_SYNACK)) {
        e->synack_time = seg->seen.time;
        e->synack_tsval = seg->tsval;
    }
    if (e->ack_frame == 0)
        e->synack_isn = seg->seq;
    e->flags |= EV_SYNACK;
}

/* Both sides' SYNs crossed if the SYN/ACK repeats the ISN of a SYN that its sender sent (RFC 9293, 3.5). */
static void note_crossing(const struct work *w, struct attempt *a)
{
    struct attempt *own = attempt_of(w, w->side);

    if (own == NULL || own->isn != w->seg->seq)
        return;
    own->flags |= ATTEMPT_SIMULTANEOUS;
    a->flags |= ATTEMPT_SIMULTANEOUS;
}

static void on_good_syn_ack(const struct work *w, uint32_t attempt)
{
    const struct segment *seg = w->seg;
    struct attempt *a = get_attempt(w->t, attempt);
    struct evidence *e = need_evidence(w->t, a);
    struct connection *c = get_connection(w->t, w->pair->current);

    forget_overtaken_rejection(w->t, a, e);
    count_syn_ack(seg, e);
    note_crossing(w, a);
    if (a->syn_data != 0 && seq_after(seg->ack, a->isn + 1))
        a->flags |= ATTEMPT_FAST_OPEN;
    if ((a->flags & ATTEMPT_SIMULTANEOUS) && e->ack_frame == 0) {
        e->ack_frame = seg->seen.frame;
        e->ack_time = seg->seen.time;
    }
    note_service(w, ANSWER_SYN_ACK);
    peers_note_host(&w->t->peers, seg->family, seg->seen.point, seg->src.ip, seg->ttl);
    note_answer(w, attempt);

    if (c != NULL && c->server_isn != seg->seq && !(c->flags & CONN_OPEN) && !(a->flags & ATTEMPT_SIMULTANEOUS)) {
        forget_connection(w); /* the peer chose anew: SYN cookie, proxy */
        c = NULL;
    }
    if (c == NULL)
        c = begin_connection(w, attempt);
    connection_segment(c, w->side, seg);
}

/* A SYN/ACK whose SYN is not in the capture, or comes later. */
static void on_lone_syn_ack(const struct work *w)
{
    struct attempt *own = attempt_of(w, w->side);
    struct connection *c = get_connection(w->t, w->pair->current);
    bool interrupts = c != NULL && !connection_is_over(c);

    c = begin_use_of_client(w, !w->side, w->seg->ack);
    if (interrupts)
        c->flags |= CONN_UNSEEN_SYN;
    if (own != NULL && own->isn == w->seg->seq)
        own->flags |= ATTEMPT_SIMULTANEOUS;
    connection_segment(c, w->side, w->seg);
}

/* Not what c or its server sent before: the answer to a SYN that the capture lacks. */
static bool is_of_another_use(const struct work *w, const struct connection *c)
{
    if (c->server_isn == w->seg->seq)
        return false;
    return c->close_frame != 0 || connection_is_far(c, w->side, w->seg)
           || ((c->flags & CONN_OPEN) && !seq_after(c->end[w->side].snd_nxt, w->seg->seq));
}

void on_syn_ack(const struct work *w)
{
    uint32_t attempt = w->pair->attempt[!w->side];
    struct attempt *a = attempt_of(w, !w->side);
    const struct connection *c = get_connection(w->t, w->pair->current);

    if (a != NULL && acknowledges_syn(a, w->seg->ack)) {
        on_good_syn_ack(w, attempt);
    } else if (a != NULL && c == NULL) {
        take_wrong_syn_ack(w->t, a, get_connection(w->t, w->pair->old), w->seg);
        note_answer(w, attempt);
    } else if (c == NULL || is_of_another_use(w, c)) {
        on_lone_syn_ack(w);
    }
}
