/* connection.c - one use of a port pair: what both endpoints know
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "connection.h"

#include "seq.h"

#include <glib.h>
#include <string.h>

/* What is sent again so late is repeated, and not one packet captured twice. Linux: tcp_rto_min is 200 ms. */
#define RETRANSMISSION_GAP (NS_PER_SECOND / 10)
/* A FIN that is not repeated for so long has been acknowledged (measured on Linux 6.18: repeated after 205 ms). */
#define FIN_PATIENCE (NS_PER_SECOND / 2)

const char *tcp_state_name(enum tcp_state state)
{
    static const char *const names[STATE_COUNT] = {
        [STATE_CLOSED] = "CLOSED",           [STATE_LISTEN] = "LISTEN",
        [STATE_SYN_SENT] = "SYN_SENT",       [STATE_SYN_RECEIVED] = "SYN_RECEIVED",
        [STATE_ESTABLISHED] = "ESTABLISHED", [STATE_FIN_WAIT_1] = "FIN_WAIT_1",
        [STATE_FIN_WAIT_2] = "FIN_WAIT_2",   [STATE_CLOSE_WAIT] = "CLOSE_WAIT",
        [STATE_CLOSING] = "CLOSING",         [STATE_LAST_ACK] = "LAST_ACK",
        [STATE_TIME_WAIT] = "TIME_WAIT",
    };

    return state < STATE_COUNT ? names[state] : NULL;
}

void connection_init(struct connection *c, const struct sighting *seen)
{
    memset(c, 0, sizeof *c);
    c->client = c->first_close = SIDE_NONE;
    c->flags = CONN_MIDSTREAM | CONN_SCALE_UNKNOWN;
    c->frame[CONN_FIRST] = c->frame[CONN_LAST] = seen->frame;
    c->last_time = seen->time;
}

void connection_init_client(struct connection *c, uint8_t client, uint32_t isn, uint32_t syn_end, uint8_t wscale,
                            const struct sighting *seen)
{
    struct endpoint *e = &c->end[client];

    connection_init(c, seen);
    c->flags = 0;
    c->client = client & 3;
    c->client_isn = isn;
    e->snd_nxt = e->snd_end = syn_end;
    e->wscale = wscale;
    e->bits = END_SENT | END_ALIVE;
}

void connection_change_server_isn(struct connection *c, uint32_t isn)
{
    struct endpoint *e = &c->end[!c->client];

    c->server_isn = isn;
    e->snd_nxt = e->snd_end = isn + 1;
}

/* Numbers that the other end acknowledged were sent although no frame shows them: the last may be a FIN. */
static bool may_have_unseen_fin(const struct endpoint *e)
{
    return !(e->bits & END_FIN) && seq_after(e->snd_nxt, e->snd_end);
}

static bool fin_acknowledged(const struct endpoint *e, const struct endpoint *peer)
{
    return (e->bits & END_FIN) && (peer->bits & END_ACKED) && !seq_after(e->fin_end, peer->rcv_nxt);
}

/* Its FIN already acknowledged the peer's: it closed second. */
static bool closed_second(const struct endpoint *e, const struct endpoint *peer)
{
    return (e->bits & peer->bits & END_FIN) && !seq_after(peer->fin_end, e->ack_at_fin);
}

static enum tcp_state closing_state(const struct endpoint *e, const struct endpoint *peer)
{
    bool acknowledged = fin_acknowledged(e, peer);

    if (!(e->bits & END_FIN))
        return peer->bits & END_FIN ? STATE_CLOSE_WAIT : STATE_ESTABLISHED;
    if (!(peer->bits & END_FIN))
        return acknowledged ? STATE_FIN_WAIT_2 : STATE_FIN_WAIT_1;
    if (closed_second(e, peer))
        return acknowledged ? STATE_CLOSED : STATE_LAST_ACK;
    return acknowledged ? STATE_TIME_WAIT : STATE_CLOSING;
}

