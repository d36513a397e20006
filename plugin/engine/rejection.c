/* rejection.c - why a peer rejected or refused a SYN
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "seq.h"
#include "tracker_impl.h"

/* The first SYN/ACK is repeated after 1 s; some slack for slow timers. */
#define SYN_ACK_TIMER (12 * NS_PER_SECOND / 10)

enum tcp_state state_at(const struct tracker *t, const struct connection *c, uint8_t side, int64_t now)
{
    enum tcp_state state = connection_state(c, side);

    if (state == STATE_TIME_WAIT && now - c->tw_time > t->options.time_wait + TIME_WAIT_LATE)
        return STATE_CLOSED;
    if ((state == STATE_FIN_WAIT_1 || state == STATE_CLOSING) && !connection_awaits_ack_of_fin(c, side, now))
        return STATE_UNKNOWN;
    return state;
}

struct peer old_peer(const struct tracker *t, const struct connection *old, uint8_t side, int64_t now)
{
    return (struct peer){
        .state = state_at(t, old, side, now),
        .rcv_nxt = connection_rcv_nxt(old, side),
        .rcv_wnd = connection_rcv_wnd(old, side),
        .ts_recent = old->end[side].ts_recent,
        .ts_recent_age = now - old->last_time,
        .timestamps = connection_uses_timestamps(old) && (old->end[side].bits & END_TS_RECENT),
    };
}

static void remember_numbers(struct history *h, const struct connection *old, uint8_t side)
{
    const struct endpoint *e = &old->end[side];

    h->rcv_nxt = connection_rcv_nxt(old, side);
    h->snd_nxt = e->snd_nxt;
    h->ts_recent = e->ts_recent;
    h->rcv_wnd = connection_rcv_wnd(old, side);
    if ((e->bits & END_ACKED) || (old->end[!side].bits & END_FIN))
        h->flags |= HISTORY_RCV_NXT;
    if (e->bits & END_SENT)
        h->flags |= HISTORY_SND_NXT;
    if (e->bits & END_TS_RECENT)
        h->flags |= HISTORY_TS_RECENT;
    if (e->bits & END_IP_ID)
        h->flags |= HISTORY_IP_ID_COUNTS;
    if (connection_uses_timestamps(old))
        h->flags |= HISTORY_TIMESTAMPS;
    if (old->flags & CONN_OPTIONS_CUT)
        h->flags |= HISTORY_OPTIONS_CUT;
}

void remember_old_connection(struct tracker *t, struct attempt *a, const struct connection *old,
                             const struct segment *syn)
{
    uint8_t side = server_side(a);
    struct history *h = need_history(t, a);

    h->flags |= HISTORY_CONNECTION;
    h->idle = old->idle;
    h->age = MAX(syn->seen.time - old->last_time, 0);
    h->first = old->first_frame;
    h->last = old->last_frame;
    h->closed_in = old->close_frame;
    h->closer = connection_closer(old);
    h->attempt = old->attempt;
    h->leg = old->leg;
    remember_numbers(h, old, side);
    h->state = (uint8_t)state_at(t, old, side, syn->seen.time);
    if (connection_state(old, side) == STATE_TIME_WAIT) {
        h->tw_frame = old->tw_frame;
        h->tw_elapsed = MAX(syn->seen.time - old->tw_time, 0);
        if (h->state != STATE_TIME_WAIT)
            h->flags |= HISTORY_TW_EXPIRED;
        if (connection_time_wait_proven(old, side))
            h->flags |= HISTORY_TW_PROVEN;
    }
    if (old->flags & CONN_RESET)
        h->flags |= HISTORY_RESET;
    if (connection_closed_second(old, side))
        h->flags |= HISTORY_CLOSED_SECOND;
    if ((h->flags & HISTORY_TS_RECENT) && syn->has_ts) {
        h->flags |= HISTORY_SYN_TS;
        h->tsval_delta = seq_delta(syn->tsval, h->ts_recent);
    }
    h->signs = other_host_signs(t, a, old);
}

