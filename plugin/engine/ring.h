/* ring.h - the attempts that are the same SYN elsewhere, or again, are a ring
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_RING_H
#define SYNFATE_RING_H

#include <stdint.h>

struct tracker;

/* More than any ring has: two legs of a NAT at a few capture points. */
enum { RING_MAX = 16 };

/* The next attempt (a record) of the same ring, which returns to the first one; 0 after the last one: the walk is
 *     for (uint32_t s = sibling_after(t, attempt, attempt); s != 0; s = sibling_after(t, attempt, s)) */
uint32_t sibling_after(const struct tracker *t, uint32_t first, uint32_t attempt);

/* Makes one ring of two, if they are two and it does not grow too long. */
void rings_join(struct tracker *t, uint32_t a, uint32_t b);

#endif
