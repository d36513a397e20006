/* headers.c - learns where the TCP and ICMP headers of a frame lie, while Wireshark dissects it
 *
 * A protocol tree would tell too, and set_postdissector_wanted_hfids() makes one for each frame. But that costs
 * 12 000 instructions a packet where Wireshark needs no tree of its own, as when it reads a file. So the entries of
 * TCP, ICMP and ICMPv6 in the dissector table "ip.proto" are replaced by watchers, which note the place and call the
 * dissector that was there before. Tunnels, reassembled and decrypted packets and quoted headers all pass there.
 *
 * A watcher's handle needs a protocol. A "protocol in name only" leaves no trace among a frame's layers, and is
 * switched off together with its parent: TCP, ICMP or ICMPv6.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "synfate.h"

#include <epan/proto.h>
#include <epan/tvbuff.h>

enum { HEADERS_MAX = 32 }; /* in a frame; tunnels make more than one, more than that are not looked at */

struct watched {
    uint8_t ip_proto;
    const char *protocol;           /* its filter name */
    const char *name, *filter_name; /* of the watcher's protocol */
    int proto;                      /* of the watcher */
    dissector_handle_t original;
};

static struct watched watched_tcp = { 6, "tcp", "TCP, watched by SYN fate", "synfate_tcp", -1, NULL };
static struct watched watched_icmp = { 1, "icmp", "ICMP, watched by SYN fate", "synfate_icmp", -1, NULL };
static struct watched watched_icmpv6 = { 58, "icmpv6", "ICMPv6, watched by SYN fate", "synfate_icmpv6", -1, NULL };

/* The headers of the frame in work. */
static struct header headers[HEADERS_MAX];
static size_t headers_len;
static uint32_t headers_frame;

static void note_header(const struct watched *w, tvbuff_t *tvb, const packet_info *pinfo)
{
    if (pinfo->fd->visited)
        return;
    if (pinfo->num != headers_frame) {
        headers_frame = pinfo->num;
        headers_len = 0;
    }
    if (headers_len < HEADERS_MAX)
        headers[headers_len++] = (struct header){ tvb_get_ds_tvb(tvb), tvb_raw_offset(tvb), w->ip_proto };
}

static int watch(struct watched *w, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    note_header(w, tvb, pinfo);
    return call_dissector_only(w->original, tvb, pinfo, tree, data);
}

static int watch_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return watch(&watched_tcp, tvb, pinfo, tree, data);
}

static int watch_icmp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return watch(&watched_icmp, tvb, pinfo, tree, data);
}

static int watch_icmpv6(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return watch(&watched_icmpv6, tvb, pinfo, tree, data);
}

static void name_watcher(struct watched *w)
{
    w->proto = proto_register_protocol_in_name_only(w->name, w->name, w->filter_name,
                                                    proto_get_id_by_filter_name(w->protocol), FT_PROTOCOL);
}

static void begin_watching(struct watched *w, dissector_t watcher)
{
    w->original = dissector_get_default_uint_handle("ip.proto", w->ip_proto);
    if (w->original != NULL)
        dissector_add_uint("ip.proto", w->ip_proto, create_dissector_handle(watcher, w->proto));
}

void headers_register(void)
{
    name_watcher(&watched_tcp);
    name_watcher(&watched_icmp);
    name_watcher(&watched_icmpv6);
}

void headers_watch(void)
{
    begin_watching(&watched_tcp, watch_tcp);
    begin_watching(&watched_icmp, watch_icmp);
    begin_watching(&watched_icmpv6, watch_icmpv6);
}

void headers_forget(void)
{
    headers_frame = 0;
}

const struct header *headers_take(uint32_t frame, size_t *n)
{
    *n = frame == headers_frame ? headers_len : 0;
    headers_frame = 0;
    return headers;
}
