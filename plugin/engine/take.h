/* take.h - what a segment adds to the evidence, by its kind: syn.c, syn_ack.c, reset.c, ack.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_TAKE_H
#define SYNFATE_TAKE_H

#include "work.h"

/* Takes in the segment in work. */
void take_syn(const struct work *w);
void take_syn_ack(const struct work *w);
void take_reset(const struct work *w);
void take_segment(const struct work *w); /* any other */

#endif
