/* problems.h - what went wrong in a capture, ranked by what callers lost: the model that every report shows
 *
 * A problem is a service and a cause. Its size is counted in calls, as callers lived through them, and in the time that
 * these lost. Text, JSON and HTML say the same because they all read this.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_PROBLEMS_H
#define SYNFATE_PROBLEMS_H

#include "contrast.h"
#include "crowds.h"

/* The calls of one service that failed or came late, and lost most by the same cause. */
struct problem {
    const struct result *worst;        /* the call that lost most: whose server, fate and cause these are */
    const struct result *first, *last; /* by time */
    uint32_t service_calls;            /* all calls of the service, those in crowds left out */
    uint32_t failed, late;             /* calls */
    uint32_t open_ended;               /* failed calls that may have gone on after the capture */
    int64_t lost;                      /* ns: by all of them */
    int64_t median_lost, largest_lost; /* ns: by one call */
    int64_t weight;                    /* ns: what it is ranked by: see result_weight() */
    bool overcome;                     /* no call failed, and what they lost is not worth a headline */
};

struct problems {
    const struct tracker *t;     /* NULL: nothing was tracked */
    GArray *results;             /* struct result: one for each attempt, in the order of their first SYNs */
    GArray *list;                /* struct problem: the worst first, those that were overcome last */
    GArray *crowds;              /* struct crowd: the largest first */
    struct contrasts *contrasts; /* what bad calls have in common */
    uint32_t attempts, calls, failed, late, unknown, probes, open_ended;
    uint32_t crowd_calls, crowd_failed; /* of these, those in crowds */
    int64_t lost;                       /* ns: by all calls, those in crowds left out */
    int64_t slowest;                    /* ns: the longest connect time of a call that got in; -1: none */
    uint32_t reused;                    /* attempts that got in on a port pair that was used before */
};

/* attempts: the records (uint32_t) that count. t may be NULL. */
struct problems *problems_new(const struct tracker *t, const GArray *attempts);
void problems_free(struct problems *p);

/* Number i of the list, from 0. */
static inline const struct problem *problem_at(const struct problems *p, guint i)
{
    return &g_array_index(p->list, struct problem, i);
}

/* How many of the list were not overcome: those that come first. */
guint problems_that_matter(const struct problems *p);

/* How many of these get a headline. */
guint problems_to_name(const struct problems *p);

/* "10.7.9.2:8081: 299 of 776 calls came late by 1.0 s each, 304.1 s lost: SYNs not answered at first". One line of any
 * length, without an end; appended, as all texts. */
void problem_headline(const struct problems *p, const struct problem *problem, GString *out);

/* What the calls of the problem have in common, or NULL: that of the call that lost most. */
const struct contrast *problem_contrast(const struct problems *p, const struct problem *problem);

/* All problems that were overcome, in one sentence. Returns false if there are none. */
bool problems_overcome(const struct problems *p, GString *out);

/* "127 of 10263 calls failed, 3464 came late; callers lost 2129.4 s": of all but floods and scans. */
void problems_totals(const struct problems *p, GString *out);

/* What a call, an attempt and late are, where the report needs these words. Returns false if it does not. */
bool problems_words(const struct problems *p, GString *out);

/* Where there is nothing to name: that this is so, and why it may be said. */
void problems_all_is_well(const struct problems *p, GString *out);

/* What to change, and what to check next (NULL: nothing). The text that is returned is to be freed. */
char *problem_advice(const struct tracker *t, const struct problem *problem, const char **next);

#endif
