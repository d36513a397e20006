/* frame.c - reads TCP segments and ICMP errors out of a frame that Wireshark has dissected
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "synfate.h"

#include <epan/prefs.h>
#include <epan/proto.h>
#include <epan/tvbuff.h>
#include <string.h>

static int proto_tcp, proto_icmp, proto_icmpv6;

void frame_register_wanted(dissector_handle_t handle)
{
    GArray *wanted = g_array_new(FALSE, FALSE, sizeof(int));

    proto_tcp = proto_get_id_by_filter_name("tcp");
    proto_icmp = proto_get_id_by_filter_name("icmp");
    proto_icmpv6 = proto_get_id_by_filter_name("icmpv6");
    g_array_append_val(wanted, proto_tcp);
    g_array_append_val(wanted, proto_icmp);
    g_array_append_val(wanted, proto_icmpv6);
    set_postdissector_wanted_hfids(handle, wanted);
}

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
            tracker_name_point(t, point, name);
    }
    return point;
}

/* A pcapng file can have times that 64 bits of ns do not hold. Those outside of 1896 to 2116 are taken as these: then
 * the engine can subtract any two. */
static int64_t nanoseconds(const nstime_t *time)
{
    const int64_t first = -(INT64_C(1) << 61) / NS_PER_SECOND, last = (INT64_C(1) << 62) / NS_PER_SECOND;

    return CLAMP((int64_t)time->secs, first, last) * NS_PER_SECOND + time->nsecs;
}

static struct sighting sighting_of(struct tracker *t, const packet_info *pinfo)
{
    return (struct sighting){
        .frame = pinfo->num,
        .point = capture_point(t, pinfo),
        .time = nanoseconds(&pinfo->abs_ts),
    };
}

static uint8_t read_address(const address *from, uint8_t ip[16])
{
    uint8_t family = from->type == AT_IPv4 ? 4 : from->type == AT_IPv6 ? 6 : 0;

    memset(ip, 0, 16);
    if (family != 0)
        memcpy(ip, from->data, family == 4 ? 4 : 16);
    return family;
}

static struct packet_bytes bytes_of(const field_info *finfo)
{
    size_t captured = tvb_captured_length(finfo->ds_tvb);

    return (struct packet_bytes){
        .data = tvb_get_ptr(finfo->ds_tvb, 0, (int)captured),
        .captured = captured,
        .on_wire = tvb_reported_length(finfo->ds_tvb),
    };
}

/* known: the frame has one TCP layer, so that Wireshark's addresses are its addresses. */
static void track_segment(struct tracker *t, const packet_info *pinfo, const struct sighting *seen,
                          const field_info *tcp, bool known)
{
    struct packet_bytes bytes = bytes_of(tcp);
    struct segment seg;

    seg.seen = *seen;
    seg.family = 0;
    if (known && read_address(&pinfo->net_src, seg.src.ip) == read_address(&pinfo->net_dst, seg.dst.ip))
        seg.family = read_address(&pinfo->net_src, seg.src.ip);
    if (segment_parse(&bytes, (size_t)tcp->start, &seg))
        tracker_segment(t, &seg);
}

static const field_info *first_item(proto_tree *tree, int hfid)
{
    const GPtrArray *items = proto_get_finfo_ptr_array(tree, hfid);

    return items != NULL && items->len > 0 ? g_ptr_array_index(items, 0) : NULL;
}

/* An ICMP error tells about the segment that it quotes; returns it, or NULL. */
static const field_info *track_icmp(struct tracker *t, const struct sighting *seen, proto_tree *tree)
{
    const field_info *icmp = first_item(tree, proto_icmp);
    struct icmp_error error = { .seen = *seen, .family = 4 };

    if (icmp == NULL) {
        icmp = first_item(tree, proto_icmpv6);
        error.family = 6;
    }
    if (icmp == NULL)
        return NULL;
    struct packet_bytes bytes = bytes_of(icmp);
    if (icmp_error_parse(&bytes, (size_t)icmp->start, &error))
        tracker_icmp_error(t, &error);
    return icmp;
}

static void track_sender(struct tracker *t, const packet_info *pinfo, const struct sighting *seen)
{
    uint8_t ip[16];
    uint8_t family = read_address(&pinfo->net_src, ip);

    if (family != 0)
        tracker_other_packet(t, seen, family, ip);
}

void frame_track(struct tracker *t, packet_info *pinfo, proto_tree *tree)
{
    const GPtrArray *segments = tree == NULL ? NULL : proto_get_finfo_ptr_array(tree, proto_tcp);
    struct sighting seen = sighting_of(t, pinfo);

    tracker_begin_frame(t, &seen);
    const field_info *icmp = tree == NULL ? NULL : track_icmp(t, &seen, tree);
    if (icmp != NULL || segments == NULL || segments->len == 0)
        track_sender(t, pinfo, &seen);
    for (guint i = 0; segments != NULL && i < segments->len; i++) {
        const field_info *tcp = g_ptr_array_index(segments, i);
        bool quoted = icmp != NULL && tcp->ds_tvb == icmp->ds_tvb && tcp->start > icmp->start;
        if (!quoted)
            track_segment(t, pinfo, &seen, tcp, segments->len == 1);
    }
}
