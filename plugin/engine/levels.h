/* levels.h - whether a service takes a constant number of SYNs a second, however many are sent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_LEVELS_H
#define SYNFATE_LEVELS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct tracker;

struct level {
    uint32_t least, most;                 /* SYNs taken in each of these seconds */
    uint32_t least_offered, most_offered; /* calls that began in them, and were taken then or failed */
    uint32_t seconds;                     /* seconds with a bad call between two others with one */
};

/* bad, good: calls (struct result *) to one service, in the order of the capture. */
bool find_level(const struct tracker *t, const GPtrArray *bad, const GPtrArray *good, struct level *level);

#endif
