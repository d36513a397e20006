/* events.h - turns a fuzzer's bytes into packets of a few conversations
 *
 * Six bytes are an event. Most segments continue their conversation, so that handshakes, closes and reuses come
 * about by chance; any number can be off by a step, by the distances that a rule looks at, or by half the space.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_FUZZ_EVENTS_H
#define SYNFATE_FUZZ_EVENTS_H

#include "tracker.h"

#include <string.h>

enum { STORY_HEADER = 2, EVENT_BYTES = 6, EVENTS_MAX = 128, FLOWS = 8 };

/* Kinds of segments that are not only flags. */
enum { SYN_AGAIN = 2, SYN_ACK_AGAIN = 4, ACK_OF_OLD = 8, DATA = 9, RST_OF_OLD = 11, ICMP_ERROR = 13, NO_TCP = 14 };
enum { FROM_ISN = 0x80 }; /* in byte 4: the segment counts from the sender's ISN */

enum event_kind {
    EVENT_SEGMENT,
    EVENT_ICMP,
    EVENT_OTHER, /* a packet that is not TCP */
    EVENT_HIDE,  /* a read filter leaves the frame before out: the next frame gets its number */
};

struct event {
    enum event_kind kind;
    struct segment segment;  /* EVENT_SEGMENT; of EVENT_OTHER the source and the time */
    struct icmp_error error; /* EVENT_ICMP */
};

struct story {
    struct tracker_options options;
    struct event events[EVENTS_MAX];
    size_t n;
    bool hides;     /* it has an EVENT_HIDE */
    bool goes_back; /* time does, in places */
    bool hurries;   /* two events are as close as copies of one may be */
    bool jumps;     /* a segment that is no SYN or RST does not continue its conversation */
};

/* A conversation, with what its ends would send next. Of the two ends' addresses, the client's is the first. */
struct flow {
    uint8_t family;
    uint16_t point;
    struct tcp_address end[2];
    uint32_t isn[2], next[2], ts[2];
    uint32_t before[2]; /* what was next before the latest SYN: an old connection goes on there */
};

#define V4(LAST, PORT)                         \
    {                                          \
        .ip = { 10, 0, 0, LAST }, .port = PORT \
    }
#define V6(LAST, PORT)                            \
    {                                             \
        .ip = { 0xfd, [15] = LAST }, .port = PORT \
    }

static const struct flow flows[FLOWS] = {
    { 4, 0, { V4(1, 57011), V4(2, 8080) }, { 0 }, { 0 }, { 0 }, { 0 } },
    { 4, 0, { V4(1, 57012), V4(2, 8080) }, { 0 }, { 0 }, { 0 }, { 0 } }, /* another port of the same client */
    { 4, 0, { V4(3, 57011), V4(9, 8080) }, { 0 }, { 0 }, { 0 }, { 0 } }, /* the other side of a NAT */
    { 4, 1, { V4(1, 57011), V4(2, 8080) }, { 0 }, { 0 }, { 0 }, { 0 } }, /* the same at another capture point */
    { 6, 0, { V6(1, 57011), V6(2, 8080) }, { 0 }, { 0 }, { 0 }, { 0 } },
    { 4, 0, { V4(9, 57011), V4(2, 8080) }, { 0 }, { 0 }, { 0 }, { 0 } }, /* the client is the higher address */
    { 4, 0, { V4(1, 57011), V4(5, 443) }, { 0 }, { 0 }, { 0 }, { 0 } },  /* answers from elsewhere */
    { 4, 0, { V4(1, 8080), V4(1, 8080) }, { 0 }, { 0 }, { 0 }, { 0 } },  /* a host that calls itself */
};

/* Distances from the number that would be right. */
static const uint32_t distances[16] = {
    0,          0,
    0,          1,
    UINT32_MAX, 100,
    1000,       65537,
    500000,     (uint32_t)-500000,
    352641030,  (uint32_t)-700,
    0x7fffffff, 0x80000000,
    0x80000001, 2,
};