enum tcp_state connection_state(const struct connection *c, uint8_t side)
{
    const struct endpoint *e = &c->end[side], *peer = &c->end[!side];

    if (c->flags & CONN_RESET)
        return STATE_CLOSED;
    if (!(e->bits & peer->bits & END_ALIVE) || may_have_unseen_fin(e) || may_have_unseen_fin(peer))
        return STATE_UNKNOWN;
    if (!(c->flags & (CONN_OPEN | CONN_MIDSTREAM)) && side != c->client)
        return c->flags & CONN_SYN_RESET ? STATE_CLOSED : STATE_SYN_RECEIVED;
    return closing_state(e, peer);
}

bool connection_is_established(const struct connection *c)
{
    const struct endpoint *one = &c->end[0], *other = &c->end[1];

    return (c->flags & (CONN_OPEN | CONN_MIDSTREAM)) && !(c->flags & CONN_RESET)
           && (one->bits & other->bits & END_ALIVE) && !((one->bits | other->bits) & END_FIN)
           && !may_have_unseen_fin(one) && !may_have_unseen_fin(other);
}

uint8_t connection_closer(const struct connection *c)
{
    if (c->flags & CONN_RESET)
        return c->first_close;
    for (uint8_t side = 0; side < 2; side++)
        if (closed_second(&c->end[side], &c->end[!side]))
            return !side;
    if (c->first_close != SIDE_NONE && may_have_unseen_fin(&c->end[!c->first_close]))
        return SIDE_NONE;
    return c->first_close;
}

bool connection_uses_timestamps(const struct connection *c)
{
    return c->end[0].bits & c->end[1].bits & END_TS_SENT;
}

uint32_t connection_rcv_nxt(const struct connection *c, uint8_t side)
{
    const struct endpoint *e = &c->end[side], *peer = &c->end[!side];

    /* A FIN that was captured is taken as received: only the end of all data can follow what was acknowledged. */
    if (peer->bits & END_FIN)
        return e->bits & END_ACKED ? seq_max(e->rcv_nxt, peer->fin_end) : peer->fin_end;
    return e->rcv_nxt;
}

uint32_t connection_rcv_wnd(const struct connection *c, uint8_t side)
{
    enum { LARGEST_SHIFT = 14 }; /* RFC 7323, 2.3 */
    const struct endpoint *e = &c->end[side];

    if (c->flags & CONN_SCALE_UNKNOWN)
        return (uint32_t)e->window << LARGEST_SHIFT;
    bool scaled = (c->flags & CONN_OPEN) && e->wscale != NO_WSCALE; /* a SYN/ACK's window is not scaled */
    return scaled ? (uint32_t)e->window << e->wscale : e->window;
}

int64_t connection_idle(const struct connection *c)
{
    return c->frame[CONN_CLOSE] == 0 ? -1 : c->idle;
}

void connection_syn_in_time_wait(struct connection *c, uint8_t side, const struct segment *syn)
{
    const struct endpoint *e = &c->end[side];

    if (!syn->has_ts || !(e->bits & END_TS_RECENT) || !connection_uses_timestamps(c) || e->ts_recent == 0
        || seq_delta(e->ts_recent, syn->tsval) <= 0)
        return;
    int64_t gap = (syn->seen.time - MAX(c->tw_time, c->paws_time)) / (NS_PER_SECOND / 1000);
    c->paws_gap = MAX(c->paws_gap, (uint32_t)CLAMP(gap, 0, UINT32_MAX));
    c->paws_time = syn->seen.time;
    c->paws_syns++;
}

bool connection_is_over(const struct connection *c)
{
    return (c->flags & CONN_RESET) || (c->end[0].bits & c->end[1].bits & END_FIN);
}

static bool is_far(const struct endpoint *e, uint32_t number)
{
    return (e->bits & END_SENT) && number - e->snd_nxt + NUMBERS_NEAR > 2 * NUMBERS_NEAR;
}

static bool is_beyond_fin(const struct endpoint *e, uint32_t number)
{
    return (e->bits & END_FIN) && seq_after(number, e->fin_end);
}

