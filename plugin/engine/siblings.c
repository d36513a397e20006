/* siblings.c - the same SYN elsewhere: the legs of a NAT, other capture points, answers from another address
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "siblings.h"

#include "notes.h"
#include "seq.h"

#include <string.h>

/* Two legs of a NAT at one capture point show a SYN, or a FIN, within this. */
#define LEG_WINDOW (3 * NS_PER_SECOND)
/* An answer from elsewhere counts as one as long as the client may repeat its SYN. */
#define STRAY_WINDOW (60 * NS_PER_SECOND)
/* Another point's clock may be late: its attempt may have got all retransmissions, over two minutes. */
#define TSVAL_NEAR (1U << 17)
/* FINs that are remembered to be found on another leg; a newer one takes the place of an older one. */
enum { CLOSINGS = 1024 };

struct closing {
    int64_t time;
    uint32_t seq, ack, tsval;
    uint32_t pair;
    uint16_t point;
    uint8_t side;
};

static uint32_t hash_isn(const struct tracker *t, uint32_t isn)
{
    return hash_words(&t->key, &isn, 1);
}

static uint32_t hash_client(const struct tracker *t, const struct tcp_address *client)
{
    uint32_t words[5];

    memcpy(words, client->ip, 16);
    words[4] = client->port;
    return hash_words(&t->key, words, G_N_ELEMENTS(words));
}

static uint32_t hash_isn_of(const void *owner, uint32_t attempt)
{
    return hash_isn(owner, get_attempt(owner, attempt)->isn);
}

static struct tcp_address client_of(const struct tracker *t, uint32_t attempt)
{
    const struct attempt *a = get_attempt(t, attempt);
    struct tcp_address client;

    port_pairs_address(&t->pairs, pair_of(t, a), attempt_side(a), &client);
    return client;
}

static uint32_t hash_client_of(const void *owner, uint32_t attempt)
{
    struct tcp_address client = client_of(owner, attempt);

    return hash_client(owner, &client);
}

/* The place in by_isn of the newest attempt with an ISN; *attempt is 0 if there is none. */
static uint32_t find_isn(const struct tracker *t, uint32_t isn, uint32_t *attempt)
{
    uint32_t at = hash_isn(t, isn);

    while ((*attempt = index_get(&t->by_isn, at)) != 0 && get_attempt(t, *attempt)->isn != isn)
        at++;
    return at;
}

