/* report.h - a page of text about what went wrong in a capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_REPORT_H
#define SYNFATE_REPORT_H

#include "tracker.h"

/* A frame that belongs to an attempt. */
struct report_frame {
    int64_t time; /* ns since the epoch */
    uint32_t frame;
    uint32_t attempt; /* record */
    uint8_t role;     /* enum note_role */
    uint8_t kind;     /* NOTE_ANSWER: enum seen_kind */
};

struct report_totals {
    uint64_t segments, bytes; /* of TCP; bytes of data */
    uint32_t streams;
};

enum { REPORT_ALL = UINT16_MAX };

struct report_input {
    const struct tracker *t; /* NULL: nothing was tracked */
    const GArray *attempts;  /* uint32_t: records that count */
    GArray *frames;          /* struct report_frame; gets sorted */
    struct report_totals totals;
    const char *filter;      /* or NULL */
    uint16_t attempts_shown; /* 0: the worst of each of the three worst causes; REPORT_ALL: all */
};

void report_write(const struct report_input *in, GString *out);

#endif
