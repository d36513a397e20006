/* races.h - attempts of one client that try several addresses at about the same time (RFC 8305)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_RACES_H
#define SYNFATE_RACES_H

#include "store.h"

/* RFC 8305, 5: a Connection Attempt Delay of 250 ms is recommended, 10 ms the least; curl waits 200 ms. A program that goes
 * on to the next address sooner does so because the one before refused, and nobody notices what that cost. */
#define RACE_SOONEST (20 * NS_PER_SECOND / 1000)

/* A new attempt: it may race one before it that nothing has answered. */
void races_add(struct tracker *t, uint32_t attempt);

/* The attempt that this one may have raced, and the one that may have raced this one later; 0: none. They are a chain: a
 * name may have several addresses. Whether one did shows later: see call.c. */
uint32_t raced_by(const struct tracker *t, uint32_t attempt);
uint32_t racer_of(const struct tracker *t, uint32_t attempt);

/* Whether an attempt of a chain may have raced one that is further down. */
bool may_have_raced(const struct tracker *t, uint32_t attempt, uint32_t before);

/* Drops what is about attempts that are not kept (1 by record). */
void races_forget(struct tracker *t, const uint8_t *attempts);

#endif
