/* outcome.c - what became of each attempt that statistics count
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "outcome.h"

#include <string.h>

/* The time until the SYN, or the SYN/ACK, that led to the connection; of a failed attempt all the time. */
static int64_t time_lost(const struct tracker *t, const struct attempt *a, const struct verdict *v)
{
    const struct packets_seen *again = tracker_packets(t, a, SEEN_SYN_ACK_AGAIN);
    int64_t until = a->last_time;

    if (v->fate == FATE_PENDING || (v->fate == FATE_ESTABLISHED && !v->delayed))
        return 0;
    if (v->fate != FATE_ESTABLISHED)
        return MAX(v->wait, until - a->first_time);
    if (again != NULL)
        until = MAX(until, MIN(again->last.time, tracker_evidence(t, a)->ack_time));
    return MAX(until - a->first_time, 0);
}

static struct outcome outcome_of(const struct tracker *t, uint32_t attempt)
{
    const struct attempt *a = tracker_attempt(t, attempt);
    struct outcome o = { .attempt = attempt, .retries = a->retries, .begin = a->first_time };
    struct verdict v;

    tracker_verdict(t, attempt, true, &v);
    o.family = tracker_addresses(t, a, &o.client, &o.server);
    o.fate = v.fate;
    o.cause = v.cause;
    o.delayed = v.delayed;
    o.connect_time = v.fate == FATE_ESTABLISHED ? v.connect_time : -1;
    o.lost = time_lost(t, a, &v);
    return o;
}

GArray *outcomes_collect(const struct tracker *t, const GArray *attempts)
{
    GArray *outcomes = g_array_new(FALSE, FALSE, sizeof(struct outcome));
    GHashTable *numbers = g_hash_table_new(NULL, NULL);

    for (guint i = 0; t != NULL && i < attempts->len; i++) {
        uint32_t attempt = g_array_index(attempts, uint32_t, i);
        gpointer number = GUINT_TO_POINTER(tracker_attempt(t, attempt)->number);
        if (!g_hash_table_add(numbers, number))
            continue; /* counted at another capture point */
        struct outcome o = outcome_of(t, attempt);
        g_array_append_val(outcomes, o);
    }
    g_hash_table_destroy(numbers);
    return outcomes;
}

static int compare_addresses(uint8_t family_a, const struct tcp_address *a, uint8_t family_b,
                             const struct tcp_address *b)
{
    return family_a != family_b ? family_a - family_b : memcmp(a->ip, b->ip, sizeof a->ip);
}

int compare_server(const struct outcome *a, const struct outcome *b)
{
    int order = compare_addresses(a->family, &a->server, b->family, &b->server);

    return order ? order : (int)a->server.port - (int)b->server.port;
}

int compare_client_address(const struct outcome *a, const struct outcome *b)
{
    return compare_addresses(a->family, &a->client, b->family, &b->client);
}
