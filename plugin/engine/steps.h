/* steps.h - the frames of an attempt, one after the other, in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_STEPS_H
#define SYNFATE_STEPS_H

#include "bill.h"
#include "tracker.h"

/* A frame that belongs to an attempt. */
struct report_frame {
    int64_t time; /* ns since the epoch */
    uint32_t frame;
    uint32_t attempt; /* record */
    uint8_t role;     /* enum note_role */
    uint8_t kind;     /* NOTE_ANSWER: enum seen_kind */
};

struct step {
    struct timed_event event;
    uint32_t frame;
    bool of_client; /* who sent it */
    const char *text;
};

/* By attempt, then by frame, as steps_collect needs them. frames: of struct report_frame. */
void steps_sort(GArray *frames);

/* The steps (struct step) of an attempt, up to the one that established it. frames: all, sorted. */
GArray *steps_collect(const struct tracker *t, const GArray *frames, uint32_t attempt);

/* "31.1 s: silence 31.1 s": what the time between the first and the last step was spent on. */
void steps_bill(const GArray *steps, int64_t call_lost, GString *out);

#endif
