/* arithmetic.h - medians, peaks, and how many ports a rate of connections needs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_ARITHMETIC_H
#define SYNFATE_ARITHMETIC_H

#include <glib.h>
#include <stdint.h>

/* From one time to another (ns), the second not included. */
struct span {
    int64_t from, to;
};

/* The sum of two durations (none below 0), or the longest one there is: a damaged capture may have any times. */
static inline int64_t add_durations(int64_t a, int64_t b)
{
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

/* The middle value, or the mean of the middle two; -1: no values. Sorts the array (of int64_t, none below 0). */
int64_t median(GArray *values);

/* The most times (of int64_t, ns) that lie less than a window (ns) apart. Sorts the array. */
uint32_t peak_in_window(GArray *times, int64_t window);

/* The most spans (of struct span) that hold at one time. */
uint32_t peak_overlap(const GArray *spans);

/* What a number of ports can carry, if each is blocked for the length of TIME_WAIT. */
struct port_demand {
    double limit_rate;       /* connections a second: every port used again as soon as it is free */
    double peak_rate;        /* connections a second, in the TIME_WAIT length that saw most of them */
    uint32_t more_ports;     /* that this peak needs, so that none comes back too early */
    uint32_t more_addresses; /* the same in addresses that have as many ports each */
};

/* ports: that were used; peak: connections within one TIME_WAIT length, in ns. */
struct port_demand port_demand(uint32_t ports, uint32_t peak, int64_t time_wait);

#endif
