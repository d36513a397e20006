/* past.c - the old connection on a port pair, by the rules of the peer's stack: what a SYN met
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "past.h"

#include "peer_end.h"
#include "seq.h"

static void read_numbers(const struct connection *old, uint8_t side, struct past *p)
{
    const struct endpoint *e = &old->end[side];

    p->rcv_nxt = connection_rcv_nxt(old, side);
    p->snd_nxt = e->snd_nxt;
    p->ts_recent = e->ts_recent;
    if ((e->bits & END_ACKED) || (old->end[!side].bits & END_FIN))
        p->flags |= PAST_RCV_NXT;
    if (e->bits & END_SENT)
        p->flags |= PAST_SND_NXT;
    if (e->bits & END_TS_RECENT)
        p->flags |= PAST_TS_RECENT;
    if (connection_uses_timestamps(old))
        p->flags |= PAST_TIMESTAMPS;
    if (old->flags & CONN_TIMESTAMPS_CUT)
        p->flags |= PAST_TIMESTAMPS_CUT;
}

static void read_time_wait(const struct peer_rules *rules, const struct connection *old, uint8_t side, int64_t now,
                           struct past *p)
{
    if (connection_state(old, side) != STATE_TIME_WAIT || time_wait_is_removed(rules, old))
        return;
    p->tw_frame = old->frame[CONN_TIME_WAIT];
    p->tw_elapsed = MAX(now - time_wait_start(rules, old), 0);
    if (p->state != STATE_TIME_WAIT)
        p->flags |= PAST_TW_EXPIRED;
    if (connection_time_wait_proven(old, side))
        p->flags |= PAST_TW_PROVEN;
}

static void read_connection(const struct peer_rules *rules, const struct connection *old, uint8_t side, int64_t now,
                            struct past *p)
{
    p->flags |= PAST_CONNECTION;
    p->idle = connection_idle(old);
    p->age = MAX(now - old->last_time, 0);
    p->first = old->frame[CONN_FIRST];
    p->last = old->frame[CONN_LAST];
    p->closed_in = old->frame[CONN_CLOSE];
    p->closer = connection_closer(old);
    p->state = (uint8_t)state_at(rules, old, side, now);
    if ((old->flags & CONN_RESET) || time_wait_is_removed(rules, old))
        p->flags |= PAST_RESET;
    if (connection_closed_second(old, side))
        p->flags |= PAST_CLOSED_SECOND;
    read_numbers(old, side, p);
    read_time_wait(rules, old, side, now, p);
}

static struct peer_decision decide_on(const struct peer_rules *rules, const struct attempt *a,
                                      const struct connection *old, const struct peer *peer, const struct syn *syn)
{
    if (timestamps_are_cut(a, peer, old->flags & CONN_TIMESTAMPS_CUT))
        return (struct peer_decision){ .answer = ANSWER_UNKNOWN };
    return stack_decide(rules->stack, peer, syn);
}

/* Whether the rules answer the latest SYN otherwise than the first. */
static bool decision_changes(const struct tracker *t, const struct peer_rules *rules, const struct attempt *a,
                             const struct connection *old, struct peer_decision first)
{
    const struct trouble *trouble = get_trouble(t, a);
    struct connection now = *old;
    struct syn syn = last_syn(a);

    if (a->retries == 0)
        return false;
    if (trouble->frame[TROUBLE_OLD_RESET] != 0 && trouble->frame[TROUBLE_OLD_RESET] < a->frame[SYN_LAST]
        && (connection_state(old, server_side(a)) != STATE_TIME_WAIT || rules->stack->reset_removes_time_wait))
        return true;
    if (first.reason == REASON_PAWS) {
        now.paws_time = trouble->previous_time;
        now.paws_gap = 0;
        now.paws_syns++;
    }
    struct peer peer = peer_at(rules, &now, server_side(a), a->last_time);
    struct peer_decision last = decide_on(rules, a, old, &peer, &syn);
    return first.answer != last.answer || first.reason != last.reason;
}

/* ack: the first that rejected the SYN; NULL: none. */
static void decide(const struct tracker *t, const struct peer_rules *rules, const struct attempt *a,
                   const struct connection *old, const struct packet_seen *ack, struct past *p)
{
    struct peer peer = peer_at(rules, old, server_side(a), a->first_time);
    struct syn syn = first_syn(t, a);

    peer_by_ack(&peer, ack);
    struct peer_decision d = decide_on(rules, a, old, &peer, &syn);

    p->answer = (uint8_t)d.answer;
    p->reason = (uint8_t)d.reason;
    if ((p->flags & PAST_TS_RECENT) && syn.has_ts) {
        p->flags |= PAST_SYN_TS;
        p->tsval_delta = seq_delta(syn.tsval, p->ts_recent);
    }
    if (decision_changes(t, rules, a, old, d))
        p->flags |= PAST_ANSWER_CHANGED;
}

/* The peer's numbers by its own ACK: they are what it compares with, also where a box on the way shifts timestamps. */
static void read_answer(const struct tracker *t, const struct attempt *a, const struct packet_seen *ack, struct past *p)
{
    bool tracked = (p->flags & PAST_RCV_NXT) && p->rcv_nxt == ack->ack && p->snd_nxt == ack->seq;
    bool shifted = (p->flags & PAST_TS_RECENT) && (ack->bits & PACKET_HAS_TS) && p->ts_recent != ack->tsecr;

    if (tracked && !(shifted && p->state == STATE_TIME_WAIT))
        return;
    p->flags |= PAST_FROM_ANSWER | PAST_RCV_NXT | PAST_SND_NXT;
    p->rcv_nxt = ack->ack;
    p->snd_nxt = ack->seq;
    if (!(ack->bits & PACKET_HAS_TS))
        return;
    p->flags |= PAST_TS_RECENT | PAST_TIMESTAMPS;
    p->ts_recent = ack->tsecr;
    if (a->flags & ATTEMPT_HAS_TS) {
        p->flags |= PAST_SYN_TS;
        p->tsval_delta = seq_delta(first_syn(t, a).tsval, p->ts_recent);
    }
}

bool tracker_past(const struct tracker *t, const struct attempt *a, struct past *p)
{
    const struct connection *old = get_history(t, a->history);
    const struct packets_seen *acks = packets_of(t, get_trouble(t, a), SEEN_BARE_ACK);

    if (old == NULL && acks == NULL)
        return false;
    *p = (struct past){ .idle = -1, .age = -1, .closer = SIDE_NONE };
    if (old != NULL) {
        struct peer_rules rules = rules_of_host(t, pair_of(t, a), server_side(a));
        struct connection answered = as_answered(old, server_side(a), acks == NULL ? NULL : &acks->first);
        read_connection(&rules, &answered, server_side(a), a->first_time, p);
        decide(t, &rules, a, &answered, acks == NULL ? NULL : &acks->first, p);
    }
    if (acks != NULL) {
        read_answer(t, a, &acks->first, p);
        read_answer(t, a, &acks->last, p);
    }
    return true;
}
