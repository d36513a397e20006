/* intake.h - hands what a frame carries to the engine, as the plugin does with a frame that Wireshark has dissected
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_INTAKE_H
#define SYNFATE_INTAKE_H

#include "link.h"
#include "tracker.h"

/* What was taken from a frame. */
struct taken {
    struct link_frame link;
    struct sighting seen;   /* with what the frame says of it */
    struct segment segment; /* if has_segment */
    bool has_segment;
};

/* Reads a frame and hands it to the tracker. seen is where and when it was captured, as the file says. */
void intake_frame(struct tracker *t, const struct sighting *seen, enum link_type type, const struct packet_bytes *bytes,
                  struct taken *taken);

/* Reads the frame's TCP segment only, or returns false: there is none. */
bool intake_segment(const struct sighting *seen, enum link_type type, const struct packet_bytes *bytes,
                    struct taken *taken);

/* A time that the engine can subtract from any other: those outside of 1896 to 2116 are taken as these. */
int64_t intake_time(int64_t seconds, int nanoseconds);

#endif