bool connection_is_far(const struct connection *c, uint8_t side, const struct segment *seg)
{
    return is_far(&c->end[side], seg->seq) || is_far(&c->end[!side], seg->ack);
}

bool connection_is_foreign(const struct connection *c, uint8_t side, const struct segment *seg)
{
    const struct endpoint *e = &c->end[side], *peer = &c->end[!side];

    if (!(seg->flags & TCP_ACK))
        return false;
    if (!connection_is_over(c))
        return is_far(e, seg->seq) && is_far(peer, seg->ack);
    return connection_is_far(c, side, seg) || is_beyond_fin(e, seg->seq + seg->payload)
           || is_beyond_fin(peer, seg->ack);
}

bool connection_is_newer(const struct connection *c, uint8_t side, const struct segment *seg)
{
    uint32_t client_number = side == c->client ? seg->seq : seg->ack;
    uint32_t server_number = side == c->client ? seg->ack : seg->seq;

    if (c->flags & CONN_MIDSTREAM)
        return false;
    return !seq_after(client_number, c->client_isn)
           || ((c->flags & CONN_SYN_ACK) && !seq_after(server_number, c->server_isn));
}

bool connection_awaits_ack_of_fin(const struct connection *c, uint8_t side, int64_t now)
{
    return (c->fin_repeated & 1U << side) || now - c->last_time < FIN_PATIENCE;
}

bool connection_closed_second(const struct connection *c, uint8_t side)
{
    return closed_second(&c->end[side], &c->end[!side]);
}

bool connection_time_wait_proven(const struct connection *c, uint8_t side)
{
    const struct endpoint *e = &c->end[side], *peer = &c->end[!side];

    return fin_acknowledged(peer, e) && connection_state(c, side) == STATE_TIME_WAIT;
}

/* RFC 9293, 3.10.7.4 and RFC 5961, 3.2: the number must be RCV.NXT. The receiver's RCV.NXT may be ahead of what
 * it has acknowledged by what the sender has sent, seen or not; after a FIN nothing unseen can follow. */
static bool reset_is_acceptable(const struct endpoint *from, const struct endpoint *to, uint32_t rcv_wnd,
                                const struct segment *seg)
{
    if (seg->has_ts && (to->bits & END_TS_RECENT) && seq_after(to->ts_recent, seg->tsval))
        return false; /* RFC 7323, 5.3: PAWS; Linux applies it to a RST that has a timestamp */
    if ((to->bits & END_ACKED) && seg->seq == to->rcv_nxt)
        return true;
    if (!(from->bits & END_SENT))
        return !(to->bits & END_ACKED);
    if (seg->seq == from->snd_nxt)
        return true;
    int32_t beyond = seq_delta(seg->seq, from->snd_nxt);
    return !(from->bits & END_FIN) && beyond > 0 && (uint32_t)beyond < rcv_wnd;
}

static void note_close(struct connection *c, uint8_t side, const struct sighting *seen, bool all_data_seen)
{
    bool known = c->data_time != 0 && all_data_seen && seen->time >= c->data_time;

    if (c->frame[CONN_CLOSE] != 0)
        return;
    c->frame[CONN_CLOSE] = seen->frame;
    c->first_close = side & 3;
    c->idle = known ? seen->time - c->data_time : -1;
}

static void take_reset(struct connection *c, uint8_t side, const struct segment *seg)
{
    struct endpoint *e = &c->end[side], *peer = &c->end[!side];

    if (!reset_is_acceptable(e, peer, connection_rcv_wnd(c, !side), seg))
        return;
    if (connection_state(c, !side) == STATE_TIME_WAIT) {
        if (connection_rcv_nxt(c, !side) != seg->seq)
            return;
        c->flags |= CONN_TIME_WAIT_RESET;
    } else {
        bool all_data_seen = !seq_after(e->snd_nxt, e->snd_end) && !seq_after(peer->snd_nxt, peer->snd_end);
        note_close(c, side, &seg->seen, all_data_seen);
        c->flags |= CONN_RESET;
    }
    c->last_time = seg->seen.time;
    c->frame[CONN_LAST] = seg->seen.frame;
}

