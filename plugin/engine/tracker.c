/* tracker.c - what a segment means to the attempts and connections of its port pair
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "seq.h"
#include "tracker_impl.h"

#include <string.h>

/* Mirror ports and the "any" device show a frame twice, at most this much apart; nothing retransmits so soon. */
#define DUPLICATE_WINDOW (5 * NS_PER_SECOND / 1000)
/* The same timestamp, or IP ID, so soon is the same packet: retransmissions wait 200 ms or more. */
#define SAME_STAMP_WINDOW (200 * NS_PER_SECOND / 1000)
/* A SYN/ACK of the same timestamp within this is one that a repeated SYN called for, or a duplicate. */
#define SYN_ACK_WINDOW (50 * NS_PER_SECOND / 1000)
/* SYNs in both directions within this are a simultaneous open: as long as most clients repeat theirs. */
#define CROSSING_WINDOW (60 * NS_PER_SECOND)
/* Numbers of a connection that are this far from its ISN belong to it, if its handshake was not captured. */
#define NUMBERS_NEAR (1 << 24)

/* The segment in work. Pointers hold until a record is added. */
struct work {
    struct tracker *t;
    uint32_t pair_record;
    struct port_pair *pair;
    uint8_t side; /* of the sender */
    const struct segment *seg;
};

struct tracker *tracker_new(const struct tracker_options *options)
{
    struct tracker *t = g_new0(struct tracker, 1);

    t->options = *options;
    port_pairs_init(&t->pairs);
    peers_init(&t->peers);
    t->connections = g_array_new(FALSE, TRUE, sizeof(struct connection));
    t->free_connections = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    t->attempts = g_array_new(FALSE, TRUE, sizeof(struct attempt));
    t->evidence = g_array_new(FALSE, TRUE, sizeof(struct evidence));
    t->troubles = g_array_new(FALSE, TRUE, sizeof(struct trouble));
    t->histories = g_array_new(FALSE, TRUE, sizeof(struct history));
    t->notes = g_array_new(FALSE, FALSE, sizeof(struct note));
    t->clocks = g_array_new(FALSE, FALSE, sizeof(struct time_wait_clock));
    t->noted = g_byte_array_new();
    t->states = g_byte_array_new();
    t->legs = g_hash_table_new(NULL, NULL);
    t->points = g_ptr_array_new_with_free_func(g_free);
    sightings_init(t);
    return t;
}

void tracker_free(struct tracker *t)
{
    if (t == NULL)
        return;
    port_pairs_free(&t->pairs);
    peers_free(&t->peers);
    sightings_free(t);
    g_array_free(t->connections, TRUE);
    g_array_free(t->free_connections, TRUE);
    g_array_free(t->attempts, TRUE);
    g_array_free(t->evidence, TRUE);
    g_array_free(t->troubles, TRUE);
    g_array_free(t->histories, TRUE);
    g_array_free(t->notes, TRUE);
    g_array_free(t->clocks, TRUE);
    g_byte_array_free(t->noted, TRUE);
    g_byte_array_free(t->states, TRUE);
    g_hash_table_destroy(t->legs);
    g_ptr_array_free(t->points, TRUE);
    g_free(t);
}

struct history *need_history(struct tracker *t, struct attempt *a)
{
    if (a->history == 0) {
        struct history h = { .idle = -1, .age = -1, .closer = SIDE_NONE };
        g_array_append_val(t->histories, h);
        a->history = t->histories->len;
    }
    return get_history(t, a);
}

struct evidence *need_evidence(struct tracker *t, struct attempt *a)
{
    if (a->evidence == 0) {
        g_array_set_size(t->evidence, t->evidence->len + 1);
        a->evidence = t->evidence->len;
    }
    return get_evidence(t, a);
}

struct trouble *need_trouble(struct tracker *t, struct attempt *a)
{
    struct evidence *e = need_evidence(t, a);

    if (e->trouble == 0) {
        g_array_set_size(t->troubles, t->troubles->len + 1);
        e->trouble = t->troubles->len;
    }
    return get_trouble(t, a);
}

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

/* The connection in progress becomes the old one; what the one before it left is in the attempts' histories. */
static void retire_connection(struct tracker *t, struct port_pair *pair)
{
    if (pair->current == 0)
        return;
    if (pair->old != 0)
        g_array_append_val(t->free_connections, pair->old);
    pair->old = pair->current;
    pair->current = 0;
}

