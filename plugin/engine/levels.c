/* levels.c - whether a service takes a constant number of SYNs a second, however many are sent
 *
 * Chance loses a share of what is sent, so the more is sent, the more is taken. A limit takes the same number in any case.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "levels.h"

#include "results.h"
#include "store.h"

enum { SECONDS_LEAST = 6, SECONDS_MOST = 86400, TAKEN_LEAST = 3 };

struct second {
    uint32_t taken, refused;
};

/* ns: when its SYN was taken; -1: it was not, or the capture does not show it. */
static int64_t taken_at(const struct tracker *t, const struct result *r)
{
    const struct evidence *e = get_evidence(t, get_attempt(t, r->attempt));

    return shows_syn_ack(e) ? e->syn_ack_time : -1;
}

static struct second *second_of(GArray *seconds, int64_t from, int64_t time)
{
    int64_t at = (time - from) / NS_PER_SECOND;

    return time < from || at >= seconds->len ? NULL : &g_array_index(seconds, struct second, at);
}

static void count_calls(const struct tracker *t, GArray *seconds, int64_t from, const GPtrArray *calls, bool bad)
{
    for (guint i = 0; i < calls->len; i++) {
        const struct result *r = g_ptr_array_index(calls, i);
        struct second *taken = second_of(seconds, from, taken_at(t, r));
        struct second *begun = second_of(seconds, from, r->begin);
        if (taken != NULL)
            taken->taken++;
        if (bad && begun != NULL)
            begun->refused++;
    }
}

static bool has_refused(const GArray *seconds, guint i)
{
    return i < seconds->len && g_array_index(seconds, struct second, i).refused > 0;
}

static void read_level(const GArray *seconds, struct level *level)
{
    *level = (struct level){ .least = UINT32_MAX, .least_offered = UINT32_MAX };
    for (guint i = 1; i + 1 < seconds->len; i++) {
        const struct second *s = &g_array_index(seconds, struct second, i);
        if (!has_refused(seconds, i - 1) || !has_refused(seconds, i) || !has_refused(seconds, i + 1))
            continue;
        level->seconds++;
        level->least = MIN(level->least, s->taken);
        level->most = MAX(level->most, s->taken);
        level->least_offered = MIN(level->least_offered, s->taken + s->refused);
        level->most_offered = MAX(level->most_offered, s->taken + s->refused);
    }
}

/* About as many were taken in each second (a SYN may fall into the next one, so two or a tenth more or less do not count),
 * while the number that was offered grew by half. */
static bool is_level(const struct level *level)
{
    return level->seconds >= SECONDS_LEAST && level->least >= TAKEN_LEAST
           && level->most - level->least <= MAX(2, level->most / 10)
           && 2 * level->most_offered >= 3 * level->least_offered && 2 * level->most_offered >= 3 * level->most;
}

bool find_level(const struct tracker *t, const GPtrArray *bad, const GPtrArray *good, struct level *level)
{
    const struct result *first = g_ptr_array_index(bad, 0), *last = g_ptr_array_index(bad, bad->len - 1);
    int64_t length = last->begin - first->begin;

    if (length < SECONDS_LEAST * NS_PER_SECOND || length > SECONDS_MOST * NS_PER_SECOND)
        return false;
    GArray *seconds = g_array_new(FALSE, TRUE, sizeof(struct second));
    g_array_set_size(seconds, (guint)(length / NS_PER_SECOND) + 1);
    count_calls(t, seconds, first->begin, bad, true);
    count_calls(t, seconds, first->begin, good, false);
    read_level(seconds, level);
    g_array_free(seconds, TRUE);
    return is_level(level);
}
