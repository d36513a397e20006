/* peers.c - which hosts were seen at all, and which services answered when
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peers.h"

#include "search.h"

#include <string.h>

/* No answer yet. */
#define NEVER \
    {         \
        1, 0  \
    }

void peers_init(struct peers *p)
{
    p->hosts = g_array_new(FALSE, TRUE, sizeof(struct host));
    p->services = g_array_new(FALSE, TRUE, sizeof(struct service));
    index_init(&p->host_index);
    index_init(&p->service_index);
    hash_key_init(&p->key);
    p->latest = 0;
}

void peers_free(struct peers *p)
{
    for (guint i = 0; i < p->services->len; i++) {
        GArray *earlier = g_array_index(p->services, struct service, i).earlier;
        if (earlier != NULL)
            g_array_free(earlier, TRUE);
    }
    g_array_free(p->hosts, TRUE);
    g_array_free(p->services, TRUE);
    index_free(&p->host_index);
    index_free(&p->service_index);
}

static uint32_t hash_address(const struct hash_key *key, uint8_t family, uint16_t point, const uint8_t ip[16],
                             uint16_t port)
{
    uint32_t words[6] = { (uint32_t)point << 16 | port, family };

    memcpy(words + 2, ip, 16);
    return hash_words(key, words, G_N_ELEMENTS(words));
}

static struct host *host_at(const struct peers *p, uint32_t record)
{
    return &g_array_index(p->hosts, struct host, record - 1);
}

static uint32_t hash_host(const void *owner, uint32_t record)
{
    const struct peers *p = owner;
    const struct host *h = host_at(p, record);

    return hash_address(&p->key, h->family, h->point, h->ip, 0);
}

static bool is_host(const struct host *h, uint8_t family, uint16_t point, const uint8_t ip[16])
{
    return h->family == family && h->point == point && same_ip(family, h->ip, ip);
}

static struct host *find_host(const struct peers *p, uint8_t family, uint16_t point, const uint8_t ip[16],
                              uint32_t hash)
{
    uint32_t record;

    for (uint32_t at = hash; (record = index_get(&p->host_index, at)) != 0; at++) {
        struct host *h = host_at(p, record);
        if (is_host(h, family, point, ip))
            return h;
    }
    return NULL;
}

static struct host *find_or_add_host(struct peers *p, uint8_t family, uint16_t point, const uint8_t ip[16])
{
    /* A packet may tell several things of a host: to find it again by its hash costs 130 instructions. */
    if (p->latest != 0 && is_host(host_at(p, p->latest), family, point, ip))
        return host_at(p, p->latest);
    uint32_t hash = hash_address(&p->key, family, point, ip, 0);
    struct host *h = find_host(p, family, point, ip, hash);
    if (h == NULL) {
        struct host new_host = { .point = point, .family = family };
        memcpy(new_host.ip, ip, sizeof new_host.ip);
        g_array_append_val(p->hosts, new_host);
        index_add(&p->host_index, hash, p->hosts->len, hash_host, p);
        h = host_at(p, p->hosts->len);
    }
    p->latest = (uint32_t)(h - host_at(p, 1)) + 1;
    return h;
}

struct host *peers_need_host(struct peers *p, uint8_t family, uint16_t point, const uint8_t ip[16])
{
    struct host *h = find_or_add_host(p, family, point, ip);

    h->marks |= HOST_SENT;
    return h;
}

void host_note_ttl(struct host *h, uint8_t ttl)
{
    if (ttl == 0)
        return;
    if (h->ttl_min == 0 || ttl < h->ttl_min)
        h->ttl_min = ttl;
    if (ttl > h->ttl_max)
        h->ttl_max = ttl;
}

void peers_note_host(struct peers *p, uint8_t family, uint16_t point, const uint8_t ip[16], uint8_t ttl)
{
    host_note_ttl(peers_need_host(p, family, point, ip), ttl);
}

const struct host *peers_host(const struct peers *p, uint8_t family, uint16_t point, const uint8_t ip[16])
{
    const struct host *h = find_host(p, family, point, ip, hash_address(&p->key, family, point, ip, 0));

    return h != NULL && (h->marks & HOST_SENT) ? h : NULL;
}