static void take_ack(struct connection *c, uint8_t side, const struct segment *seg)
{
    struct endpoint *e = &c->end[side], *peer = &c->end[!side];

    e->rcv_nxt = e->bits & END_ACKED ? seq_max(e->rcv_nxt, seg->ack) : seg->ack;
    e->bits |= END_ACKED;
    peer->snd_nxt = peer->bits & END_SENT ? seq_max(peer->snd_nxt, seg->ack) : seg->ack;
    peer->bits |= END_SENT;
    if (seg->has_ts && seg->tsecr != 0) { /* what it echoes is its TS.Recent (RFC 7323, 4.3) */
        e->ts_recent = e->bits & END_TS_RECENT ? seq_max(e->ts_recent, seg->tsecr) : seg->tsecr;
        e->bits |= END_TS_RECENT;
    }
}

/* RFC 7323, 4.3 (2): TS.Recent takes the TSval of a segment that is not ahead of what was acknowledged. */
static void take_timestamp(struct connection *c, uint8_t side, const struct segment *seg)
{
    struct endpoint *e = &c->end[side], *peer = &c->end[!side];
    bool in_order = !(e->bits & END_SENT) || !seq_after(seg->seq, e->snd_nxt)
                    || ((peer->bits & END_ACKED) && !seq_after(seg->seq, peer->rcv_nxt));

    e->bits |= END_TS_SENT;
    if (side == c->client) {
        c->client_tsval = seg->tsval;
        c->tsval_time = seg->seen.time;
    }
    if (!(peer->bits & END_TS_RECENT))
        peer->ts_recent = seg->tsval;
    else if (in_order)
        peer->ts_recent = seq_max(peer->ts_recent, seg->tsval);
    peer->bits |= END_TS_RECENT;
}

static void take_data(struct connection *c, const struct sighting *seen)
{
    if (c->frame[CONN_CLOSE] == 0)
        c->data_time = seen->time;
}

static void take_content(struct connection *c, uint8_t side, const struct segment *seg, uint32_t end)
{
    struct endpoint *e = &c->end[side], *peer = &c->end[!side];
    bool gap = (e->bits & END_ALIVE) && seq_after(seg->seq, e->snd_end);

    if (seg->payload != 0 && !(seg->flags & TCP_SYN))
        take_data(c, &seg->seen);
    if (gap && seg->payload != 0 && (peer->bits & END_ACKED) && !seq_after(seg->seq, peer->rcv_nxt))
        c->flags |= CONN_LACKS_DATA;
    if ((seg->flags & TCP_FIN) && !(e->bits & END_FIN)) {
        note_close(c, side, &seg->seen, !gap && !seq_after(peer->snd_nxt, peer->snd_end));
        e->bits |= END_FIN;
        e->fin_end = end;
        e->ack_at_fin = seg->ack;
    } else if ((e->bits & END_FIN) && seg->seen.time - c->last_time >= RETRANSMISSION_GAP) {
        c->fin_repeated |= (1U << side) & 3;
    }
    e->snd_end = e->bits & END_ALIVE ? seq_max(e->snd_end, end) : end;
    e->bits |= END_ALIVE;
}

static void take_syn_ack(struct connection *c, uint8_t side, const struct segment *seg)
{
    struct endpoint *e = &c->end[side], *peer = &c->end[!side];

    if (c->flags & CONN_SYN_ACK)
        return;
    c->flags |= CONN_SYN_ACK;
    c->server_isn = seg->seq;
    if (seg->options_cut)
        c->flags |= CONN_SCALE_UNKNOWN;
    /* RFC 7323, 2.2: both must send the option */
    bool scaled = seg->wscale != NO_WSCALE && peer->wscale != NO_WSCALE;
    e->wscale = scaled ? seg->wscale : 0;
    peer->wscale = scaled ? peer->wscale : 0;
}

