/* alarms.c - SYNs that have gone without an answer for too long
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "alarms.h"

#include "ring.h"
#include "siblings.h"
#include "store.h"

#define ALARM_PATIENCE (3 * NS_PER_SECOND)

void alarms_expect(struct tracker *t, uint32_t attempt)
{
    if (!(get_attempt(t, attempt)->flags & ATTEMPT_TWIN))
        g_array_append_val(t->expecting, attempt);
}

static bool is_answered(const struct tracker *t, const struct attempt *a)
{
    const struct trouble *trouble = get_trouble(t, a);

    return shows_syn_ack(get_evidence(t, a)) || (trouble != NULL && trouble->packets != 0);
}

/* The same SYN may be seen on the other leg of a NAT: its answer counts, and one alarm is enough. What the NAT tried again
 * through another port is an attempt of its own: the client's RST of one is no answer to the other, but a SYN/ACK is. */
static void look_at(struct tracker *t, uint32_t attempt)
{
    const struct attempt *a = get_attempt(t, attempt);

    if (is_answered(t, a))
        return;
    for (uint32_t s = sibling_after(t, attempt, attempt); s != 0; s = sibling_after(t, attempt, s)) {
        const struct attempt *other = get_attempt(t, s);
        if (are_retries(t, a, other) ? shows_syn_ack(get_evidence(t, other)) : s < attempt || is_answered(t, other))
            return;
    }
    if (a->frame[SYN_FIRST] != FRAME_HIDDEN)
        g_array_append_val(t->alarms, attempt);
}

static bool is_next_due(const struct tracker *t)
{
    if (t->expected >= t->expecting->len)
        return false;
    const struct attempt *a = get_attempt(t, g_array_index(t->expecting, uint32_t, t->expected));
    return t->now - a->first_time >= ALARM_PATIENCE;
}

/* Few frames have anything due: they pay for it, the others do not. */
static G_GNUC_NO_INLINE void look_at_due(struct tracker *t)
{
    do
        look_at(t, g_array_index(t->expecting, uint32_t, t->expected++));
    while (is_next_due(t));
    if (t->expected > t->expecting->len / 2 && t->expected > 1024) {
        g_array_remove_range(t->expecting, 0, t->expected);
        t->expected = 0;
    }
}

void alarms_look(struct tracker *t)
{
    if (t->alarms->len > 0)
        g_array_set_size(t->alarms, 0);
    if (is_next_due(t))
        look_at_due(t);
}

void alarms_forget(struct tracker *t, const uint8_t *attempts)
{
    guint kept = 0;

    for (guint i = t->expected; i < t->expecting->len; i++) {
        uint32_t attempt = g_array_index(t->expecting, uint32_t, i);
        if (attempts[attempt])
            g_array_index(t->expecting, uint32_t, kept++) = attempt;
    }
    g_array_set_size(t->expecting, kept);
    t->expected = 0;
    g_array_set_size(t->alarms, 0);
}

const uint32_t *tracker_alarms(const struct tracker *t, uint32_t *n)
{
    *n = t->alarms->len;
    return (const uint32_t *)(const void *)t->alarms->data;
}