/* A use of the port pair whose SYN the capture lacks becomes the connection in progress. */
static struct connection *begin_unseen_use(const struct work *w)
{
    retire_connection(w->t, w->pair);
    w->pair->uses++;
    w->pair->current = add_connection(w->t);
    struct connection *c = get_connection(w->t, w->pair->current);
    connection_init(c, &w->seg->seen);
    c->flags |= CONN_UNSEEN_SYN;
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

    return !is_confirmed(c) && old != NULL && connection_is_far(c, w->side, w->seg)
           && !connection_is_far(old, w->side, w->seg) && !connection_is_foreign(old, w->side, w->seg);
}

/* The use was not one: the numbers were forged, or garbage. */
static void drop_unseen_use(const struct work *w)
{
    const struct connection *old = get_connection(w->t, w->pair->old);

    g_array_append_val(w->t->free_connections, w->pair->current);
    w->pair->current = 0;
    w->pair->uses--;
    if (old != NULL && !connection_is_over(old)) {
        w->pair->current = w->pair->old;
        w->pair->old = 0;
    }
}

/* The attempt of a side as a record, or NULL. */
static struct attempt *attempt_of(const struct work *w, uint8_t side)
{
    return w->pair->attempt[side] == 0 ? NULL : get_attempt(w->t, w->pair->attempt[side]);
}

/* Whether ack acknowledges the attempt's SYN and nothing beyond it but data that came with it (RFC 7413). */
static bool acknowledges_syn(const struct attempt *a, uint32_t ack)
{
    return ack - a->isn - 1 <= a->syn_data;
}

static void note_answer(const struct work *w, uint32_t attempt)
{
    note_frame(w->t, w->seg->seen.frame, attempt, NOTE_ANSWER, 0, ANSWER_UNKNOWN);
}

static void note_service(const struct work *w, enum peer_answer answer)
{
    const struct segment *seg = w->seg;

    peers_note_answer(&w->t->peers, seg->family, seg->seen.point, &seg->src, seg->seen.time, answer);
}

/* Begins the connection of an attempt whose SYN is answered. */
static struct connection *begin_connection(const struct work *w, uint32_t attempt)
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

/* ---- SYN ------------------------------------------------------------------------------------------- */

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
        const struct connection *c = get_connection(t, w->pair->current);
        bool both_captured = w->pair->sent == (1 | 2);
        if (c != NULL && !is_confirmed(c) && both_captured && w->pair->old != 0)
            drop_unseen_use(w);
        if (!crosses(w))
            w->pair->uses++;
        retire_connection(t, w->pair);
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

static void on_syn(const struct work *w)
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

/* ---- SYN/ACK --------------------------------------------------------------------------------------- */

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
        g_array_append_val(w->t->free_connections, w->pair->current); /* the peer chose anew: SYN cookie, proxy */
        w->pair->current = 0;
        c = NULL;
    }
    if (c == NULL)
        c = begin_connection(w, attempt);
    connection_segment(c, w->side, seg);
}

/* A SYN/ACK whose SYN is not in the capture, or comes later. */
static void on_lone_syn_ack(const struct work *w)
{
    struct tracker *t = w->t;
    struct attempt *own = attempt_of(w, w->side);
    struct connection *c = get_connection(t, w->pair->current);
    bool interrupts = c != NULL && !connection_is_over(c);

    retire_connection(t, w->pair);
    w->pair->uses++;
    w->pair->current = add_connection(t);
    c = get_connection(t, w->pair->current);
    connection_init_client(c, !w->side, w->seg->ack - 1, w->seg->ack, NO_WSCALE, &w->seg->seen);
    c->flags |= CONN_SCALE_UNKNOWN;
    if (interrupts)
        c->flags |= CONN_UNSEEN_SYN;
    if (own != NULL && own->isn == w->seg->seq)
        own->flags |= ATTEMPT_SIMULTANEOUS;
    connection_segment(c, w->side, w->seg);
}

static void on_syn_ack(const struct work *w)
{
    uint32_t attempt = w->pair->attempt[!w->side];
    struct attempt *a = attempt_of(w, !w->side);
    const struct connection *c = get_connection(w->t, w->pair->current);

    if (a != NULL && acknowledges_syn(a, w->seg->ack)) {
        on_good_syn_ack(w, attempt);
    } else if (a != NULL && c == NULL) {
        take_wrong_syn_ack(w->t, a, get_connection(w->t, w->pair->old), w->seg);
        note_answer(w, attempt);
    } else if (c == NULL
               || (c->server_isn != w->seg->seq && (c->close_frame != 0 || connection_is_far(c, w->side, w->seg)))) {
        on_lone_syn_ack(w);
    }
}

