/* syn_ack.c - what a SYN/ACK means: an answer, a wrong one, or a use whose SYN was not captured
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "between.h"
#include "clocks.h"
#include "recognise.h"
#include "refute.h"
#include "renumbered.h"
#include "seq.h"
#include "setup.h"
#include "take.h"
#include "tunnels.h"
#include "use.h"
#include "ways.h"

/* A SYN/ACK within this is one that a repeated SYN called for, or a duplicate. */
#define SYN_ACK_WINDOW (50 * NS_PER_SECOND / 1000)

/* What a SYN/ACK with the number of the one before is. */
enum repetition {
    REPETITION_COPY,   /* of a frame that was captured before */
    REPETITION_ANSWER, /* to a SYN that was repeated, or one that was overtaken */
    REPETITION_AGAIN,  /* it was sent again */
};

static enum repetition repetition_of(const struct work *w, const struct attempt *a, const struct evidence *e)
{
    const struct trouble *trouble = get_trouble(w->t, a);
    const struct packets_seen *again = packets_of(w->t, trouble, SEEN_SYN_ACK_LATE);
    const struct segment *seg = w->seg;

    if (again == NULL)
        again = packets_of(w->t, trouble, SEEN_SYN_ACK_AGAIN);
    uint32_t tsval = again == NULL ? e->syn_ack_tsval : again->last.tsval;
    int64_t time = again == NULL ? e->syn_ack_time : again->last.time;
    int64_t gap = seg->seen.time - time;
    if (seg->has_ts && seg->tsval == tsval)
        return gap >= SAME_STAMP_WINDOW ? REPETITION_AGAIN : REPETITION_COPY;
    if (seg->has_ts && !seq_after(seg->tsval, tsval))
        return REPETITION_ANSWER;
    if (!seg->has_ts && w->t->capture.apart > 0 && a->retries == 0 && gap < SAME_STAMP_WINDOW)
        return REPETITION_COPY; /* no timer of a SYN/ACK is so short */
    if (gap >= SYN_ACK_WINDOW)
        return REPETITION_AGAIN;
    return !seg->has_ts && gap < DUPLICATE_WINDOW ? REPETITION_COPY : REPETITION_ANSWER;
}

/* The client was connected, and ended that with a RST: it waits for nothing, whatever the server repeats. */
static bool has_left(const struct work *w, const struct attempt *a)
{
    const struct connection *c = current_of(w);

    return c != NULL && (c->flags & CONN_RESET) && connection_closer(c) == attempt_side(a);
}

/* Returns whether it is a copy. */
static bool see_syn_ack(const struct work *w, struct attempt *a, struct evidence *e)
{
    const struct segment *seg = w->seg;
    bool acknowledged = e->frame[EV_ACK] != 0;
    enum repetition repetition = REPETITION_ANSWER;

    if (!(e->flags & EV_SYN_ACK)) {
        e->syn_ack_time = seg->seen.time;
        e->syn_ack_tsval = seg->tsval;
        e->syn_ack_isn = seg->seq;
        e->flags |= segment_is_damaged(seg) ? EV_DAMAGED : 0;
        if (e->trouble != 0)
            note_taken_syn(a, get_trouble(w->t, a), seg->tsecr);
    } else if (seg->seq != e->syn_ack_isn) {
        see_segment(w->t, a, SEEN_SYN_ACK_OTHER, seg);
    } else {
        repetition = repetition_of(w, a, e);
    }
    if (repetition == REPETITION_AGAIN && !(acknowledged && has_left(w, a)))
        see_segment(w->t, a, acknowledged ? SEEN_SYN_ACK_LATE : SEEN_SYN_ACK_AGAIN, seg);
    if (!segment_is_damaged(seg))
        e->flags &= (uint16_t)~EV_DAMAGED;
    e->flags |= EV_SYN_ACK;
    return repetition == REPETITION_COPY;
}

/* Both sides' SYNs crossed if the SYN/ACK repeats the ISN of a SYN that its sender sent (RFC 9293, 3.5). */
static void note_crossing(const struct work *w, struct attempt *a)
{
    struct attempt *own = attempt_of(w, w->side);

    if (own == NULL || own->isn != w->seg->seq)
        return;
    own->flags |= ATTEMPT_CROSSED;
    a->flags |= ATTEMPT_CROSSED;
}

/* An answer that comes sooner is from nearby: light goes 3 km and back in this time, and a packet that a router passes on
 * not even that far. A gap of 0 says nothing: a coarse clock may give two packets one time. */
#define NEAR (NS_PER_SECOND / 1000000 * 30)

static bool comes_from_near(const struct segment *seg, const struct attempt *a)
{
    int64_t gap = seg->seen.time - a->first_time;

    return gap > 0 && gap <= NEAR && !(a->flags & ATTEMPT_APART)
           && (seg->ttl == 64 || seg->ttl == 128 || seg->ttl == 255);
}

