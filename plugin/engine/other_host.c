/* other_host.c - whether a SYN comes from another host than the old connection on its port pair
 *
 * Hosts behind one translated address differ in their timestamp clocks, options and TTLs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "other_host.h"

#include "peer_end.h"
#include "seq.h"
#include "siblings.h"

#include <string.h>

/* A clock that is off by less than this may be the same one: rates are measured over short times. */
#define CLOCK_TOLERANCE_S 5
/* One that is off by more may be random for each connection (macOS, FreeBSD): 2^26 ms are 18 hours. */
#define CLOCK_NEAR (INT32_C(1) << 26)
/* A clock whose rate is not known must go back by this much: it runs at 1000 a second on most systems. */
#define TICKS_USUAL 1000
#define TICKS_BACK (CLOCK_TOLERANCE_S * TICKS_USUAL)
#define TICKS_PER_SECOND_MAX INT64_C(2000000)
/* With fewer ticks than this, one tick more or less at either end changes the rate by more than a tenth. */
enum { TICKS_LEAST = 20 };
/* So many attempts before and after are looked at for other ports of the same client, and so many of those are compared. */
enum { ATTEMPTS_NEAR = 256, PORTS_COMPARED = 16 };

/* Ticks a second of the old connection's client (RFC 7323, 5.4: 1 to 1000; some use 1 000 000); 0 if the old
 * connection was too short to measure it. */
static int64_t clock_rate(const struct tracker *t, const struct connection *old)
{
    const struct attempt *first = old->attempt == 0 ? NULL : get_attempt(t, old->attempt);

    if (first == NULL || !(first->flags & ATTEMPT_HAS_TS))
        return 0;
    int64_t time = old->tsval_time - first->last_time;
    int64_t ticks = seq_delta(old->client_tsval, first->tsval);
    if (time < NS_PER_SECOND || ticks < TICKS_LEAST)
        return 0;
    int64_t rate = (int64_t)((double)ticks * (double)NS_PER_SECOND / (double)time);
    return CLAMP(rate, 1, TICKS_PER_SECOND_MAX);
}

/* The client's clock, extrapolated over the time since its last segment, is not the SYN's. */
static bool clock_differs(const struct tracker *t, const struct attempt *a, const struct connection *old)
{
    if (!(a->flags & ATTEMPT_HAS_TS) || old->client != attempt_side(a) || !(old->end[old->client].bits & END_TS_SENT))
        return false;
    int64_t rate = clock_rate(t, old);
    double elapsed = (double)(a->first_time - old->tsval_time) / (double)NS_PER_SECOND;
    double off = (double)seq_delta(first_syn(t, a).tsval, old->client_tsval) - elapsed * (double)rate;
    double tolerance = rate == 0 ? TICKS_BACK : (double)rate * (CLOCK_TOLERANCE_S + elapsed / 20);

    if (rate == 0 && off > 0) /* it went on: at an unknown rate, any value may be right */
        return false;
    return (off > tolerance || off < -tolerance) && off < CLOCK_NEAR && off > -CLOCK_NEAR;
}

/* Between the same two addresses. */
static bool is_between_same(const struct tracker *t, const struct attempt *a, const struct attempt *b)
{
    const struct port_pair *p = pair_of(t, a), *q = pair_of(t, b);
    struct tcp_address ends[2], others[2];

    if (p->family != q->family || p->point != q->point || !(b->flags & ATTEMPT_HAS_TS))
        return false;
    port_pairs_address(&t->pairs, p, attempt_side(a), &ends[0]);
    port_pairs_address(&t->pairs, p, server_side(a), &ends[1]);
    port_pairs_address(&t->pairs, q, attempt_side(b), &others[0]);
    port_pairs_address(&t->pairs, q, server_side(b), &others[1]);
    return memcmp(ends[0].ip, others[0].ip, sizeof ends[0].ip) == 0
           && memcmp(ends[1].ip, others[1].ip, sizeof ends[1].ip) == 0;
}

