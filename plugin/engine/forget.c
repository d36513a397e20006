/* forget.c - frees what no rule looks back at any more: marks what is needed, and frees the rest
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "forget.h"

#include "alarms.h"
#include "notes.h"
#include "races.h"
#include "recognise.h"
#include "setup.h"
#include "siblings.h"
#include "tunnels.h"

enum { AGES = 86400 }; /* s */

/* What is needed: 1 by record. */
struct keeping {
    struct tracker *t;
    int64_t idle; /* ns: open connections go if they are idle for longer */
    uint8_t *attempts, *pairs;
    bool more; /* something was added */
};

/* ---- what is needed -------------------------------------------------------------------------------- */

static int64_t last_time_of(const struct tracker *t, const struct port_pair *pair)
{
    const struct connection *current = get_connection(t, pair->current), *old = get_connection(t, pair->old);
    int64_t last = INT64_MIN;

    if (current != NULL)
        last = current->last_time;
    if (old != NULL)
        last = MAX(last, old->last_time);
    for (int side = 0; side < 2; side++)
        if (pair->attempt[side] != 0)
            last = MAX(last, get_attempt(t, pair->attempt[side])->last_time);
    return last;
}

/* A handshake that was never completed is not open: its SYN_RECEIVED is over sooner. */
static bool is_open(const struct tracker *t, const struct port_pair *pair)
{
    const struct connection *c = get_connection(t, pair->current);

    return c != NULL && (c->flags & (CONN_OPEN | CONN_MIDSTREAM | CONN_UNSEEN_SYN)) && !connection_is_over(c);
}

/* How long the ends of a closed connection are remembered by their hosts. */
static int64_t longest_time_wait(const struct tracker *t, const struct port_pair *pair)
{
    int64_t longest = 0;

    for (uint8_t side = 0; side < 2; side++) {
        struct peer_rules rules = rules_of_host(t, pair, side);
        longest = MAX(longest, rules.time_wait + rules.stack->time_wait_late);
    }
    return longest;
}

static bool is_pair_needed(const struct keeping *k, const struct port_pair *pair)
{
    int64_t last = last_time_of(k->t, pair), age = last == INT64_MIN ? INT64_MAX : k->t->now - last;

    if (age <= FORGET_NOTHING_WITHIN)
        return true;
    if (is_open(k->t, pair))
        return age <= k->idle;
    return pair->current + pair->old != 0 && age <= longest_time_wait(k->t, pair);
}

/* All attempts of a call stay together, and each with its port pair. */
static void keep_attempt(struct keeping *k, uint32_t attempt)
{
    if (attempt == 0 || k->attempts[attempt])
        return;
    k->more = true;
    for (uint32_t r = attempt; r != 0; r = sibling_after(k->t, attempt, r)) {
        k->attempts[r] = 1;
        k->pairs[get_attempt(k->t, r)->pair] = 1;
    }
}

static void keep_what_is_new(struct keeping *k)
{
    for (uint32_t record = 1; record <= k->t->attempts.len; record++) {
        const struct attempt *a = get_attempt(k->t, record);
        if (a->number != 0 && k->t->now - a->last_time <= FORGET_NOTHING_WITHIN)
            keep_attempt(k, record);
    }
    for (uint32_t record = 1; record <= k->t->pairs.pairs->len; record++) {
        const struct port_pair *pair = port_pairs_get(&k->t->pairs, record);
        if (port_pair_in_use(pair) && is_pair_needed(k, pair))
            k->pairs[record] = 1;
    }
}

/* What a port pair refers to; that may keep other port pairs of the same call, and their attempts. */
static void keep_what_pairs_need(struct keeping *k)
{
    for (uint32_t record = 1; record <= k->t->pairs.pairs->len; record++) {
        const struct port_pair *pair = port_pairs_get(&k->t->pairs, record);
        const struct connection *c = get_connection(k->t, pair->current), *old = get_connection(k->t, pair->old);
        if (!k->pairs[record])
            continue;
        keep_attempt(k, pair->attempt[0]);
        keep_attempt(k, pair->attempt[1]);
        keep_attempt(k, c == NULL ? 0 : c->attempt);
        keep_attempt(k, old == NULL ? 0 : old->attempt);
    }
}

