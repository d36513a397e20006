/* probes.c - half-open probes: a client that resets what it opens, at a constant period
 *
 * Load balancers check a service so (F5: "TCP half open"; Alibaba Cloud: TCP health checks). A scanner, or a client that
 * gives up, has no period.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "probes.h"

#include <string.h>

enum { PROBES_LEAST = 3, PROBERS_MAX = 65536 };
/* A period may be off by so much, or by a tenth, but not by more than a quarter: what comes as fast as it can has none. */
#define PERIOD_TOLERANCE (NS_PER_SECOND / 20)
/* At the server a RST takes as long as the way there and back; further away than this, nobody checks a service. */
#define ROUND_TRIP_MOST (NS_PER_SECOND / 4)

struct prober_key {
    struct tcp_address server;
    uint8_t client[16];
    uint16_t point;
    uint8_t family;
};

struct prober {
    struct prober_key key;
    int64_t last, ended;       /* ns: its latest probe, and the RST of that */
    int64_t shortest, longest; /* ns: between two of its probes */
    uint32_t count;
};

static guint hash_prober(gconstpointer key)
{
    const uint8_t *bytes = key;
    guint hash = 5381;

    for (size_t i = 0; i < sizeof(struct prober_key); i++)
        hash = hash * 33 + bytes[i];
    return hash;
}

static gboolean same_prober(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(struct prober_key)) == 0;
}

static struct prober_key key_of(const struct tracker *t, const struct attempt *a)
{
    const struct port_pair *pair = pair_of(t, a);
    struct tcp_address client;
    struct prober_key key;

    memset(&key, 0, sizeof key);
    port_pairs_address(&t->pairs, pair, attempt_side(a), &client);
    port_pairs_address(&t->pairs, pair, server_side(a), &key.server);
    memcpy(key.client, client.ip, sizeof key.client);
    key.point = pair->point;
    key.family = pair->family;
    return key;
}

/* The RST comes at once after the SYN/ACK, and has no ACK: a client that sends RST with ACK had connected. */
static bool is_half_open(const struct tracker *t, const struct attempt *a, const struct packet_seen *reset)
{
    const struct evidence *e = get_evidence(t, a);

    return shows_syn_ack(e) && !(reset->bits & PACKET_HAS_ACK) && a->retries == 0
           && reset->time - e->syn_ack_time <= ROUND_TRIP_MOST;
}

/* How long a probe came after the one before. Once the period is known, those between may have been refused, or not have
 * been answered. Who begins another before the last has ended gives up calls: 0. */
static int64_t period_before(const struct prober *p, const struct attempt *a)
{
    int64_t gap = a->first_time - p->last;

    if (a->first_time < p->ended)
        return 0;
    if (p->count < PROBES_LEAST || p->shortest <= 0)
        return gap;
    return gap / MAX((gap + p->shortest / 2) / p->shortest, 1);
}

void probes_add(struct tracker *t, const struct attempt *a, const struct packet_seen *reset)
{
    if (!is_half_open(t, a, reset))
        return;
    struct prober_key key = key_of(t, a);
    if (t->probers == NULL)
        t->probers = g_hash_table_new_full(hash_prober, same_prober, NULL, g_free);
    struct prober *p = g_hash_table_lookup(t->probers, &key);
    if (p == NULL) {
        if (g_hash_table_size(t->probers) >= PROBERS_MAX)
            return;
        p = g_new0(struct prober, 1);
        p->key = key;
        p->shortest = INT64_MAX;
        g_hash_table_insert(t->probers, &p->key, p);
    } else {
        int64_t period = period_before(p, a);
        p->shortest = MIN(p->shortest, period);
        p->longest = MAX(p->longest, period);
    }
    p->last = a->first_time;
    p->ended = reset->time;
    p->count++;
}

bool is_probe(const struct tracker *t, const struct attempt *a)
{
    const struct packets_seen *resets = packets_of(t, get_trouble(t, a), SEEN_CLIENT_RST);

    if (t->probers == NULL || resets == NULL || !is_half_open(t, a, &resets->first))
        return false;
    struct prober_key key = key_of(t, a);
    const struct prober *p = g_hash_table_lookup(t->probers, &key);
    if (p == NULL || p->count < PROBES_LEAST || p->shortest <= 0)
        return false;
    int64_t tolerance = MIN(MAX(PERIOD_TOLERANCE, p->shortest / 10), p->shortest / 4);
    return p->longest - p->shortest <= tolerance;
}
