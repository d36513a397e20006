/* syn.c - what a SYN means to the attempts of its port pair
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "seq.h"
#include "tracker_impl.h"

/* The same timestamp, or IP ID, so soon is the same packet: retransmissions wait 200 ms or more. */
#define SAME_STAMP_WINDOW (200 * NS_PER_SECOND / 1000)
/* SYNs in both directions within this are a simultaneous open: as long as most clients repeat theirs. */
#define CROSSING_WINDOW (60 * NS_PER_SECOND)

/* Whether a SYN with an attempt's ISN is a copy of one seen before, not a retransmission. */
static bool is_duplicate_syn(const struct attempt *a, const struct segment *seg)
{
    int64_t gap = seg->seen.time - a->last_time;

    if (seg->has_ts && (a->flags & ATTEMPT_HAS_TS)) {
        int32_t newer = seq_delta(seg->tsval, a->tsval);
        return newer < 0 || (newer == 0 && gap < SAME_STAMP_WINDOW);
    }
    if (seg->has_ip_id && seg->ip_id != 0)
        return seg->ip_id == a->ip_id && gap < SAME_STAMP_WINDOW;
    return gap < DUPLICATE_WINDOW;
}

/* The same ISN again after the connection has been closed is a new attempt, unless it is an old copy. */
static bool reuses_isn(const struct work *w, const struct attempt *a)
{
    const struct connection *c = get_connection(w->t, w->pair->current);

    if (c == NULL || c->attempt != w->pair->attempt[w->side] || c->close_frame == 0 || is_duplicate_syn(a, w->seg))
        return false;
    if ((a->flags & ATTEMPT_HAS_TS) && w->seg->has_ts)
        return seq_after(w->seg->tsval, c->client_tsval);
    return w->seg->seen.time - c->last_time > NS_PER_SECOND;
}

/* The peer of the old connection, unless a connection of this attempt is in progress. */
static struct connection *old_connection(const struct work *w)
{
    return w->pair->current == 0 ? get_connection(w->t, w->pair->old) : NULL;
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

static void keep_decision(struct tracker *t, const struct attempt *a, struct peer_decision d)
{
    struct history *h = get_history(t, a);

    if (h == NULL)
        return;
    if (a->retries == 0) {
        h->answer = (uint8_t)d.answer;
        h->reason = (uint8_t)d.reason;
    } else if (h->answer != d.answer || h->reason != d.reason) {
        h->flags |= HISTORY_ANSWER_CHANGED;
    }
}

/* What the peer will answer to this SYN. Says so to the old connection: a SYN may restart its TIME_WAIT. */
static enum peer_answer predict(const struct work *w, uint32_t attempt)
{
    const struct segment *seg = w->seg;
    const struct attempt *a = get_attempt(w->t, attempt);
    struct connection *old = old_connection(w);
    const struct connection *c = get_connection(w->t, w->pair->current);

    if (c != NULL && c->attempt == attempt) {
        bool half_open = connection_state(c, !w->side) == STATE_SYN_RECEIVED;
        return half_open ? ANSWER_SYN_ACK : ANSWER_ACK; /* RFC 5961, 4.2 */
    }
    if (old == NULL)
        return predict_by_service(w);

