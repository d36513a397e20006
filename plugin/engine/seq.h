/* seq.h - arithmetic on TCP sequence numbers and timestamps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_SEQ_H
#define SYNFATE_SEQ_H

#include <stdbool.h>
#include <stdint.h>

/* The signed distance from b to a in the circular space of sequence numbers (RFC 9293, 3.4) and
 * timestamps (RFC 7323, 5.2).  Two values 2^31 apart have no order: the distance is INT32_MIN. */
static inline int32_t seq_delta(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

/* Linux' after() (6.18): of two values 2^31 apart, each is after the other. */
static inline bool seq_after(uint32_t a, uint32_t b)
{
    return seq_delta(b, a) < 0;
}

/* The one that is after the other. */
static inline uint32_t seq_max(uint32_t a, uint32_t b)
{
    return seq_after(a, b) ? a : b;
}

#endif
