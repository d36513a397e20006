/* call.c - all attempts of one call, and what came of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "call.h"

#include "arithmetic.h"
#include "probes.h"
#include "races.h"
#include "siblings.h"

/* A call has the rings of an attempt and of one that it raced. One race tries at most ADDRESSES_MAX addresses. */
enum { MEMBERS_MAX = 2 * RING_MAX, ADDRESSES_MAX = 8 };

struct member {
    uint32_t attempt;
    const struct attempt *a;
    struct verdict verdict;
};

struct members {
    const struct tracker *t;
    struct member of[MEMBERS_MAX]; /* the first is the attempt that is asked for */
    size_t n;
    uint32_t rival; /* of the first: see struct call */
    size_t rivals;
    bool final;
};

static bool got_in(const struct member *m)
{
    return m->verdict.fate == FATE_ESTABLISHED;
}

/* The number of a record that was forgotten is given to a new one, so it does not tell which SYN came first. The frame
 * does, if the SYN is in the file. */
static bool came_before(const struct member *m, const struct member *other)
{
    uint32_t x = m->a->frame[SYN_FIRST], y = other->a->frame[SYN_FIRST];

    return x == y || x == FRAME_HIDDEN || y == FRAME_HIDDEN ? m->attempt < other->attempt : x < y;
}

static void add(struct members *members, uint32_t attempt)
{
    struct member *m = &members->of[members->n++];

    m->attempt = attempt;
    m->a = get_attempt(members->t, attempt);
    tracker_verdict(members->t, attempt, members->final, &m->verdict);
}

static bool is_in(const struct members *members, uint32_t attempt)
{
    for (size_t i = 0; i < members->n; i++)
        if (members->of[i].attempt == attempt)
            return true;
    return false;
}

static void add_ring(struct members *members, uint32_t attempt)
{
    if (members->n == MEMBERS_MAX || is_in(members, attempt))
        return;
    add(members, attempt);
    for (uint32_t s = sibling_after(members->t, attempt, attempt); s != 0 && members->n < MEMBERS_MAX;
         s = sibling_after(members->t, attempt, s))
        add(members, s);
}

/* ---- races ----------------------------------------------------------------------------------------- */

/* When the client knew that it was connected. */
static int64_t connected_at(const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    return get_attempt(t, attempt)->first_time + MAX(v->connect_time, 0);
}

/* One address got in, and the other one, which had begun before, did not, and was not tried again after that. */
static bool won_race(const struct tracker *t, uint32_t winner, const struct verdict *w, uint32_t loser,
                     const struct verdict *l)
{
    return w->fate == FATE_ESTABLISHED && l->fate != FATE_ESTABLISHED && l->fate != FATE_STUCK
           && get_attempt(t, loser)->last_time <= connected_at(t, winner, w);
}

/* Whether an attempt that got in is why one further down the chain did not. */
static bool is_beaten(const struct members *members, uint32_t winner, const struct verdict *w, uint32_t loser,
                      const struct verdict *l)
{
    return may_have_raced(members->t, winner, loser) && won_race(members->t, winner, w, loser, l);
}

/* Most addresses that a scanner tries are silent: they need no verdict, which costs more than this. */
static bool is_silent(const struct tracker *t, uint32_t attempt)
{
    const struct attempt *a = get_attempt(t, attempt);

    return a->evidence == 0 && a->sibling == 0;
}

/* The first up the chain that got in, if that is why this one did not; 0: none. */
static uint32_t winner_over(const struct members *members, const struct member *loser)
{
    uint32_t up = loser->attempt;
    struct verdict v;

    for (size_t i = 0; i < ADDRESSES_MAX && (up = racer_of(members->t, up)) != 0; i++) {
        if (is_silent(members->t, up))
            continue;
        tracker_verdict(members->t, up, members->final, &v);
        if (v.fate == FATE_ESTABLISHED)
            return is_beaten(members, up, &v, loser->attempt, &loser->verdict) ? up : 0;
    }
    return 0;
}

