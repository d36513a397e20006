/* alarms.h - SYNs that have gone without an answer for so long that somebody who watches should know
 *
 * If a program gives up before its kernel sends the SYN again, no later packet belongs to its attempt. While a capture is
 * read for the first time, the failure is therefore shown on the next frame that comes, whatever that is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_ALARMS_H
#define SYNFATE_ALARMS_H

#include <stdint.h>

struct tracker;

/* An attempt has begun. */
void alarms_expect(struct tracker *t, uint32_t attempt);

/* A frame has come: looks for the SYNs that have gone too long without an answer since the frame before it. */
void alarms_look(struct tracker *t);

/* attempts: a byte for each record. A record whose byte is 0 has been forgotten. */
void alarms_forget(struct tracker *t, const uint8_t *attempts);

/* The attempts (records) whose alarm the frame in work carries, *n of them. */
const uint32_t *tracker_alarms(const struct tracker *t, uint32_t *n);

#endif
