/* shapes.h - what a RST, or a SYN/ACK for another number, looks like, and who makes such ones
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_SHAPES_H
#define SYNFATE_SHAPES_H

#include "verdict.h"

#include <glib.h>

/* Both ends are the same address and port. */
bool is_to_itself(const struct tracker *t, uint32_t attempt);

/* A box answered a new source's SYN with a number that calls for a RST, and let the SYN in after it. */
bool is_authenticated(const struct tracker *t, uint32_t attempt, const struct verdict *v);

/* The server has data of the client behind the first, which it lacked at that time. */
bool lacks_first_segment(const struct tracker *t, uint32_t attempt);

/* It is stuck, and ICMP errors say that what the client sends does not arrive: all that is known of where. */
bool is_stuck_by_errors(const struct tracker *t, const struct verdict *v);

/* The client repeats its SYN behind RSTs that seemed to be its own. */
bool resets_were_outlived(const struct tracker *t, uint32_t attempt);

/* Appends what the shape of the deciding answer says. */
void append_shape(GString *out, const struct tracker *t, uint32_t attempt, const struct verdict *v);

#endif
