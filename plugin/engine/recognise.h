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

/* The rules for the host at a side of a port pair. */
struct peer_rules rules_of_host(const struct tracker *t, const struct port_pair *pair, uint8_t side);

#endif
