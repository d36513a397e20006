/* follow.h - follows a stream of packets and tells of a call as soon as it has failed or come late
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_FOLLOW_H
#define SYNFATE_FOLLOW_H

#include "arguments.h"

/* Reads the stream to its end, or until the user interrupts. Frames are collected for the statistics at the end.
 * *failed_before: a call failed that is in none of them, for it was forgotten. Returns false, and says why, if
 * something could not be read or written; *reading: what could not. */
bool follow_stream(const struct arguments *options, struct tracker *t, struct collection *collected,
                   struct frames *frames, struct reading *reading, bool *failed_before);

#endif