/* The cause that a state alone gives; CAUSE_OLD_UNKNOWN if it gives none. */
static enum cause cause_of_state(enum tcp_state state)
{
    switch (state) {
    case STATE_ESTABLISHED:
        return CAUSE_OLD_ESTABLISHED;
    case STATE_CLOSE_WAIT:
        return CAUSE_OLD_CLOSE_WAIT;
    case STATE_LAST_ACK:
        return CAUSE_OLD_LAST_ACK;
    case STATE_FIN_WAIT_1:
    case STATE_CLOSING: /* like FIN_WAIT_1, its FIN is not acknowledged */
        return CAUSE_OLD_FIN_WAIT_1;
    case STATE_FIN_WAIT_2:
        return CAUSE_OLD_FIN_WAIT_2;
    case STATE_SYN_RECEIVED:
        return CAUSE_OLD_SYN_RECEIVED;
    default:
        return CAUSE_OLD_UNKNOWN;
    }
}

/* RFC 6864 allows IP ID 0 for what is not fragmented. Linux 6.18 uses it for what is made without a socket;
 * its sockets count. */
static uint8_t socket_flags(const struct segment *seg)
{
    if (!seg->has_ip_id)
        return 0;
    if (seg->ip_id != 0)
        return TROUBLE_BY_SOCKET;
    return seg->df ? TROUBLE_SOCKETLESS : 0;
}

static struct syn syn_of(const struct attempt *a)
{
    return (struct syn){ .isn = a->isn, .tsval = a->tsval, .has_ts = a->flags & ATTEMPT_HAS_TS };
}

/* What a TIME_WAIT with these numbers says to the SYN it has answered with a bare ACK. */
static enum cause cause_of_time_wait(const struct tracker *t, const struct attempt *a, const struct peer *peer)
{
    struct syn syn = syn_of(a);
    struct peer_decision d = peer_decide(t->options.peer, peer, &syn);

    const struct history *h = get_history(t, a);
    bool old_cut = h != NULL && (h->flags & HISTORY_OPTIONS_CUT);

    if ((a->flags & ATTEMPT_OPTIONS_CUT) && (peer->timestamps || old_cut))
        return CAUSE_OLD_UNKNOWN; /* whether PAWS or the sequence number decided is not in the capture */
    if (d.answer == ANSWER_SYN_ACK)
        return CAUSE_TIME_WAIT_NO_LISTENER;
    return d.reason == REASON_PAWS ? CAUSE_TIME_WAIT_PAWS : CAUSE_TIME_WAIT_SEQUENCE;
}

/* A peer in SYN_RECEIVED echoes the SYN's timestamp, repeats its SYN/ACK after a second (RFC 6298, 2.1), and, on
 * Linux, has no socket (which the IP ID shows). */
static bool handshake_is_over(const struct connection *old, const struct segment *seg)
{
    bool client_clock_known = old->end[old->client].bits & END_TS_SENT;

    if (seg->has_ts && client_clock_known && seq_after(seg->tsecr, old->client_tsval))
        return true;
    return !seg->has_ip_id && seg->seen.time - old->last_time > SYN_ACK_TIMER;
}

/* What the ACK acknowledges last was captured, and is no FIN: the peer has not received one. */
static bool shows_no_fin(const struct connection *old, uint8_t side, const struct segment *seg)
{
    const struct endpoint *peer = &old->end[!side];

    return (peer->bits & END_ALIVE) && !(peer->bits & END_FIN) && seg->ack == peer->snd_end;
}

/* The peer's state by the numbers of its own ACK: it may lack a FIN that the capture shows, or, when that lacks
 * one, have sent more than the capture shows. */