/* SYNs of two ports show one clock. */
static bool is_one_clock(const struct attempt *a, const struct attempt *b, int64_t rate)
{
    double elapsed = (double)(b->last_time - a->last_time) / (double)NS_PER_SECOND;
    double off = (double)seq_delta(b->tsval, a->tsval) - elapsed * (double)rate;
    double tolerance = (double)rate * (1 + ABS(elapsed) / 20);

    return off <= tolerance && off >= -tolerance;
}

/* Some hosts have a clock for each port (Linux from 7.0 on): that it does not go on says nothing of the host then. */
static bool ports_share_a_clock(const struct tracker *t, uint32_t attempt, int64_t rate)
{
    const struct attempt *own = get_attempt(t, attempt), *ports[PORTS_COMPARED];
    uint32_t first = attempt > ATTEMPTS_NEAR ? attempt - ATTEMPTS_NEAR : 1;
    uint32_t last = MIN(attempt + ATTEMPTS_NEAR, t->attempts.len);
    size_t n = 0;

    for (uint32_t record = first; record <= last && n < PORTS_COMPARED; record++) {
        const struct attempt *a = get_attempt(t, record);
        if (a->number == 0 || !is_between_same(t, own, a)) /* 0: it was forgotten */
            continue;
        for (size_t i = 0; i < n; i++)
            if (ports[i]->pair != a->pair && is_one_clock(ports[i], a, rate))
                return true;
        ports[n++] = a;
    }
    return false;
}

static uint8_t sign_of_clock(const struct tracker *t, uint32_t attempt, const struct connection *old)
{
    int64_t rate;

    if (!clock_differs(t, get_attempt(t, attempt), old))
        return 0;
    rate = clock_rate(t, old);
    return ports_share_a_clock(t, attempt, rate == 0 ? TICKS_USUAL : rate) ? SIGN_CLOCK : SIGN_MAYBE;
}

static uint8_t signs_of(const struct tracker *t, uint32_t attempt, const struct connection *old)
{
    const struct attempt *a = get_attempt(t, attempt);
    uint8_t signs = sign_of_clock(t, attempt, old);

    if (old->attempt == 0 || old->client != attempt_side(a))
        return signs;
    const struct syn_print *now = print_of(t, a), *then = print_of(t, get_attempt(t, old->attempt));
    if (now->ttl != 0 && then->ttl != 0 && now->ttl != then->ttl)
        signs |= SIGN_TTL;
    if ((now->flags | then->flags) & PRINT_CUT)
        return signs;
    if (now->option_layout != then->option_layout)
        signs |= SIGN_OPTIONS;
    if (now->mss != then->mss || now->window != then->window || now->wscale != then->wscale)
        signs |= SIGN_SIZES;
    return signs;
}

uint8_t tracker_other_host_signs(const struct tracker *t, uint32_t attempt)
{
    const struct attempt *a = get_attempt(t, attempt);
    const struct connection *old = get_history(t, a->history);
    struct tcp_address before, after;

    if (old == NULL)
        return 0;
    uint8_t signs = signs_of(t, attempt, old);
    if (leg_of_old(t, a, &before) && leg_of_attempt(t, attempt, &after)
        && memcmp(before.ip, after.ip, sizeof before.ip) != 0)
        signs |= SIGN_LEG;
    const struct trouble *trouble = get_trouble(t, a);
    if (trouble != NULL && trouble->frame[TROUBLE_OLD_DATA] != 0)
        signs |= SIGN_OLD_DATA;
    return signs;
}

/* The addresses before the translation prove it, and so does an old connection that goes on. A clock that is off by minutes or hours is a strong sign;
 * of the others, routes and sockets change one, so two must agree. */
bool signs_suffice(uint8_t signs)
{
    uint8_t weak = signs & (SIGN_TTL | SIGN_OPTIONS | SIGN_SIZES);

    return (signs & (SIGN_LEG | SIGN_CLOCK | SIGN_OLD_DATA)) || (weak & (weak - 1));
}
