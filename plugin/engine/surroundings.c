/* surroundings.c - what else went on when an attempt began
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "surroundings.h"

#include "ring.h"
#include "search.h"

#include <string.h>

enum place_kind { PLACE_HOST, PLACE_SERVICE, PLACE_SOURCE };

/* Who calls whom. Attempts are read in their order, so a place always knows what came before the one that is read. */
struct place_key {
    uint32_t from, to;
    uint16_t port, point;
    uint16_t kind, family;
};

struct place {
    struct place_key key;
    int64_t last;       /* of PLACE_HOST: ns, the latest SYN; */
    uint32_t newest[2]; /* of PLACE_SOURCE: the latest connections to two addresses, the later one first; */
    uint32_t host;      /* of PLACE_SERVICE: the number of its PLACE_HOST, */
    uint32_t begun;     /* connections so far, */
    GArray *ends;       /* and int64_t: when each of all ended; NULL: none */
};

struct places {
    const struct tracker *t;
    struct surrounding *all;
    int64_t *ends;      /* of the connection of each attempt; INT64_MIN: it made none */
    bool *reset;        /* whether it was ended by a RST */
    uint32_t *services; /* the number of each attempt's PLACE_SERVICE */
    GArray *list;       /* struct place */
    struct index index;
};

static uint32_t hash_key(const struct places *p, const struct place_key *key)
{
    uint32_t words[sizeof *key / sizeof(uint32_t)];

    memcpy(words, key, sizeof words);
    return hash_words(&p->t->key, words, G_N_ELEMENTS(words));
}

static struct place *place_at(const struct places *p, uint32_t number)
{
    return &g_array_index(p->list, struct place, number - 1);
}

static uint32_t hash_of(const void *owner, uint32_t number)
{
    const struct places *p = owner;

    return hash_key(p, &place_at(p, number)->key);
}

/* Its number, which stays when the list grows. */
static uint32_t find_place(struct places *p, const struct place_key *key)
{
    const uint32_t hash = hash_key(p, key);
    const struct place new = { .key = *key, .last = INT64_MIN };

    for (uint32_t at = hash, number; (number = index_get(&p->index, at)) != 0; at++)
        if (memcmp(&place_at(p, number)->key, key, sizeof *key) == 0)
            return number;
    g_array_append_val(p->list, new);
    index_add(&p->index, hash, p->list->len, hash_of, p);
    return p->list->len;
}

static uint32_t place_of(struct places *p, const struct attempt *a, enum place_kind kind)
{
    const struct port_pair *pair = pair_of(p->t, a);
    const uint8_t client = attempt_side(a);
    struct place_key key = {
        .from = pair->ip[client],
        .to = kind == PLACE_SOURCE ? 0 : pair->ip[!client],
        .port = kind == PLACE_HOST ? 0 : pair->port[kind == PLACE_SOURCE ? client : !client],
        .point = pair->point,
        .kind = (uint16_t)kind,
        .family = pair->family,
    };

    return find_place(p, &key);
}

static struct place *service_of(const struct places *p, uint32_t attempt)
{
    return place_at(p, p->services[attempt]);
}

/* A service's host is looked up once: most attempts go where others went before. */
static void read_places(struct places *p)
{
    for (uint32_t i = 1; i <= p->t->attempts.len; i++) {
        const struct attempt *a = get_attempt(p->t, i);
        const uint32_t service = place_of(p, a, PLACE_SERVICE);
        p->services[i] = service;
        if (place_at(p, service)->host == 0) {
            const uint32_t host = place_of(p, a, PLACE_HOST);
            place_at(p, service)->host = host;
        }
    }
}

/* ---- when connections ended --------------------------------------------------------------------------- */

static bool made_connection(const struct tracker *t, const struct attempt *a)
{
    const struct evidence *e = get_evidence(t, a);

    return e != NULL && (e->frame[EV_ACK] != 0 || e->frame[EV_ACCEPTED] != 0);
}

static void read_end(const struct places *p, const struct connection *c, bool over)
{
    if (c == NULL || c->attempt == 0 || p->ends[c->attempt] == INT64_MIN)
        return;
    p->ends[c->attempt] = over ? c->last_time : INT64_MAX;
    p->reset[c->attempt] = (c->flags & CONN_RESET) != 0;
}

static void read_ends(struct places *p)
{
    const struct tracker *t = p->t;

    for (uint32_t i = 1; i <= t->attempts.len; i++) {
        const struct attempt *a = get_attempt(t, i);
        p->ends[i] = made_connection(t, a) ? a->last_time : INT64_MIN;
    }
    for (uint32_t i = 1; i <= t->attempts.len; i++)
        read_end(p, get_history(t, get_attempt(t, i)->history), true);
    for (uint32_t i = 1; i <= t->pairs.pairs->len; i++) {
        const struct port_pair *pair = port_pairs_get(&t->pairs, i);
        const struct connection *current = get_connection(t, pair->current);
        read_end(p, get_connection(t, pair->old), true);
        read_end(p, current, current != NULL && current->frame[CONN_CLOSE] != 0);
    }
    for (uint32_t i = 1; i <= t->attempts.len; i++) {
        if (p->ends[i] == INT64_MIN)
            continue;
        struct place *service = service_of(p, i);
        if (service->ends == NULL)
            service->ends = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_array_append_val(service->ends, p->ends[i]);
    }
}

