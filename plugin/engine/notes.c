/* notes.c - what is remembered for each frame
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tracker_impl.h"

void note_frame(struct tracker *t, uint32_t frame, uint32_t attempt, enum note_role role, uint32_t syn_number,
                enum peer_answer predicted)
{
    struct note note = {
        .frame = frame,
        .attempt = attempt,
        .syn_number = (uint16_t)MIN(syn_number, UINT16_MAX),
        .role = (uint8_t)role,
        .predicted = (uint8_t)predicted,
    };

    g_array_append_val(t->notes, note);
}

void note_time_wait_clock(struct tracker *t, uint32_t frame, uint32_t attempt, const struct connection *old,
                          int64_t now)
{
    struct time_wait_clock clock = {
        .frame = frame,
        .attempt = attempt,
        .restarts = old->tw_restarts,
        .elapsed = MAX(now - old->tw_time, 0),
    };

    g_array_append_val(t->clocks, clock);
}

void note_states(struct tracker *t, uint32_t frame, enum tcp_state src, enum tcp_state dst)
{
    guint size = t->states->len;

    if (frame >= size) {
        g_byte_array_set_size(t->states, frame + 1);
        memset(t->states->data + size, 0, frame + 1 - size);
    }
    t->states->data[frame] = (uint8_t)(src << 4 | dst);
}

void notes_drop_frame(struct tracker *t, uint32_t frame)
{
    while (t->notes->len > 0 && g_array_index(t->notes, struct note, t->notes->len - 1).frame >= frame)
        g_array_set_size(t->notes, t->notes->len - 1);
    while (t->clocks->len > 0
           && g_array_index(t->clocks, struct time_wait_clock, t->clocks->len - 1).frame >= frame)
        g_array_set_size(t->clocks, t->clocks->len - 1);
    if (t->states->len > frame)
        g_byte_array_set_size(t->states, frame);
}

void tracker_states(const struct tracker *t, uint32_t frame, enum tcp_state *src, enum tcp_state *dst)
{
    uint8_t both = frame < t->states->len ? t->states->data[frame] : 0;

    *src = both >> 4;
    *dst = both & 0xf;
}

const struct note *tracker_notes(const struct tracker *t, uint32_t frame, size_t *n)
{
    const struct note *notes = (const struct note *)(const void *)t->notes->data;
    guint low = 0, high = t->notes->len, end;

    if (high > 0 && notes[high - 1].frame < frame) /* the usual case while the file is read */
        return NULL;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (notes[middle].frame < frame)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < t->notes->len && notes[end].frame == frame; end++)
        ;
    *n = end - low;
    return end > low ? &notes[low] : NULL;
}

const struct time_wait_clock *tracker_time_wait(const struct tracker *t, const struct note *note)
{
    const struct time_wait_clock *clocks = (const struct time_wait_clock *)(const void *)t->clocks->data;
    guint low = 0, high = t->clocks->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (clocks[middle].frame < note->frame)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < t->clocks->len && clocks[low].frame == note->frame; low++)
        if (clocks[low].attempt == note->attempt)
            return &clocks[low];
    return NULL;
}

uint32_t tracker_leg(const struct tracker *t, uint32_t frame)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(t->legs, GUINT_TO_POINTER(frame)));
}
