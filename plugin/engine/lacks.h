/* lacks.h - what a capture lacks, as its packets and records show
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_LACKS_H
#define SYNFATE_LACKS_H

#include "capture.h"

struct attempt;
struct tracker;

/* The attempt's server sends what the capture lacks: its clients acknowledge it. */
bool capture_lacks_server(const struct tracker *t, const struct attempt *a);

/* The attempt's server is the machine that captured, or next to it, and nothing shows that the capture lacks packets: what is
 * in it has come so far, and what is not was not sent. */
bool capture_is_near_server(const struct tracker *t, const struct attempt *a);

/* A record says that so many packets were lost before it. */
void tracker_note_drops(struct tracker *t, uint64_t packets);

/* A count says that so many packets of the whole capture were lost; records may have said it of some already. */
void tracker_note_lost(struct tracker *t, uint64_t packets);

/* What of the capture has been seen. */
const struct capture *tracker_capture(const struct tracker *t);

/* What a reader of statistics has to know first; to be freed. NULL: nothing. */
char *tracker_capture_remark(const struct tracker *t);

#endif
