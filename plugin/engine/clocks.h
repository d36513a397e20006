/* clocks.h - how far apart the clocks of two capture points are
 *
 * A frame is seen at the point that is farther on its way later, if both go by one clock. A SYN and its SYN/ACK go opposite
 * ways: each bounds from one side by how much the other clock is ahead, and what no single clock can have shown is said.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_CLOCKS_H
#define SYNFATE_CLOCKS_H

#include "work.h"

/* The segment in work is a SYN that an attempt had sent, seen again elsewhere, on the same port pair. */
void see_syn_apart(const struct work *w, const struct attempt *a);

/* ... the SYN/ACK of an attempt, for the first time, or such a copy of it. */
void see_syn_ack_apart(const struct work *w, uint32_t attempt, bool copy);

/* By how much clocks differ, in words; to be freed. NULL: by less than a millisecond, or it is not known. */
char *tracker_clock_remark(const struct tracker *t);

#endif
