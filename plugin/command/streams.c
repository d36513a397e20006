/* streams.c - counts the TCP streams of a capture
 *
 * Only hashes of 63 bits are kept: that two of a million port pairs share one, so that one of them is not counted, happens
 * to one of eighteen million captures.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "streams.h"

#include <glib.h>

enum { SLOTS_FIRST = 1024 };

void streams_init(struct streams *s)
{
    s->slots = g_new0(uint64_t, SLOTS_FIRST);
    s->mask = SLOTS_FIRST - 1;
    s->used = 0;
    s->key = (uint64_t)g_random_int() << 32 | g_random_int();
    s->n = 0;
}

void streams_free(struct streams *s)
{
    g_free(s->slots);
}

/* One to one, and every bit of x has an effect on all (D. Stafford's variant 13). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static uint64_t hash_address(const struct streams *s, uint8_t family, const struct tcp_address *a)
{
    uint64_t half;
    uint32_t ipv4;

    if (family == 4) {
        memcpy(&ipv4, a->ip, sizeof ipv4);
        return mix(s->key ^ ((uint64_t)ipv4 << 16 | a->port));
    }
    memcpy(&half, a->ip, sizeof half);
    uint64_t h = mix(s->key ^ half) + a->port;
    memcpy(&half, a->ip + 8, sizeof half);
    return mix(h ^ half);
}

/* Returns false if it was there already. */
static bool add(uint64_t *slots, size_t mask, uint64_t hash)
{
    size_t at = hash & mask;

    while (slots[at] != 0 && slots[at] != hash)
        at = (at + 1) & mask;
    if (slots[at] == hash)
        return false;
    slots[at] = hash;
    return true;
}

static void grow(struct streams *s)
{
    size_t mask = s->mask * 2 + 1;
    uint64_t *slots = g_new0(uint64_t, mask + 1);

    for (size_t i = 0; i <= s->mask; i++)
        if (s->slots[i] != 0)
            add(slots, mask, s->slots[i]);
    g_free(s->slots);
    s->slots = slots;
    s->mask = mask;
}

static bool is_new(struct streams *s, uint64_t hash)
{
    if (!add(s->slots, s->mask, hash | 1))
        return false;
    if (++s->used > s->mask / 4 * 3)
        grow(s);
    return true;
}

void streams_add(struct streams *s, const struct segment *seg, bool begins)
{
    uint64_t src = hash_address(s, seg->family, &seg->src), dst = hash_address(s, seg->family, &seg->dst);

    s->n += is_new(s, mix(src + dst)) || begins;
}

void streams_forget(struct streams *s)
{
    g_free(s->slots);
    s->slots = g_new0(uint64_t, SLOTS_FIRST);
    s->mask = SLOTS_FIRST - 1;
    s->used = 0;
}
