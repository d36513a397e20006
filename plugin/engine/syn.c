/* syn.c - what a SYN means to the attempts of its port pair
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "alarms.h"
#include "between.h"
#include "clocks.h"
#include "peer_end.h"
#include "races.h"
#include "renumbered.h"
#include "seq.h"
#include "setup.h"
#include "siblings.h"
#include "take.h"
#include "tunnels.h"
#include "use.h"
#include "ways.h"

/* SYNs in both directions within this are a simultaneous open: as long as most clients repeat theirs. */
#define CROSSING_WINDOW (60 * NS_PER_SECOND)
/* A RST that was sent behind a SYN may be captured before it, by so much at most. */
#define REORDERED_MOST (10 * NS_PER_SECOND / 1000)

/* Whether a SYN with an attempt's ISN is a copy of one seen before, not a retransmission. */
static bool is_duplicate_syn(const struct attempt *a, const struct segment *seg)
{
    int64_t gap = seg->seen.time - a->last_time;

    if (seg->has_ts && (a->flags & ATTEMPT_HAS_TS)) {
        int32_t newer = seq_delta(seg->tsval, a->tsval);
        return newer < 0 || (newer == 0 && gap < SAME_STAMP_WINDOW);
    }
    if (seg->has_ip_id && seg->ip_id != 0)
        return seg->ip_id == a->mark && gap < SAME_STAMP_WINDOW;
    return gap < DUPLICATE_WINDOW;
}

/* What the attempt began was closed, and its SYN is there once more: no copy of one seen before. */
static bool comes_after_close(const struct work *w, const struct attempt *a)
{
    const struct connection *c = current_of(w);

    return c != NULL && c->attempt == w->pair->attempt[w->side] && c->frame[CONN_CLOSE] != 0
           && !is_duplicate_syn(a, w->seg);
}

/* A RST had ended it before the client acknowledged anything, and the client repeats its SYN: it has not sent that RST.
 * A prober that uses one number for all its SYNs offers neither timestamps nor window scaling. */
static bool outlives_reset(const struct work *w, const struct attempt *a)
{
    const struct connection *c = current_of(w);
    const struct evidence *e = get_evidence(w->t, a);
    bool by_a_stack = w->seg->has_ts || w->seg->wscale != NO_WSCALE;

    return comes_after_close(w, a) && by_a_stack && (c->flags & CONN_RESET) && (e == NULL || e->frame[EV_ACK] == 0)
           && w->seg->seen.time - c->last_time > REORDERED_MOST;
}

/* The same ISN again after the connection has been closed is a new attempt, unless it is an old copy. */
static bool reuses_isn(const struct work *w, const struct attempt *a)
{
    const struct connection *c = current_of(w);

    if (!comes_after_close(w, a) || outlives_reset(w, a))
        return false;
    if ((a->flags & ATTEMPT_HAS_TS) && w->seg->has_ts)
        return seq_after(w->seg->tsval, c->client_tsval);
    return w->seg->seen.time - c->last_time > NS_PER_SECOND;
}

/* Linux's SYN proxy leaves the number of its own SYN/ACK in the SYN that it sends on, which has no ACK
 * (nf_synproxy_core.c, synproxy_send_server_syn; measured on 6.18). */
static bool names_syn_ack(const struct segment *syn, const struct evidence *e)
{
    return syn->ack != 0 && (e->flags & EV_SYN_ACK) && syn->ack == e->syn_ack_isn;
}

/* Its client had acknowledged the SYN/ACK, and repeats no SYN any more: a proxy that answers before it asks the server
 * sends that SYN on, with a newer timestamp. */
static bool is_acknowledged(const struct work *w, const struct attempt *a)
{
    const struct evidence *e = get_evidence(w->t, a);
    const uint16_t flags = EV_SYN_ACK | EV_EXACT;

    if (e != NULL && names_syn_ack(w->seg, e))
        return true;
    if (e == NULL || e->frame[EV_ACK] == 0 || (e->flags & flags) != flags || current_of(w) == NULL
        || (current_of(w)->flags & CONN_RESET))
        return false;
    return (a->flags & ATTEMPT_PROXIED) || w->seg->seen.time - e->ack_time < NS_PER_SECOND;
}

/* The client had acknowledged the SYN/ACK, and this SYN is no copy of one seen before: a proxy sent it. */
static bool is_by_proxy(const struct work *w, const struct attempt *a)
{
    bool other = w->seg->has_ip_id ? w->seg->ip_id != a->mark : !is_duplicate_syn(a, w->seg);

    return other && is_acknowledged(w, a);
}

/* What a service that holds no connection of this port pair does: what it did last. */
static enum peer_answer predict_by_service(const struct work *w)
{
    const struct segment *seg = w->seg;
    const struct service *s = peers_service(&w->t->peers, seg->family, seg->seen.point, &seg->dst);

    if (s == NULL || (s->answer != ANSWER_SYN_ACK && s->answer != ANSWER_RST))
        return ANSWER_UNKNOWN;
    return (enum peer_answer)s->answer;
}

