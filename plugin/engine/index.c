/* index.c - finds records of an array by a hash of their key
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "index.h"

#include <glib.h>

enum { FIRST_SIZE = 64 };

void hash_key_init(struct hash_key *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(key->k); i++)
        key->k[i] = (uint64_t)g_random_int() << 32 | g_random_int();
}

void index_init(struct index *ix)
{
    ix->slots = g_new0(uint32_t, FIRST_SIZE);
    ix->mask = FIRST_SIZE - 1;
    ix->used = 0;
}

void index_free(struct index *ix)
{
    g_free(ix->slots);
    ix->slots = NULL;
}

static void put(struct index *ix, uint32_t hash, uint32_t record)
{
    while (index_get(ix, hash) != 0)
        hash++;
    index_set(ix, hash, record);
}

static void grow(struct index *ix, index_hash hash_of, const void *owner)
{
    struct index bigger = { .mask = ix->mask * 2 + 1, .used = ix->used };

    bigger.slots = g_new0(uint32_t, (size_t)bigger.mask + 1);
    for (size_t i = 0; i <= ix->mask; i++)
        if (ix->slots[i] != 0)
            put(&bigger, hash_of(owner, ix->slots[i]), ix->slots[i]);
    g_free(ix->slots);
    *ix = bigger;
}

void index_add(struct index *ix, uint32_t hash, uint32_t record, index_hash hash_of, const void *owner)
{
    if (ix->used >= ix->mask / 4 * 3)
        grow(ix, hash_of, owner);
    put(ix, hash, record);
    ix->used++;
}

void index_keep(struct index *ix, const uint8_t *kept, index_hash hash_of, const void *owner)
{
    struct index rest = { .mask = FIRST_SIZE - 1 };
    uint32_t n = 0;

    for (size_t i = 0; i <= ix->mask; i++)
        n += ix->slots[i] != 0 && kept[ix->slots[i]];
    while (n >= rest.mask / 2)
        rest.mask = rest.mask * 2 + 1;
    rest.slots = g_new0(uint32_t, (size_t)rest.mask + 1);
    rest.used = n;
    for (size_t i = 0; i <= ix->mask; i++)
        if (ix->slots[i] != 0 && kept[ix->slots[i]])
            put(&rest, hash_of(owner, ix->slots[i]), ix->slots[i]);
    g_free(ix->slots);
    *ix = rest;
}
