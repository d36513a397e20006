/* between.h - what went from one interface of a host to another, where each was captured by itself
 *
 * A capture of several interfaces (dumpcap -i a -i b) does not say which way a packet went through its host: a packet that was
 * passed on is seen again, within a moment, at another of them. A packet that two hosts captured, whose files were merged
 * afterwards, looks the same: so what is concluded here is inferred.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_BETWEEN_H
#define SYNFATE_BETWEEN_H

#include "ways.h"

/* The segment in work is the first SYN of an attempt; is the first SYN/ACK to it. */
void see_syn_passed(const struct work *w, uint32_t attempt);
void see_syn_ack_passed(const struct work *w, uint32_t attempt);

/* Which packets of an attempt were seen at its interface, but not at the interface where those of other attempts are seen
 * next. Set of enum ways_lost. */
unsigned lost_between(const struct tracker *t, uint32_t attempt);

#endif
