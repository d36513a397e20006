/* outcome.h - what became of each attempt that statistics count, after all packets were seen
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_OUTCOME_H
#define SYNFATE_OUTCOME_H

#include "tracker.h"

struct outcome {
    struct tcp_address client, server;
    uint8_t family;
    bool delayed;
    enum fate fate;
    enum cause cause;
    uint32_t attempt; /* record */
    uint32_t retries;
    int64_t begin;        /* ns since the epoch: the first SYN */
    int64_t connect_time; /* ns; -1: not established, or not seen */
    int64_t lost;         /* ns: spent on retries and rejections, or on an attempt that failed */
};

/* The outcomes of attempts (records, each may occur once only), in their order. An attempt that several capture
 * points saw is one outcome. t may be NULL: there are none. */
GArray *outcomes_collect(const struct tracker *t, const GArray *attempts);

static inline bool outcome_failed(const struct outcome *o)
{
    return o->fate != FATE_ESTABLISHED && o->fate != FATE_PENDING;
}

/* Orders by address, then port; for g_array_sort and the like. Equal: 0. */
int compare_server(const struct outcome *a, const struct outcome *b);
int compare_client_address(const struct outcome *a, const struct outcome *b);

#endif
