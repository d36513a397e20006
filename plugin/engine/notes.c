/* notes.c - what is remembered for each frame
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "notes.h"

#include "search.h"
#include "store.h"

#include <string.h>

/* Room is made for so many frames at once. */
enum { STEP = 4096 };
/* A frame has fewer notes, unless it carries several segments in a tunnel. */
enum { NEWEST = 3 };

/* Makes the array hold the place at, and step more: frames come one by one, it need not grow for each. */
static void reach(GByteArray *array, guint at, guint step)
{
    guint size = array->len;

    if (at < size)
        return;
    g_byte_array_set_size(array, at + step);
    memset(array->data + size, 0, at + step - size);
}

static void add_note(struct tracker *t, const struct note *note)
{
    g_array_append_vals(t->notes, note, 1);
    guint at = note->frame - t->first_frame;
    reach(t->noted, at / 8, STEP / 8);
    t->noted->data[at / 8] |= (uint8_t)(1U << at % 8);
}

void note_syn(struct tracker *t, uint32_t frame, uint32_t attempt, uint32_t syn_number, enum peer_answer predicted)
{
    const struct note note = {
        .frame = frame,
        .attempt = attempt,
        .syn_number = (uint16_t)MIN(syn_number, UINT16_MAX),
        .role = NOTE_SYN,
        .predicted = (uint8_t)predicted,
    };

    add_note(t, &note);
}

void note_duplicate(struct tracker *t, uint32_t frame, uint32_t attempt)
{
    const struct note note = { .frame = frame, .attempt = attempt, .role = NOTE_DUPLICATE };

    add_note(t, &note);
}

void note_answer(struct tracker *t, uint32_t frame, uint32_t attempt, enum seen_kind kind)
{
    const struct note note = { .frame = frame, .attempt = attempt, .role = NOTE_ANSWER, .kind = (uint8_t)kind };

    add_note(t, &note);
}

static bool has_notes(const struct tracker *t, uint32_t frame)
{
    guint at = frame - t->first_frame; /* a large number, if it has been forgotten */

    return at / 8 < t->noted->len && (t->noted->data[at / 8] & 1U << at % 8);
}

void note_time_wait_clock(struct tracker *t, const struct time_wait_clock *clock)
{
    g_array_append_vals(t->clocks, clock, 1);
}

void note_states(struct tracker *t, uint32_t frame, enum tcp_state src, enum tcp_state dst)
{
    guint at = frame - t->first_frame;

    reach(t->states, at, STEP);
    t->states->data[at] = (uint8_t)(src << 4 | dst);
}

static void hide(uint32_t *frames, size_t n, uint32_t frame)
{
    for (size_t i = 0; i < n; i++)
        if (frames[i] == frame)
            frames[i] = FRAME_HIDDEN;
}

static void hide_in_connection(struct connection *c, uint32_t frame)
{
    if (c != NULL)
        hide(c->frame, CONN_FRAMES, frame);
}

static void hide_in_history(struct tracker *t, uint32_t record, uint32_t frame)
{
    if (record != 0)
        hide_in_connection(&((struct history *)pool_get(&t->histories, record))->old, frame);
}

static void hide_in_attempt(struct tracker *t, struct attempt *a, uint32_t frame)
{
    struct evidence *e = get_evidence(t, a);
    struct trouble *trouble = get_trouble(t, a);
    struct packets_seen *packets;

    hide(a->frame, ATTEMPT_FRAMES, frame);
    hide_in_history(t, a->history, frame);
    if (e != NULL)
        hide(e->frame, EV_FRAMES, frame);
    if (trouble == NULL)
        return;
    hide(trouble->frame, TROUBLE_FRAMES, frame);
    hide_in_history(t, trouble->history, frame);
    for (uint32_t record = trouble->packets; record != 0; record = packets->next) {
        packets = pool_get(&t->packets, record);
        hide(&packets->first.frame, 1, frame);
        hide(&packets->last.frame, 1, frame);
    }
}

static void hide_leg(struct tracker *t, uint32_t frame)
{
    uint32_t other = tracker_leg(t, frame);

    g_hash_table_remove(t->legs, GUINT_TO_POINTER(frame));
    if (tracker_leg(t, other) == frame)
        g_hash_table_remove(t->legs, GUINT_TO_POINTER(other));
}

/* A read filter left the frame out of the file, and the next frame gets its number. What the frame showed still counts, but
 * wherever its number stands it is replaced by FRAME_HIDDEN. */
