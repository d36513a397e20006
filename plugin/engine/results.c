/* results.c - what became of each attempt that statistics count
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "results.h"

#include "advice.h"
#include "store.h"
#include "text.h"

#include <string.h>

static struct result result_of(const struct tracker *t, uint32_t attempt)
{
    const struct attempt *a = get_attempt(t, attempt);
    const struct evidence *e = get_evidence(t, a);
    const struct port_pair *pair = pair_of(t, a);
    struct result r = { .attempt = attempt, .retries = a->retries, .begin = a->first_time };
    struct verdict v;
    struct call call;

    tracker_verdict(t, attempt, true, &v);
    tracker_call_of(t, attempt, true, &v, &call);
    r.family = pair->family;
    r.client_ip = pair->ip[attempt_side(a)];
    r.client_port = pair->port[attempt_side(a)];
    r.server_ip = pair->ip[server_side(a)];
    r.server_port = pair->port[server_side(a)];
    r.fate = (uint8_t)v.fate;
    r.cause = (uint8_t)v.cause;
    r.delayed = v.delayed;
    r.connect_time = v.fate == FATE_ESTABLISHED ? v.connect_time : -1;
    r.carries = call.carrier == attempt;
    r.probe = call.probe;
    r.open_ended = call.open_ended;
    r.answered = shows_syn_ack(e);
    r.outcome = (uint8_t)call.outcome;
    r.call_fate = (uint8_t)call.verdict.fate;
    r.call_cause = (uint8_t)call.verdict.cause;
    r.call_inferred = call.verdict.inferred;
    r.worst = call.worst;
    r.call = call.number;
    r.lost = r.carries ? call.lost : 0;
    return r;
}

struct tcp_address result_client(const struct tracker *t, const struct result *r)
{
    struct tcp_address client, server;

    tracker_addresses(t, tracker_attempt(t, r->attempt), &client, &server);
    return client;
}

struct tcp_address result_server(const struct tracker *t, const struct result *r)
{
    struct tcp_address client, server;

    tracker_addresses(t, tracker_attempt(t, r->attempt), &client, &server);
    return server;
}

void append_server(GString *out, const struct tracker *t, const struct result *r)
{
    const struct tcp_address server = result_server(t, r);

    append_address(out, r->family, &server, true);
}

void append_client(GString *out, const struct tracker *t, const struct result *r)
{
    const struct tcp_address client = result_client(t, r);

    append_address(out, r->family, &client, false);
}

const char *result_advice(const struct tracker *t, const struct result *r)
{
    struct verdict v;

    if (!r->carries || r->outcome == OUTCOME_IN_TIME)
        return verdict_row(r->call_fate, r->call_cause)->advice;
    tracker_verdict(t, r->worst, true, &v);
    return tracker_advice(t, r->worst, &v);
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

int compare_server(const struct result *a, const struct result *b)
{
    if (a->family != b->family)
        return a->family - b->family;
    if (a->server_ip != b->server_ip)
        return a->server_ip > b->server_ip ? 1 : -1;
    return (int)a->server_port - (int)b->server_port;
}

int compare_client_address(const struct result *a, const struct result *b)
{
    return a->family != b->family ? a->family - b->family
                                  : (a->client_ip > b->client_ip) - (a->client_ip < b->client_ip);
}
