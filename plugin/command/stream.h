/* stream.h - takes a pcap or pcapng stream apart as it comes
 *
 * Wireshark's file library waits until a block of some kilobytes is full, so that a packet may wait for minutes for the
 * next ones. Here a packet is there as soon as its last byte is. Every read is checked.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_STREAM_H
#define SYNFATE_STREAM_H

#include "segment.h"

#include <glib.h>

struct stream_packet {
    struct packet_bytes bytes; /* hold until the stream is fed */
    int64_t seconds;           /* since the epoch */
    int nanoseconds;
    uint32_t interface; /* its number in the section; 0 in a pcap stream */
    uint32_t section;
    uint32_t link_type; /* LINKTYPE_ number, as in the file */
    enum direction direction;
    uint64_t drops;             /* packets that were lost before it */
    const char *interface_name; /* NULL: none */
};

struct stream;

/* Nothing was read yet; frees all. */
struct stream *stream_new(void);
void stream_free(struct stream *s);

/* Appends what has been read. */
void stream_feed(struct stream *s, const uint8_t *data, size_t n);

/* Returns false if the next packet is not complete, or if the stream is damaged: then it never is. */
bool stream_next(struct stream *s, struct stream_packet *packet);

/* What is wrong with the stream; NULL: nothing. ended: no more comes, so that it must not end within a packet. */
const char *stream_error(const struct stream *s, bool ended);

#endif