/* Those down the chain that did not get in because this one did, up to ADDRESSES_MAX. Returns how many. */
static size_t losers_to(const struct members *members, const struct member *winner, uint32_t *losers)
{
    uint32_t down = winner->attempt;
    struct verdict v;
    size_t n = 0;

    for (size_t i = 0; i < ADDRESSES_MAX && (down = raced_by(members->t, down)) != 0; i++) {
        tracker_verdict(members->t, down, members->final, &v);
        if (v.fate == FATE_ESTABLISHED)
            break;
        if (is_beaten(members, winner->attempt, &winner->verdict, down, &v))
            losers[n++] = down;
    }
    return n;
}

/* Adds the attempts on other addresses that belong to the same call as the i-th member. */
static void add_rivals(struct members *members, size_t i)
{
    const struct member m = members->of[i];
    uint32_t rivals[ADDRESSES_MAX];
    size_t n;

    if (got_in(&m)) {
        n = losers_to(members, &m, rivals);
    } else {
        rivals[0] = winner_over(members, &m);
        n = rivals[0] != 0;
    }
    if (i == 0) {
        members->rival = n == 0 ? 0 : rivals[n - 1];
        members->rivals = n;
    }
    for (size_t k = 0; k < n; k++)
        add_ring(members, rivals[k]);
}

/* ---- the call -------------------------------------------------------------------------------------- */

/* The attempt that got in; else the last one: of several legs and points, the one whose SYN was seen first. */
static const struct member *carrier_of(const struct members *members)
{
    const struct member *last = &members->of[0], *best = NULL;

    for (size_t i = 0; i < members->n; i++) {
        const struct member *m = &members->of[i];
        if (got_in(m) && (best == NULL || came_before(m, best)))
            best = m;
        if (m->a->first_time > last->a->first_time)
            last = m;
    }
    if (best != NULL)
        return best;
    best = last;
    for (size_t i = 0; i < members->n; i++) {
        const struct member *m = &members->of[i];
        bool same = m != last && !are_retries(members->t, m->a, last->a) && m->a->isn == last->a->isn;
        if (same && came_before(m, best))
            best = m;
    }
    return best;
}

/* It lost a race at once: what was tried next got in as soon as it would have without it. */
static bool cost_nothing(const struct members *members, const struct member *m, const struct member *carrier)
{
    return got_in(carrier) && m->a->isn != carrier->a->isn && !are_retries(members->t, m->a, carrier->a)
           && carrier->a->first_time - m->a->first_time < RACE_SOONEST;
}

/* Where the call lost most; equal: the first. */
static const struct member *worst_of(const struct members *members, const struct member *carrier)
{
    const struct member *worst = carrier;

    for (size_t i = 0; i < members->n; i++) {
        const struct member *m = &members->of[i];
        if (cost_nothing(members, m, carrier))
            continue;
        if (m->verdict.lost > worst->verdict.lost || (m->verdict.lost == worst->verdict.lost && came_before(m, worst)))
            worst = m;
    }
    return worst;
}

/* Whether the same program waited for both: the member is on the carrier's side of a NAT, or goes to another address. */
static bool is_same_side(const struct members *members, const struct member *m, const struct member *carrier)
{
    return m == carrier || m->a->isn != carrier->a->isn || are_retries(members->t, m->a, carrier->a);
}

static int64_t begin_of(const struct members *members, const struct member *carrier)
{
    int64_t begin = carrier->a->first_time;

    for (size_t i = 0; i < members->n; i++)
        if (is_same_side(members, &members->of[i], carrier) && !cost_nothing(members, &members->of[i], carrier))
            begin = MIN(begin, members->of[i].a->first_time);
    return begin;
}

/* When the call ended. If no attempt got in, this is the latest end of any: a NAT may come back to a port that it tried
 * before, so the last attempt need not be the one that ended last. */
static int64_t end_of(const struct members *members, const struct member *carrier)
{
    int64_t end = carrier->a->first_time + carrier->verdict.lost;

    for (size_t i = 0; !got_in(carrier) && i < members->n; i++) {
        const struct member *m = &members->of[i];
        if (is_same_side(members, m, carrier))
            end = MAX(end, m->a->first_time + m->verdict.lost);
    }
    return end;
}

