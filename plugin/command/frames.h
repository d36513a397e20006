/* frames.h - which record of which file a frame is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_FRAMES_H
#define SYNFATE_FRAMES_H

#include "frame_name.h"

struct lowering;

/* A file can have no more frames than that; of a stream they get lower numbers when there are so many. */
#ifndef FRAMES_OF_FILES
#define FRAMES_OF_FILES (UINT32_MAX - 1)
#endif
#ifndef FRAMES_OF_STREAM
#define FRAMES_OF_STREAM (UINT32_C(1) << 31)
#endif

/* Frames are numbered in the order in which they were read. Files that follow each other make one run each. */
struct frames {
    GArray *runs; /* struct run */
    bool several; /* files */
    bool lowered; /* a record's number is not the frame's */
};

/* No frames; frees all. */
void frames_init(struct frames *f);
void frames_free(struct frames *f);

/* Frame number `frame` is record number `record` of the file with this path, which must stay. */
void frames_add(struct frames *f, uint32_t frame, const char *path, uint64_t record);

/* The frames have lower numbers from now on. */
void frames_lower(struct frames *f, const struct lowering *l);

/* Appends "FILE:N", or only N if there is one file. */
void frames_append_name(const struct frames *f, uint32_t frame, GString *out);

/* The same for the engine's texts, which hold as long as this does. */
struct frame_names frames_names(const struct frames *f);

/* Of a stream whose frames have lower numbers: appends a line such as "frames 7 to 2000: FILE from 9 on" for the latest. */
void frames_append_legend(const struct frames *f, GString *out);

#endif
