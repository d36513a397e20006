/* fast_open.h - SYNs with data (RFC 7413) that something on the way drops
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_FAST_OPEN_H
#define SYNFATE_FAST_OPEN_H

#include "store.h"
#include "verdict.h"

/* Nothing answered the SYN with data, and the retry without data was answered at once. */
bool is_fast_open_lost(const struct tracker *t, const struct attempt *a, const struct verdict *v);

#endif
