/* work.h - the segment in work, and the port pair that it belongs to
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_WORK_H
#define SYNFATE_WORK_H

#include "notes.h"
#include "store.h"

struct work {
    struct tracker *t;
    uint32_t pair_record;
    struct port_pair *pair;
    uint8_t side; /* of the sender */
    const struct segment *seg;
};

/* The attempt of a side as a record, or NULL. */
static inline struct attempt *attempt_of(const struct work *w, uint8_t side)
{
    return w->pair->attempt[side] == 0 ? NULL : get_attempt(w->t, w->pair->attempt[side]);
}

/* The connection in progress on the port pair, and the one before, or NULL. */
static inline struct connection *current_of(const struct work *w)
{
    return get_connection(w->t, w->pair->current);
}

static inline struct connection *old_of(const struct work *w)
{
    return get_connection(w->t, w->pair->old);
}

/* Sees the segment in work as an answer to an attempt, or as a copy of one. Returns the packet that is kept. */
const struct packet_seen *see_answer(const struct work *w, uint32_t attempt, enum seen_kind kind);

/* Of two SYNs that crossed: the first segment that acknowledges an attempt's SYN is all that it needs. Returns whether this
 * is the first. */
bool see_crossing_ack(const struct work *w, struct attempt *a);

/* Sees an answer to an attempt that does not accept it, and keeps the old connection as it is at the first of them. */
void see_denial(const struct work *w, uint32_t attempt, enum seen_kind kind);

/* Remembers how the sender's service answers SYNs. */
static inline void note_service(const struct work *w, enum peer_answer answer)
{
    const struct segment *seg = w->seg;

    peers_note_answer(&w->t->peers, seg->family, seg->seen.point, &seg->src, seg->seen.time, answer);
    if (answer == ANSWER_SYN_ACK && (seg->option_kinds & SIGNED_BY_KEY))
        peers_note_key(&w->t->peers, seg->family, seg->seen.point, &seg->src, seg->option_kinds);
}

#endif