/* How long after its last try (ns) a client tries again: timers double, or stay the same. -1: it has not tried again yet. */
static int64_t next_try(const struct tracker *t, const struct attempt *a, int64_t *last)
{
    const struct evidence *e = get_evidence(t, a);
    const struct trouble *trouble = get_trouble(t, a);
    const struct packets_seen *again = packets_of(t, trouble, SEEN_DATA_AGAIN);

    if (again != NULL && e != NULL) {
        *last = packets_last(again)->time;
        return *last - e->data_time;
    }
    *last = a->last_time;
    if (a->retries == 0 || trouble == NULL)
        return -1;
    int64_t gap = MAX(a->last_time - trouble->previous_time, 0);
    return add_durations(gap, gap);
}

/* Nothing ended an attempt that failed, and the capture ends before its client would have tried again. */
static bool may_go_on(const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    const struct attempt *a = get_attempt(t, attempt);
    bool goes_on = v->fate == FATE_NO_ANSWER || v->fate == FATE_REJECTED || v->fate == FATE_STUCK;
    int64_t last, wait = next_try(t, a, &last);

    return goes_on && wait > 0 && t->now - last < wait && packets_of(t, get_trouble(t, a), SEEN_CLIENT_END) == NULL
           && pair_of(t, a)->attempt[attempt_side(a)] == attempt;
}

/* Whether one attempt on another port is nearer to an attempt than the best so far: seen at its capture point, then in time. */
static bool is_nearer(const struct tracker *t, const struct attempt *own, const struct attempt *a,
                      const struct attempt *best)
{
    uint16_t point = pair_of(t, own)->point;

    if (best == NULL)
        return true;
    if ((pair_of(t, a)->point == point) != (pair_of(t, best)->point == point))
        return pair_of(t, a)->point == point;
    return ABS(a->first_time - own->first_time) < ABS(best->first_time - own->first_time);
}

static void link_retries(const struct members *members, uint32_t attempt, struct call *call)
{
    const struct attempt *own = get_attempt(members->t, attempt), *before = NULL, *after = NULL;

    for (size_t i = 0; i < members->n; i++) {
        const struct attempt *a = members->of[i].a;
        if (!are_retries(members->t, own, a))
            continue;
        if (a->first_time <= own->first_time && is_nearer(members->t, own, a, before))
            before = a;
        if (a->first_time > own->first_time && is_nearer(members->t, own, a, after))
            after = a;
    }
    call->retry_of = before == NULL ? 0 : before->frame[SYN_FIRST];
    call->retried_as = after == NULL ? 0 : after->frame[SYN_FIRST];
}

/* Packets of the client's own leg show how the call ended, whatever another leg waits for. */
static bool shows_end(const struct member *m)
{
    return m->verdict.fate == FATE_REFUSED || m->verdict.fate == FATE_UNREACHABLE
           || m->verdict.cause == CAUSE_DROPPED_HERE;
}

static enum outcome outcome_of(const struct members *members, const struct member *carrier, int64_t lost)
{
    if (got_in(carrier))
        return lost > 0 || carrier->verdict.delayed ? OUTCOME_LATE : OUTCOME_IN_TIME;
    for (size_t i = 0; i < members->n; i++) {
        const struct member *m = &members->of[i];
        if (m->verdict.fate == FATE_PENDING && (is_same_side(members, m, carrier) || !shows_end(carrier)))
            return OUTCOME_UNKNOWN;
    }
    return OUTCOME_FAILED;
}

static void judge(const struct members *members, uint32_t attempt, struct call *call)
{
    const struct member *carrier = carrier_of(members), *worst = worst_of(members, carrier);

    *call = (struct call){ .number = UINT32_MAX, .carrier = carrier->attempt, .worst = worst->attempt };
    for (size_t i = 0; i < members->n; i++)
        call->number = MIN(call->number, members->of[i].a->call);
    call->verdict = worst->verdict;
    call->begin = begin_of(members, carrier);
    call->lost = end_of(members, carrier) - call->begin;
    call->outcome = outcome_of(members, carrier, call->lost);
    if (call->outcome == OUTCOME_IN_TIME || call->outcome == OUTCOME_UNKNOWN)
        call->lost = 0;
    call->open_ended = call->outcome == OUTCOME_FAILED && may_go_on(members->t, carrier->attempt, &carrier->verdict);
    link_retries(members, attempt, call);
}

