/* port_pair.c - the key of everything: two addresses, two ports, one capture point
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "port_pair.h"

#include <string.h>

struct ip6_address {
    uint32_t word[4];
};

/* The part of a port pair that is compared. */
struct pair_key {
    uint32_t ip[2];
    uint16_t port[2];
    uint16_t point;
    uint8_t family;
};

void port_pairs_init(struct port_pairs *all)
{
    all->pairs = g_array_new(FALSE, TRUE, sizeof(struct port_pair));
    all->ip6 = g_array_new(FALSE, FALSE, sizeof(struct ip6_address));
    all->unused = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    all->ip6_unused = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    index_init(&all->index);
    index_init(&all->ip6_index);
    hash_key_init(&all->key);
    all->latest = 0;
}

void port_pairs_free(struct port_pairs *all)
{
    g_array_free(all->pairs, TRUE);
    g_array_free(all->ip6, TRUE);
    g_array_free(all->unused, TRUE);
    g_array_free(all->ip6_unused, TRUE);
    index_free(&all->index);
    index_free(&all->ip6_index);
}

static uint32_t hash_ip6(const void *owner, uint32_t number)
{
    const struct port_pairs *all = owner;

    return hash_words(&all->key, g_array_index(all->ip6, struct ip6_address, number - 1).word, 4);
}

/* The number of a record that was removed, or 0. */
static uint32_t take_unused(GArray *unused)
{
    if (unused->len == 0)
        return 0;
    uint32_t number = g_array_index(unused, uint32_t, unused->len - 1);
    g_array_set_size(unused, unused->len - 1);
    return number;
}

/* The number of an IPv6 address, or 0. */
static uint32_t find_ip6(const struct port_pairs *all, const uint8_t ip[16])
{
    struct ip6_address address;
    uint32_t number;

    memcpy(address.word, ip, sizeof address);
    for (uint32_t at = hash_words(&all->key, address.word, 4); (number = index_get(&all->ip6_index, at)) != 0; at++)
        if (memcmp(&g_array_index(all->ip6, struct ip6_address, number - 1), ip, sizeof address) == 0)
            break;
    return number;
}

static uint32_t find_or_add_ip6(struct port_pairs *all, const uint8_t ip[16])
{
    struct ip6_address address;
    uint32_t number = find_ip6(all, ip);

    if (number != 0)
        return number;
    memcpy(address.word, ip, sizeof address);
    number = take_unused(all->ip6_unused);
    if (number == 0) {
        g_array_append_val(all->ip6, address);
        number = all->ip6->len;
    }
    g_array_index(all->ip6, struct ip6_address, number - 1) = address;
    index_add(&all->ip6_index, hash_words(&all->key, address.word, 4), number, hash_ip6, all);
    return number;
}

static uint32_t read_ip4(const uint8_t ip[16])
{
    return (uint32_t)ip[0] << 24 | (uint32_t)ip[1] << 16 | (uint32_t)ip[2] << 8 | ip[3];
}

static uint8_t side_of(uint8_t family, const struct tcp_address *src, const struct tcp_address *dst)
{
    int order = 0;

    if (family != 4)
        order = memcmp(src->ip, dst->ip, sizeof src->ip);
    else if (read_ip4(src->ip) != read_ip4(dst->ip))
        order = read_ip4(src->ip) < read_ip4(dst->ip) ? -1 : 1;
    return order != 0 ? order > 0 : src->port > dst->port;
}

/* src_ip, dst_ip: the addresses as a pair keeps them. */
static struct pair_key make_key(uint8_t family, uint16_t point, const struct tcp_address *src, uint32_t src_ip,
                                const struct tcp_address *dst, uint32_t dst_ip, uint8_t *side)
{
    struct pair_key key = { .point = point, .family = family };

    *side = side_of(family, src, dst);
    key.ip[*side] = src_ip;
    key.ip[!*side] = dst_ip;
    key.port[*side] = src->port;
    key.port[!*side] = dst->port;
    return key;
}

static uint32_t hash_pair(const struct hash_key *key, const uint32_t ip[2], const uint16_t port[2], uint16_t point,
                          uint8_t family)
{
    const uint32_t words[4] = { ip[0], ip[1], (uint32_t)port[0] << 16 | port[1], (uint32_t)point << 8 | family };

    return hash_words(key, words, 4);
}

static uint32_t hash_record(const void *owner, uint32_t pair)
{
    const struct port_pairs *all = owner;
    const struct port_pair *p = port_pairs_get(all, pair);

    return hash_pair(&all->key, p->ip, p->port, p->point, p->family);
}

static bool is_pair(const struct port_pair *p, const struct pair_key *key)
{
    return p->ip[0] == key->ip[0] && p->ip[1] == key->ip[1] && p->port[0] == key->port[0] && p->port[1] == key->port[1]
           && p->point == key->point && p->family == key->family;
}

