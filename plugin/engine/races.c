/* races.c - attempts of one client that try several addresses at about the same time (RFC 8305)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "races.h"

#include "siblings.h"

#include <string.h>

/* RFC 8305, 5: a Connection Attempt Delay of 250 ms is recommended, 10 ms the least; curl waits 200 ms. A program that
 * fails over to the next address waits up to some seconds. */
#define RACE_SOONEST (20 * NS_PER_SECOND / 1000)
#define RACE_LATEST (3 * NS_PER_SECOND)
/* So many attempts of late are looked at, and so many link addresses are told apart. */
enum { UNANSWERED_MAX = 64, LINKS_MAX = 65536 };

/* How many IPv4 addresses a link address sends SYNs from: a host has one, a router many. Kept as the first of them, or
 * MANY. */
#define MANY GUINT_TO_POINTER(1)

static uint32_t read_ip4(const uint8_t ip[16])
{
    uint32_t word;

    memcpy(&word, ip, sizeof word);
    return word;
}

/* The client's link address as a number; 0: it has none. FNV-1a: they are only compared. */
static uint32_t link_of(const struct tracker *t, const struct attempt *a)
{
    static const uint8_t none[6] = { 0 };
    const uint8_t *address = print_of(t, a)->link_src;
    uint32_t digest = 2166136261U;

    if (memcmp(address, none, sizeof none) == 0)
        return 0;
    for (size_t i = 0; i < sizeof none; i++)
        digest = (digest ^ address[i]) * 16777619U;
    return digest;
}

static void note_link(struct tracker *t, const struct attempt *a, const struct tcp_address *client)
{
    gpointer key = GUINT_TO_POINTER(link_of(t, a)), ip = GUINT_TO_POINTER(read_ip4(client->ip));
    gpointer known = key == NULL ? MANY : g_hash_table_lookup(t->links, key);

    if (known == MANY || known == ip || pair_of(t, a)->family != 4)
        return;
    if (known != NULL || g_hash_table_size(t->links) < LINKS_MAX)
        g_hash_table_insert(t->links, key, known == NULL ? ip : MANY);
}

static bool is_answered(const struct tracker *t, const struct attempt *a)
{
    const struct evidence *e = get_evidence(t, a);
    const struct trouble *trouble = get_trouble(t, a);

    return (e != NULL && (e->flags & EV_SYN_ACK)) || (trouble != NULL && trouble->packets != 0);
}

/* Nothing had answered it yet at that time. */
static bool is_unanswered_at(const struct tracker *t, const struct attempt *a, int64_t time)
{
    const struct evidence *e = get_evidence(t, a);
    const struct trouble *trouble = get_trouble(t, a);
    const struct packets_seen *packets;

    if (e != NULL && (e->flags & EV_SYN_ACK) && e->syn_ack_time < time)
        return false;
    for (uint32_t record = trouble == NULL ? 0 : trouble->packets; record != 0; record = packets->next) {
        packets = pool_get(&t->packets, record);
        if (packets->first.time < time)
            return false;
    }
    return true;
}

/* The same SYN was answered on the other side of a NAT: answers need not pass where SYNs do. */
static bool is_answered_elsewhere(const struct tracker *t, uint32_t attempt)
{
    for (uint32_t leg = sibling_after(t, attempt, attempt); leg != 0; leg = sibling_after(t, attempt, leg))
        if (is_answered(t, get_attempt(t, leg)))
            return true;
    return false;
}

/* Two families of one host, where its link address tells. */
static bool is_same_host(const struct tracker *t, const struct attempt *a, const struct attempt *b)
{
    uint32_t link = link_of(t, a);

    return link != 0 && link == link_of(t, b) && g_hash_table_lookup(t->links, GUINT_TO_POINTER(link)) != MANY;
}

