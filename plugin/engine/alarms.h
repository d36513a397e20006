/* alarms.h - SYNs that have gone without an answer for so long that somebody who watches should know
 *
 * A program that gives up before its kernel sends the SYN again leaves no packet on which its failure could be told while
 * a capture is read for the first time. So it is told on whatever comes next.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_ALARMS_H
#define SYNFATE_ALARMS_H

#include <stdint.h>

struct tracker;

/* An attempt has begun. */
void alarms_expect(struct tracker *t, uint32_t attempt);

/* A frame has come: looks for those whose patience has ended since the last one. */
void alarms_look(struct tracker *t);

/* attempts: a byte for each record, not 0: it is kept. */
void alarms_forget(struct tracker *t, const uint8_t *attempts);

/* The attempts (records) whose alarm the frame in work carries, *n of them. */
const uint32_t *tracker_alarms(const struct tracker *t, uint32_t *n);

#endif
