/* verdict.c - the verdict on an attempt: what its own packets say, and what the same SYN elsewhere adds
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verdict.h"

#include "rejection.h"
#include "rules.h"
#include "siblings.h"

/* The frame and the time of the packet that decides. */
struct decision {
    uint32_t frame; /* 0: none */
    int64_t time;
};

static struct decision decision_of(const struct packet_seen *packet)
{
    return (struct decision){ packet->frame, packet->time };
}

static uint32_t last_frame_of(const struct packets_seen *packets)
{
    return packets == NULL ? 0 : packets_last(packets)->frame;
}

/* Where only the server's word is in the capture, there is no time at which the client was connected. */
static struct decision decision_by_ack(const struct dossier *d)
{
    const struct packet_seen *reset = reset_that_connects(d);

    if (reset != NULL)
        return decision_of(reset);
    if (d->e->frame[EV_ACK] != 0)
        return (struct decision){ d->e->frame[EV_ACK], d->e->ack_time };
    return (struct decision){ d->e->frame[EV_ACCEPTED], d->a->first_time };
}

/* The repetition that fulfils the condition of being stuck: the third sending, or one a second after the first. */
static struct decision decision_by_data(const struct dossier *d)
{
    const struct packets_seen *again = d->seen[SEEN_DATA_AGAIN];

    if (again->first.time - d->e->data_time >= STUCK_PATIENCE || d->trouble->frame[TROUBLE_THIRD] == 0)
        return decision_of(again->count == 1 ? &again->first : &again->last);
    return (struct decision){ d->trouble->frame[TROUBLE_THIRD], d->trouble->third_time };
}

/* The last of what the client sends behind its SYN. */
static struct decision decision_by_client(const struct dossier *d)
{
    const struct packets_seen *data = d->seen[SEEN_DATA_AGAIN], *acks = d->seen[SEEN_ACK];

    if (data == NULL && acks == NULL)
        return decision_by_ack(d);
    if (data == NULL || (acks != NULL && packets_last(acks)->time > packets_last(data)->time))
        return decision_of(packets_last(acks));
    return decision_of(packets_last(data));
}

static struct decision decide(const struct dossier *d, enum decider decider)
{
    switch (decider) {
    case BY_ACK:
        return decision_by_ack(d);
    case BY_SYN_ACK_LATE:
        return decision_of(&d->seen[SEEN_SYN_ACK_LATE]->first);
    case BY_REJECTION:
        return decision_of(rejection_of(d));
    case BY_RST:
        return decision_of(&d->seen[SEEN_RST]->first);
    case BY_ICMP:
        return decision_of(&d->seen[SEEN_ICMP]->first);
    case BY_DATA:
        return decision_by_data(d);
    case BY_SERVER_RST:
        return decision_of(&d->seen[SEEN_SERVER_RST]->first);
    case BY_CLIENT_RST:
        return decision_of(&d->seen[SEEN_CLIENT_RST]->first);
    case BY_SYN:
        return (struct decision){ d->a->frame[SYN_LAST], d->a->last_time };
    case BY_SYN_ACK: /* it costs the client no time: it knows nothing of it */
        return (struct decision){ last_frame_of(d->seen[SEEN_SYN_ACK_AGAIN]), d->a->last_time };
    case BY_CLIENT:
        return decision_by_client(d);
    case BY_NOTHING:
        break;
    }
    return (struct decision){ 0, d->a->last_time };
}

/* In TIME_WAIT the rules leave no choice; another answer means that the peer is another kind of stack. */
static bool is_not_as_rules(const struct dossier *d, const struct facts *facts, const struct verdict *v)
{
    const struct past *p = d->past;

    if (p == NULL || p->state != STATE_TIME_WAIT || p->answer == ANSWER_UNKNOWN || (p->flags & PAST_ANSWER_CHANGED))
        return false;
    if (facts_have(facts, F_REJECTED))
        return p->answer != ANSWER_ACK && !d->rules.stack->time_wait_hides_closed_port;
    if (v->fate == FATE_ESTABLISHED)
        return d->a->retries == 0 && !(d->e->flags & EV_ECHOES_OTHER) && facts_have(facts, F_FORBIDDEN)
               && !facts_have(facts, F_NOT_RECYCLED) && !facts_have(facts, F_RAN_OUT);
    return v->fate == FATE_REFUSED;
}

static bool is_of_client(enum seen_kind kind)
{
    return kind == SEEN_CLIENT_RST || kind == SEEN_CLIENT_RST_OLD || kind == SEEN_DATA_AGAIN || kind == SEEN_CLIENT_END
           || kind == SEEN_ODD_ACK || kind == SEEN_ACK;
}

/* What the client lost: till the SYN, SYN/ACK or data that succeeded, or all its time. */
static int64_t time_lost(const struct dossier *d, const struct verdict *v, const struct decision *decision,
                         const struct costs *costs)
{
    int64_t until = d->a->last_time;

    if (v->fate == FATE_PENDING || (v->fate == FATE_ESTABLISHED && !v->delayed))
        return 0;
    if (v->fate == FATE_ESTABLISHED)
        return MAX(success_time(d, costs) - d->a->first_time, 0);
    for (size_t i = 0; i < SEEN_KINDS; i++)
        if (d->seen[i] != NULL && is_of_client((enum seen_kind)i))
            until = MAX(until, d->seen[i]->last.time);
    if (d->trouble != NULL)
        until = MAX(until, d->trouble->client_time);
    return MAX(MAX(until, decision->time) - d->a->first_time, 0);
}

