/* costs.h - what an attempt that got in spent its time on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_COSTS_H
#define SYNFATE_COSTS_H

#include "dossier.h"

/* What may have made an attempt late. */
enum cost {
    COST_NONE,
    COST_SYN,       /* SYNs repeated while nothing had answered */
    COST_REJECTION, /* from the first rejecting answer to the SYN that got in */
    COST_REFUSAL,   /* from the first RST to the SYN that got in */
    COST_SYN_ACK,   /* from the first SYN/ACK to the one that was acknowledged */
    COST_SLOW,      /* from a SYN to its SYN/ACK, if that took long */
    COST_ACCEPT,    /* from the client's ACK to the answer to its repeated data */
    COSTS
};

/* ns each; 0: nothing. */
struct costs {
    int64_t of[COSTS];
};

/* Of an attempt that got in, as far as this capture point shows it. */
struct costs costs_read(const struct dossier *d);

/* When the SYN, SYN/ACK or repeated data that succeeded was sent, the latest of them (ns). */
int64_t success_time(const struct dossier *d, const struct costs *costs);

#endif
