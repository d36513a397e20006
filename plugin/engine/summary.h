/* summary.h - the verdict in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_SUMMARY_H
#define SYNFATE_SUMMARY_H

#include "verdict.h"

#include <glib.h>

/* One line for people about an attempt, for a column. Appended to out. */
void tracker_summary(const struct tracker *t, uint32_t attempt, const struct verdict *verdict, GString *out);

#endif