/* Whether a packet is one of the pair, and which side sent it. */
static bool is_from(const struct port_pair *p, uint8_t family, uint16_t point, const struct tcp_address *src,
                    uint32_t src_ip, const struct tcp_address *dst, uint32_t dst_ip, uint8_t *side)
{
    *side = p->ip[0] != src_ip || p->port[0] != src->port;
    return p->ip[*side] == src_ip && p->port[*side] == src->port && p->ip[!*side] == dst_ip
           && p->port[!*side] == dst->port && p->point == point && p->family == family;
}

static uint32_t find(const struct port_pairs *all, const struct pair_key *key, uint32_t hash)
{
    uint32_t pair;

    for (uint32_t at = hash; (pair = index_get(&all->index, at)) != 0; at++)
        if (is_pair(port_pairs_get(all, pair), key))
            break;
    return pair;
}

static uint32_t add(struct port_pairs *all, const struct pair_key *key, uint32_t hash)
{
    struct port_pair pair = { .ip = { key->ip[0], key->ip[1] },
                              .port = { key->port[0], key->port[1] },
                              .point = key->point,
                              .family = key->family };

    uint32_t number = take_unused(all->unused);
    if (number == 0) {
        g_array_append_val(all->pairs, pair);
        number = all->pairs->len;
    }
    *port_pairs_get(all, number) = pair;
    index_add(&all->index, hash, number, hash_record, all);
    return number;
}

uint32_t port_pairs_find(const struct port_pairs *all, uint8_t family, uint16_t point, const struct tcp_address *src,
                         const struct tcp_address *dst, uint8_t *side)
{
    uint32_t src_ip = family == 4 ? read_ip4(src->ip) : find_ip6(all, src->ip);
    uint32_t dst_ip = family == 4 ? read_ip4(dst->ip) : find_ip6(all, dst->ip);
    struct pair_key key = make_key(family, point, src, src_ip, dst, dst_ip, side);

    return find(all, &key, hash_pair(&all->key, key.ip, key.port, point, family));
}

uint32_t port_pairs_find_or_add(struct port_pairs *all, uint8_t family, uint16_t point, const struct tcp_address *src,
                                const struct tcp_address *dst, uint8_t *side)
{
    uint32_t src_ip = family == 4 ? read_ip4(src->ip) : find_or_add_ip6(all, src->ip);
    uint32_t dst_ip = family == 4 ? read_ip4(dst->ip) : find_or_add_ip6(all, dst->ip);

    /* Packets of a connection often follow each other: that saves two thirds of a search. */
    if (all->latest != 0 && is_from(port_pairs_get(all, all->latest), family, point, src, src_ip, dst, dst_ip, side))
        return all->latest;
    struct pair_key key = make_key(family, point, src, src_ip, dst, dst_ip, side);
    uint32_t hash = hash_pair(&all->key, key.ip, key.port, point, family);
    all->latest = find(all, &key, hash);
    if (all->latest == 0)
        all->latest = add(all, &key, hash);
    return all->latest;
}

void port_pairs_address(const struct port_pairs *all, const struct port_pair *pair, uint8_t side,
                        struct tcp_address *address)
{
    uint32_t ip = pair->ip[side];

    address->port = pair->port[side];
    if (pair->family == 4) {
        memset(address->ip, 0, sizeof address->ip);
        for (unsigned i = 0; i < 4; i++)
            address->ip[i] = (uint8_t)(ip >> (24 - 8 * i));
    } else {
        memcpy(address->ip, &g_array_index(all->ip6, struct ip6_address, ip - 1), sizeof address->ip);
    }
}

bool port_pairs_same_addresses(const struct port_pair *p, const struct port_pair *q)
{
    return p->family == q->family && p->ip[0] == q->ip[0] && p->ip[1] == q->ip[1] && p->port[0] == q->port[0]
           && p->port[1] == q->port[1];
}

void port_pairs_remove(struct port_pairs *all, uint32_t pair)
{
    memset(port_pairs_get(all, pair), 0, sizeof(struct port_pair));
    g_array_append_val(all->unused, pair);
    all->latest = 0;
}

static uint8_t *pairs_in_use(const struct port_pairs *all)
{
    uint8_t *used = g_new0(uint8_t, all->pairs->len + 1U);

    for (uint32_t pair = 1; pair <= all->pairs->len; pair++)
        used[pair] = port_pair_in_use(port_pairs_get(all, pair));
    return used;
}

static uint8_t *addresses_in_use(const struct port_pairs *all)
{
    uint8_t *used = g_new0(uint8_t, all->ip6->len + 1U);

    for (uint32_t pair = 1; pair <= all->pairs->len; pair++) {
        const struct port_pair *p = port_pairs_get(all, pair);
        if (p->family == 6)
            used[p->ip[0]] = used[p->ip[1]] = 1;
    }
    return used;
}

void port_pairs_tidy(struct port_pairs *all)
{
    uint8_t *pairs = pairs_in_use(all), *addresses = addresses_in_use(all);

    index_keep(&all->index, pairs, hash_record, all);
    index_keep(&all->ip6_index, addresses, hash_ip6, all);
    g_array_set_size(all->ip6_unused, 0);
    for (uint32_t number = 1; number <= all->ip6->len; number++)
        if (!addresses[number])
            g_array_append_val(all->ip6_unused, number);
    g_free(pairs);
    g_free(addresses);
}
