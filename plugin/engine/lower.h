/* lower.h - gives frames lower numbers, so that an endless stream does not run out of them
 *
 * All recent frames get numbers that are lower by the same amount. Of earlier frames, those that something still refers to
 * get the lowest numbers in the same order. So all comparisons of frames, and with them the verdicts, stay as they were.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_LOWER_H
#define SYNFATE_LOWER_H

#include <glib.h>
#include <stdint.h>

struct tracker;

struct lowering {
    uint32_t before; /* frames from this one on are recent */
    uint32_t by;     /* ... and get numbers that are so much lower */
    GArray *old;     /* uint32_t: earlier frames; they become 1, 2, 3... */
};

/* before: frames from this one on keep their distances. */
void lowering_init(struct lowering *l, uint32_t before);
void lowering_free(struct lowering *l);

/* A frame that somebody refers to. All have to be added before any number is lowered. */
void lowering_add(struct lowering *l, uint32_t frame);

/* Gives the tracker's frames their new numbers; tracker_forget has been called with this `before`. */
void tracker_lower(struct tracker *t, struct lowering *l);

/* The new number of a frame, which was added if it is an earlier one. */
uint32_t lowered(const struct lowering *l, uint32_t frame);

#endif
