/* index.h - finds records of an array by a hash of their key
 *
 * A connection costs four entries in such tables; GHashTable takes 12 to 50 bytes for each, which alone would
 * break the bound of 400 bytes a connection. Here an entry is the record's number: 4 to 11 bytes.
 *
 * The hash is keyed with random numbers, so that nobody can choose packets that collide.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_INDEX_H
#define SYNFATE_INDEX_H

#include <stddef.h>
#include <stdint.h>

enum { HASH_WORDS_MAX = 10 };

struct hash_key {
    uint64_t k[HASH_WORDS_MAX + 1];
};

/* Fills the key with random numbers. */
void hash_key_init(struct hash_key *key);

/* Multilinear hashing: strongly universal for words of one length (Lemire, Kaser: "Strongly universal string
 * hashing is fast", 2014), that is, two different keys collide with probability 2^-32 whoever chose them. */
static inline uint32_t hash_words(const struct hash_key *key, const uint32_t *words, size_t n)
{
    uint64_t h = key->k[0];

    for (size_t i = 0; i < n; i++)
        h += key->k[i + 1] * words[i];
    /* Mixed, one to one. Otherwise consecutive ports would fill long runs of a table that is searched linearly. */
    uint32_t mixed = (uint32_t)(h >> 32);
    mixed = (mixed ^ mixed >> 16) * 0x7feb352d;
    return mixed ^ mixed >> 15;
}

/* Open addressing with linear probing. Records are numbered from 1; 0 ends a search. */
struct index {
    uint32_t *slots;
    uint32_t mask;
    uint32_t used;
};

/* Gives the hash of a record that is in the index already. */
typedef uint32_t (*index_hash)(const void *owner, uint32_t record);

/* An empty index; frees it. */
void index_init(struct index *ix);
void index_free(struct index *ix);

/* Adds a record that is not in the index yet. owner is handed to hash_of when the table grows. */
void index_add(struct index *ix, uint32_t hash, uint32_t record, index_hash hash_of, const void *owner);

/* Drops the records that are not kept (1 by record). */
void index_keep(struct index *ix, const uint8_t *kept, index_hash hash_of, const void *owner);

/* Walks over the records that may have this hash:
 *     for (uint32_t at = hash, r; (r = index_get(ix, at)) != 0; at++) compare record r */
static inline uint32_t index_get(const struct index *ix, uint32_t at)
{
    return ix->slots[at & ix->mask];
}

/* Puts another record with an equal key into the place where index_get found one. */
static inline void index_set(struct index *ix, uint32_t at, uint32_t record)
{
    ix->slots[at & ix->mask] = record;
}

#endif
