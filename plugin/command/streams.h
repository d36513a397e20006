/* streams.h - counts the TCP streams of a capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_STREAMS_H
#define SYNFATE_STREAMS_H

#include "segment.h"

/* A stream is a pair of addresses and ports until a SYN with another sequence number begins the next one. */
struct streams {
    uint64_t *slots; /* hashes of the pairs that were seen; 0: free */
    size_t mask, used;
    uint64_t key; /* random, so that nobody can choose packets that collide */
    uint32_t n;   /* streams so far */
};

/* No streams; frees all. */
void streams_init(struct streams *s);
void streams_free(struct streams *s);

/* Forgets which there are, not how many. */
void streams_forget(struct streams *s);

/* Counts the stream of a segment, if it is a new one. begins: the segment is a SYN that begins the next use of its port pair. */
void streams_add(struct streams *s, const struct segment *seg, bool begins);

#endif
