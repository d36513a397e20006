/* recognise.h - by whose rules a host is judged
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_RECOGNISE_H
#define SYNFATE_RECOGNISE_H

#include "stacks.h"

struct attempt;
struct host;
struct port_pair;
struct segment;
struct tracker;

/* Why a host is taken for what it is taken for. */
enum recognised {
    RECOGNISED_NOT,        /* its packets tell nothing: Linux is assumed */
    RECOGNISED_BY_USER,    /* the user says so */
    RECOGNISED_BY_MARKS,   /* its SYN/ACKs look so */
    RECOGNISED_BY_ISN,     /* the number of a SYN/ACK that reopened a TIME_WAIT is this stack's */
    RECOGNISED_AS_FOREIGN, /* it has answered as what it looks like, or Linux, would not */
};

struct peer_rules {
    const struct stack *stack;
    int64_t time_wait; /* ns: length of TIME_WAIT */
    enum recognised how;
};

/* The rules for the host at a side of a port pair: as the user has chosen, or as its packets show. */
struct peer_rules rules_of_host(const struct tracker *t, const struct port_pair *pair, uint8_t side);

/* A SYN proxy answered for the attempt's server: its own SYN was seen, or its SYN/ACK takes no data before the server has
 * answered (Linux 6.18, nf_synproxy_core.c, synproxy_send_client_synack). */
bool is_answered_by_proxy(const struct tracker *t, const struct attempt *a);

/* How that is said to people. */
const char *recognised_text(enum recognised how);

/* What a SYN/ACK, or a segment of an open connection, shows of its sender's stack. */
void note_syn_ack_marks(struct host *host, const struct segment *seg);
void note_segment_marks(struct host *host, const struct segment *seg);

#endif
