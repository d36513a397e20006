/* port_pair.c - the key of everything: two addresses, two ports, one capture point
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "port_pair.h"

#include <string.h>

/* The part of a port pair that is compared. */
struct pair_key {
    const struct tcp_address *end[2];
    uint16_t point;
    uint8_t family;
};

void port_pairs_init(struct port_pairs *all)
{
    all->pairs = g_array_new(FALSE, TRUE, sizeof(struct port_pair));
    index_init(&all->index);
    hash_key_init(&all->key);
}

void port_pairs_free(struct port_pairs *all)
{
    g_array_free(all->pairs, TRUE);
    index_free(&all->index);
}

static uint32_t hash_pair(const struct hash_key *key, uint8_t family, uint16_t point, const uint8_t *ip0,
                          const uint8_t *ip1, uint16_t port0, uint16_t port1)
{
    uint32_t words[HASH_WORDS_MAX] = { (uint32_t)port0 << 16 | port1, (uint32_t)point << 8 | family };
    size_t size = family == 4 ? 4 : 16;

    memcpy(words + 2, ip0, size);
    memcpy(words + 2 + size / 4, ip1, size);
    return hash_words(key, words, 2 + size / 2);
}

static uint32_t hash_record(const void *owner, uint32_t pair)
{
    const struct port_pairs *all = owner;
    const struct port_pair *p = port_pairs_get(all, pair);

    return hash_pair(&all->key, p->family, p->point, p->ip[0], p->ip[1], p->port[0], p->port[1]);
}

static int compare_addresses(uint8_t family, const struct tcp_address *a, const struct tcp_address *b)
{
    int order = family == 4 ? memcmp(a->ip, b->ip, 4) : memcmp(a->ip, b->ip, 16);

    return order ? order : (int)a->port - (int)b->port;
}

static bool is_pair(const struct port_pair *p, const struct pair_key *key)
{
    size_t size = key->family == 4 ? 4 : 16;

    return p->port[0] == key->end[0]->port && p->port[1] == key->end[1]->port && p->point == key->point
           && p->family == key->family && memcmp(p->ip[0], key->end[0]->ip, size) == 0
           && memcmp(p->ip[1], key->end[1]->ip, size) == 0;
}

static uint32_t find(const struct port_pairs *all, const struct pair_key *key, uint32_t hash)
{
    uint32_t pair;

    for (uint32_t at = hash; (pair = index_get(&all->index, at)) != 0; at++)
        if (is_pair(port_pairs_get(all, pair), key))
            break;
    return pair;
}

static struct pair_key make_key(uint8_t family, uint16_t point, const struct tcp_address *src,
                                const struct tcp_address *dst, uint8_t *side)
{
    *side = compare_addresses(family, src, dst) > 0;
    return (struct pair_key){ .end = { *side ? dst : src, *side ? src : dst }, .point = point, .family = family };
}

static uint32_t hash_of_key(const struct port_pairs *all, const struct pair_key *key)
{
    return hash_pair(&all->key, key->family, key->point, key->end[0]->ip, key->end[1]->ip, key->end[0]->port,
                     key->end[1]->port);
}

uint32_t port_pairs_find(const struct port_pairs *all, uint8_t family, uint16_t point, const struct tcp_address *src,
                         const struct tcp_address *dst, uint8_t *side)
{
    struct pair_key key = make_key(family, point, src, dst, side);

    return find(all, &key, hash_of_key(all, &key));
}

uint32_t port_pairs_find_or_add(struct port_pairs *all, uint8_t family, uint16_t point, const struct tcp_address *src,
                                const struct tcp_address *dst, uint8_t *side)
{
    struct pair_key key = make_key(family, point, src, dst, side);
    uint32_t hash = hash_of_key(all, &key);
    uint32_t pair = find(all, &key, hash);

    if (pair != 0)
        return pair;
    struct port_pair new_pair = { .point = point, .family = family };
    for (int i = 0; i < 2; i++) {
        memcpy(new_pair.ip[i], key.end[i]->ip, sizeof new_pair.ip[i]);
        new_pair.port[i] = key.end[i]->port;
    }
    g_array_append_val(all->pairs, new_pair);
    pair = all->pairs->len;
    index_add(&all->index, hash, pair, hash_record, all);
    return pair;
}
