/* results.c - what became of each attempt that statistics count
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "results.h"

#include "advice.h"

#include <string.h>

static struct result result_of(const struct tracker *t, uint32_t attempt)
{
    const struct attempt *a = tracker_attempt(t, attempt);
    struct result r = { .attempt = attempt, .retries = a->retries, .begin = a->first_time };
    struct verdict v;
    struct call call;

    tracker_verdict(t, attempt, true, &v);
    tracker_call_of(t, attempt, true, &v, &call);
    r.family = tracker_addresses(t, a, &r.client, &r.server);
    r.fate = v.fate;
    r.cause = v.cause;
    r.delayed = v.delayed;
    r.connect_time = v.fate == FATE_ESTABLISHED ? v.connect_time : -1;
    r.carries = call.carrier == attempt;
    r.probe = call.probe;
    r.outcome = call.outcome;
    r.call_fate = call.verdict.fate;
    r.call_cause = call.verdict.cause;
    r.worst = call.worst;
    r.advice = r.carries && call.outcome != OUTCOME_IN_TIME ? tracker_advice(t, call.worst, &call.verdict)
                                                            : verdict_row(r.call_fate, r.call_cause)->advice;
    r.call = call.number;
    r.lost = r.carries ? call.lost : 0;
    return r;
}

GArray *results_collect(const struct tracker *t, const GArray *attempts)
{
    GArray *results = g_array_new(FALSE, FALSE, sizeof(struct result));
    GHashTable *numbers = g_hash_table_new(NULL, NULL);

    for (guint i = 0; t != NULL && i < attempts->len; i++) {
        uint32_t attempt = g_array_index(attempts, uint32_t, i);
        gpointer number = GUINT_TO_POINTER(tracker_attempt(t, attempt)->number);
        if (!g_hash_table_add(numbers, number))
            continue; /* counted at another capture point */
        struct result r = result_of(t, attempt);
        g_array_append_val(results, r);
    }
    g_hash_table_destroy(numbers);
    return results;
}

static int compare_addresses(uint8_t family_a, const struct tcp_address *a, uint8_t family_b,
                             const struct tcp_address *b)
{
    return family_a != family_b ? family_a - family_b : memcmp(a->ip, b->ip, sizeof a->ip);
}

int compare_server(const struct result *a, const struct result *b)
{
    int order = compare_addresses(a->family, &a->server, b->family, &b->server);

    return order ? order : (int)a->server.port - (int)b->server.port;
}

int compare_client_address(const struct result *a, const struct result *b)
{
    return compare_addresses(a->family, &a->client, b->family, &b->client);
}