/* What it shows of its host and service, and of its frame. */
static void note_sender(const struct work *w, uint32_t attempt, bool copy)
{
    const struct segment *seg = w->seg;
    struct host *host = peers_need_host(&w->t->peers, seg->family, seg->seen.point, seg->src.ip);

    note_service(w, ANSWER_SYN_ACK);
    host_note_ttl(host, seg->ttl);
    host_note_checksum(host, seg);
    note_syn_ack_marks(host, seg);
    if (comes_from_near(seg, get_attempt(w->t, attempt)))
        host->marks |= HOST_NEAR;
    if (copy)
        note_duplicate(w->t, seg->seen.frame, attempt);
    else
        note_answer(w->t, seg->seen.frame, attempt, SEEN_SYN_ACK);
}

/* One that was seen already, or, behind a proxy, that its client never sees. */
static void take_renumbered(const struct work *w, uint32_t attempt)
{
    const struct evidence *e = get_evidence(w->t, get_attempt(w->t, attempt));

    if (w->seg->seq != e->syn_ack_isn)
        renumber(w, e->syn_ack_isn, w->seg->seq);
    see_way_of_syn_ack(w, attempt);
    note_duplicate(w->t, w->seg->seen.frame, attempt);
}

/* RFC 7323, 3.2: TSecr of a SYN/ACK is TSval of the SYN that it answers. The capture may lack that one. */
static bool echoes_other(const struct attempt *a, const struct segment *seg)
{
    return (a->flags & ATTEMPT_HAS_TS) && seg->has_ts && seg->tsecr != a->tsval;
}

/* Whoever drops what is damaged did not drop this SYN. */
static void see_damaged_taken(struct tracker *t, uint32_t attempt)
{
    if (came_in_bad_tunnel(t, attempt, false))
        see_bad_tunnel_taken(t);
    else
        t->checksums_lie = true;
}

static void on_good_syn_ack(const struct work *w, uint32_t attempt)
{
    const struct segment *seg = w->seg;
    struct attempt *a = get_attempt(w->t, attempt);
    struct evidence *e = need_evidence(w->t, a);
    struct connection *c = connection_in_progress(w);

    if ((e->flags & EV_SYN_ACK) && is_renumbered_syn_ack(w, a, e)) {
        take_renumbered(w, attempt);
        return;
    }
    if (!(e->flags & EV_SYN_ACK)) {
        if (echoes_other(a, seg))
            e->flags |= EV_ECHOES_OTHER;
        else
            refute_by_answer(w, a, ANSWER_SYN_ACK);
        e->answer = prints_add(&w->t->prints, seg);
    }
    if (a->flags & ATTEMPT_DAMAGED)
        see_damaged_taken(w->t, attempt);
    see_way_of_syn_ack(w, attempt);
    see_tunnel(w->t, attempt, seg);
    const bool known = e->flags & EV_SYN_ACK, copy = see_syn_ack(w, a, e);
    note_sender(w, attempt, copy);
    if (!known && a->sibling != 0)
        see_syn_ack_passed(w, attempt);
    if (!known && w->t->setups.count > 0)
        setup_see_answer(w, attempt);
    if (copy || !known)
        see_syn_ack_apart(w, attempt, copy);
    note_crossing(w, a);
    if (a->syn_data != 0 && seq_after(seg->ack, a->isn + 1))
        a->flags |= ATTEMPT_DATA_TAKEN;
    if (a->flags & ATTEMPT_CROSSED)
        see_crossing_ack(w, a);
    if (c == NULL)
        c = begin_connection(w, attempt);
    connection_segment(c, w->side, seg);
}

/* A SYN/ACK whose SYN is not in the capture, or comes later. */
static void on_lone_syn_ack(const struct work *w)
{
    struct attempt *own = attempt_of(w, w->side);
    struct connection *c = current_of(w);
    bool interrupts = c != NULL && !connection_is_over(c);

    c = begin_use_of_client(w, !w->side, w->seg->ack);
    if (interrupts)
        c->flags |= CONN_UNSEEN_SYN;
    if (own != NULL && own->isn == w->seg->seq) {
        own->flags |= ATTEMPT_CROSSED;
        if (acknowledges_syn(own, w->seg->ack)) /* a port that calls itself */
            see_crossing_ack(w, own);
    }
    connection_segment(c, w->side, w->seg);
}

/* Not what c or its server sent before: the answer to a SYN that the capture lacks. */
static bool is_of_another_use(const struct work *w, const struct connection *c)
{
    if (c->server_isn == w->seg->seq)
        return false;
    return c->frame[CONN_CLOSE] != 0 || connection_is_far(c, w->side, w->seg)
           || ((c->flags & CONN_OPEN) && !seq_after(c->end[w->side].snd_nxt, w->seg->seq));
}

void take_syn_ack(const struct work *w)
{
    uint32_t attempt = w->pair->attempt[!w->side];
    struct attempt *a = attempt_of(w, !w->side);
    const struct connection *c = current_of(w);

    if (a != NULL && acknowledges_syn(a, w->seg->ack)) {
        on_good_syn_ack(w, attempt);
    } else if (a != NULL && c == NULL) {
        see_denial(w, attempt, SEEN_WRONG_SYN_ACK);
    } else if (c == NULL || is_of_another_use(w, c)) {
        on_lone_syn_ack(w);
    }
}
