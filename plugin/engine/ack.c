/* ack.c - what a segment without SYN and RST means: the handshake is complete, a SYN is rejected, or data flow
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peer_end.h"
#include "refute.h"
#include "seq.h"
#include "take.h"
#include "use.h"
#include "ways.h"

#include <stdlib.h>

/* Packets may be captured in another order than they were sent, by so much at most. */
#define OUT_OF_ORDER (10 * NS_PER_SECOND / 1000)

/* What the server's first segment of an open connection shows of its host. */
static void note_server(const struct work *w)
{
    const struct segment *seg = w->seg;
    struct host *host = peers_need_host(&w->t->peers, seg->family, seg->seen.point, seg->src.ip);

    host_note_ttl(host, seg->ttl);
    note_segment_marks(host, seg);
}

/* A segment shows that the server took the connection. */
static void see_acceptance(const struct work *w, const struct attempt *a, struct evidence *e)
{
    struct trouble *trouble = get_trouble(w->t, a);

    if (e->frame[EV_ACCEPTED] != 0)
        return;
    e->frame[EV_ACCEPTED] = w->seg->seen.frame;
    if (w->side != attempt_side(a))
        note_server(w);
    if (packets_of(w->t, trouble, SEEN_DATA_AGAIN) != NULL)
        trouble->served_time = w->seg->seen.time;
}

/* RFC 9293, 3.8.6.1: a probe of a zero window is no repeated data. */
static bool is_window_probe(const struct connection *c)
{
    return (c->end[!c->client].bits & END_ACKED) && c->end[!c->client].window == 0;
}

/* The same packet, captured again by a mirror port, or by another host whose clock differs or which is far. */
static bool is_copy_of_data(const struct segment *seg, const struct packets_seen *again, const struct evidence *e)
{
    int64_t before = again == NULL ? e->data_time : packets_last(again)->time;
    uint32_t stamp = again == NULL ? e->data_stamp : packet_stamp(packets_last(again));
    int64_t gap = seg->seen.time - before;

    return gap < DUPLICATE_WINDOW || (gap < SAME_STAMP_WINDOW && stamp != 0 && segment_stamp(seg) == stamp);
}

/* The client sends what begins behind its SYN, for the first time or again. */
static void see_first_data(const struct work *w, const struct connection *c, struct attempt *a, struct evidence *e)
{
    const struct packets_seen *again = packets_of(w->t, get_trouble(w->t, a), SEEN_DATA_AGAIN);

    see_way_of_data(w, e);
    if (!(e->flags & EV_CLIENT_DATA)) {
        e->flags |= EV_CLIENT_DATA;
        e->data_time = w->seg->seen.time;
        e->data_stamp = segment_stamp(w->seg);
        e->request = (uint16_t)MIN(w->seg->payload, UINT16_MAX);
        return;
    }
    if (is_copy_of_data(w->seg, again, e) || e->frame[EV_ACCEPTED] != 0 || is_window_probe(c))
        return;
    see_segment(w->t, a, SEEN_DATA_AGAIN, w->seg);
    note_answer(w->t, w->seg->seen.frame, c->attempt, SEEN_DATA_AGAIN);
    struct trouble *trouble = get_trouble(w->t, a);
    if (again != NULL && trouble->frame[TROUBLE_THIRD] == 0) {
        trouble->frame[TROUBLE_THIRD] = w->seg->seen.frame;
        trouble->third_time = w->seg->seen.time;
    }
}

/* The client's ACK echoes the first SYN/ACK, and its clock has hardly gone on since its SYN (most clocks tick in ms): the
 * ACK was long on its way, the SYN/ACK was not. */
static bool is_sent_at_once(const struct work *w, const struct attempt *a, const struct evidence *e)
{
    const struct segment *seg = w->seg;
    int64_t ticks = seq_delta(seg->tsval, a->tsval), elapsed = seg->seen.time - a->last_time;

    return seg->has_ts && (a->flags & ATTEMPT_HAS_TS) && seg->tsecr == e->syn_ack_tsval
           && ticks * (NS_PER_SECOND / 1000) < elapsed / 2;
}

/* The client acknowledges what the capture lacks: its server is there. A FIN says nothing: a capture may hold only SYNs,
 * FINs and RSTs. */
static void note_unheard(const struct work *w)
{
    const struct segment *seg = w->seg;

    if (seg->flags & TCP_FIN)
        return;
    w->t->capture.unheard = true;
    peers_mark_host(&w->t->peers, seg->family, seg->seen.point, seg->dst.ip, HOST_UNHEARD);
}

/* The SYN/ACK that the client acknowledges was not captured. */
static void note_unheard_answer(const struct work *w)
{
    const struct segment *seg = w->seg;

    note_unheard(w);
    peers_note_answer(&w->t->peers, seg->family, seg->seen.point, &seg->dst, seg->seen.time, ANSWER_SYN_ACK);
}

