/* recognise.h - by whose rules a host is judged
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_RECOGNISE_H
#define SYNFATE_RECOGNISE_H

#include "stacks.h"
#include "store.h"

struct peer_rules {
    const struct stack *stack;
    int64_t time_wait; /* ns: length of TIME_WAIT */
};

/* The rules for the host at a side of a port pair: as the user has chosen, or as its packets show. */
struct peer_rules rules_of_host(const struct tracker *t, const struct port_pair *pair, uint8_t side);

/* The stack that a host's marks name; NULL: none, or more than one. */
const struct stack *stack_of_marks(const struct host *host);

/* What a SYN/ACK, or a segment of an open connection, shows of its sender's stack. */
void note_syn_ack_marks(struct host *host, const struct segment *seg);
void note_segment_marks(struct host *host, const struct segment *seg);

#endif