/* ---- RST ------------------------------------------------------------------------------------------- */

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
    if (w->seg->seq != a->isn + 1 || (old != NULL && connection_rcv_nxt(old, !w->side) == w->seg->seq))
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

static void on_reset(const struct work *w)
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

/* ---- everything else ------------------------------------------------------------------------------- */

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
        if (accepted && e->accepted_frame == 0)
            e->accepted_frame = seg->seen.frame;
    } else if (e->ack_frame == 0) {
        e->ack_frame = seg->seen.frame;
        e->ack_time = seg->seen.time;
        note_answer(w, c->attempt);
    }
    if (w->side == c->client && seg->payload != 0)
        e->flags |= EV_CLIENT_DATA;
    if (e->ack_frame != 0 && e->accepted_frame != 0)
        c->flags |= CONN_SETTLED;
}

/* In a simultaneous open each attempt is decided by what first acknowledges its SYN. number: of the segment, in the
 * numbers of the side whose attempt it is. */
static void take_crossing_ack(const struct work *w, uint8_t side, uint32_t number)
{
    struct attempt *a = attempt_of(w, side);

    if (a == NULL || !(a->flags & ATTEMPT_SIMULTANEOUS) || !seq_after(number, a->isn))
        return;
    struct evidence *e = need_evidence(w->t, a);
    if (e->ack_frame != 0)
        return;
    e->ack_frame = w->seg->seen.frame;
    e->ack_time = w->seg->seen.time;
    note_answer(w, w->pair->attempt[side]);
}

static void on_connection(const struct work *w, struct connection *c)
{
    connection_segment(c, w->side, w->seg);
    if (c->attempt != 0 && (c->flags & CONN_SETTLED))
        return;
    take_crossing_ack(w, !w->side, w->seg->ack);
    if (c->client == !w->side && c->attempt == 0) /* of the peer, nothing was captured */
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
    const struct connection *old = get_connection(w->t, w->pair->old);

    if (!(w->seg->flags & TCP_ACK) || !is_near(w->seg->seq, a->isn))
        return false;
    if (w->seg->seq == a->isn + 1 || old == NULL)
        return true;
    return (uint32_t)abs(seq_delta(old->end[w->side].snd_nxt, w->seg->seq)) > w->seg->seq - a->isn;
}

/* A server's segment that acknowledges more than the SYN: the handshake was not captured. */
static bool accepts_attempt(const struct work *w, const struct attempt *a)
{
    const struct connection *old = get_connection(w->t, w->pair->old);

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
    struct connection *old = get_connection(w->t, w->pair->old);

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
            a->flags |= ATTEMPT_SIMULTANEOUS;
            take_crossing_ack(w, !w->side, w->seg->ack);
            return true;
        }
        note_answer(w, attempt);
        return true;
    }
    if (is_keep_alive(w, old) || (of_old && is_late_copy(w, old)))
        return false;
    take_rejecting_ack(w->t, a, old, w->seg);
    note_service(w, ANSWER_ACK);
    note_answer(w, attempt);
    if (old != NULL && state_at(w->t, old, w->side, w->seg->seen.time) == STATE_TIME_WAIT)
        note_time_wait_clock(w->t, w->seg->seen.frame, attempt, old, w->seg->seen.time);
    return true;
}

/* Both sides sent SYNs, their SYN/ACKs are missing: the segment acknowledges the other's SYN. */
static void note_crossing_by_ack(const struct work *w)
{
    struct attempt *own = attempt_of(w, w->side), *other = attempt_of(w, !w->side);

    if (other == NULL || other->use != own->use || !acknowledges_syn(other, w->seg->ack))
        return;
    own->flags |= ATTEMPT_SIMULTANEOUS;
    other->flags |= ATTEMPT_SIMULTANEOUS;
}

/* A client that acknowledges the "wrong" SYN/ACK has sent another SYN, which the capture lacks. */
static bool completes_unseen_attempt(const struct work *w, const struct attempt *a)
{
    struct trouble *trouble = get_trouble(w->t, a);

    if (trouble == NULL || !(trouble->flags & TROUBLE_WRONG_SYN_ACK) || w->seg->seq != trouble->wrong_ack
        || w->seg->ack != trouble->wrong_seq + 1)
        return false;
    if ((trouble->flags & TROUBLE_SYN_ACK) && trouble->rejection_frame == trouble->last_rejection_frame)
        trouble->rejection_frame = trouble->last_rejection_frame = 0;
    retire_connection(w->t, w->pair);
    w->pair->uses++;
    w->pair->current = add_connection(w->t);
    struct connection *c = get_connection(w->t, w->pair->current);
    connection_init_client(c, w->side, w->seg->seq - 1, w->seg->seq, NO_WSCALE, &w->seg->seen);
    c->flags |= CONN_SCALE_UNKNOWN;
    return true;
}

