/* work.c - the segment in work, and the port pair that it belongs to
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "work.h"

const struct packet_seen *see_answer(const struct work *w, uint32_t attempt, enum seen_kind kind)
{
    const struct packet_seen *packet = see_segment(w->t, get_attempt(w->t, attempt), kind, w->seg);

    if (packet->frame == w->seg->seen.frame)
        note_answer(w->t, w->seg->seen.frame, attempt, kind);
    else
        note_duplicate(w->t, w->seg->seen.frame, attempt);
    return packet;
}

bool see_crossing_ack(const struct work *w, struct attempt *a)
{
    struct evidence *e = need_evidence(w->t, a);

    if (e->frame[EV_ACK] != 0)
        return false;
    e->frame[EV_ACK] = w->seg->seen.frame;
    e->ack_time = w->seg->seen.time;
    e->flags |= EV_EXACT;
    return true;
}

void see_denial(const struct work *w, uint32_t attempt, enum seen_kind kind)
{
    struct attempt *a = get_attempt(w->t, attempt);
    struct trouble *trouble = need_trouble(w->t, a);
    const struct connection *old = old_of(w);

    if (trouble->history == 0 && old != NULL)
        trouble->history = keep_history(w->t, old);
    see_answer(w, attempt, kind);
}
