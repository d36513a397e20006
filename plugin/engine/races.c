/* races.c - attempts of one client that try several addresses at about the same time (RFC 8305)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "races.h"

#include "siblings.h"

#include <string.h>

/* A program that fails over to the next address waits up to three seconds, and what its timer is late (wget, Python: 1 to
 * 20 ms). */
#define RACE_LATEST (31 * NS_PER_SECOND / 10)
/* Windows sends a refused SYN again, each time after some 500 ms, before connect() fails (Microsoft's KB 175523): so long a
 * refused address may still be tried. */
#define REFUSED_AGAIN (NS_PER_SECOND / 2)
/* UNANSWERED_MAX: so many of the latest unanswered attempts are looked at. RECENT_MAX: older ones are dropped when the list
 * is that long, and not sooner, so that a flood does not move the whole list for each SYN. LINKS_MAX: so many link addresses
 * are told apart. */
enum { UNANSWERED_MAX = 64, RECENT_MAX = 96, LINKS_MAX = 65536 };

/* How many IPv4 addresses a link address sends SYNs from: a host has one, a router many. Kept as the first of them, or
 * MANY. */
#define MANY GUINT_TO_POINTER(1)

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

/* Notes that an IPv4 address sends from a link address. Returns that link as a number, or 0 if many addresses share it. */
static uint32_t note_link(struct tracker *t, const struct attempt *a)
{
    const struct port_pair *pair = pair_of(t, a);
    uint32_t link = link_of(t, a);
    gpointer key = GUINT_TO_POINTER(link), ip = GUINT_TO_POINTER(pair->ip[attempt_side(a)]);
    gpointer known = link == 0 ? MANY : g_hash_table_lookup(t->links, key);

    if (known == MANY)
        return 0;
    if (pair->family != 4 || known == ip)
        return link;
    if (known != NULL || g_hash_table_size(t->links) < LINKS_MAX)
        g_hash_table_insert(t->links, key, known == NULL ? ip : MANY);
    return known == NULL ? link : 0;
}

/* In the order in which they outweigh each other. */
enum answer { NO_ANSWER, ONLY_ICMP, ONLY_REFUSED, ANSWERED };

/* What had answered it before that time. */
static enum answer answer_till(const struct tracker *t, const struct attempt *a, int64_t time)
{
    const struct evidence *e = get_evidence(t, a);
    const struct trouble *trouble = get_trouble(t, a);
    const struct packets_seen *packets;
    enum answer answer = NO_ANSWER;

    if (shows_syn_ack(e) && e->syn_ack_time < time)
        return ANSWERED;
    for (uint32_t record = trouble == NULL ? 0 : trouble->packets; record != 0; record = packets->next) {
        packets = pool_get(&t->packets, record);
        bool for_others = packets->kind == SEEN_STRAY || packets->kind == SEEN_RST_OTHER; /* no client heeds it */
        if (packets->first.time >= time || for_others)
            continue;
        if (packets->kind != SEEN_RST && packets->kind != SEEN_ICMP)
            return ANSWERED;
        answer = MAX(answer, packets->kind == SEEN_RST ? ONLY_REFUSED : ONLY_ICMP);
    }
    return answer;
}

