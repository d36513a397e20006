/* names.c - which addresses the capture's DNS answers give to one name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "names.h"

#include <string.h>

/* ADDRESSES_MAX: when so many are known, all are forgotten, so that an endless stream is bounded. NAMES_MAX: the latest
 * names of an address. ANSWER_MAX: so many addresses of one answer are looked at; resolvers hand out a few. */
enum { ADDRESSES_MAX = 16384, NAMES_MAX = 4, ANSWER_MAX = 32 };

struct names {
    struct named_address of;
    uint8_t noted;            /* how many have been noted, modulo 256; the next one's place */
    uint64_t name[NAMES_MAX]; /* see struct dns_answer; 0: none */
};

static guint hash_address(gconstpointer address)
{
    const struct named_address *a = address;
    uint32_t words[4];

    memcpy(words, a->ip, sizeof words);
    return (words[0] * 31 + words[1]) * 31 + (words[2] * 31 + words[3]) * 17 + a->family;
}

static gboolean is_same_address(gconstpointer a, gconstpointer b)
{
    const struct named_address *x = a, *y = b;

    return x->family == y->family && memcmp(x->ip, y->ip, sizeof x->ip) == 0;
}

static bool has_name(const struct names *n, uint64_t name)
{
    for (size_t i = 0; i < NAMES_MAX; i++)
        if (n->name[i] == name)
            return true;
    return false;
}

static struct names *names_of(GHashTable *names, const struct named_address *address)
{
    struct names *n = g_hash_table_lookup(names, address);

    if (n != NULL)
        return n;
    if (g_hash_table_size(names) >= ADDRESSES_MAX)
        g_hash_table_remove_all(names);
    n = g_new0(struct names, 1);
    n->of = *address;
    g_hash_table_insert(names, &n->of, n);
    return n;
}

void names_note(GHashTable **names, struct dns_answer *answer)
{
    struct named_address address;

    if (*names == NULL)
        *names = g_hash_table_new_full(hash_address, is_same_address, NULL, g_free);
    for (int i = 0; i < ANSWER_MAX && (address.family = dns_next_address(answer, address.ip)) != 0; i++) {
        struct names *n = names_of(*names, &address);
        if (!has_name(n, answer->name))
            n->name[n->noted++ % NAMES_MAX] = answer->name;
    }
}

bool names_share(GHashTable *names, const struct named_address *a, const struct named_address *b)
{
    const struct names *of_a = names == NULL ? NULL : g_hash_table_lookup(names, a);
    const struct names *of_b = of_a == NULL ? NULL : g_hash_table_lookup(names, b);

    for (size_t i = 0; of_b != NULL && i < NAMES_MAX; i++)
        if (of_a->name[i] != 0 && has_name(of_b, of_a->name[i]))
            return true;
    return false;
}
