/* lower.c - gives frames lower numbers, so that an endless stream does not run out of them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "lower.h"

#include "notes.h"
#include "search.h"
#include "store.h"

/* Returns the number that the frame has from then on. */
typedef uint32_t (*visit_frame)(struct lowering *l, uint32_t frame);

static bool is_number(uint32_t frame)
{
    return frame != 0 && frame != FRAME_HIDDEN;
}

void lowering_init(struct lowering *l, uint32_t before)
{
    *l = (struct lowering){ .before = before, .old = g_array_new(FALSE, FALSE, sizeof(uint32_t)) };
}

void lowering_free(struct lowering *l)
{
    g_array_free(l->old, TRUE);
}

void lowering_add(struct lowering *l, uint32_t frame)
{
    if (is_number(frame) && frame < l->before)
        g_array_append_val(l->old, frame);
}

static gint by_number(gconstpointer a, gconstpointer b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* All have been added: sorts them, and drops what stands twice. `by` is a multiple of 8, since the tracker keeps a bit for
 * each frame, and moves these by whole bytes. */
static void close_list(struct lowering *l)
{
    uint32_t *old = (uint32_t *)(void *)l->old->data;
    guint kept = 0;

    g_array_sort(l->old, by_number);
    for (guint i = 0; i < l->old->len; i++)
        if (kept == 0 || old[i] != old[kept - 1])
            old[kept++] = old[i];
    g_array_set_size(l->old, kept);
    l->by = (l->before - 1 - kept) / 8 * 8;
}

static bool is_lower(gconstpointer number, int64_t frame)
{
    return *(const uint32_t *)number < frame;
}

uint32_t lowered(const struct lowering *l, uint32_t frame)
{
    if (!is_number(frame))
        return frame;
    if (frame >= l->before)
        return frame - l->by;
    return count_before(l->old->data, l->old->len, sizeof frame, is_lower, frame) + 1;
}

/* ---- where numbers of frames are ------------------------------------------------------------------- */

static uint32_t add(struct lowering *l, uint32_t frame)
{
    lowering_add(l, frame);
    return frame;
}

static uint32_t lower(struct lowering *l, uint32_t frame)
{
    return lowered(l, frame);
}

static void visit_all(struct lowering *l, visit_frame visit, uint32_t *frames, size_t n)
{
    for (size_t i = 0; i < n; i++)
        frames[i] = visit(l, frames[i]);
}

/* Includes records that are not in use, which does no harm. */
static void visit_records(struct tracker *t, struct lowering *l, visit_frame visit)
{
    for (uint32_t i = 1; i <= t->connections.len; i++)
        visit_all(l, visit, get_connection(t, i)->frame, CONN_FRAMES);
    for (uint32_t i = 1; i <= t->histories.len; i++)
        visit_all(l, visit, ((struct history *)pool_get(&t->histories, i))->old.frame, CONN_FRAMES);
    for (uint32_t i = 1; i <= t->attempts.len; i++)
        visit_all(l, visit, get_attempt(t, i)->frame, ATTEMPT_FRAMES);
    for (uint32_t i = 1; i <= t->evidence.len; i++)
        visit_all(l, visit, ((struct evidence *)pool_get(&t->evidence, i))->frame, EV_FRAMES);
    for (uint32_t i = 1; i <= t->troubles.len; i++)
        visit_all(l, visit, ((struct trouble *)pool_get(&t->troubles, i))->frame, TROUBLE_FRAMES);
    for (uint32_t i = 1; i <= t->packets.len; i++) {
        struct packets_seen *packets = pool_get(&t->packets, i);
        packets->first.frame = visit(l, packets->first.frame);
        packets->last.frame = visit(l, packets->last.frame);
    }
}

/* What is kept by frame: nothing of it is about a frame before l->before. */
static void lower_notes(struct tracker *t, const struct lowering *l)
{
    GHashTable *legs = g_hash_table_new(NULL, NULL);
    GHashTableIter entries;
    gpointer frame, other;

    for (guint i = 0; i < t->notes->len; i++)
        g_array_index(t->notes, struct note, i).frame -= l->by;
    for (guint i = 0; i < t->clocks->len; i++)
        g_array_index(t->clocks, struct time_wait_clock, i).frame -= l->by;
    g_hash_table_iter_init(&entries, t->legs);
    while (g_hash_table_iter_next(&entries, &frame, &other))
        g_hash_table_insert(legs, GUINT_TO_POINTER(GPOINTER_TO_UINT(frame) - l->by),
                            GUINT_TO_POINTER(GPOINTER_TO_UINT(other) - l->by));
    g_hash_table_destroy(t->legs);
    t->legs = legs;
    t->first_frame -= l->by;
}

void tracker_lower(struct tracker *t, struct lowering *l)
{
    visit_records(t, l, add);
    close_list(l);
    visit_records(t, l, lower);
    lower_notes(t, l);
    t->frame -= l->by;
}