/* A call of one attempt, as most are. */
static void judge_lone(const struct tracker *t, uint32_t attempt, const struct verdict *v, struct call *call)
{
    const struct attempt *a = get_attempt(t, attempt);

    *call = (struct call){
        .number = a->call,
        .carrier = attempt,
        .worst = attempt,
        .begin = a->first_time,
        .lost = v->lost,
        .verdict = *v,
    };
    if (v->fate == FATE_ESTABLISHED)
        call->outcome = v->delayed ? OUTCOME_LATE : OUTCOME_IN_TIME;
    else
        call->outcome = v->fate == FATE_PENDING ? OUTCOME_UNKNOWN : OUTCOME_FAILED;
    if (v->fate == FATE_ABORTED && is_probe(t, a)) {
        call->probe = true;
        call->outcome = OUTCOME_IN_TIME;
        call->lost = 0;
    }
    call->open_ended = call->outcome == OUTCOME_FAILED && may_go_on(t, attempt, v);
}

static void judge_call(const struct tracker *t, uint32_t attempt, bool final, const struct verdict *verdict,
                       struct call *call)
{
    bool raced = raced_by(t, attempt) != 0 || racer_of(t, attempt) != 0;
    struct members members;

    if (get_attempt(t, attempt)->sibling == 0 && !raced) {
        judge_lone(t, attempt, verdict, call);
        return;
    }
    members.t = t;
    members.final = final;
    members.n = 0;
    add_ring(&members, attempt);
    for (size_t i = 0; i < members.n; i++)
        add_rivals(&members, i);
    if (members.n == 1) {
        judge_lone(t, attempt, verdict, call);
        return;
    }
    judge(&members, attempt, call);
    call->rival = members.rival;
    call->rivals = (unsigned)members.rivals;
}

/* A further path of a connection that is open already (RFC 8684, 3.2) is no call of a program: nothing fails or is late if it
 * does not open, and what its connection came to is not known from it. */
static void waive(struct call *call)
{
    if (call->outcome == OUTCOME_LATE)
        call->outcome = OUTCOME_IN_TIME;
    else if (call->outcome == OUTCOME_FAILED)
        call->outcome = OUTCOME_UNKNOWN;
    call->open_ended = false;
    call->lost = 0;
}

void tracker_call_of(const struct tracker *t, uint32_t attempt, bool final, const struct verdict *verdict,
                     struct call *call)
{
    judge_call(t, attempt, final, verdict, call);
    if (call->outcome != OUTCOME_IN_TIME && is_further_path(t, get_attempt(t, attempt)))
        waive(call);
}

void tracker_call(const struct tracker *t, uint32_t attempt, bool final, struct call *call)
{
    struct verdict verdict;

    tracker_verdict(t, attempt, final, &verdict);
    tracker_call_of(t, attempt, final, &verdict, call);
}

const char *outcome_token(enum outcome outcome)
{
    static const char *const tokens[] = {
        [OUTCOME_IN_TIME] = "in_time",
        [OUTCOME_LATE] = "late",
        [OUTCOME_FAILED] = "failed",
        [OUTCOME_UNKNOWN] = "unknown",
    };

    return tokens[outcome];
}

static bool is_handshake_in_time(const struct tracker *t, const struct attempt *a, bool final)
{
    const struct evidence *e = get_evidence(t, a);

    if (!shows_syn_ack(e))
        return !final && e == NULL && t->now == a->first_time;
    return e->trouble == 0 && e->syn_ack_time - a->first_time < t->options.slow_connect
           && (!final || e->frame[EV_ACK] != 0);
}

bool tracker_is_uneventful(const struct tracker *t, uint32_t attempt, bool final)
{
    const struct attempt *a = get_attempt(t, attempt);
    const uint16_t unusual = ATTEMPT_CROSSED | ATTEMPT_DATA_TAKEN | ATTEMPT_TWIN;

    return a->history == 0 && a->sibling == 0 && a->retries == 0 && !(a->flags & unusual)
           && is_handshake_in_time(t, a, final) && raced_by(t, attempt) == 0;
}
