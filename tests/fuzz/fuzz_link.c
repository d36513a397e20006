/* fuzz_link.c - raw bytes as frames of every link type
 *
 * Input: the link type, bytes that the capture cut off, and the frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "intake.h"
#include "promise.h"

#include <string.h>

/* ICMP, TCP, UDP, ICMPv6, ARP */
static const uint8_t protocols[] = { 1, 6, 17, 58, PROTO_ARP };

enum { INPUT_HEADER = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_within(const struct packet_bytes *bytes, const uint8_t *p, size_t n)
{
    return p >= bytes->data && p + n <= bytes->data + bytes->captured;
}

static void check(const struct link_frame *frame, const struct packet_bytes *bytes)
{
    size_t size = frame->family == 4 ? 4 : 16;

    PROMISE(frame->offset <= bytes->captured);
    PROMISE(frame->unread < UNREAD_COUNT);
    PROMISE(frame->family == 0 || frame->family == 4 || frame->family == 6);
    PROMISE(frame->ip_proto == 0 || memchr(protocols, frame->ip_proto, sizeof protocols) != NULL);
    PROMISE(frame->family == 0 || is_within(bytes, frame->src, size));
    PROMISE(frame->link_src == NULL || is_within(bytes, frame->link_src, 6));
    PROMISE(frame->link_dst == NULL || is_within(bytes, frame->link_dst, 6));
    if (frame->ip_proto == PROTO_ARP)
        PROMISE(frame->unread == UNREAD_NOTHING);
    else if (frame->ip_proto != 0) {
        PROMISE(frame->family != 0);
        PROMISE(is_within(bytes, frame->dst, size));
        PROMISE(frame->unread == UNREAD_NOTHING);
    }
}

static void track(enum link_type type, const struct packet_bytes *bytes)
{
    const struct tracker_options options = { .peer = PEER_AUTO };
    const struct sighting seen = { .frame = 1, .time = 1 };
    struct tracker *t = tracker_new(&options);
    struct taken taken;

    intake_frame(t, &seen, type, bytes, &taken);
    PROMISE(!taken.has_segment || taken.link.ip_proto == 6);
    tracker_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct link_frame frame;

    if (size < INPUT_HEADER)
        return 0;
    size_t captured = size - INPUT_HEADER;
    uint8_t *copy = malloc(captured + 1);
    memcpy(copy + 1, data + INPUT_HEADER, captured);
    struct packet_bytes bytes = { .data = copy + 1, .captured = captured, .on_wire = captured + data[1] };
    enum link_type type = (enum link_type)(data[0] % LINK_TYPE_COUNT);
    link_read(type, &bytes, &frame);
    check(&frame, &bytes);
    track(type, &bytes);
    free(copy);
    return 0;
}
