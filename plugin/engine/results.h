/* results.h - what became of each attempt and its call, after all packets were seen
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_RESULTS_H
#define SYNFATE_RESULTS_H

#include "tracker.h"

/* Small: there is one for each attempt of a capture. */
struct result {
    int64_t begin;                 /* ns since the epoch: the first SYN */
    int64_t connect_time;          /* ns; -1: not established, or not seen */
    int64_t lost;                  /* ns: by the call; 0 where the attempt does not carry it */
    uint32_t client_ip, server_ip; /* as in struct port_pair */
    uint16_t client_port, server_port;
    uint32_t attempt; /* record */
    uint32_t retries;
    uint32_t call;                          /* its number */
    uint32_t worst;                         /* record of the attempt on which the call lost most */
    uint8_t family;                         /* 4 or 6 */
    uint8_t fate, cause;                    /* of the attempt */
    uint8_t outcome, call_fate, call_cause; /* of the call: fate and cause are those of the worst attempt */
    bool delayed : 1;
    bool carries : 1;       /* the call is counted here */
    bool probe : 1;         /* a half-open probe */
    bool answered : 1;      /* the attempt, by a SYN/ACK */
    bool open_ended : 1;    /* the call failed, and may have gone on after the capture */
    bool call_inferred : 1; /* the worst attempt's verdict is */
    bool in_crowd : 1;      /* one of a flood or scan: set by crowds.c */
};

/* The results of attempts (records, each may occur once only), in their order. An attempt that several capture
 * points saw is one outcome. t may be NULL: there are none. */
GArray *results_collect(const struct tracker *t, const GArray *attempts);

/* The addresses of a result. */
struct tcp_address result_client(const struct tracker *t, const struct result *r);
struct tcp_address result_server(const struct tracker *t, const struct result *r);

/* Appends address and port of the server, or the client's address. */
void append_server(GString *out, const struct tracker *t, const struct result *r);
void append_client(GString *out, const struct tracker *t, const struct result *r);

/* What to do about the call: of the worst attempt. */
const char *result_advice(const struct tracker *t, const struct result *r);

/* Whether the number comes for the first time; numbers: a bit for each, empty at first. */
bool comes_first(GByteArray *numbers, uint32_t number);

/* Whether it carries a call that failed, that came late. */
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

/* Orders by address, then port; for g_array_sort and the like. Equal: 0. Addresses of IPv6 are in the order in which they
 * were seen first. */
int compare_server(const struct result *a, const struct result *b);
int compare_client_address(const struct result *a, const struct result *b);

#endif
