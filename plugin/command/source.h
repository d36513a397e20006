/* source.h - one capture file, read record by record with Wireshark's file library
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_SOURCE_H
#define SYNFATE_SOURCE_H

#include "segment.h"
#include "wtap_compat.h"

#include <glib.h>

struct source {
    const char *path;
    wtap *wth;                  /* NULL: not open */
    struct wtap_packet *packet; /* the record at hand */
    GQueue ahead;               /* struct wtap_packet: records that were read before their turn */
    bool has_packet, at_end;
    bool has_options;   /* its records may have some */
    int64_t time;       /* ns since the epoch: of the record at hand; 0: it has none */
    int64_t when;       /* the same, but where it has none, of the one before */
    int64_t ahead_time; /* the latest time of those in ahead */
    int64_t first_time; /* ns since the epoch, of its first record; when several files are sorted */
    int64_t last_time;  /* of the newest record that was taken */
    uint32_t records;   /* taken so far: the number of the record at hand, once it is taken */
    int64_t size;       /* bytes, or 0 */
    uint32_t chain;     /* which capture the file is a part of; see reader.c */
    char *error;        /* what went wrong, for people; NULL: nothing */
};

/* "-" is the standard input. The path must stay. */
struct source *source_new(const char *path);
void source_free(struct source *s);

/* Opens the file. Returns false, and sets error, if it cannot be read. */
bool source_open(struct source *s);
void source_close(struct source *s);

/* Skips what has no time, and sets first_time. Returns false if nothing has one. */
bool source_find_first_time(struct source *s);

/* Makes the next record the one at hand, until source_take takes it. Returns false at the end, with error if it came too
 * soon. */
bool source_read_next(struct source *s);
static inline bool source_peek(struct source *s)
{
    return s->has_packet || source_read_next(s);
}

/* The record at hand has had its turn. */
static inline void source_take(struct source *s)
{
    s->last_time = MAX(s->last_time, s->when);
    s->records++;
    s->has_packet = false;
}

/* Whether the file ends before or soon after a time; what has to be read for that is kept for its turn. */
bool source_ends_by(struct source *s, int64_t time);

/* ---- the record at hand: of each frame, and therefore in line ---- */

static inline bool source_is_packet(const struct source *s)
{
    return s->packet->rec.rec_type == REC_TYPE_PACKET;
}

static inline struct packet_bytes source_bytes(const struct source *s)
{
    const wtap_packet_header *header = &s->packet->rec.rec_header.packet_header;

    return (struct packet_bytes){
        .data = wtap_packet_data(s->packet),
        .captured = header->caplen,
        .on_wire = header->len,
    };
}

/* Wireshark's number of its link type. */
static inline int source_encap(const struct source *s)
{
    return s->packet->rec.rec_header.packet_header.pkt_encap;
}

static inline bool source_has_interface(const struct source *s)
{
    return source_is_packet(s) && (s->packet->rec.presence_flags & WTAP_HAS_INTERFACE_ID);
}

/* The number of its section, from 0. */
static inline uint32_t source_section(const struct source *s)
{
    bool known = source_has_interface(s) && (s->packet->rec.presence_flags & WTAP_HAS_SECTION_NUMBER);

    return known ? s->packet->rec.section_number : 0;
}

/* Its number in its section. */
static inline uint32_t source_interface(const struct source *s)
{
    return source_has_interface(s) ? s->packet->rec.rec_header.packet_header.interface_id : 0;
}

/* As the record says. */
enum direction source_direction(const struct source *s);
uint64_t source_drops(const struct source *s); /* packets that were lost before it */

/* The name of the interface of the record at hand, as Wireshark has it; NULL: the file names no interfaces. */
const char *source_interface_name(const struct source *s);

/* A description of that interface, for a file to be written; of any other record, one that has no more than a type. */
wtap_block_t source_interface_description(const struct source *s);

/* Packets that the statistics of its interfaces, as far as they were read, say were lost. */
uint64_t source_lost(const struct source *s);

/* The bytes that were read from the file so far. */
int64_t source_position(const struct source *s);

#endif
