/* capture.h - what a capture lacks, as far as its packets and records show
 *
 * What rests on the absence of a packet is not observed in a capture that is known to lack packets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_CAPTURE_H
#define SYNFATE_CAPTURE_H

#include "segment.h"

#include <glib.h>

struct capture {
    uint64_t segments, bytes; /* of TCP; bytes of data */
    uint64_t dropped;         /* packets that the records say were lost */
    uint64_t cut;             /* segments whose options were not captured whole */
    uint32_t apart;           /* SYNs that came again later than a mirror shows them: two captures in one */
    uint32_t lacking;         /* connections that acknowledged data which was not captured */
    bool plain;               /* a segment without SYN, FIN and RST was captured */
    bool closing;             /* so was a FIN: a plain segment must have come before */
};

/* Takes a segment into account. */
static inline void capture_note_segment(struct capture *capture, const struct segment *seg)
{
    capture->segments++;
    capture->bytes += seg->payload;
    capture->cut += seg->options_cut;
    capture->closing |= (seg->flags & TCP_FIN) != 0;
    capture->plain |= !(seg->flags & (TCP_SYN | TCP_FIN | TCP_RST));
}

/* It was filtered: only SYNs, FINs and RSTs are in it. */
static inline bool capture_lacks_acks(const struct capture *capture)
{
    return capture->closing && !capture->plain;
}

/* Packets are known to be missing, at random. */
static inline bool capture_lost_packets(const struct capture *capture)
{
    return capture->dropped > 0 || capture->lacking > 0;
}

#endif
