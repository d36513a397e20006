/* headers.c - learns where the TCP, ICMP, UDP and ARP headers of a frame lie, while Wireshark dissects it
 *
 * A UDP header is noted only if a DNS answer or IKE may follow.
 *
 * A protocol tree would tell too, and set_postdissector_wanted_hfids() makes one for each frame. But that costs
 * 12 000 instructions a packet where Wireshark needs no tree of its own, as when it reads a file. So the entries of
 * TCP, ICMP, ICMPv6 and UDP in the dissector table "ip.proto", and of ARP in "ethertype", are replaced by watchers, which
 * note the place and call the dissector that was there before. Tunnels, reassembled and decrypted packets and quoted
 * headers all pass there.
 *
 * They stand there only while a file is read: on later passes, and without a file, Wireshark runs as without the plugin.
 *
 * A watcher's handle needs a protocol. A "protocol in name only" leaves no trace among a frame's layers, and is
 * switched off together with its parent: TCP, ICMP, ICMPv6, UDP or ARP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "engine/dns.h"
#include "synfate.h"

#include <epan/proto.h>
#include <epan/tvbuff.h>

enum { HEADERS_MAX = 32 }; /* in a frame; tunnels make more than one, more than that are not looked at */

struct watched {
    const char *protocol;           /* its filter name */
    const char *name, *filter_name; /* of the watcher's protocol */
    dissector_t watch;              /* a dissector is not told which entry called it: each has its own */
    dissector_handle_t watcher, original;
    const char *table; /* where it stands, as which entry */
    int proto;         /* of the watcher */
    uint16_t entry;
    uint8_t ip_proto; /* as struct header has it */
};

static int watch_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data);
static int watch_icmp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data);
static int watch_icmpv6(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data);
static int watch_udp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data);
static int watch_arp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data);

enum { TCP, ICMP, ICMPV6, UDP, ARP, WATCHED_COUNT };

static struct watched watched[WATCHED_COUNT] = {
    [TCP] = { "tcp", "TCP, watched by SYN fate", "synfate_tcp", watch_tcp, NULL, NULL, "ip.proto", -1, 6, 6 },
    [ICMP] = { "icmp", "ICMP, watched by SYN fate", "synfate_icmp", watch_icmp, NULL, NULL, "ip.proto", -1, 1, 1 },
    [ICMPV6] = { "icmpv6", "ICMPv6, watched by SYN fate", "synfate_icmpv6", watch_icmpv6, NULL, NULL, "ip.proto", -1,
                 58, 58 },
    [UDP] = { "udp", "UDP, watched by SYN fate", "synfate_udp", watch_udp, NULL, NULL, "ip.proto", -1, 17, 17 },
    [ARP] = { "arp", "ARP, watched by SYN fate", "synfate_arp", watch_arp, NULL, NULL, "ethertype", -1, 0x0806,
              PROTO_ARP },
};

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
    return watch(&watched[TCP], tvb, pinfo, tree, data);
}

static int watch_icmp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return watch(&watched[ICMP], tvb, pinfo, tree, data);
}

static int watch_icmpv6(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return watch(&watched[ICMPV6], tvb, pinfo, tree, data);
}

static bool may_tell(uint16_t src, uint16_t dst)
{
    return src == DNS_PORT || is_ike_port(src) || is_ike_port(dst);
}

static int watch_udp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    struct watched *w = &watched[UDP];

    if (tvb_bytes_exist(tvb, 0, 4) && may_tell(tvb_get_ntohs(tvb, 0), tvb_get_ntohs(tvb, 2)))
        return watch(w, tvb, pinfo, tree, data);
    return call_dissector_only(w->original, tvb, pinfo, tree, data);
}

static int watch_arp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return watch(&watched[ARP], tvb, pinfo, tree, data);
}

static void register_watcher(struct watched *w)
{
    w->proto = proto_register_protocol_in_name_only(w->name, w->name, w->filter_name,
                                                    proto_get_id_by_filter_name(w->protocol), FT_PROTOCOL);
    w->watcher = create_dissector_handle(w->watch, w->proto);
}

/* What the table has for the protocol, unless the user chose something else by "Decode As": that must stay. */
static dissector_handle_t entry_of(const struct watched *w)
{
    dissector_handle_t entry = dissector_get_default_uint_handle(w->table, w->entry);

    return dissector_get_uint_handle(find_dissector_table(w->table), w->entry) == entry ? entry : NULL;
}

static void begin_watching(struct watched *w)
{
    dissector_handle_t entry = entry_of(w);

    if (entry == NULL || entry == w->watcher)
        return;
    w->original = entry;
    dissector_add_uint(w->table, w->entry, w->watcher);
}

static void end_watching(const struct watched *w)
{
    if (w->original != NULL && entry_of(w) == w->watcher)
        dissector_add_uint(w->table, w->entry, w->original);
}

void headers_register(void)
{
    for (size_t i = 0; i < WATCHED_COUNT; i++)
        register_watcher(&watched[i]);
}

void headers_watch(void)
{
    headers_frame = 0;
    for (size_t i = 0; i < WATCHED_COUNT; i++)
        begin_watching(&watched[i]);
}

void headers_unwatch(void)
{
    for (size_t i = 0; i < WATCHED_COUNT; i++)
        end_watching(&watched[i]);
}

const struct header *headers_take(uint32_t frame, size_t *n)
{
    *n = frame == headers_frame ? headers_len : 0;
    headers_frame = 0;
    return headers;
}