static bool is_same_address(const struct tcp_address *a, const struct tcp_address *b)
{
    return a->port == b->port && memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

static bool is_client(const struct tracker *t, uint32_t attempt, const struct tcp_address *address)
{
    struct tcp_address client = client_of(t, attempt);

    return is_same_address(&client, address);
}

static uint32_t find_client(const struct tracker *t, const struct tcp_address *client, uint32_t *attempt)
{
    uint32_t at = hash_client(t, client);

    while ((*attempt = index_get(&t->by_client, at)) != 0 && !is_client(t, *attempt, client))
        at++;
    return at;
}

void siblings_add(struct tracker *t, uint32_t attempt)
{
    struct tcp_address client = client_of(t, attempt);
    uint32_t before, at = find_client(t, &client, &before);

    if (before != 0)
        index_set(&t->by_client, at, attempt);
    else
        index_add(&t->by_client, hash_client(t, &client), attempt, hash_client_of, t);
}

/* Whether a SYN is one of an attempt, seen on another port pair or at another point. The ISN is the same already.
 * With timestamps 64 bits agree; without, a translated packet keeps its IP ID and loses TTL. */
static bool is_same_syn(const struct tracker *t, const struct attempt *a, const struct segment *syn,
                        const struct attempt *other)
{
    const struct port_pair *p = pair_of(t, a), *q = pair_of(t, other);

    if (p == q || (p->point == q->point && syn->seen.time - other->last_time > LEG_WINDOW))
        return false;
    if (port_pairs_same_addresses(p, q))
        return true;
    if (syn->has_ts || (other->flags & ATTEMPT_HAS_TS)) {
        uint32_t behind = other->tsval - syn->tsval;
        bool close = p->point == q->point ? behind == 0 : behind < TSVAL_NEAR;
        return syn->has_ts && (other->flags & ATTEMPT_HAS_TS) && close;
    }
    return syn->has_ip_id && syn->ip_id != 0 && syn->ip_id == other->ip_id && syn->ttl != other->print.ttl
           && p->port[attempt_side(a)] == q->port[attempt_side(other)];
}

uint32_t sibling_after(const struct tracker *t, uint32_t first, uint32_t attempt)
{
    uint32_t next = get_attempt(t, attempt)->sibling;

    return next == first ? 0 : next;
}

static unsigned ring_size(const struct tracker *t, uint32_t attempt)
{
    unsigned size = 1;

    for (uint32_t r = sibling_after(t, attempt, attempt); r != 0; r = sibling_after(t, attempt, r))
        size++;
    return size;
}

static bool in_ring(const struct tracker *t, uint32_t ring, uint32_t attempt)
{
    uint32_t r = ring;

    while (r != 0 && r != attempt)
        r = sibling_after(t, ring, r);
    return r == attempt;
}

static void join_rings(struct tracker *t, uint32_t a, uint32_t b)
{
    struct attempt *x = get_attempt(t, a), *y = get_attempt(t, b);

    if (in_ring(t, a, b) || ring_size(t, a) + ring_size(t, b) >= RING_MAX)
        return;
    uint32_t next = x->sibling == 0 ? a : x->sibling;
    x->sibling = y->sibling == 0 ? b : y->sibling;
    y->sibling = next;
}

/* The same attempt at another point has one number, the older. */
static void share_number(struct tracker *t, struct attempt *a, const struct attempt *older)
{
    if (a->retries != 0 || a->flags & ATTEMPT_TWIN)
        return;
    if (a->number == t->last_number)
        t->last_number--;
    a->number = older->number;
    a->flags |= ATTEMPT_TWIN;
}

void siblings_link_syn(struct tracker *t, uint32_t attempt, const struct segment *syn)
{
    struct attempt *a = get_attempt(t, attempt);
    uint32_t other, at = find_isn(t, syn->seq, &other);

    if (other == 0) {
        index_add(&t->by_isn, hash_isn(t, syn->seq), attempt, hash_isn_of, t);
        return;
    }
    if (a->retries == 0)
        index_set(&t->by_isn, at, attempt);
    if (other == attempt)
        return;
    struct attempt *b = get_attempt(t, other);
    if (!is_same_syn(t, a, syn, b))
        return;
    join_rings(t, attempt, other);
    if (port_pairs_same_addresses(pair_of(t, a), pair_of(t, b))) {
        share_number(t, a, b);
        return;
    }
    if (b->frame[SYN_LAST] == FRAME_HIDDEN)
        return;
    g_hash_table_insert(t->legs, GUINT_TO_POINTER(syn->seen.frame), GUINT_TO_POINTER(b->frame[SYN_LAST]));
    g_hash_table_insert(t->legs, GUINT_TO_POINTER(b->frame[SYN_LAST]), GUINT_TO_POINTER(syn->seen.frame));
}

/* The connection that a FIN on this pair belongs to. */
static struct connection *closing_connection(const struct tracker *t, const struct port_pair *pair)
{
    return get_connection(t, pair->current != 0 ? pair->current : pair->old);
}

static uint32_t leg_of(const struct connection *c, uint8_t sender, uint32_t other_pair, uint8_t other_sender)
{
    uint8_t client = c->client == SIDE_NONE ? 0 : c->client;

    return other_pair << 1 | (sender == client ? other_sender : !other_sender);
}

void siblings_link_fin(struct tracker *t, uint32_t pair, uint8_t side, const struct segment *fin)
{
    if (t->closings == NULL)
        t->closings = g_new0(struct closing, CLOSINGS);
    const uint32_t words[3] = { fin->seq, fin->ack, fin->tsval };
    struct closing *place = &t->closings[hash_words(&t->key, words, G_N_ELEMENTS(words)) % CLOSINGS];
    bool same = place->pair != 0 && place->pair != pair && place->seq == fin->seq && place->ack == fin->ack
                && place->tsval == fin->tsval && place->point == fin->seen.point
                && fin->seen.time - place->time <= LEG_WINDOW;

    if (same && fin->has_ts) {
        struct connection *c = closing_connection(t, port_pairs_get(&t->pairs, pair));
        struct connection *d = closing_connection(t, port_pairs_get(&t->pairs, place->pair));
        if (c != NULL && d != NULL) {
            c->leg = leg_of(c, side, place->pair, place->side);
            d->leg = leg_of(d, place->side, pair, side);
        }
    }
    *place = (struct closing){ fin->seen.time, fin->seq, fin->ack, fin->tsval, pair, fin->seen.point, side };
}

/* Whether an attempt of this client is waiting for an answer of somebody else than the segment's sender. */
static bool waits_elsewhere(const struct tracker *t, uint32_t attempt, const struct segment *seg)
{
    if (attempt == 0)
        return false;
    const struct attempt *a = get_attempt(t, attempt);
    const struct port_pair *pair = pair_of(t, a);
    const struct evidence *e = get_evidence(t, a);
    struct tcp_address server;

    port_pairs_address(&t->pairs, pair, server_side(a), &server);
    return pair->point == seg->seen.point && pair->family == seg->family && seg->seen.time - a->last_time < STRAY_WINDOW
           && (e == NULL || !(e->flags & EV_SYN_ACK)) && !is_same_address(&server, &seg->src)
           && is_client(t, attempt, &seg->dst);
}

void siblings_stray(struct tracker *t, const struct segment *seg)
{
    uint32_t attempt = 0;

    if (!(seg->flags & TCP_ACK) && !(seg->flags & TCP_RST))
        return;
    if (seg->payload != 0 || (seg->flags & TCP_FIN))
        return;
    find_client(t, &seg->dst, &attempt);
    if (!waits_elsewhere(t, attempt, seg))
        return;
    if ((seg->flags & TCP_SYN) && seg->ack - 1 != get_attempt(t, attempt)->isn)
        return;
    struct attempt *a = get_attempt(t, attempt);
    if (packets_of(t, get_trouble(t, a), SEEN_STRAY) == NULL)
        note_answer(t, seg->seen.frame, attempt, SEEN_STRAY);
    see_segment(t, a, SEEN_STRAY, seg);
}

bool are_twins(const struct tracker *t, const struct attempt *a, const struct attempt *b)
{
    return port_pairs_same_addresses(pair_of(t, a), pair_of(t, b));
}

bool leg_of_attempt(const struct tracker *t, uint32_t attempt, struct tcp_address *client)
{
    for (uint32_t r = sibling_after(t, attempt, attempt); r != 0; r = sibling_after(t, attempt, r)) {
        if (are_twins(t, get_attempt(t, r), get_attempt(t, attempt)))
            continue;
        *client = client_of(t, r);
        return true;
    }
    return false;
}

bool leg_of_old(const struct tracker *t, const struct attempt *a, struct tcp_address *client)
{
    const struct connection *old = get_history(t, a->history);

    if (old == NULL)
        return false;
    if (old->attempt != 0 && leg_of_attempt(t, old->attempt, client))
        return true;
    if (old->leg != 0)
        port_pairs_address(&t->pairs, port_pairs_get(&t->pairs, old->leg >> 1), old->leg & 1, client);
    return old->leg != 0;
}
