/* calls.h - writes calls, attempt by attempt: a line, a JSON object or a row for each
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_CALLS_H
#define SYNFATE_CALLS_H

#include "frames.h"
#include "values.h"

enum calls_format { CALLS_TEXT, CALLS_JSON, CALLS_NDJSON, CALLS_CSV };

/* Before the first and after the last. */
void calls_begin(enum calls_format format, GString *out);
void calls_end(enum calls_format format, GString *out);

/* first: nothing was written since calls_begin. */
void calls_append(enum calls_format format, struct view *v, const struct frames *frames, bool first, GString *out);

#endif
