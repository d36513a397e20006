/* json.h - values of the engine as JSON
 *
 * Written with wsutil's JSON dumper, which every Wireshark since 3.0 has and which needs nothing of libwireshark: json-glib
 * would be one more library for users to install, and builds a tree of what is written here line by line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_JSON_H
#define SYNFATE_JSON_H

#include "engine/tracker.h"

#include <wsutil/json_dumper.h>

/* Members of the object that has been begun. A text may be anything that a capture holds: what is no UTF-8 is replaced.
 * Texts that are NULL, frames that are 0 or hidden, and durations below 0 are left out. */
void json_text(json_dumper *json, const char *name, const char *text);
void json_count(json_dumper *json, const char *name, uint64_t count);
void json_number(json_dumper *json, const char *name, int64_t number);
void json_flag(json_dumper *json, const char *name, bool flag);
void json_frame(json_dumper *json, const char *name, uint32_t frame);
void json_end_of(json_dumper *json, const char *name, uint8_t family, const struct tcp_address *address,
                 bool with_port);

/* ns as seconds, with all nine digits; ns since the epoch as "2020-09-13T12:38:35.546071000Z". */
void json_seconds(json_dumper *json, const char *name, int64_t ns);
void json_time(json_dumper *json, const char *name, int64_t ns);

#endif
