/* prints.c - what SYNs look like, each look kept once
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "prints.h"

#include <string.h>

_Static_assert(sizeof(struct syn_print) % sizeof(uint32_t) == 0, "hashed and compared as it lies in memory");

void prints_init(struct prints *p)
{
    p->all = g_array_new(FALSE, FALSE, sizeof(struct syn_print));
    index_init(&p->index);
    hash_key_init(&p->key);
}

void prints_free(struct prints *p)
{
    g_array_free(p->all, TRUE);
    index_free(&p->index);
}

static uint32_t hash_print(const struct hash_key *key, const struct syn_print *print)
{
    uint32_t words[sizeof *print / sizeof(uint32_t)];

    memcpy(words, print, sizeof words);
    return hash_words(key, words, G_N_ELEMENTS(words));
}

static uint32_t hash_of(const void *owner, uint32_t record)
{
    const struct prints *p = owner;

    return hash_print(&p->key, prints_get(p, record));
}

static void read_print(const struct segment *syn, struct syn_print *print)
{
    const uint8_t ecn = TCP_ECE | TCP_CWR;

    memset(print, 0, sizeof *print); /* also what lies between the members */
    print->option_kinds = syn->option_kinds;
    print->mss = syn->mss;
    print->window = syn->window;
    print->option_layout = syn->option_layout;
    print->vlan = syn->link.vlan;
    print->wscale = syn->wscale;
    print->ttl = syn->ttl;
    print->traffic = syn->traffic;
    print->flags =
        (uint8_t)(((syn->flags & ecn) == ecn ? PRINT_ECN : 0) | (syn->flow_label != 0 ? PRINT_FLOW_LABEL : 0));
    memcpy(print->link_src, syn->link.src, sizeof print->link_src);
    memcpy(print->link_dst, syn->link.dst, sizeof print->link_dst);
}

uint32_t prints_add(struct prints *p, const struct segment *syn)
{
    struct syn_print print;

    read_print(syn, &print);
    const uint32_t hash = hash_print(&p->key, &print);
    for (uint32_t at = hash, r; (r = index_get(&p->index, at)) != 0; at++)
        if (memcmp(prints_get(p, r), &print, sizeof print) == 0)
            return r;
    g_array_append_val(p->all, print);
    index_add(&p->index, hash, p->all->len, hash_of, p);
    return p->all->len;
}