/* The port pair of answers that belong to an attempt on another one. */
static void keep_translated_pairs(struct keeping *k)
{
    GHashTableIter entries;
    gpointer pair, attempt;

    g_hash_table_iter_init(&entries, k->t->translated);
    while (g_hash_table_iter_next(&entries, &pair, &attempt))
        if (k->attempts[GPOINTER_TO_UINT(attempt)] && !k->pairs[GPOINTER_TO_UINT(pair)]) {
            k->pairs[GPOINTER_TO_UINT(pair)] = 1;
            k->more = true;
        }
}

/* ---- open connections, the longest idle first ------------------------------------------------------ */

/* For how long a connection may be idle so that no more than so many port pairs stay. */
static int64_t idle_for(const struct keeping *k, uint32_t port_pairs)
{
    uint32_t *n = g_new0(uint32_t, AGES + 1), sum = 0, age = 0;

    for (uint32_t record = 1; record <= k->t->pairs.pairs->len; record++)
        if (k->pairs[record]) {
            int64_t last = last_time_of(k->t, port_pairs_get(&k->t->pairs, record));
            n[CLAMP((k->t->now - last) / NS_PER_SECOND, 0, AGES)]++;
        }
    while (age < AGES && sum + n[age] <= port_pairs)
        sum += n[age++];
    g_free(n);
    return age * NS_PER_SECOND;
}

static uint32_t count(const uint8_t *kept, uint32_t n)
{
    uint32_t sum = 0;

    for (uint32_t record = 1; record <= n; record++)
        sum += kept[record];
    return sum;
}

static void mark(struct keeping *k)
{
    k->attempts = g_new0(uint8_t, k->t->attempts.len + 1U);
    k->pairs = g_new0(uint8_t, k->t->pairs.pairs->len + 1U);
    keep_what_is_new(k);
}

static void unmark(struct keeping *k)
{
    g_free(k->attempts);
    g_free(k->pairs);
}

static void decide(struct keeping *k, const struct forget_limits *limits)
{
    k->idle = limits->idle;
    mark(k);
    if (count(k->pairs, k->t->pairs.pairs->len) > limits->port_pairs) {
        k->idle = MIN(k->idle, idle_for(k, limits->port_pairs));
        unmark(k);
        mark(k);
    }
    do {
        k->more = false;
        keep_what_pairs_need(k);
        keep_translated_pairs(k);
    } while (k->more);
}

/* ---- the rest goes --------------------------------------------------------------------------------- */

static void free_history(struct tracker *t, uint32_t record)
{
    if (record != 0)
        pool_remove(&t->histories, record);
}

static void free_evidence(struct tracker *t, struct attempt *a)
{
    struct trouble *trouble = get_trouble(t, a);
    uint32_t next;

    for (uint32_t record = trouble == NULL ? 0 : trouble->packets; record != 0; record = next) {
        next = ((struct packets_seen *)pool_get(&t->packets, record))->next;
        pool_remove(&t->packets, record);
    }
    if (trouble != NULL) {
        free_history(t, trouble->history);
        pool_remove(&t->troubles, get_evidence(t, a)->trouble);
    }
    if (a->evidence != 0)
        pool_remove(&t->evidence, a->evidence);
}

static void free_attempt(struct tracker *t, uint32_t record)
{
    struct attempt *a = get_attempt(t, record);

    free_evidence(t, a);
    free_history(t, a->history);
    memset(a, 0, sizeof *a);
    pool_remove(&t->attempts, record);
}

static gboolean is_translation_over(gpointer pair, gpointer attempt, gpointer data)
{
    const struct keeping *k = data;

    if (k->attempts[GPOINTER_TO_UINT(attempt)])
        return FALSE;
    port_pairs_get(&k->t->pairs, GPOINTER_TO_UINT(pair))->sent &= (uint8_t) ~(PAIR_TRANSLATED | PAIR_TRANSLATED << 1);
    return TRUE;
}

static void free_pair(struct tracker *t, uint32_t record)
{
    struct port_pair *pair = port_pairs_get(&t->pairs, record);

    if (pair->current != 0)
        pool_remove(&t->connections, pair->current);
    if (pair->old != 0)
        pool_remove(&t->connections, pair->old);
    g_hash_table_remove(t->renumbered, GUINT_TO_POINTER(record));
    port_pairs_remove(&t->pairs, record);
}