#define COPIES_APART INT64_C(5000000)

/* ns to the next event. The last two go to the ends of the times that a capture can have. */
static const int64_t gaps[16] = {
    0,
    50000,
    1000000,
    5000000,
    5000000,
    20000000,
    100000000,
    250000000,
    NS_PER_SECOND,
    3 * NS_PER_SECOND,
    30 * NS_PER_SECOND,
    59900 * (NS_PER_SECOND / 1000),
    2 * NS_PER_SECOND,
    25 * 24 * 3600 * NS_PER_SECOND,
    -NS_PER_SECOND,
    INT64_MIN,
};
static const int64_t extremes[4] = { -(INT64_C(1) << 61), INT64_C(1) << 62, 0, INT64_C(1) << 60 };

static inline void read_options(struct story *story, const uint8_t *header)
{
    story->options.peer = (enum peer_stack)(header[0] & 3);
    story->options.no_answer_retries = header[0] >> 2 & 3;
    story->options.time_wait = (header[0] & 0x10 ? 30 : 60) * NS_PER_SECOND;
    if (header[0] & 0x20)
        story->options.time_wait = header[1] * (86400 / 255) * NS_PER_SECOND;
}

/* What a kind of segment has set: nibble to flags. */
static inline uint8_t flags_of(unsigned kind, uint8_t raw)
{
    static const uint8_t flags[16] = {
        TCP_SYN, TCP_SYN, TCP_SYN,           TCP_SYN | TCP_ACK, TCP_SYN | TCP_ACK, TCP_ACK,           TCP_ACK,
        TCP_ACK, TCP_ACK, TCP_ACK | TCP_PSH, TCP_FIN | TCP_ACK, TCP_RST,           TCP_RST | TCP_ACK,
    };

    return kind < 13 ? flags[kind] : raw;
}

static inline uint32_t acknowledged(const struct flow *flow, unsigned peer, unsigned kind)
{
    return kind == ACK_OF_OLD ? flow->before[peer] : kind == SYN_ACK_AGAIN ? flow->isn[peer] + 1 : flow->next[peer];
}

/* b: [0] flow, direction, kind; [1] distances of seq and ack; [2] of tsval and tsecr; [3] time, payload;
 * [4] what the header has; [5] flags, TTL, sizes */
static inline void read_segment(struct flow *flow, unsigned side, const uint8_t *b, struct segment *seg)
{
    unsigned kind = b[0] >> 4;
    bool from_isn = kind == SYN_AGAIN || kind == SYN_ACK_AGAIN || (kind != RST_OF_OLD && (b[4] & FROM_ISN));
    uint32_t next = kind == RST_OF_OLD && (b[4] & FROM_ISN) ? flow->before[side] : flow->next[side];

    seg->flags = flags_of(kind, b[5] & 0x1f);
    seg->payload = (kind < SYN_AGAIN + 1 || kind >= DATA) && b[3] >> 4 < 13 ? (b[3] >> 4) * 100U : 0;
    if (kind == DATA && seg->payload == 0)
        seg->payload = 1;
    seg->seq = (from_isn ? flow->isn[side] : next) + distances[b[1] & 0xf];
    if (seg->flags & TCP_ACK)
        seg->ack = acknowledged(flow, !side, kind) + distances[b[1] >> 4];
    seg->has_ts = b[4] & 1;
    seg->tsval = flow->ts[side] + distances[b[2] & 0xf];
    seg->tsecr = flow->ts[!side] + distances[b[2] >> 4];
    seg->has_ip_id = flow->family == 4 && b[4] & 2;
    seg->ip_id = b[4] & 4 ? 0 : (uint16_t)(b[5] | 0x100);
    seg->df = b[4] & 8;
    seg->options_cut = b[4] & 0x10 && b[4] & 0x20;
    seg->ttl = (b[4] & 0x30) == 0x20 ? 0 : b[5] & 0x20 ? 254 : 64; /* 0: no IP header was found */
    seg->wscale = seg->flags & TCP_SYN && b[5] & 0x40 ? 7 : NO_WSCALE;
    seg->mss = b[5] & 0x80 ? 1460 : 0;
    seg->window = b[4] & 0x10 ? 0xffff : 500;
    seg->option_layout = b[4] & 1;
    if (seg->options_cut)
        seg->has_ts = false;
}