/* TIME_WAIT begins with the FIN that completes the close, and the acknowledgment of that FIN proves it. On Linux
 * every later segment with an ACK restarts it (tcp_timewait_state_process, measured on 6.18), as RFC 9293 3.10.7.4
 * says of a FIN. */
static void note_time_wait(struct connection *c, uint8_t from, const struct segment *seg, const bool proven[2])
{
    for (uint8_t side = 0; side < 2; side++) {
        if (connection_state(c, side) != STATE_TIME_WAIT)
            continue;
        if (!proven[side])
            c->frame[CONN_TIME_WAIT] = seg->seen.frame;
        if (!proven[side] || side != from) {
            c->tw_time = seg->seen.time;
            c->paws_gap = 0;
        }
    }
}

static void complete_handshake(struct connection *c, uint8_t side, const struct segment *seg)
{
    struct endpoint *peer = &c->end[!side];

    if (side != c->client) {
        if (seq_after(seg->ack, peer->snd_end)) /* it acknowledges data: it has accepted the connection */
            c->flags |= CONN_OPEN;
        return;
    }
    if (!(c->flags & CONN_SYN_ACK)) { /* its answer was not captured: this segment acknowledges it */
        c->flags |= CONN_SYN_ACK;
        c->server_isn = seg->ack - 1;
        peer->snd_nxt = peer->snd_end = seg->ack;
        peer->bits |= END_SENT | END_ALIVE;
    } else if (!is_near(seg->ack, c->server_isn)) {
        return; /* it acknowledges something else */
    }
    c->flags |= CONN_OPEN;
}

static void take_numbers(struct connection *c, uint8_t side, const struct segment *seg)
{
    struct endpoint *e = &c->end[side];
    uint32_t content = seg->payload + !!(seg->flags & TCP_SYN) + !!(seg->flags & TCP_FIN);
    uint32_t end = seg->seq + content;

    if (seg->has_ts)
        take_timestamp(c, side, seg);
    if (seg->flags & TCP_ACK)
        take_ack(c, side, seg);
    if (content != 0)
        take_content(c, side, seg, end);
    e->snd_nxt = e->bits & END_SENT ? seq_max(e->snd_nxt, end) : end;
    e->bits |= END_SENT;
    e->window = seg->window;
    if (!(seg->flags & TCP_SYN) && seg->has_ip_id) {
        if (seg->ip_id != 0)
            e->bits |= END_IP_ID;
        else if (content != 0) /* a bare ACK may be that of a TIME_WAIT */
            e->bits |= END_ZERO_ID;
    }
}

void connection_segment(struct connection *c, uint8_t side, const struct segment *seg)
{
    bool handshake = !(c->flags & (CONN_OPEN | CONN_MIDSTREAM));

    if (segment_timestamp_is_cut(seg))
        c->flags |= CONN_TIMESTAMPS_CUT;
    if (seg->flags & TCP_RST) {
        take_reset(c, side, seg);
        return;
    }
    if ((seg->flags & TCP_SYN) && (seg->flags & TCP_ACK)) {
        take_syn_ack(c, side, seg);
    } else if (handshake && (seg->flags & TCP_ACK)) {
        if (connection_is_newer(c, side, seg))
            return;
        complete_handshake(c, side, seg);
    }
    if (c->end[0].bits & c->end[1].bits & END_FIN) {
        bool proven[2] = { connection_time_wait_proven(c, 0), connection_time_wait_proven(c, 1) };
        take_numbers(c, side, seg);
        note_time_wait(c, side, seg, proven);
    } else {
        static const bool not_proven[2] = { false, false };
        take_numbers(c, side, seg);
        if (c->end[0].bits & c->end[1].bits & END_FIN)
            note_time_wait(c, side, seg, not_proven);
    }
    c->last_time = seg->seen.time;
    c->frame[CONN_LAST] = seg->seen.frame;
}
