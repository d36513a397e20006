/* ring.h - the attempts that are the same SYN elsewhere, or again, are a ring
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_RING_H
#define SYNFATE_RING_H

#include <stdbool.h>
#include <stdint.h>

struct tracker;

/* More than most rings have: a dozen ports that a NAT tried, at two capture points, and the other side of the NAT. */
enum { RING_MAX = 32 };

/* The next attempt (a record) of the same ring, which returns to the first one; 0 after the last one: the walk is
 *     for (uint32_t s = sibling_after(t, attempt, attempt); s != 0; s = sibling_after(t, attempt, s)) */
uint32_t sibling_after(const struct tracker *t, uint32_t first, uint32_t attempt);

/* Makes one ring of two. Returns false, and does nothing, if it would grow too long. */
bool rings_join(struct tracker *t, uint32_t a, uint32_t b);

#endif
