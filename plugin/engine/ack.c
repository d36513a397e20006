/* ack.c - what a segment without SYN and RST means: the handshake is complete, a SYN is rejected, or data flow
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peer_end.h"
#include "seq.h"
#include "take.h"
#include "use.h"

#include <stdlib.h>

/* Adds to the evidence of the attempt that this connection came from, until there is enough of it. */
static void take_evidence(const struct work *w, struct connection *c)
{
    const struct segment *seg = w->seg;
    struct attempt *a = get_attempt(w->t, c->attempt);
    struct evidence *e = need_evidence(w->t, a);

    if (!(c->flags & CONN_OPEN))
        return;
    if (w->side != c->client) {
        bool accepted = seg->payload != 0 || (seg->flags & TCP_FIN) || seq_after(seg->ack, a->isn + 1 + a->syn_data);
        if (accepted && e->frame[EV_ACCEPTED] == 0)
            e->frame[EV_ACCEPTED] = seg->seen.frame;
    } else if (e->frame[EV_ACK] == 0) {
        e->frame[EV_ACK] = seg->seen.frame;
        e->ack_time = seg->seen.time;
        note_answer(w->t, seg->seen.frame, c->attempt, SEEN_ACK);
    }
    if (w->side == c->client && seg->payload != 0)
        e->flags |= EV_CLIENT_DATA;
    if (e->frame[EV_ACK] != 0 && e->frame[EV_ACCEPTED] != 0)
        c->flags |= CONN_SETTLED;
}

/* In a simultaneous open each attempt is decided by what first acknowledges its SYN. number: of the segment, in the
 * numbers of the side whose attempt it is. */
static void take_crossing_ack(const struct work *w, uint8_t side, uint32_t number)
{
    struct attempt *a = attempt_of(w, side);

    if (a == NULL || !(a->flags & ATTEMPT_CROSSED) || !seq_after(number, a->isn))
        return;
    struct evidence *e = need_evidence(w->t, a);
    if (e->frame[EV_ACK] != 0)
        return;
    e->frame[EV_ACK] = w->seg->seen.frame;
    e->ack_time = w->seg->seen.time;
    note_answer(w->t, w->seg->seen.frame, w->pair->attempt[side], SEEN_ACK);
}

static void on_connection(const struct work *w, struct connection *c)
{
    connection_segment(c, w->side, w->seg);
    if (c->attempt != 0 && (c->flags & CONN_SETTLED))
        return;
    take_crossing_ack(w, !w->side, w->seg->ack);
    if (c->client == !w->side) /* who goes on behind its SYN has it acknowledged, in the capture or not */
        take_crossing_ack(w, w->side, w->seg->seq);
    if (c->attempt != 0)
        take_evidence(w, c);
}

static bool is_near(uint32_t number, uint32_t isn)
{
    return number - isn - 1 < NUMBERS_NEAR;
}

/* A client's segment behind its SYN: the SYN/ACK was not captured. */
static bool continues_attempt(const struct work *w, const struct attempt *a)
{
    const struct connection *old = old_of(w);

    if (!(w->seg->flags & TCP_ACK) || !is_near(w->seg->seq, a->isn))
        return false;
    if (w->seg->seq == a->isn + 1 || old == NULL)
        return true;
    return (uint32_t)abs(seq_delta(old->end[w->side].snd_nxt, w->seg->seq)) > w->seg->seq - a->isn;
}

/* A server's segment that acknowledges more than the SYN: the handshake was not captured. */
static bool accepts_attempt(const struct work *w, const struct attempt *a)
{
    const struct connection *old = old_of(w);

    if (!(w->seg->flags & TCP_ACK) || !is_near(w->seg->ack, a->isn))
        return false;
    return old == NULL || connection_rcv_nxt(old, w->side) != w->seg->ack;
}

static bool is_bare_ack(const struct segment *seg)
{
    return seg->payload == 0 && (seg->flags & (TCP_ACK | TCP_FIN)) == TCP_ACK;
}

/* RFC 9293, 3.8.4: a keep-alive probe has the number before SND.NXT; it answers nothing. */
static bool is_keep_alive(const struct work *w, const struct connection *old)
{
    return old != NULL && (old->end[w->side].bits & END_SENT) && w->seg->seq + 1 == old->end[w->side].snd_nxt;
}

