/* tunnels.c - SYNs and SYN/ACKs that came in a tunnel whose UDP checksum is wrong
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tunnels.h"

enum { ENDS_MAX = 65536 };

/* Of an attempt's SYN, and of its answer. */
struct damaged {
    GBytes *sender[2]; /* NULL: that was not damaged */
    bool far[2];       /* routers had passed it on */
};

static void damaged_free(gpointer data)
{
    struct damaged *d = data;

    for (size_t i = 0; i < G_N_ELEMENTS(d->sender); i++)
        if (d->sender[i] != NULL)
            g_bytes_unref(d->sender[i]);
    g_free(d);
}

static void unref_end(gpointer end)
{
    g_bytes_unref(end);
}

static struct tunnels *need_tunnels(struct tracker *t)
{
    if (t->tunnels.ends == NULL) {
        t->tunnels.ends = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, unref_end, NULL);
        t->tunnels.damaged = g_hash_table_new_full(NULL, NULL, NULL, damaged_free);
    }
    return &t->tunnels;
}

/* A tunnel's end as one capture point sees it. */
static GBytes *sender_of(const struct segment *seg)
{
    uint8_t key[sizeof seg->tunnel.src + 2];

    memcpy(key, seg->tunnel.src, sizeof seg->tunnel.src);
    memcpy(key + sizeof seg->tunnel.src, &seg->seen.point, 2);
    return g_bytes_new(key, sizeof key);
}

static struct damaged *need_damaged(struct tunnels *tunnels, uint32_t attempt)
{
    struct damaged *d = g_hash_table_lookup(tunnels->damaged, GUINT_TO_POINTER(attempt));

    if (d == NULL) {
        d = g_new0(struct damaged, 1);
        g_hash_table_insert(tunnels->damaged, GUINT_TO_POINTER(attempt), d);
    }
    return d;
}

void see_tunnel(struct tracker *t, uint32_t attempt, const struct segment *seg)
{
    const bool answer = seg->flags & TCP_ACK;

    if (seg->tunnel.checksum == CHECKSUM_UNKNOWN)
        return;
    struct tunnels *tunnels = need_tunnels(t);
    GBytes *sender = sender_of(seg);
    if (seg->tunnel.checksum == CHECKSUM_RIGHT) {
        if (g_hash_table_size(tunnels->ends) < ENDS_MAX)
            g_hash_table_add(tunnels->ends, g_bytes_ref(sender));
    } else {
        struct damaged *d = need_damaged(tunnels, attempt);
        if (d->sender[answer] == NULL)
            d->sender[answer] = g_bytes_ref(sender);
        d->far[answer] = !ttl_is_whole(seg->tunnel.ttl);
    }
    g_bytes_unref(sender);
}

static const struct damaged *damaged_of(const struct tracker *t, uint32_t attempt, bool answer)
{
    const struct damaged *d =
        t->tunnels.ends == NULL ? NULL : g_hash_table_lookup(t->tunnels.damaged, GUINT_TO_POINTER(attempt));

    return d == NULL || d->sender[answer] == NULL ? NULL : d;
}

bool came_in_bad_tunnel(const struct tracker *t, uint32_t attempt, bool answer)
{
    return damaged_of(t, attempt, answer) != NULL;
}

bool bad_tunnel_tells(const struct tracker *t, uint32_t attempt, bool answer)
{
    const struct damaged *d = damaged_of(t, attempt, answer);

    return d != NULL && !t->tunnels.ignored
           && (d->far[answer] || g_hash_table_contains(t->tunnels.ends, d->sender[answer]));
}

void see_bad_tunnel_taken(struct tracker *t)
{
    t->tunnels.ignored = true;
}

static gboolean is_forgotten(gpointer attempt, gpointer damaged, gpointer kept)
{
    (void)damaged;
    return !((const uint8_t *)kept)[GPOINTER_TO_UINT(attempt)];
}

void tunnels_forget(struct tracker *t, const uint8_t *attempts)
{
    if (t->tunnels.ends != NULL)
        g_hash_table_foreach_remove(t->tunnels.damaged, is_forgotten, (gpointer)(uintptr_t)attempts);
}
