/* alarms.c - SYNs that have gone without an answer for too long
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "alarms.h"

#include "store.h"
#include "verdict.h"

#define ALARM_PATIENCE (3 * NS_PER_SECOND)

void alarms_expect(struct tracker *t, uint32_t attempt)
{
    if (!(get_attempt(t, attempt)->flags & ATTEMPT_TWIN))
        g_array_append_val(t->expecting, attempt);
}

/* Another leg of a NAT shows the same SYN: one alarm is enough. */
static bool is_first_leg(const struct tracker *t, uint32_t attempt)
{
    uint32_t first = attempt;

    for (uint32_t s = get_attempt(t, attempt)->sibling; s != 0 && s != attempt; s = get_attempt(t, s)->sibling)
        first = MIN(first, s);
    return first == attempt;
}

static void look_at(struct tracker *t, uint32_t attempt)
{
    const struct evidence *e = get_evidence(t, get_attempt(t, attempt));
    struct verdict v;

    if (e != NULL && (e->flags & EV_SYN_ACK))
        return;
    tracker_verdict(t, attempt, false, &v);
    if (v.fate == FATE_NO_ANSWER && v.cause != CAUSE_SYNACK_LOST && is_first_leg(t, attempt))
        g_array_append_val(t->alarms, attempt);
}

void alarms_look(struct tracker *t)
{
    guint end = t->expected;

    if (t->alarms->len > 0)
        g_array_set_size(t->alarms, 0);
    while (end < t->expecting->len) {
        uint32_t attempt = g_array_index(t->expecting, uint32_t, end);
        if (t->now - get_attempt(t, attempt)->first_time < ALARM_PATIENCE)
            break;
        look_at(t, attempt);
        end++;
    }
    t->expected = end;
    if (end > t->expecting->len / 2 && end > 1024) {
        g_array_remove_range(t->expecting, 0, end);
        t->expected = 0;
    }
}

const uint32_t *tracker_alarms(const struct tracker *t, uint32_t *n)
{
    *n = t->alarms->len;
    return (const uint32_t *)(const void *)t->alarms->data;
}
