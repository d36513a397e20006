/* test_index.c - records are found by their hash, through growth and collisions
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "index.h"

#include <glib.h>

enum { RECORDS = 10000 };

/* Record r has the key r / 3: three records share each hash. */
static uint32_t shared_hash(const void *owner, uint32_t record)
{
    const uint32_t key = record / 3;

    return hash_words(owner, &key, 1);
}

static uint32_t same_hash(const void *owner, uint32_t record)
{
    (void)owner;
    (void)record;
    return UINT32_MAX - 1; /* so that probing wraps round */
}

static gboolean finds(const struct index *ix, uint32_t hash, uint32_t record)
{
    uint32_t found;

    for (uint32_t at = hash; (found = index_get(ix, at)) != 0; at++)
        if (found == record)
            return TRUE;
    return FALSE;
}

static void test_many(void)
{
    struct index ix;
    struct hash_key key;

    index_init(&ix);
    hash_key_init(&key);
    for (uint32_t r = 1; r <= RECORDS; r++)
        index_add(&ix, shared_hash(&key, r), r, shared_hash, &key);
    for (uint32_t r = 1; r <= RECORDS; r++)
        g_assert_true(finds(&ix, shared_hash(&key, r), r));
    g_assert_false(finds(&ix, shared_hash(&key, RECORDS + 3), RECORDS + 3));
    g_assert_cmpuint(ix.used, ==, RECORDS);
    g_assert_cmpuint(ix.mask, <, 4 * RECORDS); /* it does not grow without need */
    index_free(&ix);
}

static void test_all_collide(void)
{
    struct index ix;

    index_init(&ix);
    for (uint32_t r = 1; r <= 200; r++)
        index_add(&ix, same_hash(NULL, r), r, same_hash, NULL);
    for (uint32_t r = 1; r <= 200; r++)
        g_assert_true(finds(&ix, same_hash(NULL, r), r));
    g_assert_false(finds(&ix, same_hash(NULL, 0), 201));
    index_free(&ix);
}

static void test_replace(void)
{
    struct index ix;

    index_init(&ix);
    index_add(&ix, 7, 1, same_hash, NULL);
    index_set(&ix, 7, 2);
    g_assert_true(finds(&ix, 7, 2));
    g_assert_false(finds(&ix, 7, 1));
    index_free(&ix);
}

/* The key is drawn anew for each capture: nobody can choose packets that collide. */
static void test_keys_are_random(void)
{
    struct hash_key a, b;
    const uint32_t words[HASH_WORDS_MAX] = { 1, 2, 3 };
    int same = 0;

    for (int i = 0; i < 20; i++) {
        hash_key_init(&a);
        hash_key_init(&b);
        same += hash_words(&a, words, HASH_WORDS_MAX) == hash_words(&b, words, HASH_WORDS_MAX);
    }
    g_assert_cmpint(same, <, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/index/many", test_many);
    g_test_add_func("/index/all_collide", test_all_collide);
    g_test_add_func("/index/replace", test_replace);
    g_test_add_func("/index/keys_are_random", test_keys_are_random);
    return g_test_run();
}
