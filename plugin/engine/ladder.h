/* ladder.h - the packets of an attempt as arrows between its hosts, drawn as SVG
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_LADDER_H
#define SYNFATE_LADDER_H

#include "report.h"

/* Appends the picture of an attempt (a record). Above is how the old connection ended, below what came of the new SYN;
 * beside each host the state that it is in. If both legs of a NAT or load balancer were captured, it stands between the
 * hosts. frames: struct report_frame. */
void ladder_draw(const struct tracker *t, uint32_t attempt, const GArray *frames, GString *out);

/* Appends a display filter for the frames that the picture shows. */
void ladder_filter(const struct tracker *t, uint32_t attempt, const GArray *frames, GString *out);

#endif
