/* search.h - where something is among things that are sorted
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_SEARCH_H
#define SYNFATE_SEARCH_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Whether an element stands before the place that is looked for. */
typedef bool (*is_before)(gconstpointer element, int64_t key);

/* How many of n elements, of so many bytes each, stand before that place: so the first that does not is there. */
static inline guint count_before(gconstpointer elements, guint n, size_t size, is_before before, int64_t key)
{
    guint low = 0, high = n;

    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (before((const char *)elements + middle * size, key))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#endif
