/* timeline.h - the calls of a capture over its time, and what they lost, drawn as SVG
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_TIMELINE_H
#define SYNFATE_TIMELINE_H

#include "results.h"

/* results: struct result, in any order; there must be a call among them. */
void timeline_draw(const GArray *results, GString *out);

#endif
