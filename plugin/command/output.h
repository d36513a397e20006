/* output.h - the statistics and the forms in which they are written
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_OUTPUT_H
#define SYNFATE_OUTPUT_H

#include "collect.h"
#include "filter.h"
#include "report.h"
#include "table.h"

enum statistic {
    STATISTIC_REPORT,
    STATISTIC_SERVICES,
    STATISTIC_REUSE,
    STATISTIC_TREE,
    STATISTIC_CALLS,
    STATISTIC_ATTEMPTS, /* all that the calls took */
    STATISTIC_NONE,     /* only what else was asked for */
};

/* What is written, and of what. */
struct output {
    enum statistic statistic;
    const struct tracker *t;
    const struct frames *frames;
    struct collection *collected;
    GArray *attempts;        /* uint32_t: records that count */
    const char *filter_text; /* or NULL */
    const char *remark;      /* what a reader has to know first, or NULL */
    uint16_t shown;
};

/* A form of the statistics: text, json... */
struct format {
    const char *name;
    /* Each returns the whole as text; NULL: the statistic has no such form. */
    void (*report)(const struct output *o, GString *out);
    void (*table)(const struct output *o, const struct table_kind *kind, GString *out);
    /* Writes them. Returns false if that was not possible. */
    bool (*calls)(const struct output *o);
    /* A call that is written as soon as it is known. */
    void (*call)(struct view *v, const struct frames *frames, GString *out);
    bool lines_only; /* a line for each call is all that it can say: so its report is */
};

/* NULL: there is no such format. */
const struct format *format_named(const char *name);

/* Whether the statistic has this form. */
bool format_has(const struct format *format, enum statistic statistic);

/* Writes the statistic to the standard output. Returns false, with errno, if that cannot be. */
bool output_write(const struct output *o, const struct format *format);

/* Writes text to the standard output at once. */
bool output_text(const GString *text);

#endif
