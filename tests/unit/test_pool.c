/* test_pool.c - records keep their place and their contents, and a handle that was freed is used again
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pool.h"

#include <stdbool.h>

/* An odd size: a record that lies a byte off is noticed. */
struct record {
    uint8_t bytes[13];
};

enum { RECORDS = 3 * POOL_CHUNK };

static struct record *record_of(const struct pool *pool, uint32_t handle)
{
    return pool_get(pool, handle);
}

static bool is_filled_with(const struct pool *pool, uint32_t handle, uint32_t value)
{
    const struct record *record = record_of(pool, handle);

    for (size_t i = 0; i < sizeof record->bytes; i++)
        if (record->bytes[i] != (uint8_t)value)
            return false;
    return true;
}

static void fill(const struct pool *pool, uint32_t handle)
{
    for (size_t i = 0; i < sizeof(struct record); i++)
        record_of(pool, handle)->bytes[i] = (uint8_t)handle;
}

static struct pool filled_pool(void)
{
    struct pool pool;

    pool_init(&pool, sizeof(struct record));
    for (uint32_t i = 1; i <= RECORDS; i++) {
        g_assert_cmpuint(pool_add(&pool), ==, i); /* 0 is none */
        g_assert_true(is_filled_with(&pool, i, 0));
        fill(&pool, i);
    }
    return pool;
}

static void test_empty(void)
{
    struct pool pool;

    pool_init(&pool, sizeof(struct record));
    g_assert_cmpuint(pool_used(&pool), ==, 0);
    g_assert_cmpuint(pool.chunks->len, ==, 0);
    pool_clear(&pool);
}

/* A chunk is begun when the one before is full, and no earlier. */
static void test_chunks(void)
{
    struct pool pool;

    pool_init(&pool, sizeof(struct record));
    for (uint32_t i = 1; i <= RECORDS; i++) {
        pool_add(&pool);
        g_assert_cmpuint(pool.chunks->len, ==, (i - 1) / POOL_CHUNK + 1);
        g_assert_cmpuint(pool_used(&pool), ==, i);
    }
    pool_clear(&pool);
}

static void test_records_do_not_move(void)
{
    struct pool pool;
    struct record *first, *last;

    pool_init(&pool, sizeof(struct record));
    pool_add(&pool);
    first = record_of(&pool, 1);
    for (uint32_t i = 2; i <= POOL_CHUNK; i++)
        pool_add(&pool);
    last = record_of(&pool, POOL_CHUNK);
    for (uint32_t i = POOL_CHUNK + 1; i <= RECORDS; i++)
        pool_add(&pool);
    g_assert_true(record_of(&pool, 1) == first);
    g_assert_true(record_of(&pool, POOL_CHUNK) == last);
    g_assert_true(last == first + POOL_CHUNK - 1);
    pool_clear(&pool);
}

/* The freed handles are given again, each once, and zero; then new ones. What was not freed stays as it is: no
 * record lies on another, at the ends of the chunks neither. */
static void test_handles_are_used_again(void)
{
    struct pool pool = filled_pool();
    bool given[RECORDS + 1] = { false };
    uint32_t freed = 0;

    for (uint32_t i = 1; i <= RECORDS; i += 2, freed++)
        pool_remove(&pool, i);
    g_assert_cmpuint(pool_used(&pool), ==, RECORDS - freed);
    for (uint32_t n = 0; n < freed; n++) {
        uint32_t handle = pool_add(&pool);
        g_assert_true(handle % 2 == 1 && handle <= RECORDS && !given[handle]);
        given[handle] = true;
        g_assert_true(is_filled_with(&pool, handle, 0));
        fill(&pool, handle);
    }
    g_assert_cmpuint(pool_add(&pool), ==, RECORDS + 1);
    for (uint32_t i = 1; i <= RECORDS; i++)
        g_assert_true(is_filled_with(&pool, i, i));
    pool_clear(&pool);
}

/* One record that comes and goes needs no more memory than one. */
static void test_it_does_not_grow_without_need(void)
{
    struct pool pool;

    pool_init(&pool, sizeof(struct record));
    for (uint32_t i = 0; i < RECORDS; i++) {
        uint32_t handle = pool_add(&pool);
        g_assert_cmpuint(handle, ==, 1);
        g_assert_true(is_filled_with(&pool, handle, 0));
        fill(&pool, handle);
        pool_remove(&pool, handle);
        g_assert_cmpuint(pool_used(&pool), ==, 0);
    }
    g_assert_cmpuint(pool.chunks->len, ==, 1);
    g_assert_cmpuint(pool.unused->len, ==, 1);
    pool_clear(&pool);
}

/* A pointer holds while others are freed and come. */
static void test_pointers_hold(void)
{
    struct pool pool = filled_pool();
    const struct record *kept = record_of(&pool, POOL_CHUNK + 1);

    for (uint32_t i = 1; i <= RECORDS; i++)
        if (i != POOL_CHUNK + 1)
            pool_remove(&pool, i);
    for (uint32_t i = 0; i < 2 * RECORDS; i++)
        g_assert_cmpuint(pool_add(&pool), !=, POOL_CHUNK + 1);
    g_assert_true(record_of(&pool, POOL_CHUNK + 1) == kept);
    g_assert_true(is_filled_with(&pool, POOL_CHUNK + 1, POOL_CHUNK + 1));
    pool_clear(&pool);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pool/empty", test_empty);
    g_test_add_func("/pool/chunks", test_chunks);
    g_test_add_func("/pool/records_do_not_move", test_records_do_not_move);
    g_test_add_func("/pool/handles_are_used_again", test_handles_are_used_again);
    g_test_add_func("/pool/it_does_not_grow_without_need", test_it_does_not_grow_without_need);
    g_test_add_func("/pool/pointers_hold", test_pointers_hold);
    return g_test_run();
}