    struct peer peer = old_peer(w->t, old, !w->side, seg->seen.time);
    struct syn syn = { .isn = seg->seq, .tsval = seg->tsval, .has_ts = seg->has_ts };
    struct peer_decision d = peer_decide(w->t->options.peer, &peer, &syn);
    if (seg->options_cut && (peer.timestamps || (old->flags & CONN_OPTIONS_CUT)))
        d = (struct peer_decision){ .answer = ANSWER_UNKNOWN };
    keep_decision(w->t, a, d);
    if (peer.state == STATE_TIME_WAIT)
        note_time_wait_clock(w->t, seg->seen.frame, attempt, old, seg->seen.time);
    if (d.restarts_time_wait) {
        old->tw_time = seg->seen.time;
        old->tw_restarts++;
    }
    if (peer.state == STATE_FIN_WAIT_2 && d.answer == ANSWER_RST)
        return ANSWER_UNKNOWN; /* a challenge ACK if its socket is still open */
    return peer.state == STATE_CLOSED ? predict_by_service(w) : d.answer;
}

static void read_syn(struct attempt *a, const struct segment *seg)
{
    a->last_frame = seg->seen.frame;
    a->last_time = seg->seen.time;
    a->tsval = seg->tsval;
    a->ip_id = seg->ip_id;
    if (seg->has_ts)
        a->flags |= ATTEMPT_HAS_TS;
    if (seg->options_cut)
        a->flags |= ATTEMPT_OPTIONS_CUT;
    a->syn_data = (uint16_t)MAX(a->syn_data, MIN(seg->payload, UINT16_MAX));
}

/* A SYN against one of the other side that is not answered yet: both belong to one use of the port pair. */
static bool crosses(const struct work *w)
{
    const struct attempt *other = attempt_of(w, !w->side);

    return other != NULL && w->pair->current == 0 && other->use == w->pair->uses && get_trouble(w->t, other) == NULL
           && w->seg->seen.time - other->last_time < CROSSING_WINDOW;
}

/* The SYN/ACK of this SYN was captured before it. */
static bool is_answered_already(const struct work *w)
{
    const struct connection *c = get_connection(w->t, w->pair->current);

    return c != NULL && c->attempt == 0 && c->client == w->side && c->client_isn - w->seg->seq <= w->seg->payload;
}

/* A SYN/ACK, and perhaps the ACK, that were captured before the SYN belong to its attempt. */
static void adopt_connection(const struct work *w, uint32_t attempt)
{
    struct attempt *a = get_attempt(w->t, attempt);
    struct connection *c = get_connection(w->t, w->pair->current);
    struct evidence *e = need_evidence(w->t, a);

    c->attempt = attempt;
    c->flags &= (uint8_t)~CONN_UNSEEN_SYN;
    if (c->client_isn != w->seg->seq) { /* the SYN/ACK acknowledged data with it */
        c->client_isn = w->seg->seq;
        a->flags |= ATTEMPT_FAST_OPEN;
    }
    c->end[w->side].bits |= w->seg->has_ts ? END_TS_SENT : 0;
    e->flags |= EV_SYNACK;
    e->synack_isn = c->server_isn;
    e->synack_time = c->last_time;
    if (c->flags & CONN_OPEN) {
        e->ack_frame = c->last_frame;
        e->ack_time = MAX(c->last_time, a->first_time);
    }
}

static uint32_t add_attempt(const struct work *w)
{
    struct tracker *t = w->t;
    const struct segment *seg = w->seg;
    bool adopted = is_answered_already(w);

    if (!adopted) {
        settle_unseen_use(w);
        if (!crosses(w))
            w->pair->uses++;
        retire_connection(w);
    }
    struct attempt a = {
        .pair = w->pair_record,
        .number = ++t->last_number,
        .use = w->pair->uses,
        .isn = seg->seq,
        .first_frame = seg->seen.frame,
        .first_time = seg->seen.time,
        .print = { .mss = seg->mss,
                   .window = seg->window,
                   .option_layout = seg->option_layout,
                   .wscale = seg->wscale,
                   .ttl = seg->ttl },
        .flags = w->side ? ATTEMPT_SIDE : 0,
    };
    read_syn(&a, seg);
    g_array_append_val(t->attempts, a);
    uint32_t attempt = t->attempts->len;
    w->pair->attempt[w->side] = attempt;
    sightings_add(t, attempt);

    const struct connection *old = get_connection(t, w->pair->old);
    if (old != NULL)
        remember_old_connection(t, get_attempt(t, attempt), old, seg);
    if (adopted)
        adopt_connection(w, attempt);
    return attempt;
}

void on_syn(const struct work *w)
{
    const struct segment *seg = w->seg;
    struct attempt *a = attempt_of(w, w->side);
    uint32_t attempt = w->pair->attempt[w->side];

    if (a == NULL || a->isn != seg->seq || reuses_isn(w, a)) {
        attempt = add_attempt(w);
        a = get_attempt(w->t, attempt);
    } else if (is_duplicate_syn(a, seg)) {
        a->flags |= ATTEMPT_MIRRORED;
        note_frame(w->t, seg->seen.frame, attempt, NOTE_DUPLICATE, 0, ANSWER_UNKNOWN);
        return;
    } else {
        const struct evidence *e = get_evidence(w->t, a);
        if (e == NULL || !(e->flags & EV_SYNACK))
            a->flags |= ATTEMPT_RETRIED_UNANSWERED;
        if (a->retries < UINT16_MAX)
            a->retries++;
        if (e != NULL && e->trouble != 0)
            get_trouble(w->t, a)->flags |= TROUBLE_SYN_SINCE;
        read_syn(a, seg);
    }
    sightings_link_syn(w->t, attempt, seg);
    enum peer_answer predicted = predict(w, attempt);
    note_frame(w->t, seg->seen.frame, attempt, NOTE_SYN, a->retries + 1U, predicted);
}
