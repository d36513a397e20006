/* peer_end.c - an end of a connection at a time, by the rules of its stack
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peer_end.h"

bool time_wait_is_removed(const struct peer_rules *rules, const struct connection *c)
{
    return (c->flags & CONN_TIME_WAIT_RESET) && rules->stack->reset_removes_time_wait;
}

/* How long TIME_WAIT lasts at the longest (ns). */
static int64_t longest_time_wait(const struct peer_rules *rules)
{
    return rules->time_wait + rules->stack->time_wait_late;
}

int64_t time_wait_start(const struct peer_rules *rules, const struct connection *c)
{
    /* A SYN that comes when it is over restarts nothing. */
    bool restarted = c->paws_syns > 0 && rules->stack->paws_restarts_time_wait
                     && c->paws_gap * (NS_PER_SECOND / 1000) <= longest_time_wait(rules);

    return restarted ? MAX(c->tw_time, c->paws_time) : c->tw_time;
}

enum tcp_state fin_state_at(const struct connection *c, uint8_t side, enum tcp_state state, int64_t now)
{
    bool awaits = state == STATE_FIN_WAIT_1 || state == STATE_CLOSING;

    return awaits && !connection_awaits_ack_of_fin(c, side, now) ? STATE_UNKNOWN : state;
}

enum tcp_state state_at(const struct peer_rules *rules, const struct connection *c, uint8_t side, int64_t now)
{
    enum tcp_state state = connection_state(c, side);

    if (time_wait_is_removed(rules, c))
        return STATE_CLOSED;
    if (state == STATE_TIME_WAIT && now - time_wait_start(rules, c) > longest_time_wait(rules))
        return STATE_CLOSED;
    return fin_state_at(c, side, state, now);
}

struct peer peer_at(const struct peer_rules *rules, const struct connection *c, uint8_t side, int64_t now)
{
    return (struct peer){
        .state = state_at(rules, c, side, now),
        .rcv_nxt = connection_rcv_nxt(c, side),
        .rcv_wnd = connection_rcv_wnd(c, side),
        .ts_recent = c->end[side].ts_recent,
        .ts_recent_age = now - c->last_time,
        .declined = c->client == !side && (c->end[!side].bits & END_TS_SENT) && !(c->end[side].bits & END_TS_SENT),
        .timestamps = connection_uses_timestamps(c) && (c->end[side].bits & END_TS_RECENT),
    };
}

bool has_next_numbers(const struct connection *c, uint8_t side, uint32_t seq, uint32_t ack)
{
    return (c->end[side].bits & END_SENT) && seq == c->end[side].snd_nxt && ack == connection_rcv_nxt(c, side);
}

struct connection as_answered(const struct connection *c, uint8_t side, const struct packet_seen *ack)
{
    struct connection answered = *c;

    if (ack != NULL && connection_state(c, side) == STATE_TIME_WAIT && has_next_numbers(c, side, ack->seq, ack->ack))
        answered.flags &= (uint16_t)~CONN_TIME_WAIT_RESET;
    return answered;
}

void peer_by_ack(struct peer *peer, const struct packet_seen *ack)
{
    if (peer->state == STATE_TIME_WAIT && peer->timestamps && ack != NULL && (ack->bits & PACKET_HAS_TS))
        peer->ts_recent = ack->tsecr;
}

void note_time_wait(const struct work *w, const struct peer_rules *rules, uint32_t attempt,
                    const struct connection *old, enum peer_reason reason)
{
    bool restarts = rules->stack->paws_restarts_time_wait;
    const struct time_wait_clock clock = {
        .frame = w->seg->seen.frame,
        .attempt = attempt,
        .restarts = restarts ? old->paws_syns : 0,
        .is_restarted = restarts && reason == REASON_PAWS,
        .elapsed = MAX(w->seg->seen.time - time_wait_start(rules, old), 0),
    };

    note_time_wait_clock(w->t, &clock);
}

struct syn last_syn(const struct attempt *a)
{
    return (struct syn){ .isn = a->isn, .tsval = a->tsval, .has_ts = a->flags & ATTEMPT_HAS_TS };
}

struct syn first_syn(const struct tracker *t, const struct attempt *a)
{
    struct syn syn = last_syn(a);

    if (a->retries > 0)
        syn.tsval = get_trouble(t, a)->first_tsval;
    return syn;
}

bool timestamps_are_cut(const struct attempt *a, const struct peer *peer, bool old_cut)
{
    return (a->flags & ATTEMPT_TIMESTAMP_CUT) && (peer->timestamps || old_cut);
}