static void judge_established(const struct dossier *d, const struct facts *facts, const struct costs *costs,
                              struct verdict *v)
{
    enum reuse reuse = reuse_for(facts);
    bool exact = d->e->flags & EV_EXACT;

    for (int i = COST_NONE + 1; i < COSTS; i++)
        v->delayed = v->delayed || costs->of[i] > 0;
    bool at_once = facts_have(facts, F_CLIENT_RST_ACK) && !capture_lacks_acks(&d->t->capture);
    if (at_once || (exact && d->e->frame[EV_ACK] != 0 && facts_have(facts, F_ANSWERED)))
        v->connect_time = v->wait;
    if (costs->of[COST_ACCEPT] > 0)
        v->served = MAX(d->trouble->served_time - d->a->first_time, 0);
    v->reuse = reuse_token(reuse);
}

static enum damage damage_of(const struct facts *facts, const struct verdict *v)
{
    if (v->cause == CAUSE_SYN_RETRANSMITTED && facts_have(facts, F_SYN_DAMAGED))
        return DAMAGE_SYNS;
    if (v->fate != FATE_NO_ANSWER && v->fate != FATE_PENDING)
        return DAMAGE_NONE;
    if (facts_have(facts, F_ANSWERED))
        return facts_have(facts, F_SYN_ACK_DAMAGED) ? DAMAGE_SYN_ACK : DAMAGE_NONE;
    return facts_have(facts, F_SYN_DAMAGED) ? DAMAGE_SYN : DAMAGE_NONE;
}

/* What this capture point alone tells. */
static struct verdict judge_alone(const struct dossier *d)
{
    struct facts facts;

    facts_read(d, &facts);
    struct costs costs = facts_have(&facts, F_CONNECTED) ? costs_read(d) : (struct costs){ { 0 } };
    const struct rule *rule = rule_for(&facts, &costs);
    struct decision decision = decide(d, rule->decider);
    struct verdict v = {
        .fate = rule->fate,
        .cause = rule->cause,
        .inferred = !rule_is_proven(rule, &facts),
        .decided_by = decision.frame,
        .wait = rule->fate == FATE_PENDING ? 0 : MAX(MAX(decision.time, d->a->last_time) - d->a->first_time, 0),
        .connect_time = -1,
        .served = -1,
    };

    if (v.fate == FATE_ESTABLISHED)
        judge_established(d, &facts, &costs, &v);
    v.lost = time_lost(d, &v, &decision, &costs);
    v.damage = damage_of(&facts, &v);
    v.tunnel_damaged = v.damage != DAMAGE_NONE && facts_have(&facts, F_TUNNEL_DAMAGED);
    v.assumed = rule->by_stack && d->rules.stack->assumed;
    v.not_as_rules = is_not_as_rules(d, &facts, &v);
    return v;
}

/* ---- the same SYN elsewhere ------------------------------------------------------------------------ */

/* How much a verdict tells. Of two capture points, the one that tells more is believed. */
static int knowledge(const struct verdict *v)
{
    switch (v->fate) {
    case FATE_PENDING:
        return 0;
    case FATE_NO_ANSWER:
        if (v->cause == CAUSE_SILENT_FLOW || v->cause == CAUSE_SILENT_PORT || v->cause == CAUSE_SILENT_HOST)
            return 1;
        return v->inferred ? 2 : 3;
    case FATE_STUCK:
        return 5; /* more than a failure that only the other point shows, and that was overcome */
    case FATE_ESTABLISHED:
        return 6;
    case FATE_REFUSED:
        return v->cause == CAUSE_RESET_AFTER_HANDSHAKE
                   ? 7
                   : 4; /* more than "established" at the other point, which lacks that RST */
    default:
        return 4;
    }
}

/* Another point saw the same SYN on the same port pair: what it saw more counts here too. */
static void learn_from_twin(const struct verdict *theirs, struct verdict *v)
{
    if (v->damage == DAMAGE_NONE && v->fate == theirs->fate)
        v->damage = theirs->damage, v->tunnel_damaged = theirs->tunnel_damaged;
    if (knowledge(theirs) <= knowledge(v))
        return;
    *v = *theirs;
    v->from_twin = true;
}

/* The other side of a NAT: what stopped the SYN there left it without an answer here. */
static void learn_from_leg(const struct verdict *theirs, struct verdict *v)
{
    bool time_wait = theirs->cause == CAUSE_TIME_WAIT_PAWS || theirs->cause == CAUSE_TIME_WAIT_SEQUENCE;

    if (v->fate != FATE_NO_ANSWER || knowledge(v) > 1 || !time_wait)
        return;
    v->cause = theirs->cause;
    v->inferred = true;
    v->source = theirs->source;
}

void tracker_verdict(const struct tracker *t, uint32_t attempt, bool final, struct verdict *v)
{
    struct dossier own, other;

    dossier_open(t, attempt, final, &own);
    *v = judge_alone(&own);
    v->source = attempt;
    for (uint32_t s = sibling_after(t, attempt, attempt); s != 0; s = sibling_after(t, attempt, s)) {
        dossier_open(t, s, final, &other);
        struct verdict theirs = judge_alone(&other);
        theirs.source = s;
        if (are_twins(t, own.a, other.a))
            learn_from_twin(&theirs, v);
        else if (!are_retries(t, own.a, other.a))
            learn_from_leg(&theirs, v);
    }
    if (v->decided_by == FRAME_HIDDEN)
        v->decided_by = 0;
}
