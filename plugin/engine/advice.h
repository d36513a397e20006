/* advice.h - what to change, and what to check next
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_ADVICE_H
#define SYNFATE_ADVICE_H

#include "verdict.h"

/* Names only what the capture leaves open; after " Next: ", where it has that, what to check. */
const char *tracker_advice(const struct tracker *t, uint32_t attempt, const struct verdict *verdict);

#endif
