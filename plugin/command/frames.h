/* frames.h - which record of which file a frame is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_FRAMES_H
#define SYNFATE_FRAMES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Frames are numbered in the order in which they were read. Files that follow each other make one run each. */
struct frames {
    GArray *runs; /* struct run */
    bool several; /* files */
};

void frames_init(struct frames *f);
void frames_free(struct frames *f);

/* Frame number `frame` is record number `record` of the file with this path, which must stay. */
void frames_add(struct frames *f, uint32_t frame, const char *path, uint32_t record);

/* Appends "FILE:N", or only N if there is one file. */
void frames_append_name(const struct frames *f, uint32_t frame, GString *out);

/* Appends a line for each run, such as "frames 1 to 2000: FILE", if there are several and no more than `most`. */
void frames_append_legend(const struct frames *f, guint most, GString *out);

#endif
