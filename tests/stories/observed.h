/* observed.h - what a story can expect of an attempt: one row of a table for each word
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_STORY_OBSERVED_H
#define SYNFATE_STORY_OBSERVED_H

#include "tracker.h"

/* An attempt and what has become of it. */
struct judged {
    const struct tracker *t;
    uint32_t record; /* 0: there is none */
    const struct attempt *attempt;
    struct verdict verdict;
};

/* What is so. */
struct observed {
    bool none; /* it is not known, or there is none */
    int64_t number;
    GString *text;              /* empty to begin with */
    struct tcp_address address; /* FACT_END */
};

enum fact_kind {
    FACT_WORD,    /* text, a word */
    FACT_NUMBER,  /* number, of 32 bits */
    FACT_YES,     /* number: yes or no */
    FACT_TIME,    /* number, in ns */
    FACT_FRAME,   /* number; 0: none */
    FACT_END,     /* address */
    FACT_TEXT,    /* text, all of it */
    FACT_WITH,    /* text, which contains something, ... */
    FACT_WITHOUT, /* ... or does not */
};

struct observed_row {
    const char *word;
    enum fact_kind kind;
    void (*get)(const struct judged *j, struct observed *fact);
    const char *what; /* for a sentence */
};

/* The row of a word, or NULL. */
const struct observed_row *observed_row(const char *word);

#endif