/* What the peer that holds the old connection will answer, by the rules of its stack as it is known by now. */
static enum peer_answer predict_by_old(const struct work *w, uint32_t attempt, const struct connection *old)
{
    const struct segment *seg = w->seg;
    struct peer_rules rules = rules_of_host(w->t, w->pair, !w->side);
    struct peer peer = peer_at(&rules, old, !w->side, seg->seen.time);
    struct syn syn = { .isn = seg->seq, .tsval = seg->tsval, .has_ts = seg->has_ts };
    struct peer_decision d = stack_decide(rules.stack, &peer, &syn);

    if (peer.state == STATE_TIME_WAIT)
        note_time_wait(w, &rules, attempt, old, d.reason);
    if (peer.state == STATE_CLOSED)
        return predict_by_service(w);
    if (segment_timestamp_is_cut(seg) && (peer.timestamps || (old->flags & CONN_TIMESTAMPS_CUT)))
        return ANSWER_UNKNOWN;
    if (peer.state == STATE_FIN_WAIT_2 && d.answer == ANSWER_RST)
        return ANSWER_UNKNOWN; /* a challenge ACK if its socket is still open */
    return d.answer;
}

/* What the peer will answer to this SYN. */
static enum peer_answer predict(const struct work *w, uint32_t attempt)
{
    const struct connection *c = current_of(w), *old = old_of(w);

    if (c != NULL && c->attempt == attempt) {
        bool half_open = connection_state(c, !w->side) == STATE_SYN_RECEIVED;
        return half_open ? ANSWER_SYN_ACK : ANSWER_ACK; /* RFC 5961, 4.2 */
    }
    return c == NULL && old != NULL ? predict_by_old(w, attempt, old) : predict_by_service(w);
}

/* Notes at the old connection that a SYN met its TIME_WAIT. */
static void meet_old(const struct work *w)
{
    struct connection *old = old_of(w);

    if (w->pair->current == 0 && old != NULL && connection_state(old, !w->side) == STATE_TIME_WAIT)
        connection_syn_in_time_wait(old, !w->side, w->seg);
}

static void read_syn(struct attempt *a, const struct segment *seg)
{
    a->frame[SYN_LAST] = seg->seen.frame;
    a->last_time = seg->seen.time;
    a->tsval = seg->tsval;
    a->mark = segment_mark(seg);
    if (seg->has_ts)
        a->flags |= ATTEMPT_HAS_TS;
    if (segment_timestamp_is_cut(seg))
        a->flags |= ATTEMPT_TIMESTAMP_CUT;
    if (a->frame[SYN_FIRST] == a->frame[SYN_LAST] && segment_is_damaged(seg))
        a->flags |= ATTEMPT_DAMAGED;
    else if (!segment_is_damaged(seg))
        a->flags &= (uint16_t)~ATTEMPT_DAMAGED;
    a->syn_data = (uint16_t)MAX(a->syn_data, MIN(seg->payload, UINT16_MAX));
}

/* A SYN against one of the other side that is not answered yet: both belong to one use of the port pair. */
static bool crosses(const struct work *w)
{
    const struct attempt *other = attempt_of(w, !w->side);
    const struct trouble *trouble = other == NULL ? NULL : get_trouble(w->t, other);
    bool answered = trouble != NULL && trouble->packets != 0;

    return other != NULL && w->pair->current == 0 && other->use == w->pair->uses && !answered
           && w->seg->seen.time - other->last_time < CROSSING_WINDOW;
}

/* The SYN/ACK of this SYN was captured before it. */
static bool is_answered_already(const struct work *w)
{
    const struct connection *c = current_of(w);

    return c != NULL && c->attempt == 0 && c->client == w->side && c->client_isn - w->seg->seq <= w->seg->payload;
}

/* A SYN/ACK, and perhaps the ACK, that were captured before the SYN belong to its attempt. */
static void adopt_connection(const struct work *w, uint32_t attempt)
{
    struct attempt *a = get_attempt(w->t, attempt);
    struct connection *c = current_of(w);
    struct evidence *e = need_evidence(w->t, a);

    c->attempt = attempt;
    c->flags &= (uint16_t)~CONN_UNSEEN_SYN;
    if (c->client_isn != w->seg->seq) { /* the SYN/ACK acknowledged data with it */
        c->client_isn = w->seg->seq;
        a->flags |= ATTEMPT_DATA_TAKEN;
    }
    c->end[w->side].bits |= w->seg->has_ts ? END_TS_SENT : 0;
    e->flags |= EV_SYN_ACK;
    e->syn_ack_isn = c->server_isn;
    e->syn_ack_time = c->last_time;
    if (c->flags & CONN_OPEN) {
        e->frame[EV_ACK] = c->frame[CONN_LAST];
        e->flags |= EV_EXACT;
        e->ack_time = MAX(c->last_time, a->first_time);
    }
}

