/* frame.c - reads TCP segments, ICMP errors, DNS answers, ARP and the like out of a frame that Wireshark has dissected
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "synfate.h"

#include <epan/tvbuff.h>
#include <string.h>

enum { IP_PROTO_ICMP = 1, IP_PROTO_TCP = 6, IP_PROTO_UDP = 17 };

/* Interface and section of a frame, as one number; files without interfaces have one capture point, 0. */
static uint16_t capture_point(struct tracker *t, const packet_info *pinfo)
{
    const wtap_rec *rec = pinfo->rec;

    if (!(rec->presence_flags & WTAP_HAS_INTERFACE_ID))
        return 0;
    uint32_t interface_id = rec->rec_header.packet_header.interface_id;
    uint32_t section = rec->presence_flags & WTAP_HAS_SECTION_NUMBER ? rec->section_number : 0;
    uint16_t point = (uint16_t)(section << 8 | (interface_id & 0xff));
    if (!tracker_point_is_named(t, point)) {
        const char *name = interface_name(pinfo, interface_id);
        if (name != NULL)
            tracker_name_point(t, point, name, section);
    }
    return point;
}

/* A pcapng file can have times that 64 bits of ns do not hold. Those outside of 1896 to 2116 are taken as these: then
 * the engine can subtract any two. */
int64_t frame_time(const packet_info *pinfo)
{
    const int64_t first = -(INT64_C(1) << 61) / NS_PER_SECOND, last = (INT64_C(1) << 62) / NS_PER_SECOND;

    return CLAMP((int64_t)pinfo->abs_ts.secs, first, last) * NS_PER_SECOND + pinfo->abs_ts.nsecs;
}

/* Linux's cooked headers, as of the device "any": LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2 of tcpdump.org. A packet
 * "to another host" was received, too, by an interface in promiscuous mode: the port of a bridge. */
static void read_cooked_header(tvbuff_t *frame, int encapsulation, struct sighting *seen)
{
    enum { SLL_TYPE = 0, SLL2_INTERFACE = 4, SLL2_TYPE = 10, OUTGOING = 4 };
    unsigned type;

    if (encapsulation == WTAP_ENCAP_SLL && tvb_bytes_exist(frame, SLL_TYPE, 2)) {
        type = tvb_get_ntohs(frame, SLL_TYPE);
    } else if (encapsulation == WTAP_ENCAP_SLL2
               && tvb_bytes_exist(frame, SLL2_INTERFACE, SLL2_TYPE + 1 - SLL2_INTERFACE)) {
        type = tvb_get_ntohs(frame, SLL2_TYPE) >> 8;
        seen->interface = tvb_get_ntohl(frame, SLL2_INTERFACE);
    } else {
        return;
    }
    if (type <= OUTGOING)
        seen->direction = type == OUTGOING ? DIRECTION_OUT : DIRECTION_IN;
}

/* Wireshark's frame dissector takes the direction from the record, if that has one. */
static uint8_t direction_of(const packet_info *pinfo)
{
    return pinfo->p2p_dir == P2P_DIR_SENT   ? DIRECTION_OUT
           : pinfo->p2p_dir == P2P_DIR_RECV ? DIRECTION_IN
                                            : DIRECTION_UNKNOWN;
}

static ws_pref_bool add_drops(wtap_block_t block, unsigned option, wtap_opttype_e type, wtap_optval_t *value,
                              void *tracker)
{
    (void)block;
    (void)type;
    if (option == OPT_PKT_DROPCOUNT)
        tracker_note_drops(tracker, value->uint64val);
    return TRUE;
}

/* pcapng's epb_dropcount: packets lost since the one before. Few records have options, and to walk over none of them
 * takes a tenth of the 118 instructions that Wireshark needs to look for a certain one. */
static void count_drops(struct tracker *t, const packet_info *pinfo)
{
    if (pinfo->rec->block != NULL)
        wtap_block_foreach_option(pinfo->rec->block, add_drops, t);
}

static struct sighting sighting_of(struct tracker *t, tvbuff_t *frame, const packet_info *pinfo)
{
    struct sighting seen = {
        .frame = pinfo->num,
        .point = capture_point(t, pinfo),
        .direction = direction_of(pinfo),
        .time = frame_time(pinfo),
    };

    read_cooked_header(frame, pinfo->rec->rec_header.packet_header.pkt_encap, &seen);
    return seen;
}

static void read_link_address(const address *from, uint8_t to[6])
{
    if (from->type == AT_ETHER && from->len == 6)
        memcpy(to, from->data, 6);
}

static struct link_layer link_layer_of(const packet_info *pinfo)
{
    struct link_layer link = { .vlan = (uint16_t)pinfo->vlan_id };