static void on_segment(const struct work *w)
{
    struct connection *c = get_connection(w->t, w->pair->current);
    const struct attempt *own = attempt_of(w, w->side);

    if (c != NULL && is_strange_to_unseen_use(w, c)) {
        drop_unseen_use(w);
        c = get_connection(w->t, w->pair->current);
    }
    if (c == NULL && own != NULL && completes_unseen_attempt(w, own))
        c = get_connection(w->t, w->pair->current);
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
    c = get_connection(w->t, w->pair->old);
    if (c == NULL || connection_is_foreign(c, w->side, w->seg))
        c = begin_unseen_use(w);
    connection_segment(c, w->side, w->seg);
}

/* ---- frames ---------------------------------------------------------------------------------------- */

/* The sender's and the receiver's state after the segment. */
static void keep_states(const struct work *w)
{
    const struct connection *c = get_connection(w->t, w->pair->current);
    enum tcp_state src = STATE_UNKNOWN, dst = STATE_UNKNOWN;

    if (c == NULL)
        c = get_connection(w->t, w->pair->old);
    if (c != NULL && connection_is_established(c)) {
        src = dst = STATE_ESTABLISHED;
    } else if (c != NULL) {
        src = state_at(w->t, c, w->side, w->seg->seen.time);
        dst = state_at(w->t, c, !w->side, w->seg->seen.time);
    }
    if (w->seg->flags & TCP_SYN) /* who repeats it is still, or again, there */
        src = w->seg->flags & TCP_ACK ? STATE_SYN_RECEIVED : STATE_SYN_SENT;
    if (w->pair->current == 0) {
        const struct attempt *own = attempt_of(w, w->side), *other = attempt_of(w, !w->side);
        if (own != NULL && src != STATE_SYN_RECEIVED)
            src = w->seg->flags & TCP_RST ? src : STATE_SYN_SENT;
        if (other != NULL)
            dst = w->seg->flags & TCP_RST ? STATE_CLOSED : STATE_SYN_SENT;
    }
    if (src != STATE_UNKNOWN || dst != STATE_UNKNOWN)
        note_states(w->t, w->seg->seen.frame, src, dst);
}

static void note_sender(const struct work *w)
{
    const struct segment *seg = w->seg;
    uint8_t ttl = seg->flags & TCP_RST ? 0 : seg->ttl;

    w->pair->sent |= (uint8_t)(1U << w->side);
    peers_note_host(&w->t->peers, seg->family, seg->seen.point, seg->src.ip, ttl);
}

void tracker_segment(struct tracker *t, const struct segment *seg)
{
    struct work w = { .t = t, .seg = seg };
    const uint8_t kind = seg->flags & (TCP_SYN | TCP_RST | TCP_FIN | TCP_ACK);

    w.pair_record = port_pairs_find_or_add(&t->pairs, seg->family, seg->seen.point, &seg->src, &seg->dst, &w.side);
    w.pair = port_pairs_get(&t->pairs, w.pair_record);
    t->pair_in_frame = w.pair_record;
    if (!(w.pair->sent & 1U << w.side))
        note_sender(&w);
    if (w.pair->attempt[0] == 0 && w.pair->attempt[1] == 0 && w.pair->current == 0 && kind != TCP_SYN)
        sightings_stray(t, seg);

    if (kind == TCP_SYN)
        on_syn(&w);
    else if (kind == (TCP_SYN | TCP_ACK))
        on_syn_ack(&w);
    else if ((kind & (TCP_RST | TCP_SYN)) == TCP_RST)
        on_reset(&w);
    else if (!(kind & TCP_SYN))
        on_segment(&w);
    else
        return; /* SYN with FIN or RST: no stack sends it */
    if (kind & TCP_FIN)
        sightings_link_fin(t, w.pair_record, w.side, seg);
    keep_states(&w);
}

static enum cause icmp_cause(enum icmp_kind kind)
{
    static const enum cause causes[] = {
        [ICMP_NET] = CAUSE_ICMP_NET,     [ICMP_HOST] = CAUSE_ICMP_HOST,
        [ICMP_PORT] = CAUSE_ICMP_PORT,   [ICMP_ADMIN_PROHIBITED] = CAUSE_ICMP_ADMIN_PROHIBITED,
        [ICMP_OTHER] = CAUSE_ICMP_OTHER,
    };

