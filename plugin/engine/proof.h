/* proof.h - what a verdict rests on, in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_PROOF_H
#define SYNFATE_PROOF_H

#include "tracker.h"

/* Sentences: observed or inferred, the old connection, the peer's numbers, the frame that decided, the same SYN
 * elsewhere. v: the verdict on the attempt. */
void append_proof(GString *out, const struct tracker *t, uint32_t attempt, const struct verdict *v);

#endif