static void see_first_ack(const struct work *w, const struct connection *c, const struct attempt *a, struct evidence *e)
{
    const struct segment *seg = w->seg;

    e->frame[EV_ACK] = seg->seen.frame;
    e->ack_time = seg->seen.time;
    if (acknowledges_syn(a, seg->seq) && seg->ack == c->server_isn + 1 && !(seg->flags & TCP_FIN))
        e->flags |= EV_EXACT; /* before a FIN there was an ACK, in the capture or not */
    if (!(e->flags & EV_SYN_ACK) && !(a->flags & ATTEMPT_CROSSED))
        note_unheard_answer(w);
    if ((e->flags & EV_SYN_ACK) && is_sent_at_once(w, a, e))
        e->flags |= EV_ACK_OF_FIRST;
    e->syn_ack_isn = c->server_isn;
    note_answer(w->t, seg->seen.frame, c->attempt, SEEN_ACK);
}

/* The client goes on after it had to repeat data, or ends. */
static void see_unanswered(const struct work *w, struct attempt *a, const struct evidence *e, uint32_t begin)
{
    const struct segment *seg = w->seg;
    struct trouble *trouble = get_trouble(w->t, a);

    if (packets_of(w->t, trouble, SEEN_DATA_AGAIN) == NULL)
        return;
    if (e->frame[EV_ACCEPTED] == 0)
        trouble->client_time = seg->seen.time;
    if ((seg->flags & TCP_FIN) && (seg->seq != begin || seg->payload != 0))
        see_segment(w->t, a, SEEN_CLIENT_END, seg);
}

/* The client says again that it has the SYN/ACK, which the server repeats. */
static void see_repeated_ack(const struct work *w, uint32_t attempt, const struct evidence *e)
{
    struct attempt *a = get_attempt(w->t, attempt);

    if (e->frame[EV_ACK] == w->seg->seen.frame || e->frame[EV_ACCEPTED] != 0
        || packets_of(w->t, get_trouble(w->t, a), SEEN_SYN_ACK_LATE) == NULL)
        return;
    see_segment(w->t, a, SEEN_ACK, w->seg);
    if (w->seg->payload == 0) /* data that is sent again has a note */
        note_answer(w->t, w->seg->seen.frame, attempt, SEEN_ACK);
}

static void see_client(const struct work *w, const struct connection *c, struct attempt *a, struct evidence *e)
{
    const struct segment *seg = w->seg;
    bool content = seg->payload != 0 || (seg->flags & TCP_FIN);
    uint32_t begin = a->isn + 1 + (a->flags & ATTEMPT_DATA_TAKEN ? a->syn_data : 0);

    see_way_of_client(w, e);
    if (e->frame[EV_ACK] == 0)
        see_first_ack(w, c, a, e);
    if (content && seg->seq == begin)
        see_first_data(w, c, a, e);
    see_unanswered(w, a, e, begin);
    if (!content)
        see_repeated_ack(w, c->attempt, e);
    if (seq_after(seg->ack, c->server_isn + 1)) {
        if (e->frame[EV_ACCEPTED] == 0)
            note_unheard(w);
        see_acceptance(w, a, e);
    }
}

/* Adds to the evidence of the attempt that this connection came from, until there is enough of it. A number that the client
 * cannot have reached acknowledges nothing: a firewall has changed it, and what it answers is not taken. */
static void take_evidence(const struct work *w, struct connection *c)
{
    const struct segment *seg = w->seg;
    struct attempt *a = get_attempt(w->t, c->attempt);
    struct evidence *e = need_evidence(w->t, a);

    if (!(c->flags & CONN_OPEN))
        return;
    if (w->side == c->client)
        see_client(w, c, a, e);
    else if (seg->payload != 0 || (seg->flags & TCP_FIN) || is_near(seg->ack, a->isn + 1 + a->syn_data))
        see_acceptance(w, a, e);
    else if (seg->option_kinds & SELECTIVE_ACK)
        e->flags |= EV_SELECTIVE_ACK;
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
    if (see_crossing_ack(w, a))
        note_answer(w->t, w->seg->seen.frame, w->pair->attempt[side], SEEN_ACK);
}

/* The client acknowledges another of the SYN/ACKs: it is that one's connection. */
static struct connection *connection_of_ack(const struct work *w, struct connection *c)
{
    if ((c->flags & CONN_OPEN) || c->attempt == 0 || w->side != c->client || !(w->seg->flags & TCP_ACK))
        return c;
    const struct trouble *trouble = get_trouble(w->t, get_attempt(w->t, c->attempt));
    const struct packets_seen *others = packets_of(w->t, trouble, SEEN_SYN_ACK_OTHER);
    if (others == NULL)
        return c;
    if (w->seg->ack - 1 != others->first.seq && w->seg->ack - 1 != others->last.seq)
        return c;
    connection_change_server_isn(c, w->seg->ack - 1);
    return c;
}