bool peers_host_has(const struct peers *p, uint8_t family, uint16_t point, const uint8_t ip[16], enum host_marks mark)
{
    const struct host *h = find_host(p, family, point, ip, hash_address(&p->key, family, point, ip, 0));

    return h != NULL && (h->marks & mark);
}

void peers_mark_host(struct peers *p, uint8_t family, uint16_t point, const uint8_t ip[16], enum host_marks mark)
{
    find_or_add_host(p, family, point, ip)->marks |= (uint16_t)mark;
}

static struct service *service_at(const struct peers *p, uint32_t record)
{
    return &g_array_index(p->services, struct service, record - 1);
}

static uint32_t hash_service(const void *owner, uint32_t record)
{
    const struct peers *p = owner;
    const struct service *s = service_at(p, record);

    return hash_address(&p->key, s->family, s->point, s->ip, s->port);
}

static struct service *find_service(const struct peers *p, uint8_t family, uint16_t point,
                                    const struct tcp_address *server, uint32_t hash)
{
    uint32_t record;

    for (uint32_t at = hash; (record = index_get(&p->service_index, at)) != 0; at++) {
        struct service *s = service_at(p, record);
        if (s->port == server->port && s->family == family && s->point == point && memcmp(s->ip, server->ip, 16) == 0)
            return s;
    }
    return NULL;
}

const struct service *peers_service(const struct peers *p, uint8_t family, uint16_t point,
                                    const struct tcp_address *server)
{
    return find_service(p, family, point, server, hash_address(&p->key, family, point, server->ip, server->port));
}

/* Answers at most two windows apart are one span: then every time inside it is within a window of an answer, and
 * a service keeps at most one span for each 20 s of the capture. */
static void extend(struct service *s, int64_t time)
{
    if (s->last.to < s->last.from)
        s->last = (struct answer_span){ time, time };
    if (time < s->last.from) /* out of order */
        time = s->last.from;
    if (time - s->last.to > 2 * ANSWER_WINDOW) {
        if (s->earlier == NULL)
            s->earlier = g_array_new(FALSE, FALSE, sizeof(struct answer_span));
        g_array_append_val(s->earlier, s->last);
        s->last.from = time;
    }
    s->last.to = MAX(s->last.to, time);
}

void peers_note_answer(struct peers *p, uint8_t family, uint16_t point, const struct tcp_address *server, int64_t time,
                       enum peer_answer answer)
{
    uint32_t hash = hash_address(&p->key, family, point, server->ip, server->port);
    struct service *s = find_service(p, family, point, server, hash);

    if (s == NULL) {
        struct service new_service = { .last = NEVER, .port = server->port, .point = point, .family = family };
        memcpy(new_service.ip, server->ip, sizeof new_service.ip);
        g_array_append_val(p->services, new_service);
        index_add(&p->service_index, hash, p->services->len, hash_service, p);
        s = service_at(p, p->services->len);
    }
    if (answer == ANSWER_SYN_ACK)
        extend(s, time);
    s->answer = (uint8_t)answer;
}

void peers_note_refusal(struct peers *p, uint8_t family, uint16_t point, const struct tcp_address *server, uint32_t isn)
{
    struct service *s =
        find_service(p, family, point, server, hash_address(&p->key, family, point, server->ip, server->port));

    if (s == NULL)
        return;
    s->refused_another |= s->refused && s->refused_isn != isn; /* the same one on another pair: its leg behind a NAT */
    s->refused_isn = s->refused ? s->refused_isn : isn;
    s->refused = true;
}

void peers_note_key(struct peers *p, uint8_t family, uint16_t point, const struct tcp_address *server,
                    uint64_t option_kinds)
{
    struct service *s =
        find_service(p, family, point, server, hash_address(&p->key, family, point, server->ip, server->port));

    if (s != NULL)
        s->keys |= option_kinds & SIGNED_BY_KEY;
}

static bool ends_before(gconstpointer span, int64_t time)
{
    return ((const struct answer_span *)span)->to < time;
}

