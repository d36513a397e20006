/* report.h - a page of text about what went wrong in a capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_REPORT_H
#define SYNFATE_REPORT_H

#include "problems.h"
#include "steps.h"

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
    const char *filter;   /* or NULL */
    const char *remark;   /* a line that a reader has to know of first, or NULL */
    const char *show_all; /* what a reader types to see all calls, or NULL */
    uint16_t line_width;  /* in characters; 0: as a terminal has */
    uint16_t calls_shown; /* 0: the worst of each of the worst problems; REPORT_ALL: all that failed or came late */
};

/* Its remark, and what the capture lacks; NULL: nothing. To be freed. */
char *report_remark(const struct report_input *in);

/* Appends the report. in->frames gets sorted. */
void report_write(const struct report_input *in, GString *out);

/* The calls (const struct result *) that a report shows: the worst of each of the worst problems, or the worst of all. */
GPtrArray *report_choose(const struct problems *p, uint16_t calls_shown);

#endif
