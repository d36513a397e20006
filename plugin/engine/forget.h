/* forget.h - frees what no rule looks back at any more, so that an endless stream can be followed
 *
 * A record that is kept keeps its handle. The handle of one that was freed is given to another later: who holds handles
 * of attempts asks for each, after each tracker_forget, whether it is still there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_FORGET_H
#define SYNFATE_FORGET_H

#include <stdbool.h>
#include <stdint.h>

struct tracker;

/* ns: what is not older is kept. Nothing is in question for longer than a SYN is repeated (127 s), or a NAT tries a call
 * again. */
#define FORGET_NOTHING_WITHIN (INT64_C(130) * 1000000000)

struct forget_limits {
    int64_t idle;        /* ns: an open connection is kept so long after its last segment */
    uint32_t port_pairs; /* if more than these are in use, open connections go, the longest idle first */
};

/* Frees what is closed and has been quiet for longer than anything looks back: FORGET_NOTHING_WITHIN, or the TIME_WAIT of
 * its peers. Between two frames only. Frames before `before` are not asked for any more: their notes go. */
void tracker_forget(struct tracker *t, uint32_t before, const struct forget_limits *limits);

/* No more packets come: frees the indexes that are only needed to find the records of a packet. */
void tracker_end(struct tracker *t);

/* Whether there is an attempt with this handle. */
bool tracker_keeps(const struct tracker *t, uint32_t attempt);

/* How many port pairs are in use; port pairs and attempts. */
uint32_t tracker_port_pairs(const struct tracker *t);
uint32_t tracker_records(const struct tracker *t);

#endif