static uint32_t add_attempt(const struct work *w)
{
    struct tracker *t = w->t;
    const struct segment *seg = w->seg;
    bool adopted = is_answered_already(w);

    if (!adopted) {
        forget_numbers(w);
        settle_unseen_use(w);
        if (!crosses(w))
            w->pair->uses++;
        retire_connection(w);
    }
    uint32_t attempt = pool_add(&t->attempts);
    struct attempt *a = get_attempt(t, attempt);
    *a = (struct attempt){
        .pair = w->pair_record,
        .number = ++t->last_number,
        .call = ++t->last_call,
        .use = w->pair->uses,
        .isn = seg->seq,
        .frame = { [SYN_FIRST] = seg->seen.frame },
        .first_time = seg->seen.time,
        .print = prints_add(&t->prints, seg),
        .flags = w->side ? ATTEMPT_SIDE : 0,
    };
    read_syn(a, seg);
    w->pair->attempt[w->side] = attempt;
    siblings_add(t, attempt);
    if (old_of(w) != NULL)
        a->history = keep_history(t, old_of(w));
    if (adopted)
        adopt_connection(w, attempt);
    return attempt;
}

/* By a RST, or by what makes the client send one: after anything else it waits for its timer. */
static bool is_answered(const struct tracker *t, const struct trouble *trouble)
{
    static const enum seen_kind answers[] = { SEEN_BARE_ACK, SEEN_WRONG_SYN_ACK, SEEN_RST };

    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
        if (packets_of(t, trouble, answers[i]) != NULL)
            return true;
    return false;
}

/* The same SYN, sent again. */
static void retry(const struct work *w, struct attempt *a)
{
    struct trouble *trouble = need_trouble(w->t, a);

    if (!(get_evidence(w->t, a)->flags & EV_SYN_ACK)) {
        if (a->syn_data != 0 && w->seg->payload == 0)
            a->flags |= ATTEMPT_PLAIN_RETRY;
        if (!is_answered(w->t, trouble))
            trouble->unanswered_time = w->seg->seen.time;
        if (a->retries == 0 && w->t->setups.count > 0)
            setup_see_retry(w, w->pair->attempt[w->side]);
    } else {
        note_taken_syn(a, trouble, a->tsval);
    }
    if (a->retries == 0) {
        trouble->first_tsval = a->tsval;
        w->t->capture.unanswered++;
    }
    if (a->retries < UINT16_MAX)
        a->retries++;
    trouble->previous_time = a->last_time;
    trouble->damaged = (a->flags & ATTEMPT_DAMAGED) && !segment_is_damaged(w->seg);
    read_syn(a, w->seg);
}

/* The SYN belongs to an attempt that another one had superseded. */
static bool come_back(const struct work *w)
{
    uint32_t before = siblings_find_on_pair(w->t, w->pair_record, w->side, w->seg);

    if (before == 0)
        return false;
    retire_connection(w);
    w->pair->attempt[w->side] = before;
    return true;
}

static void take_copy(const struct work *w, struct attempt *a)
{
    bool same = w->seg->has_ts ? w->seg->tsval == a->tsval : segment_mark(w->seg) == a->mark;

    a->flags |= ATTEMPT_MIRRORED;
    if (same && w->seg->seen.time - a->last_time >= DUPLICATE_WINDOW) {
        a->flags |= ATTEMPT_APART;
        w->t->capture.apart += !(a->flags & ATTEMPT_PROXIED);
        see_syn_apart(w, a);
    }
    see_way_of_syn(w, a, true);
    note_duplicate(w->t, w->seg->seen.frame, w->pair->attempt[w->side]);
}

void take_syn(const struct work *w)
{
    const struct segment *seg = w->seg;
    struct attempt *a = attempt_of(w, w->side);
    uint32_t attempt;

    if (a != NULL && a->isn != seg->seq && is_renumbered_syn(w, a)) {
        renumber(w, a->isn, seg->seq);
        take_copy(w, a);
        return;
    }
    if (a != NULL && a->isn != seg->seq) {
        note_doubt(w, a);
        a = come_back(w) ? attempt_of(w, w->side) : a;
    }
    attempt = w->pair->attempt[w->side];
    if (a == NULL || a->isn != seg->seq || reuses_isn(w, a)) {
        attempt = add_attempt(w);
        a = get_attempt(w->t, attempt);
    } else if (is_duplicate_syn(a, seg) || is_acknowledged(w, a)) {
        a->flags |= is_by_proxy(w, a) ? ATTEMPT_PROXIED : 0;
        take_copy(w, a);
        return;
    } else {
        if (outlives_reset(w, a))
            forget_connection(w);
        retry(w, a);
    }
    see_way_of_syn(w, a, false);
    see_tunnel(w->t, attempt, seg);
    siblings_link_syn(w->t, attempt, seg);
    if (a->retries == 0 && a->sibling != 0)
        see_syn_passed(w, attempt);
    if (a->retries == 0) {
        races_add(w->t, attempt);
        alarms_expect(w->t, attempt);
    }
    enum peer_answer predicted = predict(w, attempt);
    note_syn(w->t, seg->seen.frame, attempt, a->retries + 1U, predicted);
    meet_old(w);
}
