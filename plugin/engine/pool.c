/* pool.c - records of one size, reached by handles that can be freed and used again
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pool.h"

#include <string.h>

void pool_init(struct pool *pool, size_t size)
{
    pool->chunks = g_ptr_array_new_with_free_func(g_free);
    pool->unused = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    pool->len = 0;
    pool->size = size;
}

void pool_clear(struct pool *pool)
{
    g_ptr_array_free(pool->chunks, TRUE);
    g_array_free(pool->unused, TRUE);
}

uint32_t pool_add(struct pool *pool)
{
    guint n = pool->unused->len;

    if (n > 0) {
        uint32_t handle = g_array_index(pool->unused, uint32_t, n - 1);
        g_array_set_size(pool->unused, n - 1);
        memset(pool_get(pool, handle), 0, pool->size);
        return handle;
    }
    if ((pool->len & (POOL_CHUNK - 1)) == 0)
        g_ptr_array_add(pool->chunks, g_malloc0(POOL_CHUNK * pool->size));
    return ++pool->len;
}

void pool_remove(struct pool *pool, uint32_t handle)
{
    g_array_append_val(pool->unused, handle);
}