/* What it came from, and its other leg, may be forgotten. */
static void cut_references(const struct keeping *k, struct connection *c)
{
    if (c == NULL)
        return;
    if (!k->attempts[c->attempt])
        c->attempt = 0;
    if (!k->pairs[c->leg >> 1])
        c->leg = 0;
}

static void cut_history(const struct keeping *k, uint32_t record)
{
    if (record != 0)
        cut_references(k, &((struct history *)pool_get(&k->t->histories, record))->old);
}

static void sweep_attempts(const struct keeping *k)
{
    for (uint32_t record = 1; record <= k->t->attempts.len; record++) {
        const struct attempt *a = get_attempt(k->t, record);
        const struct trouble *trouble = a->number == 0 ? NULL : get_trouble(k->t, a);
        if (a->number == 0)
            continue;
        if (!k->attempts[record]) {
            free_attempt(k->t, record);
            continue;
        }
        cut_history(k, a->history);
        cut_history(k, trouble == NULL ? 0 : trouble->history);
    }
}

static void sweep_pairs(const struct keeping *k)
{
    for (uint32_t record = 1; record <= k->t->pairs.pairs->len; record++) {
        const struct port_pair *pair = port_pairs_get(&k->t->pairs, record);
        if (!port_pair_in_use(pair))
            continue;
        if (!k->pairs[record]) {
            free_pair(k->t, record);
            continue;
        }
        cut_references(k, get_connection(k->t, pair->current));
        cut_references(k, get_connection(k->t, pair->old));
    }
}

static void forget_peers(const struct keeping *k)
{
    struct tracker *t = k->t;
    struct tcp_address address;

    for (uint32_t record = 1; record <= t->pairs.pairs->len; record++) {
        const struct port_pair *pair = port_pairs_get(&t->pairs, record);
        for (uint8_t side = 0; k->pairs[record] && side < 2; side++) {
            port_pairs_address(&t->pairs, pair, side, &address);
            peers_use(&t->peers, pair->family, pair->point, &address);
        }
    }
    peers_forget(&t->peers, t->now - 2 * FORGET_NOTHING_WITHIN);
}

static void forget_prints(struct tracker *t)
{
    uint8_t *kept = g_new0(uint8_t, t->prints.all->len + 1U);

    for (uint32_t record = 1; record <= t->attempts.len; record++) {
        const struct attempt *a = get_attempt(t, record);
        const struct evidence *e = a->number == 0 ? NULL : get_evidence(t, a);
        kept[a->print] = 1; /* 0 of one that is not in use */
        kept[e == NULL ? 0 : e->answer] = 1;
    }
    prints_forget(&t->prints, kept);
    g_free(kept);
}

void tracker_end(struct tracker *t)
{
    struct index *const all[] = { &t->by_isn, &t->by_client, &t->pairs.index, &t->pairs.ip6_index };

    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        index_free(all[i]);
        index_init(all[i]);
    }
}

void tracker_forget(struct tracker *t, uint32_t before, const struct forget_limits *limits)
{
    struct keeping k = { .t = t };

    t->shared->never = true;
    decide(&k, limits);
    siblings_forget(t, k.attempts, k.pairs);
    g_hash_table_foreach_remove(t->translated, is_translation_over, &k);
    races_forget(t, k.attempts);
    tunnels_forget(t, k.attempts);
    setup_forget(t);
    alarms_forget(t, k.attempts);
    notes_forget(t, before, k.attempts);
    if (peers_are_many(&t->peers))
        forget_peers(&k);
    sweep_attempts(&k);
    sweep_pairs(&k);
    port_pairs_tidy(&t->pairs);
    forget_prints(t);
    t->pair_in_frame = 0;
    unmark(&k);
}

bool tracker_keeps(const struct tracker *t, uint32_t attempt)
{
    return attempt >= 1 && attempt <= t->attempts.len && get_attempt(t, attempt)->number != 0;
}

uint32_t tracker_port_pairs(const struct tracker *t)
{
    return t->pairs.pairs->len - t->pairs.unused->len;
}

uint32_t tracker_records(const struct tracker *t)
{
    return tracker_port_pairs(t) + pool_used(&t->attempts);
}
