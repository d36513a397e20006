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
#define TICKS_BACK (CLOCK_TOLERANCE_S * 1000)
#define TICKS_PER_SECOND_MAX INT64_C(2000000)

/* Ticks a second of the old connection's client (RFC 7323, 5.4: 1 to 1000; some use 1 000 000); 0 if the old
 * connection was too short to measure it. */
static int64_t clock_rate(const struct tracker *t, const struct connection *old)
{
    const struct attempt *first = old->attempt == 0 ? NULL : get_attempt(t, old->attempt);

    if (first == NULL || !(first->flags & ATTEMPT_HAS_TS))
        return 0;
    int64_t time = old->tsval_time - first->last_time;
    int64_t ticks = seq_delta(old->client_tsval, first->tsval);
    if (time < NS_PER_SECOND || ticks <= 0)
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

    if (rate == 0 && off > 0) /* a fast clock that went on, for all that is known */
        return false;
    return (off > tolerance || off < -tolerance) && off < CLOCK_NEAR && off > -CLOCK_NEAR;
}

static uint8_t signs_of(const struct tracker *t, const struct attempt *a, const struct connection *old)
{
    uint8_t signs = clock_differs(t, a, old) ? SIGN_CLOCK : 0;

    if (old->attempt == 0 || old->client != attempt_side(a))
        return signs;
    const struct syn_print *now = print_of(t, a), *then = print_of(t, get_attempt(t, old->attempt));
    if (now->ttl != 0 && then->ttl != 0 && now->ttl != then->ttl)
        signs |= SIGN_TTL;
    if (a->flags & ATTEMPT_OPTIONS_CUT)
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
    uint8_t signs = signs_of(t, a, old);
    if (leg_of_old(t, a, &before) && leg_of_attempt(t, attempt, &after)
        && memcmp(before.ip, after.ip, sizeof before.ip) != 0)
        signs |= SIGN_LEG;
    return signs;
}

/* The addresses before the translation prove it. A clock that is off by minutes or hours is a strong sign;
 * of the others, routes and sockets change one, so two must agree. */
bool signs_suffice(uint8_t signs)
{
    uint8_t weak = signs & (SIGN_TTL | SIGN_OPTIONS | SIGN_SIZES);

    return (signs & (SIGN_LEG | SIGN_CLOCK)) || (weak & (weak - 1));
}
