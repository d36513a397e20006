/* text.h - addresses, durations and times as text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_TEXT_H
#define SYNFATE_TEXT_H

#include "segment.h"

#include <glib.h>

/* Appends an address; IPv6 is in brackets before a port. */
void append_address(GString *out, uint8_t family, const struct tcp_address *address, bool with_port);

/* Appends a duration (ns, not below 0) with its unit: "31.1 s", "0.125 ms". */
void append_duration(GString *out, int64_t ns);

/* A text as lines of at most width characters: broken at spaces, and before "Next: ", what to check. Free the array. */
GPtrArray *wrap_text(const char *text, gsize width);

/* A copy of a name from a file that a terminal obeys in nothing: '?' stands for control characters. */
char *plain_name(const char *name);

/* Appends a time (ns since the epoch): "2020-09-13 12:38:35.546", UTC. */
void append_date(GString *out, int64_t ns);

#endif
