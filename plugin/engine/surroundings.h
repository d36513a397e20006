/* surroundings.h - what else went on when an attempt began: what its own packets do not show
 *
 * It is worked out once, when all packets were seen, and only where failed calls are compared with others.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_SURROUNDINGS_H
#define SYNFATE_SURROUNDINGS_H

#include "store.h"

/* What a box on the way may remember of a closed connection: TIME_WAIT as long as Linux's connection tracking keeps it. */
#define BOX_MEMORY (120 * NS_PER_SECOND)

struct surrounding {
    int64_t idle;    /* ns since its client's SYN before to that host; INT64_MAX: it is the first in the capture */
    uint32_t open;   /* connections of its client's address to that service that were open when it began */
    uint32_t recent; /* those, and those that had been closed for less than BOX_MEMORY */
    /* An attempt of the same client address and port to another address, open or closed for less than BOX_MEMORY; 0. */
    uint32_t elsewhere;
    bool elsewhere_reset; /* ... which was open, and was ended by a RST after this one had begun */
};

/* One for each attempt: the first is not used, as records are counted from 1. Free with g_free(). */
struct surrounding *surroundings_read(const struct tracker *t);

#endif