    read_link_address(&pinfo->dl_src, link.src);
    read_link_address(&pinfo->dl_dst, link.dst);
    return link;
}

static uint8_t read_address(const address *from, uint8_t ip[16])
{
    if (from->type == AT_IPv6) {
        memcpy(ip, from->data, 16);
        return 6;
    }
    memset(ip, 0, 16);
    if (from->type != AT_IPv4)
        return 0;
    memcpy(ip, from->data, 4);
    return 4;
}

static struct packet_bytes bytes_of(const struct header *header)
{
    size_t captured = tvb_captured_length(header->tvb);

    return (struct packet_bytes){
        .data = tvb_get_ptr(header->tvb, 0, (int)captured),
        .captured = captured,
        .on_wire = tvb_reported_length(header->tvb),
    };
}

/* known: the frame has one TCP layer, so that Wireshark's addresses are its addresses. */
static void track_segment(struct tracker *t, const packet_info *pinfo, const struct sighting *seen,
                          const struct header *tcp, bool known)
{
    struct packet_bytes bytes = bytes_of(tcp);
    struct segment seg;

    seg.seen = *seen;
    seg.family = 0;
    if (known && pinfo->net_src.type == pinfo->net_dst.type && read_address(&pinfo->net_src, seg.src.ip) != 0)
        seg.family = read_address(&pinfo->net_dst, seg.dst.ip);
    if (!segment_parse(&bytes, (size_t)tcp->offset, &seg)) {
        tracker_segment_unread(t, &bytes, (size_t)tcp->offset);
        return;
    }
    if (seg.flags & TCP_SYN)
        seg.link = link_layer_of(pinfo);
    tracker_segment(t, &seg);
}

static void track_icmp(struct tracker *t, const struct sighting *seen, const struct header *icmp)
{
    struct packet_bytes bytes = bytes_of(icmp);

    tracker_icmp(t, seen, icmp->ip_proto == IP_PROTO_ICMP ? 4 : 6, &bytes, (size_t)icmp->offset);
}

static void track_udp(struct tracker *t, const struct header *udp)
{
    struct packet_bytes bytes = bytes_of(udp);

    tracker_udp(t, &bytes, (size_t)udp->offset);
}

static void track_setup(struct tracker *t, const packet_info *pinfo, const struct sighting *seen,
                        const struct header *header)
{
    struct packet_bytes bytes = bytes_of(header);
    struct envelope envelope = { .family = 0, .link = link_layer_of(pinfo) };

    if (pinfo->net_src.type == pinfo->net_dst.type && read_address(&pinfo->net_src, envelope.src) != 0)
        envelope.family = read_address(&pinfo->net_dst, envelope.dst);
    tracker_setup(t, seen, header->ip_proto, &bytes, (size_t)header->offset, &envelope);
}

/* What is not TCP. */
static void track_other(struct tracker *t, const packet_info *pinfo, const struct sighting *seen,
                        const struct header *header)
{
    if (header->ip_proto == IP_PROTO_UDP)
        track_udp(t, header);
    else if (header->ip_proto != PROTO_ARP)
        track_icmp(t, seen, header);
    track_setup(t, pinfo, seen, header);
}

static void track_sender(struct tracker *t, const packet_info *pinfo, const struct sighting *seen, bool icmp)
{
    uint8_t ip[16];
    uint8_t family = read_address(&pinfo->net_src, ip);

    if (family != 0)
        tracker_other_packet(t, seen, family, ip, icmp);
}

/* A header behind that of an ICMP message, in the same data, is quoted by the message: it was not sent now. */
static bool is_quoted(const struct header *header, const struct header *icmp)
{
    return icmp != NULL && header->tvb == icmp->tvb && header->offset > icmp->offset;
}

void frame_track(struct tracker *t, tvbuff_t *frame, packet_info *pinfo)
{
    size_t n;
    const struct header *headers = headers_take(pinfo->num, &n), *icmp = NULL;
    struct sighting seen = sighting_of(t, frame, pinfo);
    bool other = n == 0; /* than TCP */

    count_drops(t, pinfo);
    tracker_begin_frame(t, &seen);
    for (size_t i = 0; i < n; i++) {
        if (is_quoted(&headers[i], icmp))
            continue;
        if (headers[i].ip_proto == IP_PROTO_TCP) {
            track_segment(t, pinfo, &seen, &headers[i], n == 1);
            continue;
        }
        other = true;
        track_other(t, pinfo, &seen, &headers[i]);
        if (headers[i].ip_proto != IP_PROTO_UDP && headers[i].ip_proto != PROTO_ARP)
            icmp = &headers[i];
    }
    if (other)
        track_sender(t, pinfo, &seen, icmp != NULL);
}
