/* crowds.h - floods and scans: many SYNs of which no caller waits for an answer
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_CROWDS_H
#define SYNFATE_CROWDS_H

#include "problems.h"

/* Fills in what p says of crowds, and appends all calls (const struct result *) that belong to none. */
void crowds_divide(struct problems *p, GPtrArray *calls);

#endif
