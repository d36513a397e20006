/* fuzz_headers.c - raw bytes as TCP, IP and ICMP headers, as DNS answers, and as what sets up a way
 *
 * Input: what to read (bit 0: ICMP; bit 3: a DNS answer; bit 4: what sets up a way; bits 1, 2: the addresses' family is
 * known, 4 or 6), the offset of the TCP, ICMP, UDP or ARP header, bytes that the capture cut off, and the packet.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dns.h"
#include "promise.h"
#include "tracker.h"

#include <string.h>

enum { INPUT_HEADER = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_segment(const struct segment *seg, const struct packet_bytes *bytes)
{
    PROMISE(seg->family == 4 || seg->family == 6);
    PROMISE(seg->family == 4 || !seg->has_ip_id);
    PROMISE(seg->payload <= UINT16_MAX + 40U || seg->payload <= bytes->on_wire);
    PROMISE(seg->wscale <= 14 || seg->wscale == NO_WSCALE);
}

/* What was read is good enough to track. */
static void track_segment(const struct segment *seg)
{
    const struct tracker_options options = { .peer = PEER_LINUX, .time_wait = 60 * NS_PER_SECOND };
    struct tracker *t = tracker_new(&options);

    tracker_begin_frame(t, &seg->seen);
    tracker_segment(t, seg);
    tracker_free(t);
}

static void read_segment(const struct packet_bytes *bytes, size_t offset, uint8_t family)
{
    struct segment seg, again;

    memset(&seg, 0x55, sizeof seg);
    memset(&again, 0xaa, sizeof again);
    seg.seen = again.seen = (struct sighting){ .frame = 1, .time = 1 };
    seg.family = again.family = family;
    memset(&seg.src, 0, sizeof seg.src);
    memset(&seg.dst, 0, sizeof seg.dst);
    again.src = seg.src;
    again.dst = seg.dst;
    bool parsed = segment_parse(bytes, offset, &seg);
    PROMISE(parsed == segment_parse(bytes, offset, &again));
    if (!parsed)
        return;
    check_segment(&seg, bytes);
    /* Nothing is left as it was found. */
    PROMISE(seg.seq == again.seq && seg.ack == again.ack && seg.window == again.window && seg.flags == again.flags);
    PROMISE(seg.payload == again.payload && seg.ttl == again.ttl && seg.has_ip_id == again.has_ip_id);
    PROMISE(seg.has_ts == again.has_ts && seg.mss == again.mss && seg.wscale == again.wscale);
    PROMISE(seg.option_layout == again.option_layout && seg.options_cut == again.options_cut);
    PROMISE(seg.tsval == again.tsval && seg.tsecr == again.tsecr && seg.ip_id == again.ip_id && seg.df == again.df);
    PROMISE(memcmp(seg.src.ip, again.src.ip, 16) == 0 && seg.src.port == again.src.port);
    track_segment(&seg);
}

static void read_icmp(const struct packet_bytes *bytes, size_t offset, uint8_t family)
{
    struct icmp_error error = { .seen = { .frame = 1, .time = 1 }, .family = family ? family : 4 };

    if (icmp_error_parse(bytes, offset, &error))
        PROMISE(error.kind <= ICMP_TOO_BIG);
    (void)icmp_error_is_cut(bytes, offset, error.family);
}

static void read_dns(const struct packet_bytes *bytes, size_t offset)
{
    struct dns_answer answer;
    uint8_t family, ip[16];

    if (!dns_answer_parse(bytes, offset, &answer))
        return;
    while ((family = dns_next_address(&answer, ip)) != 0)
        PROMISE(family == 4 || family == 6);
    PROMISE(answer.at <= bytes->captured);
}

static void read_setup(const struct packet_bytes *bytes, size_t offset, uint8_t family)
{
    static const uint8_t protos[] = { PROTO_ARP, 58, 17 };
    const struct envelope envelope = { .family = family, .src = { 1 }, .dst = { 0xff } };
    struct setup_packet packet;

    for (size_t i = 0; i < sizeof protos; i++) {
        if (!setup_packet_parse(protos[i], bytes, offset, &envelope, &packet))
            continue;
        PROMISE(packet.family == 4 || packet.family == 6);
        PROMISE(packet.kind <= SETUP_IKE);
        PROMISE(memcmp(packet.asker, packet.asked, sizeof packet.asker) != 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t families[4] = { 0, 4, 6, 0 };

    if (size < INPUT_HEADER)
        return 0;
    size_t captured = size - INPUT_HEADER;
    uint8_t *copy = malloc(captured + 1);
    memcpy(copy + 1, data + INPUT_HEADER, captured);
    struct packet_bytes bytes = { .data = copy + 1, .captured = captured, .on_wire = captured + data[2] };
    uint8_t family = families[data[0] >> 1 & 3];
    if (data[0] & 16)
        read_setup(&bytes, data[1], family);
    else if (data[0] & 8)
        read_dns(&bytes, data[1]);
    else if (data[0] & 1)
        read_icmp(&bytes, data[1], family);
    else
        read_segment(&bytes, data[1], family);
    free(copy);
    return 0;
}
