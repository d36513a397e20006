/* results.h - what became of each attempt and its call, after all packets were seen
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_RESULTS_H
#define SYNFATE_RESULTS_H

#include "tracker.h"

struct result {
    struct tcp_address client, server;
    uint8_t family;
    bool delayed;
    enum fate fate;
    enum cause cause;
    uint32_t attempt; /* record */
    uint32_t retries;
    int64_t begin;        /* ns since the epoch: the first SYN */
    int64_t connect_time; /* ns; -1: not established, or not seen */
    bool carries;         /* the call is counted here: what follows is of the call */
    bool probe;           /* a half-open probe */
    bool answered;        /* the attempt, by a SYN/ACK */
    bool call_inferred;   /* its verdict is: of the attempt on which it lost most */
    bool in_crowd;        /* one of a flood or scan: set by crowds.c */
    enum outcome outcome;
    enum fate call_fate; /* of the attempt on which it lost most */
    enum cause call_cause;
    const char *advice; /* for it */
    uint32_t worst;     /* that attempt's record */
    uint32_t call;      /* its number */
    int64_t lost;       /* ns: by the call; 0 where the attempt does not carry it */
};

/* The results of attempts (records, each may occur once only), in their order. An attempt that several capture
 * points saw is one outcome. t may be NULL: there are none. */
GArray *results_collect(const struct tracker *t, const GArray *attempts);

/* Whether the number comes for the first time; numbers: a bit for each, empty at first. */
bool comes_first(GByteArray *numbers, uint32_t number);

static inline bool result_failed(const struct result *r)
{
    return r->carries && r->outcome == OUTCOME_FAILED;
}

static inline bool result_was_late(const struct result *r)
{
    return r->carries && r->outcome == OUTCOME_LATE;
}

/* What a call is ranked by (ns): one that failed lost at least a second, however quickly it was told, since what it was
 * made for was not done. Calls in a flood or scan weigh nothing. */
static inline int64_t result_weight(const struct result *r)
{
    if (r->in_crowd)
        return 0;
    return result_failed(r) ? MAX(r->lost, NS_PER_SECOND) : r->lost;
}

/* Orders by address, then port; for g_array_sort and the like. Equal: 0. */
int compare_server(const struct result *a, const struct result *b);
int compare_client_address(const struct result *a, const struct result *b);

#endif
