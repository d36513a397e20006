/* reader.h - one or several files as one capture, frame by frame in the order of time
 *
 * A file that begins after another has ended goes on where that one was taken: a ring buffer is one capture. Files that
 * overlap were taken at different points.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_READER_H
#define SYNFATE_READER_H

#include "frames.h"
#include "intake.h"
#include "source.h"

struct reader;

/* A frame; it holds until the next one. */
struct reader_frame {
    struct sighting seen;
    struct packet_bytes bytes;
    uint64_t drops; /* packets that were lost before it, as the file says */
    int encap;      /* Wireshark's number of its link type */
    enum link_type link;
    bool is_packet;        /* else a record of another kind, which has no bytes */
    bool is_new_point;     /* the first frame of its capture point */
    struct source *source; /* NULL: it is from a stream */
};

/* How much of the files could be read. */
struct reading {
    uint32_t files;
    uint32_t unread; /* nothing of them */
    uint32_t cut;    /* their begin */
};

/* What is said about a file: an error, or a gap in front of it. */
typedef void (*reader_say)(void *data, const char *path, const char *text, bool is_error);

/* Looks at all files. What cannot be read is left out, and said. paths must stay. */
struct reader *reader_new(const char *const *paths, size_t n, reader_say say, void *data);
void reader_free(struct reader *c);

/* Returns false after the last frame. */
bool reader_next(struct reader *c, struct reader_frame *frame);

/* The name of a frame's capture point, or NULL. Free it. */
char *reader_point_name(const struct reader *c, const struct reader_frame *frame);

/* So far. */
const struct reading *reader_reading(const struct reader *c);

/* Packets that the statistics of the interfaces say were lost, in the files that have been read. */
uint64_t reader_lost(const struct reader *c);

/* The same for all interfaces that one program recorded in one go. */
uint32_t reader_recorder(const struct reader_frame *frame);

/* Which records the frames are. */
const struct frames *reader_frames(const struct reader *c);

/* The description of each capture point's interface: wtap_block_t, by the point's number. */
const GArray *reader_interfaces(const struct reader *c);

/* Bytes that were read so far, and of all files; 0: not known. */
int64_t reader_position(const struct reader *c);
int64_t reader_size(const struct reader *c);

#endif