static bool is_answered(const struct tracker *t, const struct attempt *a)
{
    return answer_till(t, a, INT64_MAX) == ANSWERED;
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

    if (p->point != q->point || gap <= 0 || gap > RACE_LATEST)
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

/* Whether the program still waited for an attempt when the other one began, or had just learned that it failed. Nothing had
 * answered it, or an ICMP error, after which Linux goes on: then two that begin at the same time are of two programs. Or it
 * was refused, which ends a call, but for one that tries the other family, or had tried another address before in vain. */
static bool was_open(const struct tracker *t, uint32_t attempt, uint32_t other)
{
    const struct attempt *a = get_attempt(t, attempt), *before = get_attempt(t, other);
    bool waited = a->first_time - before->first_time >= RACE_SOONEST;
    bool other_family = pair_of(t, a)->family != pair_of(t, before)->family;

    switch (answer_till(t, before, a->first_time)) {
    case NO_ANSWER:
        return waited;
    case ONLY_ICMP:
        return waited || other_family;
    case ONLY_REFUSED:
        return (other_family || other_of(t->races, other) != 0) && a->first_time - before->last_time <= REFUSED_AGAIN;
    default:
        return false;
    }
}

/* Another address has answered since, and it was not tried again: that race is over. */
static bool is_lost_already(const struct tracker *t, uint32_t attempt)
{
    uint32_t racer = other_of(t->racers, attempt);
    const struct evidence *e = racer == 0 ? NULL : get_evidence(t, get_attempt(t, racer));

    return shows_syn_ack(e) && get_attempt(t, attempt)->last_time <= e->syn_ack_time;
}

static struct recent_attempt as_recent(const struct tracker *t, uint32_t attempt, uint32_t link)
{
    const struct attempt *a = get_attempt(t, attempt);
    const struct port_pair *p = pair_of(t, a);
    uint64_t family = (uint64_t)p->family << 32;

    return (struct recent_attempt){
        .client = family | p->ip[attempt_side(a)],
        .server = family | p->ip[!attempt_side(a)],
        .attempt = attempt,
        .link = link,
    };
}

static bool is_of_same_client(const struct recent_attempt *x, const struct recent_attempt *y)
{
    return x->server != y->server && (x->client == y->client || (x->link != 0 && x->link == y->link));
}

static bool is_over(const struct tracker *t, const struct recent_attempt *before, int64_t now)
{
    const struct attempt *b = get_attempt(t, before->attempt);

    return now - b->first_time > RACE_LATEST || is_answered(t, b);
}

/* Drops attempts that were answered, as most are when the next SYN comes. If too many are left, only those stay that may
 * still be raced, and of them the latest. */
static void forget_answered(struct tracker *t, int64_t now)
{
    struct recent_attempt *recent = (struct recent_attempt *)(void *)t->recent->data;
    guint kept = 0;

    while (t->recent->len > 0 && is_over(t, &recent[t->recent->len - 1], now))
        g_array_set_size(t->recent, t->recent->len - 1);
    if (t->recent->len < RECENT_MAX)
        return;
    for (guint i = 0; i < t->recent->len; i++)
        if (!is_over(t, &recent[i], now))
            recent[kept++] = recent[i];
    g_array_set_size(t->recent, kept);
    if (kept > UNANSWERED_MAX)
        g_array_remove_range(t->recent, 0, kept - UNANSWERED_MAX);
}

static bool is_open_to_race(const struct tracker *t, uint32_t attempt, uint32_t before)
{
    return may_have_raced(t, attempt, before) && !is_answered_elsewhere(t, before) && !is_lost_already(t, before);
}

void races_add(struct tracker *t, uint32_t attempt)
{
    const struct attempt *a = get_attempt(t, attempt);
    const struct recent_attempt new = as_recent(t, attempt, note_link(t, a));
    uint32_t raced = 0;

    if (is_further_path(t, a))
        return;
    for (guint i = t->recent->len; raced == 0 && i > 0; i--) {
        const struct recent_attempt *before = &g_array_index(t->recent, struct recent_attempt, i - 1);
        if (is_of_same_client(&new, before) && is_open_to_race(t, attempt, before->attempt))
            raced = before->attempt;
    }
    if (raced != 0) {
        g_hash_table_insert(t->races, GUINT_TO_POINTER(attempt), GUINT_TO_POINTER(raced));
        g_hash_table_insert(t->racers, GUINT_TO_POINTER(raced), GUINT_TO_POINTER(attempt));
    }
    forget_answered(t, a->first_time);
    g_array_append_val(t->recent, new);
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
    return may_race(t, get_attempt(t, attempt), get_attempt(t, before)) && was_open(t, attempt, before);
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
    for (guint i = 0; i < t->recent->len; i++) {
        const struct recent_attempt *before = &g_array_index(t->recent, struct recent_attempt, i);
        if (attempts[before->attempt])
            g_array_index(t->recent, struct recent_attempt, kept++) = *before;
    }
    g_array_set_size(t->recent, kept);
}