/* The first span that ends at this time, or later; NULL: none. */
static const struct answer_span *find_span(const struct service *s, int64_t time)
{
    if (s->earlier != NULL) {
        const struct answer_span *spans = (const struct answer_span *)(const void *)s->earlier->data;
        guint at = count_before(spans, s->earlier->len, sizeof *spans, ends_before, time);
        if (at < s->earlier->len)
            return &spans[at];
    }
    return s->last.from <= s->last.to && s->last.to >= time ? &s->last : NULL;
}

bool service_accepted_near(const struct service *s, int64_t from, int64_t to)
{
    const struct answer_span *span = find_span(s, from - ANSWER_WINDOW);

    return span != NULL && span->from <= to + ANSWER_WINDOW;
}

bool service_accepted_around(const struct service *s, int64_t from, int64_t to)
{
    const struct answer_span *span = find_span(s, to + 1);

    return span != NULL && span->from < from;
}

/* ---- forgetting ------------------------------------------------------------------------------------ */

enum { HOSTS_MANY = 65536, SERVICES_MANY = 65536 };

bool peers_are_many(const struct peers *p)
{
    return p->hosts->len > HOSTS_MANY || p->services->len > SERVICES_MANY;
}

void peers_use(struct peers *p, uint8_t family, uint16_t point, const struct tcp_address *address)
{
    struct host *h = find_host(p, family, point, address->ip, hash_address(&p->key, family, point, address->ip, 0));
    struct service *s =
        find_service(p, family, point, address, hash_address(&p->key, family, point, address->ip, address->port));

    if (h != NULL)
        h->marks |= HOST_IN_USE;
    if (s != NULL)
        s->in_use = true;
}

/* Whether it has shown anything beside that it is there. */
static bool is_server(const struct host *h)
{
    return h->marks & (uint16_t) ~(HOST_SENT | HOST_CHECKSUM);
}

static void forget_hosts(struct peers *p, bool keep_servers)
{
    struct host *hosts = (struct host *)(void *)p->hosts->data;
    guint kept = 0;

    for (guint i = 0; i < p->hosts->len; i++)
        if ((hosts[i].marks & HOST_IN_USE) || (keep_servers && is_server(&hosts[i])))
            hosts[kept++] = hosts[i];
    g_array_set_size(p->hosts, kept);
}

static void forget_services(struct peers *p)
{
    struct service *services = (struct service *)(void *)p->services->data;
    guint kept = 0;

    for (guint i = 0; i < p->services->len; i++)
        if (services[i].in_use)
            services[kept++] = services[i];
        else if (services[i].earlier != NULL)
            g_array_free(services[i].earlier, TRUE);
    g_array_set_size(p->services, kept);
}

static void index_all(struct peers *p)
{
    p->latest = 0;
    index_free(&p->host_index);
    index_free(&p->service_index);
    index_init(&p->host_index);
    index_init(&p->service_index);
    for (uint32_t record = 1; record <= p->hosts->len; record++) {
        host_at(p, record)->marks &= (uint16_t)~HOST_IN_USE;
        index_add(&p->host_index, hash_host(p, record), record, hash_host, p);
    }
    for (uint32_t record = 1; record <= p->services->len; record++) {
        service_at(p, record)->in_use = false;
        index_add(&p->service_index, hash_service(p, record), record, hash_service, p);
    }
}

static void forget_spans(struct service *s, int64_t before)
{
    guint gone = 0;

    while (s->earlier != NULL && gone < s->earlier->len
           && g_array_index(s->earlier, struct answer_span, gone).to < before)
        gone++;
    if (gone > 0)
        g_array_remove_range(s->earlier, 0, gone);
}

void peers_forget(struct peers *p, int64_t before)
{
    if (p->hosts->len > HOSTS_MANY)
        forget_hosts(p, true);
    if (p->hosts->len > HOSTS_MANY)
        forget_hosts(p, false);
    if (p->services->len > SERVICES_MANY)
        forget_services(p);
    for (uint32_t record = 1; record <= p->services->len; record++)
        forget_spans(service_at(p, record), before);
    index_all(p);
}
