/* ring.c - the attempts that are the same SYN elsewhere, or again, are a ring
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ring.h"

#include "store.h"

uint32_t sibling_after(const struct tracker *t, uint32_t first, uint32_t attempt)
{
    uint32_t next = get_attempt(t, attempt)->sibling;

    return next == first ? 0 : next;
}

static unsigned ring_size(const struct tracker *t, uint32_t attempt)
{
    unsigned size = 1;

    for (uint32_t r = sibling_after(t, attempt, attempt); r != 0; r = sibling_after(t, attempt, r))
        size++;
    return size;
}

static bool in_ring(const struct tracker *t, uint32_t ring, uint32_t attempt)
{
    uint32_t r = ring;

    while (r != 0 && r != attempt)
        r = sibling_after(t, ring, r);
    return r == attempt;
}

bool rings_join(struct tracker *t, uint32_t a, uint32_t b)
{
    struct attempt *x = get_attempt(t, a), *y = get_attempt(t, b);

    if (in_ring(t, a, b))
        return true;
    if (ring_size(t, a) + ring_size(t, b) >= RING_MAX)
        return false;
    uint32_t next = x->sibling == 0 ? a : x->sibling;
    x->sibling = y->sibling == 0 ? b : y->sibling;
    y->sibling = next;
    return true;
}
