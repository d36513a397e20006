/* report_call.h - a call in the report: who, when, its packets, the evidence, and what to do
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_REPORT_CALL_H
#define SYNFATE_REPORT_CALL_H

#include "paragraph.h"
#include "problems.h"
#include "steps.h"

/* What the calls of one report have in common. */
struct call_printer {
    const struct tracker *t;
    const GArray *frames; /* struct report_frame, sorted */
    struct lines lines;
    bool all_steps;     /* else steps in the middle are left out */
    GPtrArray *advices; /* char *: those that have been printed; none is printed twice */
    const char *next;   /* what the report's head says to check next, or NULL */
};

/* Appends a call, by the attempt on which it lost most. rank: its number in the report. */
void print_call(struct call_printer *c, guint rank, const struct result *result);

#endif