static enum tcp_state state_by_answer(const struct connection *old, uint8_t side, enum tcp_state state,
                                      const struct segment *seg)
{
    const struct endpoint *e = &old->end[side], *peer = &old->end[!side];

    if ((e->bits & END_SENT) && seg->seq != e->snd_nxt)
        return STATE_UNKNOWN;
    if ((peer->bits & END_FIN) && seq_after(peer->fin_end, seg->ack)) {
        if (!(e->bits & END_FIN))
            return STATE_ESTABLISHED;
        if ((peer->bits & END_ACKED) && !seq_after(e->fin_end, peer->rcv_nxt))
            return STATE_FIN_WAIT_2;
        return connection_awaits_ack_of_fin(old, side, seg->seen.time) ? STATE_FIN_WAIT_1 : STATE_UNKNOWN;
    }
    if (seg->ack != connection_rcv_nxt(old, side) && !shows_no_fin(old, side, seg))
        return STATE_UNKNOWN;
    if (state == STATE_SYN_RECEIVED && handshake_is_over(old, seg))
        return STATE_UNKNOWN; /* the capture lacks the ACK */
    if (state == STATE_CLOSED && !(old->flags & CONN_RESET) && connection_closed_second(old, side))
        return STATE_LAST_ACK; /* the last ACK, which the capture shows, did not reach it */
    return state;
}

/* Without the old connection's packets: the ACK itself shows RCV.NXT, SND.NXT and TS.Recent. Only a TIME_WAIT
 * (or FIN_WAIT_2 or SYN_RECEIVED without a socket) of Linux makes it with IP ID 0. */
static enum cause cause_by_answer(const struct tracker *t, const struct attempt *a, const struct connection *old,
                                  const struct segment *seg)
{
    const struct history *h = get_history(t, a);
    struct peer peer = {
        .state = STATE_TIME_WAIT,
        .rcv_nxt = seg->ack,
        .ts_recent = seg->tsecr,
        .timestamps = seg->has_ts,
    };

    if (t->options.peer != PEER_LINUX || !(socket_flags(seg) & TROUBLE_SOCKETLESS))
        return CAUSE_OLD_UNKNOWN;
    if (h != NULL && (h->flags & (HISTORY_CLOSED_SECOND | HISTORY_RESET)))
        return CAUSE_OLD_UNKNOWN;
    if (old != NULL && shows_no_fin(old, server_side(a), seg))
        return CAUSE_OLD_UNKNOWN;
    enum cause cause = cause_of_time_wait(t, a, &peer);
    return cause == CAUSE_TIME_WAIT_NO_LISTENER ? CAUSE_OLD_UNKNOWN : cause;
}

/* The peer's numbers, when the capture has none of its own. */
static void read_numbers(struct tracker *t, struct attempt *a, const struct segment *seg)
{
    struct history *h = need_history(t, a);

    if (h->flags & HISTORY_RCV_NXT && h->rcv_nxt == seg->ack && h->snd_nxt == seg->seq)
        return;
    h->flags |= HISTORY_FROM_ANSWER | HISTORY_RCV_NXT | HISTORY_SND_NXT;
    h->rcv_nxt = seg->ack;
    h->snd_nxt = seg->seq;
    if (!seg->has_ts)
        return;
    h->flags |= HISTORY_TS_RECENT | HISTORY_TIMESTAMPS;
    h->ts_recent = seg->tsecr;
    if (a->flags & ATTEMPT_HAS_TS) {
        h->flags |= HISTORY_SYN_TS;
        h->tsval_delta = seq_delta(a->tsval, h->ts_recent);
    }
}

static void begin_rejection(struct tracker *t, struct attempt *a, const struct segment *seg, enum cause cause,
                            uint8_t flags)
{
    struct trouble *trouble = need_trouble(t, a);

    trouble->last_rejection_frame = seg->seen.frame;
    trouble->client_reset_frame = 0;
    trouble->flags &= (uint8_t)~TROUBLE_SYN_SINCE;
    if (trouble->rejection_frame != 0)
        return;
    trouble->rejection_frame = seg->seen.frame;
    trouble->rejection_time = seg->seen.time;
    trouble->rejection_cause = (uint8_t)cause;
    trouble->flags = flags;
}

