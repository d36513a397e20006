/* probes.h - half-open probes: a client that resets what it opens, at a constant period
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_PROBES_H
#define SYNFATE_PROBES_H

#include "store.h"

/* The client's bare RST ended an attempt that the server had answered. */
void probes_add(struct tracker *t, const struct attempt *a, const struct packet_seen *reset);

/* Whether an attempt that its client reset is one of at least three by that client to that service, at a constant
 * period, each reset within a round trip. */
bool is_probe(const struct tracker *t, const struct attempt *a);

#endif