void hide_frame(struct tracker *t, uint32_t frame)
{
    for (guint i = t->notes->len; i > 0 && g_array_index(t->notes, struct note, i - 1).frame >= frame; i--)
        hide_in_attempt(t, get_attempt(t, g_array_index(t->notes, struct note, i - 1).attempt), frame);
    if (t->pair_in_frame != 0) {
        const struct port_pair *pair = port_pairs_get(&t->pairs, t->pair_in_frame);
        hide_in_connection(get_connection(t, pair->current), frame);
        hide_in_connection(get_connection(t, pair->old), frame);
        for (int side = 0; side < 2; side++)
            if (pair->attempt[side] != 0)
                hide_in_attempt(t, get_attempt(t, pair->attempt[side]), frame);
    }
    hide_leg(t, frame);
    while (t->notes->len > 0 && g_array_index(t->notes, struct note, t->notes->len - 1).frame >= frame)
        g_array_set_size(t->notes, t->notes->len - 1);
    while (t->clocks->len > 0 && g_array_index(t->clocks, struct time_wait_clock, t->clocks->len - 1).frame >= frame)
        g_array_set_size(t->clocks, t->clocks->len - 1);
    if (t->states->len > frame - t->first_frame)
        t->states->data[frame - t->first_frame] = 0;
}

static void drop_front(GByteArray *array, guint n)
{
    g_byte_array_remove_range(array, 0, MIN(n, array->len));
}

static gboolean is_forgotten_frame(gpointer frame, gpointer other, gpointer before)
{
    return GPOINTER_TO_UINT(frame) < GPOINTER_TO_UINT(before) || GPOINTER_TO_UINT(other) < GPOINTER_TO_UINT(before);
}

static void forget_clocks(struct tracker *t, uint32_t before, const uint8_t *attempts)
{
    struct time_wait_clock *clocks = (struct time_wait_clock *)(void *)t->clocks->data;
    guint kept = 0;

    for (guint i = 0; i < t->clocks->len; i++)
        if (clocks[i].frame >= before && attempts[clocks[i].attempt])
            clocks[kept++] = clocks[i];
    g_array_set_size(t->clocks, kept);
}

void notes_forget(struct tracker *t, uint32_t before, const uint8_t *attempts)
{
    struct note *notes = (struct note *)(void *)t->notes->data;
    guint kept = 0;

    for (guint i = 0; i < t->notes->len; i++)
        if (notes[i].frame >= before && attempts[notes[i].attempt])
            notes[kept++] = notes[i];
    g_array_set_size(t->notes, kept);
    forget_clocks(t, before, attempts);
    g_hash_table_foreach_remove(t->legs, is_forgotten_frame, GUINT_TO_POINTER(before));
    if (before / 8 * 8 <= t->first_frame)
        return;
    guint gone = before / 8 * 8 - t->first_frame;
    drop_front(t->noted, gone / 8);
    drop_front(t->states, gone);
    t->first_frame += gone;
}

void tracker_states(const struct tracker *t, uint32_t frame, enum tcp_state *src, enum tcp_state *dst)
{
    guint at = frame - t->first_frame;
    uint8_t both = at < t->states->len ? t->states->data[at] : 0;

    *src = both >> 4;
    *dst = both & 0xf;
}

static bool is_earlier_note(gconstpointer note, int64_t frame)
{
    return ((const struct note *)note)->frame < frame;
}

const struct note *tracker_notes(const struct tracker *t, uint32_t frame, size_t *n)
{
    const struct note *notes = (const struct note *)(const void *)t->notes->data;
    guint low = 0, high = t->notes->len, end;

    if (!has_notes(t, frame))
        return NULL;
    if (high > NEWEST && notes[high - NEWEST - 1].frame < frame) /* while the file is read */
        low = high - NEWEST;
    low += count_before(notes + low, high - low, sizeof *notes, is_earlier_note, frame);
    for (end = low; end < t->notes->len && notes[end].frame == frame; end++)
        ;
    *n = end - low;
    return end > low ? &notes[low] : NULL;
}

const struct note *tracker_last_note(const struct tracker *t)
{
    return t->notes->len == 0 ? NULL : &g_array_index(t->notes, struct note, t->notes->len - 1);
}

static bool is_earlier_clock(gconstpointer clock, int64_t frame)
{
    return ((const struct time_wait_clock *)clock)->frame < frame;
}

const struct time_wait_clock *tracker_time_wait(const struct tracker *t, const struct note *note)
{
    const struct time_wait_clock *clocks = (const struct time_wait_clock *)(const void *)t->clocks->data;
    guint at = count_before(clocks, t->clocks->len, sizeof *clocks, is_earlier_clock, note->frame);

    for (; at < t->clocks->len && clocks[at].frame == note->frame; at++)
        if (clocks[at].attempt == note->attempt)
            return &clocks[at];
    return NULL;
}

uint32_t tracker_leg(const struct tracker *t, uint32_t frame)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(t->legs, GUINT_TO_POINTER(frame)));
}
