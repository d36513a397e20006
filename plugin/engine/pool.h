/* pool.h - records of one size, reached by handles that can be freed and used again
 *
 * A handle is a number from 1, 0 is none. Records do not move: a pointer holds until its record is removed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_POOL_H
#define SYNFATE_POOL_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

enum { POOL_CHUNK_BITS = 8, POOL_CHUNK = 1 << POOL_CHUNK_BITS };

struct pool {
    GPtrArray *chunks; /* each holds POOL_CHUNK records */
    GArray *unused;    /* uint32_t: handles that were removed */
    uint32_t len;      /* handles that were ever given, the removed ones among them */
    size_t size;       /* of a record */
};

/* An empty pool of records of so many bytes; frees all of them. */
void pool_init(struct pool *pool, size_t size);
void pool_clear(struct pool *pool);

/* The handle of a new record, all zero. */
uint32_t pool_add(struct pool *pool);

/* Frees a record that is in use. */
void pool_remove(struct pool *pool, uint32_t handle);

/* How many records are in use. */
static inline uint32_t pool_used(const struct pool *pool)
{
    return pool->len - pool->unused->len;
}

/* The record of a handle that is in use. */
static inline void *pool_get(const struct pool *pool, uint32_t handle)
{
    uint32_t at = handle - 1;

    return (char *)pool->chunks->pdata[at >> POOL_CHUNK_BITS] + (at & (POOL_CHUNK - 1)) * pool->size;
}

#endif