/* What the sender would send next. */
static inline void follow(struct flow *flow, unsigned side, const struct segment *seg)
{
    if ((seg->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && seg->seq != flow->isn[side])
        flow->before[side] = flow->next[side];
    if (seg->flags & TCP_SYN)
        flow->isn[side] = seg->seq;
    if (!(seg->flags & TCP_RST))
        flow->next[side] = seg->seq + seg->payload + !!(seg->flags & TCP_SYN) + !!(seg->flags & TCP_FIN);
    if (seg->has_ts)
        flow->ts[side] = seg->tsval;
}

static inline int64_t next_time(struct story *story, int64_t now, const uint8_t *b)
{
    int64_t gap = gaps[b[3] & 0xf];
    int64_t time = gap == INT64_MIN ? extremes[b[5] & 3] : now + gap;

    time = CLAMP(time, extremes[0], extremes[1]); /* as frame.c does */
    story->goes_back = story->goes_back || time < now;
    story->hurries = story->hurries || (time - now < COPIES_APART && story->n > 1);
    return time;
}

static inline void read_event(struct story *story, struct flow *flow, const uint8_t *b, int64_t *now)
{
    struct event *event = &story->events[story->n++];
    unsigned side = b[0] >> 3 & 1;

    memset(event, 0, sizeof *event);
    if (b[0] >> 4 == NO_TCP && b[4] & 1) {
        event->kind = EVENT_HIDE;
        story->hides = true;
        return;
    }
    *now = next_time(story, *now, b);
    event->segment.seen = (struct sighting){ .point = flow->point, .time = *now };
    event->segment.family = flow->family;
    event->segment.src = flow->end[side];
    event->segment.dst = flow->end[!side];
    if (b[0] >> 4 == NO_TCP) {
        event->kind = EVENT_OTHER;
    } else if (b[0] >> 4 == ICMP_ERROR) {
        event->kind = EVENT_ICMP;
        event->error = (struct icmp_error){
            .seen = event->segment.seen,
            .kind = (enum icmp_kind)(b[5] % 5),
            .family = flow->family,
            .src = flow->end[side],
            .dst = flow->end[!side],
            .seq = flow->isn[side] + distances[b[1] & 0xf],
        };
    } else {
        read_segment(flow, side, b, &event->segment);
        if (!(event->segment.flags & (TCP_SYN | TCP_RST)))
            story->jumps = story->jumps || distances[b[1] & 0xf] != 0 || distances[b[1] >> 4] != 0;
        follow(flow, side, &event->segment);
    }
}

/* Reads a story: every input is one. */
static inline void story_read(struct story *story, const uint8_t *data, size_t size)
{
    struct flow talk[FLOWS];
    int64_t now = 1600000000 * NS_PER_SECOND;

    memcpy(talk, flows, sizeof talk);
    for (size_t i = 0; i < FLOWS; i++) {
        talk[i].isn[0] = talk[i].next[0] = talk[i].before[0] = 1000000;
        talk[i].isn[1] = talk[i].next[1] = talk[i].before[1] = 5000000;
        talk[i].ts[0] = 300000;
        talk[i].ts[1] = 0xfffffff0;
    }
    story->n = 0;
    story->hides = story->goes_back = story->hurries = story->jumps = false;
    if (size < STORY_HEADER)
        return;
    read_options(story, data);
    for (data += STORY_HEADER, size -= STORY_HEADER; size >= EVENT_BYTES && story->n < EVENTS_MAX;
         data += EVENT_BYTES, size -= EVENT_BYTES)
        read_event(story, &talk[data[0] & 7], data, &now);
}

#endif
