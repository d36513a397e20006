/* refute.h - answers of a TIME_WAIT that show that a host does not run the stack that it is taken for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_REFUTE_H
#define SYNFATE_REFUTE_H

#include "work.h"

/* The server's answer to an attempt's first SYN: what its old connection shows of its stack. */
void refute_by_answer(const struct work *w, const struct attempt *a, enum peer_answer answer);

#endif
