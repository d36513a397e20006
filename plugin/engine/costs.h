/* costs.h - what an attempt that got in spent its time on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_COSTS_H
#define SYNFATE_COSTS_H

#include "dossier.h"

/* What may have made an attempt late. */
#define COST_LIST(COST)                                                                                                   \
    COST(SYN, "SYNs repeated while nothing had answered")                                                                 \
    COST(                                                                                                                 \
        REJECTION,                                                                                                        \
        "from the first rejecting answer, or the client's RST against one that was not captured, to the SYN that got in") \
    COST(REFUSAL, "from the first RST to the SYN that got in")                                                            \
    COST(SYN_ACK, "from the first SYN/ACK to the one that was acknowledged")                                              \
    COST(SLOW, "from a SYN to its SYN/ACK, if that took long")                                                            \
    COST(ACCEPT, "from the client's ACK to the answer to its repeated data")

#define COST_ENUM(NAME, MEANING) COST_##NAME,

enum cost { COST_NONE, COST_LIST(COST_ENUM) COSTS };

#undef COST_ENUM

/* For documentation. NULL for COST_NONE. */
const char *cost_meaning(enum cost cost);

/* ns each; 0: nothing. */
struct costs {
    int64_t of[COSTS];
};

/* Of an attempt that got in, as far as this capture point shows it. */
struct costs costs_read(const struct dossier *d);

/* When the SYN, SYN/ACK or repeated data that succeeded was sent, the latest of them (ns). */
int64_t success_time(const struct dossier *d, const struct costs *costs);

#endif
