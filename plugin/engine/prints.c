/* prints.c - what SYNs and SYN/ACKs look like, each look kept once
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "prints.h"

#include <string.h>

_Static_assert(sizeof(struct syn_print) % sizeof(uint32_t) == 0, "hashed and compared as it lies in memory");

void prints_init(struct prints *p)
{
    p->all = g_array_new(FALSE, FALSE, sizeof(struct syn_print));
    p->unused = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    index_init(&p->index);
    hash_key_init(&p->key);
}

void prints_free(struct prints *p)
{
    g_array_free(p->all, TRUE);
    g_array_free(p->unused, TRUE);
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

static void read_print(const struct segment *seg, struct syn_print *print)
{
    const uint8_t ecn = TCP_ECE | TCP_CWR;

    memset(print, 0, sizeof *print);
    print->option_kinds = seg->option_kinds;
    print->mss = seg->mss;
    print->window = seg->window;
    print->option_layout = seg->option_layout;
    print->vlan = seg->link.vlan;
    print->interface = seg->seen.interface;
    print->wscale = seg->wscale;
    print->ttl = seg->ttl;
    print->traffic = seg->traffic;
    print->flags = (uint8_t)(((seg->flags & ecn) == ecn ? PRINT_ECN : 0) | (seg->flow_label != 0 ? PRINT_FLOW_LABEL : 0)
                             | (seg->options_cut ? PRINT_CUT : 0));
    memcpy(print->link_src, seg->link.src, sizeof print->link_src);
    memcpy(print->link_dst, seg->link.dst, sizeof print->link_dst);
}

uint32_t prints_add(struct prints *p, const struct segment *seg)
{
    struct syn_print print;

    read_print(seg, &print);
    const uint32_t hash = hash_print(&p->key, &print);
    for (uint32_t at = hash, r; (r = index_get(&p->index, at)) != 0; at++)
        if (memcmp(prints_get(p, r), &print, sizeof print) == 0)
            return r;
    uint32_t number = p->all->len + 1;
    if (p->unused->len > 0) {
        number = g_array_index(p->unused, uint32_t, p->unused->len - 1);
        g_array_set_size(p->unused, p->unused->len - 1);
        g_array_index(p->all, struct syn_print, number - 1) = print;
    } else {
        g_array_append_val(p->all, print);
    }
    index_add(&p->index, hash, number, hash_of, p);
    return number;
}

void prints_forget(struct prints *p, const uint8_t *kept)
{
    index_keep(&p->index, kept, hash_of, p);
    g_array_set_size(p->unused, 0);
    for (uint32_t number = 1; number <= p->all->len; number++)
        if (!kept[number])
            g_array_append_val(p->unused, number);
}
