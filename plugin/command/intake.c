/* intake.c - hands what a frame carries to the engine, as the plugin does with a frame that Wireshark has dissected
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "intake.h"

enum { IP_PROTO_ICMP = 1, IP_PROTO_TCP = 6, IP_PROTO_UDP = 17, IP_PROTO_ICMPV6 = 58 };

int64_t intake_time(int64_t seconds, int nanoseconds)
{
    const int64_t first = -(INT64_C(1) << 61) / NS_PER_SECOND, last = (INT64_C(1) << 62) / NS_PER_SECOND;

    return CLAMP(seconds, first, last) * NS_PER_SECOND + nanoseconds;
}

static void complete_sighting(struct sighting *seen, const struct link_frame *link)
{
    if (link->direction != DIRECTION_UNKNOWN)
        seen->direction = link->direction;
    seen->interface = link->interface;
}

static struct link_layer link_layer_of(const struct link_frame *from)
{
    struct link_layer link = { .vlan = from->vlan };

    if (from->link_src != NULL)
        memcpy(link.src, from->link_src, sizeof link.src);
    if (from->link_dst != NULL)
        memcpy(link.dst, from->link_dst, sizeof link.dst);
    return link;
}

/* What a tunnel's checksum covers must have been whole before: it may be made for what a network card has still to fill in. */
static struct tunnel_seen tunnel_of(const struct link_frame *link, const struct packet_bytes *bytes, uint8_t inside)
{
    enum { TTL_BEFORE_4 = 12, TTL_BEFORE_6 = 33 };
    struct tunnel_seen tunnel = { .checksum = CHECKSUM_UNKNOWN };

    if (link->tunnel == 0 || inside != CHECKSUM_RIGHT)
        return tunnel;
    tunnel.checksum = (uint8_t)udp_checksum(bytes->data, bytes->captured, link->tunnel, link->tunnel_family);
    if (tunnel.checksum == CHECKSUM_UNKNOWN)
        return tunnel;
    tunnel.ttl = bytes->data[link->tunnel - (link->tunnel_family == 4 ? TTL_BEFORE_4 : TTL_BEFORE_6)];
    set_ip(link->tunnel_family, tunnel.src, link->tunnel_src);
    return tunnel;
}

static struct envelope envelope_of(const struct link_frame *from)
{
    struct envelope envelope = { .family = from->family, .link = link_layer_of(from) };

    if (from->family != 0) {
        set_ip(from->family, envelope.src, from->src);
        set_ip(from->family, envelope.dst, from->dst);
    }
    return envelope;
}

bool intake_segment(const struct sighting *seen, enum link_type type, const struct packet_bytes *bytes,
                    struct taken *taken)
{
    struct segment *seg = &taken->segment;

    link_read(type, bytes, &taken->link);
    taken->has_segment = false;
    taken->seen = *seen;
    complete_sighting(&taken->seen, &taken->link);
    if (taken->link.ip_proto != IP_PROTO_TCP)
        return false;
    seg->seen = taken->seen;
    seg->family = taken->link.family;
    set_ip(seg->family, seg->src.ip, taken->link.src);
    set_ip(seg->family, seg->dst.ip, taken->link.dst);
    taken->has_segment = segment_parse(bytes, taken->link.offset, seg);
    if (taken->has_segment && seg->flags & TCP_SYN) {
        seg->link = link_layer_of(&taken->link);
        seg->tunnel = tunnel_of(&taken->link, bytes, seg->checksum);
    }
    return taken->has_segment;
}

static void take_sender(struct tracker *t, const struct sighting *seen, const struct link_frame *link)
{
    uint8_t ip[16];

    if (link->family == 0)
        return;
    set_ip(link->family, ip, link->src);
    tracker_other_packet(t, seen, link->family, ip,
                         link->ip_proto == IP_PROTO_ICMP || link->ip_proto == IP_PROTO_ICMPV6);
}

/* What is not TCP. */
static void take_other(struct tracker *t, const struct sighting *seen, const struct packet_bytes *bytes,
                       const struct link_frame *link)
{
    const struct envelope envelope = envelope_of(link);

    if (link->ip_proto == IP_PROTO_UDP)
        tracker_udp(t, bytes, link->offset);
    else if (link->ip_proto != PROTO_ARP)
        tracker_icmp(t, seen, link->ip_proto == IP_PROTO_ICMP ? 4 : 6, bytes, link->offset);
    tracker_setup(t, seen, link->ip_proto, bytes, link->offset, &envelope);
}

void intake_frame(struct tracker *t, const struct sighting *seen, enum link_type type, const struct packet_bytes *bytes,
                  struct taken *taken)
{
    bool has_segment = intake_segment(seen, type, bytes, taken);
    const struct link_frame *link = &taken->link;

    tracker_begin_frame(t, &taken->seen);
    if (has_segment)
        tracker_segment(t, &taken->segment);
    else if (link->ip_proto == IP_PROTO_TCP)
        tracker_segment_unread(t, bytes, link->offset);
    else if (link->ip_proto != 0)
        take_other(t, &taken->seen, bytes, link);
    if (link->ip_proto != IP_PROTO_TCP)
        take_sender(t, &taken->seen, link);
}
