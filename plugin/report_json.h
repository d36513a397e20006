/* report_json.h - the report, and each call, as JSON; docs/report.schema.json describes both
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_REPORT_JSON_H
#define SYNFATE_REPORT_JSON_H

#include "engine/report.h"

/* Grows when something is no longer as it was; new members do not count. */
enum { REPORT_JSON_VERSION = 1 };

/* Appends it, as docs/report.schema.json says. in->frames gets sorted. */
void report_write_json(const struct report_input *in, GString *out);

/* A line for each call, in their order; or for the worst ones, as many as are to be shown. */
void calls_write_ndjson(const struct report_input *in, GString *out);

#endif