    return causes[kind];
}

/* RFC 5927, 4: the quoted sequence number must be that of the SYN. */
void tracker_icmp_error(struct tracker *t, const struct icmp_error *error)
{
    uint8_t side;
    uint32_t record = port_pairs_find(&t->pairs, error->family, error->seen.point, &error->src, &error->dst, &side);
    if (record == 0)
        return;
    uint32_t attempt = port_pairs_get(&t->pairs, record)->attempt[side];
    if (attempt == 0 || get_attempt(t, attempt)->isn != error->seq)
        return;
    struct attempt *a = get_attempt(t, attempt);
    const struct evidence *e = get_evidence(t, a);
    if (e != NULL && (e->ack_frame != 0 || (e->flags & EV_SYNACK)))
        return;
    note_frame(t, error->seen.frame, attempt, NOTE_ANSWER, 0, ANSWER_UNKNOWN);
    struct trouble *trouble = need_trouble(t, a);
    if (trouble->failure != FAILURE_NONE)
        return;
    trouble->failure = FAILURE_ICMP;
    trouble->failure_cause = (uint8_t)icmp_cause(error->kind);
    trouble->failure_frame = error->seen.frame;
    trouble->failure_time = error->seen.time;
}

void tracker_other_packet(struct tracker *t, const struct sighting *seen, uint8_t family, const uint8_t ip[16])
{
    peers_note_host(&t->peers, family, seen->point, ip, 0);
}

void tracker_begin_frame(struct tracker *t, const struct sighting *seen)
{
    if (seen->frame <= t->frame)
        hide_frame(t, seen->frame);
    t->frame = seen->frame;
    t->pair_in_frame = 0;
    t->now = MAX(t->now, seen->time);
}

/* ---- what the user of the engine reads ------------------------------------------------------------- */

bool tracker_point_is_named(const struct tracker *t, uint16_t point)
{
    return point < t->points->len && g_ptr_array_index(t->points, point) != NULL;
}

void tracker_name_point(struct tracker *t, uint16_t point, const char *name)
{
    if (point >= t->points->len)
        g_ptr_array_set_size(t->points, (gint)point + 1);
    g_free(g_ptr_array_index(t->points, point));
    g_ptr_array_index(t->points, point) = g_strdup(name);
}

const char *tracker_point_name(const struct tracker *t, uint16_t point)
{
    return tracker_point_is_named(t, point) ? g_ptr_array_index(t->points, point) : NULL;
}

uint16_t tracker_point(const struct tracker *t, const struct attempt *a)
{
    return pair_of(t, a)->point;
}

uint32_t tracker_attempts(const struct tracker *t)
{
    return t->attempts->len;
}

const struct attempt *tracker_attempt(const struct tracker *t, uint32_t attempt)
{
    return get_attempt(t, attempt);
}

const struct history *tracker_history(const struct tracker *t, const struct attempt *a)
{
    return get_history(t, a);
}

const struct evidence *tracker_evidence(const struct tracker *t, const struct attempt *a)
{
    return get_evidence(t, a);
}

const struct trouble *tracker_trouble(const struct tracker *t, const struct attempt *a)
{
    return get_trouble(t, a);
}

uint8_t tracker_addresses(const struct tracker *t, const struct attempt *a, struct tcp_address *client,
                          struct tcp_address *server)
{
    const struct port_pair *pair = pair_of(t, a);

    port_pairs_address(&t->pairs, pair, attempt_side(a), client);
    port_pairs_address(&t->pairs, pair, server_side(a), server);
    return pair->family;
}

uint32_t tracker_sibling(const struct tracker *t, uint32_t attempt)
{
    return get_attempt(t, attempt)->sibling;
}

int64_t tracker_time_wait_length(const struct tracker *t)
{
    return t->options.time_wait;
}

bool tracker_left_time_wait(const struct tracker *t, const struct attempt *a, uint8_t *side, int64_t *since)
{
    const struct port_pair *pair = pair_of(t, a);
    const struct connection *c = get_connection(t, pair->current != 0 ? pair->current : pair->old);

    for (*side = 0; c != NULL && *side < 2; ++*side) {
        *since = c->tw_time;
        if (connection_state(c, *side) == STATE_TIME_WAIT)
            return true;
    }
    return false;
}