static gint by_time(gconstpointer a, gconstpointer b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static bool is_not_after(gconstpointer time, int64_t end)
{
    return *(const int64_t *)time <= end;
}

/* How many of sorted times are not after this one. */
static uint32_t count_until(const GArray *times, int64_t time)
{
    return times == NULL ? 0 : count_before(times->data, times->len, sizeof(int64_t), is_not_after, time);
}

/* ---- what an attempt met ------------------------------------------------------------------------------ */

static void read_host(const struct places *p, uint32_t attempt, const struct attempt *a, struct surrounding *s)
{
    struct place *host = place_at(p, service_of(p, attempt)->host);

    s->idle = host->last == INT64_MIN ? INT64_MAX : MAX(a->first_time - host->last, 0);
    host->last = MAX(host->last, a->last_time);
}

static void read_service(const struct places *p, uint32_t attempt, const struct attempt *a, struct surrounding *s)
{
    struct place *service = service_of(p, attempt);
    uint32_t ended = count_until(service->ends, a->first_time);
    uint32_t forgotten = count_until(service->ends, a->first_time - BOX_MEMORY);

    s->open = service->begun - MIN(service->begun, ended);
    s->recent = service->begun - MIN(service->begun, forgotten);
    service->begun += p->ends[attempt] != INT64_MIN;
}

static bool have_same_server(const struct tracker *t, const struct attempt *a, const struct attempt *b)
{
    return pair_of(t, a)->ip[server_side(a)] == pair_of(t, b)->ip[server_side(b)];
}

/* Behind a NAT a connection's other leg goes elsewhere than its client called. */
static bool has_leg_to_server(const struct tracker *t, uint32_t before, const struct attempt *a)
{
    for (uint32_t leg = sibling_after(t, before, before); leg != 0; leg = sibling_after(t, before, leg))
        if (have_same_server(t, a, get_attempt(t, leg)))
            return true;
    return false;
}

/* The latest connections to two addresses began with one number: they are two legs of one, whatever else ties them. A capture
 * without timestamps, or with too short packets, may have nothing that does. */
static bool are_legs(const struct places *p, const struct place *source)
{
    const uint32_t *newest = source->newest;

    return newest[0] != 0 && newest[1] != 0 && get_attempt(p->t, newest[0])->isn == get_attempt(p->t, newest[1])->isn;
}

/* A connection to another address, but not the other leg of the same SYN, nor of an earlier call of the same server. */
static bool is_elsewhere(const struct places *p, const struct attempt *a, uint32_t before)
{
    const struct attempt *b = before == 0 ? NULL : get_attempt(p->t, before);

    return b != NULL && b->isn != a->isn && !have_same_server(p->t, a, b)
           && p->ends[before] > a->first_time - BOX_MEMORY && !has_leg_to_server(p->t, before, a);
}

static void add_to_source(const struct places *p, struct place *source, uint32_t attempt, const struct attempt *a)
{
    if (p->ends[attempt] == INT64_MIN)
        return;
    if (source->newest[0] != 0 && !have_same_server(p->t, a, get_attempt(p->t, source->newest[0])))
        source->newest[1] = source->newest[0];
    source->newest[0] = attempt;
}

/* What failed in between does not count: a client may call again from the same port. */
static void read_source(struct places *p, uint32_t attempt, const struct attempt *a, struct surrounding *s)
{
    struct place *source = place_at(p, place_of(p, a, PLACE_SOURCE));
    const bool legs = are_legs(p, source);

    for (size_t i = 0; i < G_N_ELEMENTS(source->newest) && s->elsewhere == 0; i++) {
        const uint32_t other = source->newest[1 - i];
        const bool leg = legs && have_same_server(p->t, a, get_attempt(p->t, other));
        if (!leg && is_elsewhere(p, a, source->newest[i]))
            s->elsewhere = source->newest[i];
    }
    s->elsewhere_reset = p->reset[s->elsewhere] && p->ends[s->elsewhere] > a->first_time;
    add_to_source(p, source, attempt, a);
}

struct surrounding *surroundings_read(const struct tracker *t)
{
    const size_t n = (size_t)t->attempts.len + 1;
    struct places p = {
        .t = t,
        .all = g_new0(struct surrounding, n),
        .ends = g_new(int64_t, n),
        .reset = g_new0(bool, n),
        .services = g_new(uint32_t, n),
        .list = g_array_new(FALSE, FALSE, sizeof(struct place)),
    };

    index_init(&p.index);
    read_places(&p);
    read_ends(&p);
    for (guint i = 0; i < p.list->len; i++)
        if (g_array_index(p.list, struct place, i).ends != NULL)
            g_array_sort(g_array_index(p.list, struct place, i).ends, by_time);
    for (uint32_t i = 1; i <= t->attempts.len; i++) {
        const struct attempt *a = get_attempt(t, i);
        read_host(&p, i, a, &p.all[i]);
        read_service(&p, i, a, &p.all[i]);
        read_source(&p, i, a, &p.all[i]);
    }
    for (guint i = 0; i < p.list->len; i++)
        if (g_array_index(p.list, struct place, i).ends != NULL)
            g_array_free(g_array_index(p.list, struct place, i).ends, TRUE);
    g_array_free(p.list, TRUE);
    index_free(&p.index);
    g_free(p.services);
    g_free(p.reset);
    g_free(p.ends);
    return p.all;
}
