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
/* If another point's packets come first in the file, its attempt may have all its SYNs, with TSvals of two minutes more,
 * before the first SYN is seen here. */
#define TSVAL_NEAR (1U << 17)
/* An answer comes within two round trips of the handshake, or within this. */
#define AT_ONCE (10 * NS_PER_SECOND / 1000)
/* A NAT may try a call again for as long as clients repeat a SYN. */
#define RETRY_WINDOW (130 * NS_PER_SECOND)
/* So many ISNs that several share are remembered: a generator of packets has one, or few. */
enum { SHARED_MAX = 65536 };
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

/* Of the end of a pair, as pairs keep it: to hash the address itself would take three times as long. */
static uint32_t hash_end(const struct tracker *t, const struct port_pair *pair, uint8_t side)
{
    const uint32_t words[2] = { pair->ip[side], (uint32_t)pair->port[side] << 8 | pair->family };

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
    const struct attempt *a = get_attempt(owner, attempt);

    return hash_end(owner, pair_of(owner, a), attempt_side(a));
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

static bool is_client(const struct tracker *t, uint32_t attempt, const struct port_pair *pair, uint8_t side)
{
    const struct attempt *a = get_attempt(t, attempt);
    const struct port_pair *own = pair_of(t, a);
    uint8_t client = attempt_side(a);

    return own->ip[client] == pair->ip[side] && own->port[client] == pair->port[side] && own->family == pair->family;
}

/* The place in by_client of the newest attempt whose client is this end; *attempt is 0 if there is none. */
static uint32_t find_client(const struct tracker *t, const struct port_pair *pair, uint8_t side, uint32_t *attempt)
{
    uint32_t at = hash_end(t, pair, side);

    while ((*attempt = index_get(&t->by_client, at)) != 0 && !is_client(t, *attempt, pair, side))
        at++;
    return at;
}

/* A port that has a connection calls another address. If both lead to one host, that takes the SYN for one of the
 * connection, and says so there. */
static void watch_before(const struct tracker *t, uint32_t before, const struct attempt *a)
{
    const struct attempt *b = get_attempt(t, before);
    struct port_pair *pair = pair_of(t, b);
    const struct connection *c = get_connection(t, pair->current);

    if (c == NULL || c->attempt != before || c->frame[CONN_CLOSE] != 0
        || pair->ip[server_side(b)] == pair_of(t, a)->ip[server_side(a)])
        return;
    pair->sent = (uint8_t)((pair->sent & ~(1U << server_side(b))) | PAIR_WATCHED);
}

/* The ACK is the one that the server sent last, and nothing was sent since that SYN. */
static bool is_sent_again(const struct connection *c, uint8_t side, const struct segment *seg, int64_t syn_time)
{
    const struct endpoint *server = &c->end[side];

    return (seg->flags & (TCP_ACK | TCP_FIN | TCP_RST | TCP_SYN)) == TCP_ACK && seg->payload == 0
           && (server->bits & END_ACKED) && seg->ack == server->rcv_nxt && seg->seq == server->snd_nxt
           && seg->window == server->window && c->last_time < syn_time;
}

void siblings_watch(struct tracker *t, const struct port_pair *pair, uint8_t side, const struct segment *seg)
{
    const struct connection *c = get_connection(t, pair->current);
    uint32_t newest;

    find_client(t, pair, !side, &newest);
    if (c == NULL || c->attempt == 0 || newest == 0)
        return;
    struct attempt *a = get_attempt(t, newest);
    const struct attempt *own = get_attempt(t, c->attempt);
    struct trouble *trouble = get_trouble(t, a);
    if (a->pair == own->pair || pair_of(t, a)->point != pair->point || shows_syn_ack(get_evidence(t, a))
        || trouble == NULL || trouble->elsewhere_time == a->last_time || !shows_syn_ack(get_evidence(t, own))
        || !is_sent_again(c, side, seg, a->last_time))
        return;
    const int64_t trip = get_evidence(t, own)->syn_ack_time - own->last_time;
    if (seg->seen.time - a->last_time > MAX(2 * trip, AT_ONCE))
        return;
    trouble->elsewhere_time = a->last_time;
    if (trouble->elsewhere_acks++ == 0)
        trouble->frame[TROUBLE_ELSEWHERE] = seg->seen.frame;
}

void siblings_add(struct tracker *t, uint32_t attempt)
{
    const struct attempt *a = get_attempt(t, attempt);
    uint32_t before, at = find_client(t, pair_of(t, a), attempt_side(a), &before);

    if (before != 0) {
        index_set(&t->by_client, at, attempt);
        watch_before(t, before, a);
    } else {
        index_add(&t->by_client, hash_client_of(t, attempt), attempt, hash_client_of, t);
    }
}

/* It was rejected, refused, or reset by the client, and not connected. */
static bool has_ended(const struct tracker *t, const struct attempt *a)
{
    const struct evidence *e = get_evidence(t, a);
    static const enum seen_kind ends[] = { SEEN_BARE_ACK, SEEN_WRONG_SYN_ACK, SEEN_RST, SEEN_CLIENT_RST,
                                           SEEN_CLIENT_RST_OLD };

    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
        if (packets_of(t, get_trouble(t, a), ends[i]) != NULL)
            return e->frame[EV_ACK] == 0 && e->frame[EV_ACCEPTED] == 0;
    return false;
}

static int64_t call_begin(const struct tracker *t, const struct attempt *a)
{
    int64_t begin = a->first_time;

    for (uint32_t r = a->sibling, first = r; r != 0; r = sibling_after(t, first, r))
        begin = MIN(begin, get_attempt(t, r)->first_time);
    return begin;
}

/* Two SYNs of other addresses had that ISN since then, or one of them did and came shortly before. */
static bool is_shared(const struct tracker *t, uint32_t isn, int64_t since)
{
    gpointer second;

    return g_hash_table_lookup_extended(t->shared_isns, GUINT_TO_POINTER(isn), NULL, &second)
           && GPOINTER_TO_UINT(second) >= (guint)(since / NS_PER_SECOND);
}

/* The SYN of an attempt comes again from another port of the same address, to the same destination: a NAT gave the flow
 * up after the attempt had ended (conntrack does after the client's RST). An ISN of 0, or one that others send too, is no
 * sign of anything. */
static bool is_retry(const struct tracker *t, const struct attempt *a, const struct segment *syn,
                     const struct attempt *before)
{
    if (a->isn == 0 || a->retries != 0)
        return false;
    if (syn->has_ts && (before->flags & ATTEMPT_HAS_TS) && seq_after(before->tsval, syn->tsval))
        return false;
    int64_t begin = call_begin(t, before);
    return has_ended(t, before) && syn->seen.time - begin <= RETRY_WINDOW && !is_shared(t, a->isn, begin);
}

bool are_retries(const struct tracker *t, const struct attempt *a, const struct attempt *b)
{
    const struct port_pair *p = pair_of(t, a), *q = pair_of(t, b);
    uint8_t client = attempt_side(a), other = attempt_side(b);

    return p->family == q->family && p->ip[client] == q->ip[other] && p->ip[!client] == q->ip[!other]
           && p->port[!client] == q->port[!other] && p->port[client] != q->port[other];
}

/* A packet that a router has passed on: it keeps its IP ID, and loses TTL. */
static bool is_passed_on(const struct tracker *t, const struct segment *syn, const struct attempt *other)
{
    return syn->has_ip_id && syn->ip_id != 0 && syn->ip_id == other->mark && syn->ttl != print_of(t, other)->ttl;
}

/* Two port pairs have the client's port in common, as where a destination is translated, or the server's end, as where a
 * source is. */
static bool keeps_an_end(const struct port_pair *p, uint8_t client, const struct port_pair *q, uint8_t other)
{
    return p->port[client] == q->port[other]
           || (p->ip[!client] == q->ip[!other] && p->port[!client] == q->port[!other]);
}

/* Whether a SYN is one of an attempt, seen on another port pair or at another point; their ISN is the same.
 * With timestamps 64 bits agree; without, a translated packet keeps its IP ID and loses TTL, and its client's port or its
 * destination. */
static bool is_same_syn(const struct tracker *t, const struct attempt *a, const struct segment *syn,
                        const struct attempt *other)
{
    const struct port_pair *p = pair_of(t, a), *q = pair_of(t, other);

    if (p == q || (p->point == q->point && syn->seen.time - other->last_time > LEG_WINDOW))
        return false;
    if (port_pairs_same_addresses(p, q))
        return true;
    if (are_retries(t, a, other)) /* a NAT changes an address */
        return false;
    if (syn->has_ts || (other->flags & ATTEMPT_HAS_TS)) {
        uint32_t behind = other->tsval - syn->tsval;
        bool close = p->point == q->point ? behind == 0 : behind < TSVAL_NEAR;
        return syn->has_ts && (other->flags & ATTEMPT_HAS_TS) && close;
    }
    return is_passed_on(t, syn, other) && keeps_an_end(p, attempt_side(a), q, attempt_side(other));
}

/* The attempt of a ring that a SYN belongs to: the same SYN elsewhere, or the one of the port that was tried last before
 * this one, at this capture point. 0: none. */
static uint32_t find_kin(const struct tracker *t, const struct attempt *a, const struct segment *syn, uint32_t ring)
{
    const struct attempt *before = NULL;
    uint32_t kin = 0;

    for (uint32_t r = ring; r != 0; r = sibling_after(t, ring, r)) {
        const struct attempt *b = get_attempt(t, r);
        if (is_same_syn(t, a, syn, b))
            return r;
        if (pair_of(t, a)->point != pair_of(t, b)->point || !are_retries(t, a, b))
            continue;
        if (before == NULL || b->first_time > before->first_time) {
            before = b;
            kin = r;
        }
    }
    return before != NULL && is_retry(t, a, syn, before) ? kin : 0;
}

/* All of a ring are attempts of one call, whose number is the older. */
static void share_call(struct tracker *t, struct attempt *a, const struct attempt *older)
{
    if (a->call == older->call)
        return;
    if (a->call == t->last_call && a->retries == 0)
        t->last_call--;
    uint32_t before = a->call;
    for (uint32_t r = older->sibling, first = r; r != 0; r = sibling_after(t, first, r))
        if (get_attempt(t, r)->call == before)
            get_attempt(t, r)->call = older->call;
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

bool are_twins(const struct tracker *t, const struct attempt *a, const struct attempt *b)
{
    return a->pair != b->pair && port_pairs_same_addresses(pair_of(t, a), pair_of(t, b));
}

void siblings_note_forwarded(struct tracker *t, struct attempt *in, struct attempt *out)
{
    const struct port_pair *pair = pair_of(t, out);
    struct tcp_address server;

    in->flags |= ATTEMPT_FORWARDED;
    out->flags |= ATTEMPT_FORWARDED;
    port_pairs_address(&t->pairs, pair, server_side(out), &server);
    peers_mark_host(&t->peers, pair->family, pair->point, server.ip, HOST_REACHED);
}

/* The frames of the same SYN on both sides of a NAT. */
static void link_legs(struct tracker *t, struct attempt *a, const struct segment *syn, struct attempt *b)
{
    uint32_t frame = b->frame[SYN_LAST];

    if (are_twins(t, a, b) || are_retries(t, a, b) || !is_same_syn(t, a, syn, b))
        return;
    if ((a->flags & ATTEMPT_SYN_OUT) && (b->flags & ATTEMPT_CAME_IN))
        siblings_note_forwarded(t, b, a);
    if (frame == FRAME_HIDDEN)
        return;
    g_hash_table_insert(t->legs, GUINT_TO_POINTER(syn->seen.frame), GUINT_TO_POINTER(frame));
    g_hash_table_insert(t->legs, GUINT_TO_POINTER(frame), GUINT_TO_POINTER(syn->seen.frame));
}

uint32_t siblings_find_on_pair(const struct tracker *t, uint32_t pair, uint8_t side, const struct segment *syn)
{
    uint32_t newest;

    find_isn(t, syn->seq, &newest);
    for (uint32_t r = newest; r != 0; r = sibling_after(t, newest, r)) {
        const struct attempt *a = get_attempt(t, r);
        if (a->pair == pair && attempt_side(a) == side && has_ended(t, a)
            && syn->seen.time - call_begin(t, a) <= RETRY_WINDOW)
            return r;
    }
    return 0;
}

/* Another address sends the ISN of an attempt, or it goes to another one, and no translator is seen to have done that. */
static void note_shared_isn(struct tracker *t, const struct attempt *a, const struct segment *syn,
                            const struct attempt *other)
{
    if (pair_of(t, a) == pair_of(t, other) || are_retries(t, a, other) || is_passed_on(t, syn, other)
        || syn->seen.time - other->last_time > RETRY_WINDOW || g_hash_table_size(t->shared_isns) >= SHARED_MAX)
        return;
    g_hash_table_insert(t->shared_isns, GUINT_TO_POINTER(a->isn),
                        GUINT_TO_POINTER((guint)(syn->seen.time / NS_PER_SECOND)));
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
    uint32_t kin = find_kin(t, a, syn, other);
    if (kin == 0 && a->retries == 0)
        note_shared_isn(t, a, syn, get_attempt(t, other));
    other = kin;
    if (other == 0 || !rings_join(t, attempt, other))
        return;
    struct attempt *b = get_attempt(t, other);
    share_call(t, a, b);
    if (are_twins(t, a, b)) {
        share_number(t, a, b);
        return;
    }
    for (uint32_t r = sibling_after(t, attempt, attempt); r != 0; r = sibling_after(t, attempt, r))
        link_legs(t, a, syn, get_attempt(t, r));
}

/* As struct connection has it. */
static uint32_t leg_of(uint8_t sender, uint32_t other_pair, uint8_t other_sender)
{
    return other_pair << 1 | (sender == 0 ? other_sender : !other_sender);
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
        struct connection *c = latest_connection(t, port_pairs_get(&t->pairs, pair));
        struct connection *d = latest_connection(t, port_pairs_get(&t->pairs, place->pair));
        if (c != NULL && d != NULL) {
            c->leg = leg_of(side, place->pair, place->side);
            d->leg = leg_of(place->side, pair, side);
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
           && !shows_syn_ack(e) && !is_same_address(&server, &seg->src);
}

void siblings_stray(struct tracker *t, const struct port_pair *pair, uint8_t side, const struct segment *seg)
{
    uint32_t attempt = 0;

    if (!(seg->flags & TCP_ACK) && !(seg->flags & TCP_RST))
        return;
    if (seg->payload != 0 || (seg->flags & TCP_FIN))
        return;
    find_client(t, pair, !side, &attempt);
    if (!waits_elsewhere(t, attempt, seg))
        return;
    if ((seg->flags & TCP_SYN) && seg->ack - 1 != get_attempt(t, attempt)->isn)
        return;
    struct attempt *a = get_attempt(t, attempt);
    if (packets_of(t, get_trouble(t, a), SEEN_STRAY) == NULL)
        note_answer(t, seg->seen.frame, attempt, SEEN_STRAY);
    see_segment(t, a, SEEN_STRAY, seg);
}

/* Whether an answer comes from an attempt's server, and goes to another address than its client's. */
static bool is_answered_by(const struct tracker *t, const struct attempt *a, const struct segment *answer)
{
    const struct port_pair *pair = pair_of(t, a);
    struct tcp_address client, server;

    if (pair->point != answer->seen.point || pair->family != answer->family
        || answer->seen.time - a->last_time > STRAY_WINDOW)
        return false;
    port_pairs_address(&t->pairs, pair, attempt_side(a), &client);
    port_pairs_address(&t->pairs, pair, server_side(a), &server);
    return is_same_address(&server, &answer->src) && memcmp(client.ip, answer->dst.ip, sizeof client.ip) != 0;
}

uint32_t siblings_find_answered(const struct tracker *t, const struct segment *answer)
{
    const uint32_t isn = answer->ack - 1;
    uint32_t newest;

    if (isn == 0 || is_shared(t, isn, answer->seen.time - STRAY_WINDOW))
        return 0;
    find_isn(t, isn, &newest);
    for (uint32_t r = newest; r != 0; r = sibling_after(t, newest, r))
        if (is_answered_by(t, get_attempt(t, r), answer))
            return r;
    return 0;
}

bool leg_of_attempt(const struct tracker *t, uint32_t attempt, struct tcp_address *client)
{
    for (uint32_t r = sibling_after(t, attempt, attempt); r != 0; r = sibling_after(t, attempt, r)) {
        if (are_twins(t, get_attempt(t, r), get_attempt(t, attempt))
            || are_retries(t, get_attempt(t, r), get_attempt(t, attempt)))
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
        port_pairs_address(&t->pairs, port_pairs_get(&t->pairs, old->leg >> 1), (old->leg & 1) ^ attempt_side(a),
                           client);
    return old->leg != 0;
}

void siblings_forget(struct tracker *t, const uint8_t *attempts, const uint8_t *pairs)
{
    index_keep(&t->by_isn, attempts, hash_isn_of, t);
    index_keep(&t->by_client, attempts, hash_client_of, t);
    for (size_t i = 0; t->closings != NULL && i < CLOSINGS; i++)
        if (!pairs[t->closings[i].pair])
            memset(&t->closings[i], 0, sizeof t->closings[i]);
}