/* A bare ACK of what the server has not sent, as far as the capture shows: its number may be wrong, or the server's
 * data missing. What follows tells. */
static bool is_odd_ack(const struct work *w, const struct connection *c)
{
    const struct segment *seg = w->seg;

    return c->attempt != 0 && w->side == c->client && (c->flags & (CONN_SYN_ACK | CONN_OPEN)) == CONN_SYN_ACK
           && seg->payload == 0 && !(seg->flags & TCP_FIN) && seg->seq == c->client_isn + 1
           && seq_after(seg->ack, c->end[!w->side].snd_nxt);
}

static void on_connection(const struct work *w, struct connection *c)
{
    c = connection_of_ack(w, c);
    if (is_odd_ack(w, c)) {
        see_segment(w->t, get_attempt(w->t, c->attempt), SEEN_ODD_ACK, w->seg);
        return;
    }
    bool lacked = c->flags & CONN_LACKS_DATA;
    connection_segment(c, w->side, w->seg);
    w->t->capture.lacking += !lacked && (c->flags & CONN_LACKS_DATA);
    if (c->attempt != 0 && (c->flags & CONN_SETTLED))
        return;
    take_crossing_ack(w, !w->side, w->seg->ack);
    if (c->client == !w->side) /* who goes on behind its SYN has it acknowledged, in the capture or not */
        take_crossing_ack(w, w->side, w->seg->seq);
    if (c->attempt != 0)
        take_evidence(w, c);
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

/* The old connection's client sent more behind the SYN: what acknowledges that for the first time answers no SYN. */
static bool takes_old_data(const struct work *w, const struct attempt *a, const struct connection *old)
{
    if (old == NULL || old->frame[CONN_LAST] <= a->frame[SYN_FIRST])
        return false;
    const struct endpoint *e = &old->end[w->side];
    bool copy = (a->flags & ATTEMPT_MIRRORED) && w->seg->seen.time - old->last_time < DUPLICATE_WINDOW;
    bool first = seq_after(w->seg->ack, e->rcv_nxt) || (copy && w->seg->ack == e->rcv_nxt);
    return (e->bits & END_ACKED) && first && w->seg->ack == old->end[!w->side].snd_nxt;
}

/* Where the capture shows frames twice, the copy of the old connection's last ACK may come behind the SYN, but not behind
 * the copy of the SYN. */
static bool is_late_copy(const struct work *w, const struct attempt *a, const struct connection *old)
{
    return old->attempt != 0 && !(a->flags & ATTEMPT_MIRRORED)
           && (get_attempt(w->t, old->attempt)->flags & ATTEMPT_MIRRORED)
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
    bool of_old = old != NULL && has_next_numbers(old, w->side, w->seg->seq, w->seg->ack);
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
    if (is_keep_alive(w, old) || takes_old_data(w, a, old) || (of_old && is_late_copy(w, a, old)))
        return false;
    if (packets_of(w->t, get_trouble(w->t, a), SEEN_BARE_ACK) == NULL)
        refute_by_answer(w, a, ANSWER_ACK);
    see_denial(w, attempt, SEEN_BARE_ACK);
    note_service(w, ANSWER_ACK);
    if (of_old)
        old->flags &= (uint16_t)~CONN_TIME_WAIT_RESET; /* the TIME_WAIT that answers was not removed */
    struct peer_rules rules = rules_of_host(w->t, w->pair, w->side);
    if (old != NULL && state_at(&rules, old, w->side, w->seg->seen.time) == STATE_TIME_WAIT)
        note_time_wait(w, &rules, attempt, old, REASON_NONE);
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

/* Who sends a SYN has no connection on these ports. If the old one goes on behind it, another host has that: packets that
 * were captured out of order come sooner. */
static void see_old_data(const struct work *w, struct attempt *own, const struct connection *old)
{
    const struct endpoint *e = &old->end[w->side];

    if (w->seg->payload == 0 || !(e->bits & END_SENT) || w->seg->seq != e->snd_nxt
        || w->seg->seen.time - own->first_time < OUT_OF_ORDER)
        return;
    struct trouble *trouble = need_trouble(w->t, own);
    if (trouble->frame[TROUBLE_OLD_DATA] == 0)
        trouble->frame[TROUBLE_OLD_DATA] = w->seg->seen.frame;
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
    else if (own != NULL)
        see_old_data(w, own, c);
    connection_segment(c, w->side, w->seg);
}