/* Where the capture shows frames twice, the copy of the old connection's last ACK may come behind the SYN. */
static bool is_late_copy(const struct work *w, const struct connection *old)
{
    return old->attempt != 0 && (get_attempt(w->t, old->attempt)->flags & ATTEMPT_MIRRORED)
           && w->seg->seen.time - old->last_time < DUPLICATE_WINDOW;
}

/* A segment of the server while the client's SYN is not accepted. Returns false if it answers nothing. */
static bool on_answer(const struct work *w, uint32_t attempt)
{
    struct attempt *a = get_attempt(w->t, attempt);
    struct connection *old = old_of(w);

    if (!is_bare_ack(w->seg)) {
        if (!accepts_attempt(w, a))
            return false;
        on_connection(w, begin_connection(w, attempt));
        return true;
    }
    bool of_old =
        old != NULL && w->seg->seq == old->end[w->side].snd_nxt && w->seg->ack == connection_rcv_nxt(old, w->side);
    if (!of_old && acknowledges_syn(a, w->seg->ack)) { /* a split handshake: its SYN follows */
        const struct attempt *own = attempt_of(w, w->side);
        if (own != NULL && own->use == a->use) { /* it has come: both opened, their SYN/ACKs are missing */
            a->flags |= ATTEMPT_CROSSED;
            take_crossing_ack(w, !w->side, w->seg->ack);
            return true;
        }
        note_answer(w->t, w->seg->seen.frame, attempt, SEEN_ACK);
        return true;
    }
    if (is_keep_alive(w, old) || (of_old && is_late_copy(w, old)))
        return false;
    see_denial(w, attempt, SEEN_BARE_ACK);
    note_service(w, ANSWER_ACK);
    struct peer_rules rules = rules_of_host(w->t, w->pair, w->side);
    if (old != NULL && state_at(&rules, old, w->side, w->seg->seen.time) == STATE_TIME_WAIT)
        note_time_wait(w, &rules, attempt, old);
    return true;
}

/* Both sides sent SYNs, their SYN/ACKs are missing: the segment acknowledges the other's SYN. */
static void note_crossing_by_ack(const struct work *w)
{
    struct attempt *own = attempt_of(w, w->side), *other = attempt_of(w, !w->side);

    if (other == NULL || other->use != own->use || !acknowledges_syn(other, w->seg->ack))
        return;
    own->flags |= ATTEMPT_CROSSED;
    other->flags |= ATTEMPT_CROSSED;
}

/* A client that acknowledges the "wrong" SYN/ACK has sent another SYN, which the capture lacks. */
static bool completes_unseen_attempt(const struct work *w, struct attempt *a)
{
    const struct packets_seen *wrong = packets_of(w->t, get_trouble(w->t, a), SEEN_WRONG_SYN_ACK);

    if (wrong == NULL || w->seg->seq != wrong->last.ack || w->seg->ack != wrong->last.seq + 1)
        return false;
    see_segment(w->t, a, SEEN_WRONG_ACK_TAKEN, w->seg);
    begin_use_of_client(w, w->side, w->seg->seq);
    return true;
}

void take_segment(const struct work *w)
{
    struct connection *c = connection_in_progress(w);
    struct attempt *own = attempt_of(w, w->side);

    if (c == NULL && own != NULL && completes_unseen_attempt(w, own))
        c = current_of(w);
    if (c != NULL) {
        on_connection(w, connection_is_foreign(c, w->side, w->seg) ? begin_unseen_use(w) : c);
        return;
    }
    if (own != NULL && continues_attempt(w, own)) {
        note_crossing_by_ack(w);
        on_connection(w, begin_connection(w, w->pair->attempt[w->side]));
        return;
    }
    if (w->pair->attempt[!w->side] != 0 && on_answer(w, w->pair->attempt[!w->side]))
        return;
    c = old_of(w);
    if (c == NULL || connection_is_foreign(c, w->side, w->seg))
        c = begin_unseen_use(w);
    connection_segment(c, w->side, w->seg);
}