/* Of the same client, to the same port of another address. */
static bool may_race(const struct tracker *t, const struct attempt *a, const struct attempt *before)
{
    const struct port_pair *p = pair_of(t, a), *q = pair_of(t, before);
    uint8_t client = attempt_side(a), other = attempt_side(before);

    int64_t gap = a->first_time - before->first_time;

    if (p->point != q->point || gap < RACE_SOONEST || gap > RACE_LATEST)
        return false;
    if (p->port[!client] != q->port[!other])
        return false;
    if (p->family != q->family)
        return is_same_host(t, a, before);
    return p->ip[client] == q->ip[other] && p->ip[!client] != q->ip[!other];
}

static uint32_t other_of(GHashTable *table, uint32_t attempt)
{
    /* Asked of each SYN that is shown; most captures have no race. */
    if (g_hash_table_size(table) == 0)
        return 0;
    return GPOINTER_TO_UINT(g_hash_table_lookup(table, GUINT_TO_POINTER(attempt)));
}

/* Another address has answered since, and it was not tried again: that race is over. */
static bool is_lost_already(const struct tracker *t, uint32_t attempt)
{
    uint32_t racer = other_of(t->racers, attempt);
    const struct evidence *e = racer == 0 ? NULL : get_evidence(t, get_attempt(t, racer));

    return e != NULL && (e->flags & EV_SYN_ACK) && get_attempt(t, attempt)->last_time <= e->syn_ack_time;
}

void races_add(struct tracker *t, uint32_t attempt)
{
    const struct attempt *a = get_attempt(t, attempt);
    struct tcp_address client;
    uint32_t raced = 0;
    guint kept = 0;

    port_pairs_address(&t->pairs, pair_of(t, a), attempt_side(a), &client);
    note_link(t, a, &client);
    for (guint i = 0; i < t->unanswered->len; i++) {
        uint32_t before = g_array_index(t->unanswered, uint32_t, i);
        const struct attempt *b = get_attempt(t, before);
        if (a->first_time - b->first_time > RACE_LATEST || is_answered(t, b))
            continue;
        g_array_index(t->unanswered, uint32_t, kept++) = before;
        if (may_race(t, a, b) && !is_answered_elsewhere(t, before) && !is_lost_already(t, before))
            raced = before;
    }
    g_array_set_size(t->unanswered, kept);
    if (raced != 0) {
        g_hash_table_insert(t->races, GUINT_TO_POINTER(attempt), GUINT_TO_POINTER(raced));
        g_hash_table_insert(t->racers, GUINT_TO_POINTER(raced), GUINT_TO_POINTER(attempt));
    }
    if (t->unanswered->len == UNANSWERED_MAX)
        g_array_remove_index(t->unanswered, 0);
    g_array_append_val(t->unanswered, attempt);
}

uint32_t raced_by(const struct tracker *t, uint32_t attempt)
{
    uint32_t before = other_of(t->races, attempt);

    return before != 0 && other_of(t->racers, before) == attempt ? before : 0;
}

uint32_t racer_of(const struct tracker *t, uint32_t attempt)
{
    uint32_t after = other_of(t->racers, attempt);

    return after != 0 && other_of(t->races, after) == attempt ? after : 0;
}

bool may_have_raced(const struct tracker *t, uint32_t attempt, uint32_t before)
{
    const struct attempt *a = get_attempt(t, attempt), *b = get_attempt(t, before);

    return may_race(t, a, b) && is_unanswered_at(t, b, a->first_time);
}

static gboolean is_forgotten(gpointer attempt, gpointer other, gpointer attempts)
{
    const uint8_t *kept = attempts;

    return !kept[GPOINTER_TO_UINT(attempt)] || !kept[GPOINTER_TO_UINT(other)];
}

void races_forget(struct tracker *t, const uint8_t *attempts)
{
    guint kept = 0;

    g_hash_table_foreach_remove(t->races, is_forgotten, (gpointer)attempts);
    g_hash_table_foreach_remove(t->racers, is_forgotten, (gpointer)attempts);
    for (guint i = 0; i < t->unanswered->len; i++) {
        uint32_t attempt = g_array_index(t->unanswered, uint32_t, i);
        if (attempts[attempt])
            g_array_index(t->unanswered, uint32_t, kept++) = attempt;
    }
    g_array_set_size(t->unanswered, kept);
}
