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

enum {
    HOSTS_MANY = 5,          /* if so many are silent, a filter is the likelier reason */
    ACCEPTED_WITHOUT_ACK = 5 /* SYN/ACKs in a capture that should hold an ACK, too */
};

struct capture {
    uint64_t segments, bytes; /* of TCP; bytes of data */
    uint64_t dropped;         /* packets that the records say were lost */
    uint64_t cut;             /* segments whose options were not captured whole */
    uint64_t headers_cut;     /* ... whose headers were not: nothing is known of them */
    uint64_t errors_cut;      /* ICMP errors of which the captured bytes do not show what they quote */
    uint32_t apart;           /* SYNs that came again later than a mirror shows them: two captures in one */
    uint32_t lacking;         /* connections that acknowledged data which was not captured */
    bool plain;               /* a segment without SYN, FIN and RST was captured */
    bool closing;             /* so was a FIN: a plain segment must have come before */
    bool answers;             /* so was what answers a SYN */
    bool others;              /* so was what is neither TCP nor ICMP: a filter on flags often keeps ICMP, too */
    bool unheard;             /* clients acknowledge what was not captured */
    uint32_t accepted;        /* SYN/ACKs */
    uint32_t unanswered;      /* SYNs that were repeated, or met an ICMP error */
    uint8_t n_called;         /* hosts that SYNs went to, as long as nothing has answered */
    uint8_t called[HOSTS_MANY][16];
};

/* Takes into account whom a SYN calls; only as long as they are not many. */
void capture_note_called(struct capture *capture, const struct tcp_address *server);

/* A SYN/ACK, or a RST of what holds no connection (RFC 9293, 3.10.7.1). */
static inline bool is_answer_to_syn(const struct segment *seg)
{
    return (seg->flags & TCP_ACK) && ((seg->flags & TCP_SYN) || ((seg->flags & TCP_RST) && seg->seq == 0));
}

static inline void capture_note_flags(struct capture *capture, const struct segment *seg)
{
    capture->closing |= (seg->flags & TCP_FIN) != 0;
    capture->answers |= is_answer_to_syn(seg);
    capture->accepted += (seg->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
    if ((seg->flags & TCP_SYN) && !capture->answers && capture->n_called < HOSTS_MANY)
        capture_note_called(capture, &seg->dst);
}

/* Takes a segment into account. Most have none of these flags. */
static inline void capture_note_segment(struct capture *capture, const struct segment *seg)
{
    capture->segments++;
    capture->bytes += seg->payload;
    capture->cut += seg->options_cut;
    if (seg->flags & (TCP_SYN | TCP_FIN | TCP_RST))
        capture_note_flags(capture, seg);
    else
        capture->plain = true;
}

/* It was filtered: only SYNs, FINs and RSTs are in it. */
static inline bool capture_lacks_acks(const struct capture *capture)
{
    return capture->closing && !capture->plain;
}

/* It was not filtered by flags: an ACK would be in it. */
static inline bool capture_keeps_acks(const struct capture *capture)
{
    return capture->plain || capture->others;
}

/* Nothing is in it but SYNs and answers to SYNs, which nobody acknowledges: it may have been filtered to those. */
static inline bool capture_may_lack_acks(const struct capture *capture)
{
    return capture->accepted >= ACCEPTED_WITHOUT_ACK && !capture_keeps_acks(capture);
}

/* Nor is a FIN in it. */
static inline bool capture_may_lack_closes(const struct capture *capture)
{
    return capture_may_lack_acks(capture) && !capture->closing;
}

/* Nothing is in it but SYNs: it may have been filtered to those. */
static inline bool capture_is_of_syns(const struct capture *capture)
{
    return !capture->answers && !capture_keeps_acks(capture);
}

/* ... and to so many hosts that they are hardly all silent, or most of which nobody repeats. */
static inline bool capture_lacks_answers(const struct capture *capture, uint32_t attempts)
{
    bool filtered = capture->n_called >= HOSTS_MANY || attempts > 2 * (uint64_t)capture->unanswered;

    return filtered && capture_is_of_syns(capture);
}

/* It shows one direction alone: clients have answers, and none is in it. */
static inline bool capture_is_one_sided(const struct capture *capture)
{
    return capture->unheard && !capture->answers;
}

/* Packets are known to be missing, at random. */
static inline bool capture_lost_packets(const struct capture *capture)
{
    return capture->dropped > 0 || capture->lacking > 0;
}

/* Nothing suggests that an answer came and is missing from it. */
static inline bool capture_hears(const struct capture *capture)
{
    return !capture_lacks_acks(capture) && !capture_lost_packets(capture) && !capture_is_one_sided(capture)
           && capture->errors_cut == 0 && capture->headers_cut == 0;
}

#endif