void take_rejecting_ack(struct tracker *t, struct attempt *a, const struct connection *old, const struct segment *seg)
{
    uint8_t side = server_side(a);
    uint8_t flags = socket_flags(seg);
    enum cause cause = CAUSE_OLD_UNKNOWN;
    struct peer peer = { .state = STATE_UNKNOWN };

    if (old != NULL) {
        peer = old_peer(t, old, side, seg->seen.time);
        enum tcp_state tracked = peer.state;
        peer.state = state_by_answer(old, side, tracked, seg);
        if (peer.state != tracked)
            flags |= TROUBLE_INFERRED;
    }
    if (peer.state == STATE_TIME_WAIT) {
        cause = cause_of_time_wait(t, a, &peer);
        bool proven = connection_time_wait_proven(old, side);
        if (!proven)
            flags |= TROUBLE_INFERRED;
        if ((flags & TROUBLE_BY_SOCKET) && (!proven || cause == CAUSE_TIME_WAIT_NO_LISTENER))
            cause = CAUSE_OLD_UNKNOWN; /* a socket answers: it is not, or no longer, that TIME_WAIT */
    } else if (peer.state == STATE_SYN_RECEIVED && (flags & TROUBLE_BY_SOCKET)) {
        cause = CAUSE_OLD_UNKNOWN; /* it has a socket by now: the capture lacks the ACK that made it */
    } else {
        cause = cause_of_state(peer.state);
    }
    if (cause == CAUSE_OLD_UNKNOWN) {
        cause = cause_by_answer(t, a, old, seg);
        flags |= TROUBLE_INFERRED;
    }
    read_numbers(t, a, seg);
    begin_rejection(t, a, seg, cause, flags);
}

void take_wrong_syn_ack(struct tracker *t, struct attempt *a, const struct connection *old, const struct segment *seg)
{
    bool half_open = old != NULL && connection_state(old, server_side(a)) == STATE_SYN_RECEIVED
                     && old->server_isn == seg->seq && seg->ack == old->client_isn + 1;
    const struct history *h = get_history(t, a);
    struct trouble *trouble = get_trouble(t, a);

    if (trouble != NULL && trouble->rejection_frame != 0) {
        /* The repeated SYN/ACK shows which state made the ACK before. */
        bool same =
            h != NULL && (h->flags & HISTORY_FROM_ANSWER) && h->snd_nxt == seg->seq + 1 && h->rcv_nxt == seg->ack;
        if (same)
            trouble->rejection_cause = CAUSE_OLD_SYN_RECEIVED;
    }
    begin_rejection(t, a, seg, half_open ? CAUSE_OLD_SYN_RECEIVED : CAUSE_WRONG_ACK, TROUBLE_SYN_ACK);
    trouble = get_trouble(t, a);
    trouble->flags |= TROUBLE_WRONG_SYN_ACK;
    trouble->wrong_seq = seg->seq;
    trouble->wrong_ack = seg->ack;
}

static bool ttl_is_odd(const struct tracker *t, const struct attempt *a, const struct segment *seg)
{
    const struct port_pair *pair = pair_of(t, a);
    struct tcp_address server;

    port_pairs_address(&t->pairs, pair, server_side(a), &server);
    const struct host *host = peers_host(&t->peers, pair->family, pair->point, server.ip);

    return host != NULL && host->ttl_min != 0 && seg->ttl != 0
           && (seg->ttl < host->ttl_min || seg->ttl > host->ttl_max);
}

void take_refusal(struct tracker *t, struct attempt *a, const struct connection *old, const struct segment *seg)
{
    struct trouble *trouble = need_trouble(t, a);

    if (trouble->failure != FAILURE_NONE)
        return;
    trouble->failure = FAILURE_RESET;
    trouble->failure_frame = seg->seen.frame;
    trouble->failure_time = seg->seen.time;
    trouble->failure_cause = CAUSE_CLOSED_PORT;
    if (old != NULL) {
        struct syn syn = syn_of(a);
        struct peer peer = old_peer(t, old, server_side(a), seg->seen.time);
        bool over = seg->seen.time - old->last_time > t->options.time_wait + TIME_WAIT_LATE;
        if (!over && peer_decide(t->options.peer, &peer, &syn).answer == ANSWER_RST) {
            trouble->failure_cause = (uint8_t)cause_of_state(peer.state);
            if (old->flags & CONN_SCALE_UNKNOWN)
                trouble->flags |= TROUBLE_FAILURE_INFERRED;
        }
    }
    if (trouble->failure_cause == CAUSE_CLOSED_PORT && ttl_is_odd(t, a, seg))
        trouble->failure_cause = CAUSE_RESET_IN_PATH;
}
