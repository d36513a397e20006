/* ways.h - which way an attempt's packets went through the host that captured them, and what it dropped
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_WAYS_H
#define SYNFATE_WAYS_H

#include "work.h"

/* The segment in work is one of these packets of an attempt, the first, again, or a copy. */
void see_way_of_syn(const struct work *w, struct attempt *a, bool copy);
void see_way_of_syn_ack(const struct work *w, uint32_t attempt);
void see_way_of_client(const struct work *w, struct evidence *e);
void see_way_of_data(const struct work *w, struct evidence *e);

/* Packets of an attempt that came in and never went out, on any leg, although the same host sends others on that way. */
enum ways_lost { LOST_SYN = 0x01, LOST_SYN_ACK = 0x02, LOST_CLIENT = 0x04 };

/* Set of enum ways_lost. */
unsigned ways_lost(const struct tracker *t, uint32_t attempt);

/* Whether the host that captured made a packet that an attempt's server seems to have sent: it went out, and never came
 * in, and the server is elsewhere, or is known not to have sent it. */
bool was_made_here(const struct tracker *t, const struct attempt *a, const struct packets_seen *packets,
                   bool not_by_server);

#endif
