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
    const struct evidence *e = tracker_evidence(t, a);
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
    r.answered = e != NULL && (e->flags & EV_SYN_ACK);
    r.outcome = call.outcome;
    r.call_fate = call.verdict.fate;
    r.call_cause = call.verdict.cause;
    r.call_inferred = call.verdict.inferred;
    r.worst = call.worst;
    r.advice = r.carries && call.outcome != OUTCOME_IN_TIME ? tracker_advice(t, call.worst, &call.verdict)
                                                            : verdict_row(r.call_fate, r.call_cause)->advice;
    r.call = call.number;
    r.lost = r.carries ? call.lost : 0;
    return r;
}

bool comes_first(GByteArray *numbers, uint32_t number)
{
    guint byte = number / 8, length = numbers->len;
    uint8_t bit = (uint8_t)(1U << number % 8);

    if (byte >= length) {
        g_byte_array_set_size(numbers, byte + 1);
        memset(numbers->data + length, 0, byte + 1 - length);
    }
    bool first = !(numbers->data[byte] & bit);
    numbers->data[byte] |= bit;
    return first;
}

GArray *results_collect(const struct tracker *t, const GArray *attempts)
{
    GArray *results = g_array_new(FALSE, FALSE, sizeof(struct result));
    GByteArray *numbers = g_byte_array_new();

    for (guint i = 0; t != NULL && i < attempts->len; i++) {
        uint32_t attempt = g_array_index(attempts, uint32_t, i);
        if (!comes_first(numbers, tracker_attempt(t, attempt)->number))
            continue; /* counted at another capture point */
        struct result r = result_of(t, attempt);
        g_array_append_val(results, r);
    }
    g_byte_array_free(numbers, TRUE);
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
