/* notes.h - what is remembered for each frame, as it was known when the frame came
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_NOTES_H
#define SYNFATE_NOTES_H

#include "note.h"
#include "stacks.h"

struct tracker;

/* The notes of a frame, *n of them (a tunnel may carry several segments in one frame), or NULL. */
const struct note *tracker_notes(const struct tracker *t, uint32_t frame, size_t *n);

/* The last note of all, or NULL. */
const struct note *tracker_last_note(const struct tracker *t);

/* NULL if the peer was not in TIME_WAIT. */
const struct time_wait_clock *tracker_time_wait(const struct tracker *t, const struct note *note);

/* The states of sender and receiver after a frame. */
void tracker_states(const struct tracker *t, uint32_t frame, enum tcp_state *src, enum tcp_state *dst);

/* The frame of the same SYN on the other side of a NAT, or 0. */
uint32_t tracker_leg(const struct tracker *t, uint32_t frame);

/* Remembers what a frame is to an attempt (a record): its first, second... SYN; a copy of a packet that was seen before; an
 * answer to it, or what ended it. */
void note_syn(struct tracker *t, uint32_t frame, uint32_t attempt, uint32_t syn_number, enum peer_answer predicted);
void note_duplicate(struct tracker *t, uint32_t frame, uint32_t attempt);
void note_answer(struct tracker *t, uint32_t frame, uint32_t attempt, enum seen_kind kind);

/* ... the peer's TIME_WAIT at a frame, the states of sender and receiver after it. */
void note_time_wait_clock(struct tracker *t, const struct time_wait_clock *clock);
void note_states(struct tracker *t, uint32_t frame, enum tcp_state src, enum tcp_state dst);

/* Drops what is noted about frames before this one, and about attempts that are not kept (1 by record). */
void notes_forget(struct tracker *t, uint32_t before, const uint8_t *attempts);

/* Drops what is noted about a frame, which turned out not to be in the file, and its number wherever it stands. */
void hide_frame(struct tracker *t, uint32_t frame);

#endif
