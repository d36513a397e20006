/* link.c - finds the TCP, ICMP, DNS, IKE or ARP header of a frame below its link layer, tags and tunnels
 *
 * A frame is read layer by layer: each reader takes one header and says which layer is next. What it says is what
 * Wireshark's dissectors of these protocols do by default, also where a standard would have it otherwise.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "link.h"

#include "dns.h"
#include "setup_packet.h"

enum { LAYERS_MAX = 64 };

enum layer {
    DONE,
    ETHERNET,
    COOKED,
    COOKED2,
    AF_HEADER,
    AF_HEADER_BIG_ENDIAN,
    PPP_LINK,
    PPP,
    PPPOE,
    VLAN,
    SERVICE_VLAN,
    ARP,
    LLC,
    MPLS,
    IP,
    IPV4,
    IPV6,
    GRE,
    ERSPAN,
    UDP,
    VXLAN,
    VXLAN_GPE,
    GENEVE,
    GTP,
    OTHER_TUNNEL,
    LAYER_COUNT
};

/* The frame, and how far it has been read. */
struct walk {
    const uint8_t *data;
    size_t at, end; /* end: of the captured bytes, or of the IP packet in work if that is sooner */
    struct link_frame *frame;
};

static bool has(const struct walk *w, size_t n)
{
    return w->end - w->at >= n;
}

static uint8_t get8(const struct walk *w, size_t offset)
{
    return w->data[w->at + offset];
}

static uint16_t get16(const struct walk *w, size_t offset)
{
    const uint8_t *p = w->data + w->at + offset;

    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const struct walk *w, size_t offset)
{
    return (uint32_t)get16(w, offset) << 16 | get16(w, offset + 2);
}

static enum layer not_read(const struct walk *w, enum link_unread why)
{
    w->frame->unread = (uint8_t)why;
    return DONE;
}

/* Goes on behind a header of n bytes, which may end where the captured bytes do. */
static enum layer go_on(struct walk *w, size_t n, enum layer next)
{
    if (!has(w, n))
        return DONE;
    w->at += n;
    return next;
}

/* ---- link layers ----------------------------------------------------------------------------------- */

enum { LENGTH_MAX = 1500 }; /* IEEE 802.3: a number up to this is a length, no type */

static enum layer layer_of_ethertype(const struct walk *w, uint16_t type)
{
    switch (type) {
    case 0x0800:
        return IP;
    case 0x0806:
        return ARP;
    case 0x86dd:
        return IPV6;
    case 0x8100:
    case 0x9100: /* QinQ before 802.1ad */
        return VLAN;
    case 0x88a8: /* 802.1ad */
        return SERVICE_VLAN;
    case 0x8847:
    case 0x8848:
        return MPLS;
    case 0x8864:
        return PPPOE;
    case 0x880b:
        return PPP;
    case 0x6558: /* transparent Ethernet bridging */
        return ETHERNET;
    case 0x4305: /* B.A.T.M.A.N. */
    case 0x8926: /* VN-Tag */
    case 0x88e5: /* MACsec */
    case 0x88e7: /* 802.1ah */
    case 0x893f: /* 802.1BR */
    case 0x894f: /* NSH */
    case 0x22f3: /* TRILL */
    case 0x8870: /* jumbo frames with LLC */
        return not_read(w, UNREAD_ETHERTYPE);
    default:
        return DONE;
    }
}

static enum layer layer_of_type_or_length(const struct walk *w, uint16_t type)
{
    return type <= LENGTH_MAX ? LLC : layer_of_ethertype(w, type);
}

static enum layer read_ethernet(struct walk *w)
{
    if (!has(w, 14))
        return DONE;
    enum layer next = layer_of_type_or_length(w, get16(w, 12));
    w->frame->link_dst = w->data + w->at;
    w->frame->link_src = w->data + w->at + 6;
    return go_on(w, 14, next);
}

/* A provider's tag: the VLAN is the customer's. */
static enum layer read_service_vlan(struct walk *w)
{
    if (!has(w, 4))
        return DONE;
    enum layer next = layer_of_type_or_length(w, get16(w, 2));
    return go_on(w, 4, next);
}

static enum layer read_vlan(struct walk *w)
{
    if (has(w, 4) && w->frame->vlan == 0)
        w->frame->vlan = get16(w, 0) & 0xfff;
    return read_service_vlan(w);
}

/* IEEE 802.2: IP has a number of its own, and SNAP carries an Ethernet type. */
static enum layer read_llc(struct walk *w)
{
    if (!has(w, 3) || get8(w, 2) != 3)
        return DONE;
    if (get8(w, 0) == 0x06)
        return go_on(w, 3, IP);
    if (get8(w, 0) != 0xaa || !has(w, 8) || get16(w, 3) != 0 || get8(w, 5) != 0)
        return DONE;
    enum layer next = layer_of_ethertype(w, get16(w, 6));
    return go_on(w, 8, next);
}

/* Linux cooked capture: where the protocol's type stands, and the length of the header. Types up to 1536 are Linux's own
 * numbers. */
static enum layer cooked(struct walk *w, size_t protocol, size_t length)
{
    const uint16_t llc = 4, ppp = 7, ethernet = 3;
    enum layer next = DONE;

    if (!has(w, length))
        return DONE;
    uint16_t type = get16(w, protocol);
    if (type > 1536)
        next = layer_of_ethertype(w, type);
    else if (type == llc)
        next = LLC;
    else if (type == ppp)
        next = PPP_LINK;
    else if (type == ethernet)
        next = ETHERNET;
    return go_on(w, length, next);
}

/* A packet "to another host" was received, too, by an interface in promiscuous mode: the port of a bridge. */
static void note_cooked_type(const struct walk *w, unsigned type)
{
    enum { OUTGOING = 4 };

    if (type <= OUTGOING)
        w->frame->direction = type == OUTGOING ? DIRECTION_OUT : DIRECTION_IN;
}

static void note_sender(const struct walk *w, unsigned length, size_t address)
{
    if (length == 6)
        w->frame->link_src = w->data + w->at + address;
}

static enum layer read_cooked(struct walk *w)
{
    if (has(w, 16)) {
        note_cooked_type(w, get16(w, 0));
        note_sender(w, get16(w, 4), 6);
    }
    return cooked(w, 14, 16);
}

static enum layer read_cooked2(struct walk *w)
{
    if (has(w, 20)) {
        w->frame->interface = get32(w, 4);
        note_cooked_type(w, get8(w, 10));
        note_sender(w, get8(w, 11), 12);
    }
    return cooked(w, 0, 20);
}

/* BSD's numbers of address families; IPv6 has another one in each system. */
static enum layer layer_of_family(const struct walk *w, uint32_t family)
{
    enum { INET = 2, INET6_BSD = 24, INET6_FREEBSD = 28, INET6_DARWIN = 30 };

    if (family == INET)
        return IP;
    if (family == INET6_BSD || family == INET6_FREEBSD || family == INET6_DARWIN)
        return IPV6;
    return family > LENGTH_MAX ? layer_of_ethertype(w, (uint16_t)family) : DONE;
}

static bool begins_like_ppp(const struct walk *w)
{
    return get16(w, 0) == 0xff03;
}

/* The number is in the byte order of the host that captured, and in some systems only 16 bits wide. */
static enum layer read_family(struct walk *w)
{
    if (!has(w, 4))
        return DONE;
    if (begins_like_ppp(w))
        return PPP_LINK;
    uint32_t family = get32(w, 0);
    if (family >> 16 != 0) {
        bool wide = family >> 24 != 0 || (family & 0x00ff0000) >= 0x00060000;
        family = wide ? (uint32_t)get8(w, 3) << 24 | (uint32_t)get8(w, 2) << 16 | (uint32_t)get8(w, 1) << 8 | get8(w, 0)
                      : family >> 16;
    }
    if (family >> 16 == 0 && (family & 0xff) == 0 && (family & 0xff00) < 0x0600)
        family >>= 8;
    enum layer next = layer_of_family(w, family);
    return go_on(w, 4, next);
}

static enum layer read_family_big_endian(struct walk *w)
{
    if (!has(w, 4))
        return DONE;
    enum layer next = layer_of_family(w, get32(w, 0));
    return go_on(w, 4, next);
}

/* RFC 1662: address and control may be left out. Cisco's HDLC has an Ethernet type instead of PPP's. */
static enum layer read_ppp_link(struct walk *w)
{
    if (!has(w, 1))
        return DONE;
    if (get8(w, 0) == 0x0f || get8(w, 0) == 0x8f) {
        if (!has(w, 4))
            return DONE;
        enum layer next = layer_of_ethertype(w, get16(w, 2));
        return go_on(w, 4, next);
    }
    return go_on(w, get8(w, 0) == 0xff ? 2 : 0, PPP);
}

/* RFC 1661, 2: an odd first byte is the whole protocol number. */
static enum layer read_ppp(struct walk *w)
{
    if (!has(w, 1))
        return DONE;
    size_t length = get8(w, 0) & 1 ? 1 : 2;
    if (!has(w, length))
        return DONE;
    switch (length == 1 ? get8(w, 0) : get16(w, 0)) {
    case 0x0021:
    case 0x0800:
        return go_on(w, length, IP);
    case 0x0057:
    case 0x86dd:
        return go_on(w, length, IPV6);
    case 0x0281:
    case 0x0283:
        return go_on(w, length, MPLS);
    case 0x002d: /* Van Jacobson's compression */
    case 0x002f:
    case 0x003d: /* multilink */
    case 0x0053: /* encrypted */
    case 0x00fd: /* compressed */
        return not_read(w, UNREAD_PPP);
    default:
        return DONE;
    }
}

static enum layer read_pppoe(struct walk *w)
{
    return go_on(w, 6, PPP);
}

/* RFC 3032. What follows the last label is known by its first half byte only (BCP 128). */
static enum layer read_mpls(struct walk *w)
{
    const uint32_t last = 0x100;
    bool more = true;

    while (more && has(w, 4)) {
        more = !(get32(w, 0) & last);
        w->at += 4;
    }
    if (more || !has(w, 1))
        return DONE;
    switch (get8(w, 0) >> 4) {
    case 4:
        return IP;
    case 6:
        return IPV6;
    case 1: /* a control channel */
        return DONE;
    default:
        return not_read(w, UNREAD_MPLS);
    }
}

/* ---- IP -------------------------------------------------------------------------------------------- */

/* The sender is known also where the capture cuts the header behind it. */
static void set_addresses(const struct walk *w, uint8_t family, size_t src, size_t dst)
{
    w->frame->family = family;
    w->frame->src = w->data + w->at + src;
    w->frame->dst = has(w, dst + (dst - src)) ? w->data + w->at + dst : NULL;
}

static enum layer found(const struct walk *w, uint8_t proto)
{
    w->frame->offset = w->at;
    w->frame->ip_proto = proto;
    return DONE;
}

static enum layer layer_of_ip_proto(struct walk *w, uint8_t proto)
{
    switch (proto) {
    case 1:
    case 6:
    case 58:
        return found(w, proto);
    case 4:
        return IP;
    case 17:
        return UDP;
    case 41:
        return IPV6;
    case 47:
        return GRE;
    case 50:
        return not_read(w, UNREAD_ESP);
    case 97: /* RFC 3378 */
        return go_on(w, 2, ETHERNET);
    case 137:
        return MPLS;
    case 143:
        return ETHERNET;
    default:
        return DONE;
    }
}

/* The headers that may stand between an IP header and what it carries. Returns false if the packet ends, or is not the
 * first fragment. IPv4 has only the authentication header (RFC 4302). */
static bool skip_extensions(struct walk *w, uint8_t family, uint8_t *proto)
{
    for (;;) {
        size_t length;
        bool is_fragment = false;
        if (family == 6 && *proto == 44)
            is_fragment = true;
        else if (*proto != 51 && (family == 4 || (*proto != 0 && *proto != 43 && *proto != 60)))
            return true;
        if (!has(w, 8))
            return false;
        if (is_fragment && get16(w, 2) & 0xfff8) {
            w->frame->unread = UNREAD_FRAGMENT;
            return false;
        }
        length = is_fragment ? 8 : *proto == 51 ? ((size_t)get8(w, 1) + 2) * 4 : ((size_t)get8(w, 1) + 1) * 8;
        if (!has(w, length))
            return false;
        *proto = get8(w, 0);
        w->at += length;
    }
}

static enum layer read_ip(struct walk *w)
{
    if (!has(w, 1))
        return DONE;
    return get8(w, 0) >> 4 == 4 ? IPV4 : get8(w, 0) >> 4 == 6 ? IPV6 : DONE;
}

static void end_packet(struct walk *w, size_t length)
{
    if (length < w->end - w->at)
        w->end = w->at + length;
}

static enum layer read_ipv4(struct walk *w)
{
    if (!has(w, 16))
        return DONE;
    size_t header = (size_t)(get8(w, 0) & 0xf) * 4, length = get16(w, 2);
    uint8_t proto = get8(w, 9);
    if (header < 20 || (length != 0 && length < header)) /* 0: segmentation offload */
        return DONE;
    set_addresses(w, 4, 12, 16);
    if (length != 0)
        end_packet(w, length);
    if (get16(w, 6) & 0x1fff)
        return not_read(w, UNREAD_FRAGMENT);
    if (!has(w, header))
        return DONE;
    w->at += header;
    return skip_extensions(w, 4, &proto) ? layer_of_ip_proto(w, proto) : DONE;
}

static enum layer read_ipv6(struct walk *w)
{
    enum { HEADER = 40 };

    if (!has(w, 24) || get8(w, 0) >> 4 != 6)
        return DONE;
    size_t length = get16(w, 4);
    uint8_t proto = get8(w, 6);
    set_addresses(w, 6, 8, 24);
    if (!has(w, HEADER))
        return DONE;
    if (length != 0) /* 0: segmentation offload, or a jumbogram */
        end_packet(w, HEADER + length);
    w->at += HEADER;
    return skip_extensions(w, 6, &proto) ? layer_of_ip_proto(w, proto) : DONE;
}

static enum layer read_arp(struct walk *w)
{
    return found(w, PROTO_ARP);
}

/* ---- tunnels --------------------------------------------------------------------------------------- */

/* RFC 1701, RFC 2637, RFC 2784, RFC 2890. Source routes are not read: nobody sends them. */
static enum layer read_gre(struct walk *w)
{
    enum { CHECKSUM = 0x8000, ROUTING = 0x4000, KEY = 0x2000, SEQUENCE = 0x1000, ACK = 0x0080, VERSION = 0x0007 };

    if (!has(w, 4))
        return DONE;
    uint16_t flags = get16(w, 0), type = get16(w, 2);
    size_t length = 4;
    if (flags & ROUTING)
        return not_read(w, UNREAD_GRE);
    length += flags & CHECKSUM ? 4 : 0;
    length += flags & KEY ? 4 : 0;
    length += flags & SEQUENCE ? 4 : 0;
    length += (flags & ACK) && (flags & VERSION) && type == 0x880b ? 4 : 0;
    if (!has(w, length))
        return DONE;
    w->at += length;
    switch (type) {
    case 0x0800:
    case 0x883e: /* WCCP */
        return IP;
    case 0x880b:
        return PPP_LINK;
    case 0x88be: /* mirrored by a switch; its first version has no header of its own */
        return flags & SEQUENCE ? ERSPAN : ETHERNET;
    case 0x22eb:
        return ERSPAN;
    case 0x86dd:
    case 0x6558:
    case 0x8847:
    case 0x8848:
        return layer_of_ethertype(w, type);
    default:
        return has(w, 1) ? not_read(w, UNREAD_GRE) : DONE;
    }
}

/* draft-foschiano-erspan-03, 4.2 and 4.3 */
static enum layer read_erspan(struct walk *w)
{
    if (!has(w, 8) || get8(w, 0) >> 4 == 0 || get8(w, 0) >> 4 > 2)
        return DONE;
    if (get8(w, 0) >> 4 == 1)
        return go_on(w, 8, ETHERNET);
    if (!has(w, 12))
        return DONE;
    uint16_t last = get16(w, 10);
    bool is_ethernet = (last >> 10 & 0x1f) == 0;
    return go_on(w, last & 1 ? 20 : 12, is_ethernet ? ETHERNET : DONE);
}

static enum layer layer_of_port(uint16_t port)
{
    switch (port) {
    case 2152:
        return GTP;
    case 4754:
        return GRE;
    case 4789:
        return VXLAN;
    case 4790:
        return VXLAN_GPE;
    case 6081:
        return GENEVE;
    case 6635:
        return MPLS;
    case 1701: /* L2TP */
    case 3544: /* Teredo */
        return OTHER_TUNNEL;
    default:
        return DONE;
    }
}

static void note_tunnel(struct walk *w)
{
    w->frame->tunnel = w->at;
    w->frame->tunnel_src = w->frame->src;
    w->frame->tunnel_family = w->frame->family;
}

static enum layer read_udp(struct walk *w)
{
    enum { HEADER = 8 };

    if (!has(w, HEADER))
        return DONE;
    uint16_t src = get16(w, 0), dst = get16(w, 2), length = get16(w, 4);
    if (src == DNS_PORT)
        return found(w, 17);
    enum layer lower = layer_of_port(src < dst ? src : dst), higher = layer_of_port(src < dst ? dst : src);
    if (length >= HEADER)
        end_packet(w, length);
    if (lower != DONE || higher != DONE)
        note_tunnel(w);
    else if (is_ike_port(src) || is_ike_port(dst))
        return found(w, 17);
    return go_on(w, HEADER, lower != DONE ? lower : higher);
}

static enum layer read_vxlan(struct walk *w)
{
    return go_on(w, 8, ETHERNET);
}

static enum layer read_vxlan_gpe(struct walk *w)
{
    static const enum layer layers[] = { DONE, IP, IPV6, ETHERNET, DONE, MPLS };

    if (!has(w, 8))
        return DONE;
    uint8_t next = get8(w, 3);
    return go_on(w, 8, next < sizeof layers / sizeof layers[0] ? layers[next] : DONE);
}

/* RFC 8926 */
static enum layer read_geneve(struct walk *w)
{
    if (!has(w, 8))
        return DONE;
    enum layer next = layer_of_ethertype(w, get16(w, 2));
    return go_on(w, 8 + (size_t)(get8(w, 0) & 0x3f) * 4, next);
}

/* 3GPP TS 29.281, 5.2: a chain of extension headers, each of which ends with the type of the next. */
static bool skip_gtp_extensions(struct walk *w)
{
    uint8_t next = get8(w, 3);

    w->at += 4;
    while (next != 0) {
        size_t length = has(w, 1) ? (size_t)get8(w, 0) * 4 : 0;
        if (length == 0 || !has(w, length))
            return false;
        next = get8(w, length - 1);
        w->at += length;
    }
    return true;
}

/* GTP does not say which protocol the user's packet has: Wireshark guesses by its first bytes. */
static enum layer layer_of_user_packet(const struct walk *w)
{
    if (!has(w, 1))
        return DONE;
    uint8_t first = get8(w, 0);
    if (first >= 0x45 && first <= 0x4e)
        return IP;
    if (first >> 4 == 6)
        return IPV6;
    if (!has(w, 15))
        return DONE;
    uint16_t type = get16(w, 12);
    return type == 0x0800 || type == 0x86dd ? ETHERNET : DONE;
}

static enum layer read_gtp(struct walk *w)
{
    enum { VERSION_1 = 1, USER_PACKET = 0xff, EXTENDED = 0x07, HAS_EXTENSION = 0x04 };

    if (!has(w, 8) || get8(w, 0) >> 5 != VERSION_1 || get8(w, 1) != USER_PACKET)
        return DONE;
    uint8_t flags = get8(w, 0);
    w->at += 8;
    if (flags & EXTENDED) {
        if (!has(w, 4))
            return DONE;
        if (!(flags & HAS_EXTENSION))
            w->at += 4;
        else if (!skip_gtp_extensions(w))
            return DONE;
    }
    return layer_of_user_packet(w);
}

static enum layer read_other_tunnel(struct walk *w)
{
    return not_read(w, UNREAD_TUNNEL);
}

/* ---- the frame ------------------------------------------------------------------------------------- */

static enum layer (*const readers[LAYER_COUNT])(struct walk *) = {
    [ETHERNET] = read_ethernet,
    [COOKED] = read_cooked,
    [COOKED2] = read_cooked2,
    [AF_HEADER] = read_family,
    [AF_HEADER_BIG_ENDIAN] = read_family_big_endian,
    [PPP_LINK] = read_ppp_link,
    [PPP] = read_ppp,
    [PPPOE] = read_pppoe,
    [VLAN] = read_vlan,
    [SERVICE_VLAN] = read_service_vlan,
    [ARP] = read_arp,
    [LLC] = read_llc,
    [MPLS] = read_mpls,
    [IP] = read_ip,
    [IPV4] = read_ipv4,
    [IPV6] = read_ipv6,
    [GRE] = read_gre,
    [ERSPAN] = read_erspan,
    [UDP] = read_udp,
    [VXLAN] = read_vxlan,
    [VXLAN_GPE] = read_vxlan_gpe,
    [GENEVE] = read_geneve,
    [GTP] = read_gtp,
    [OTHER_TUNNEL] = read_other_tunnel,
};

void link_read(enum link_type type, const struct packet_bytes *bytes, struct link_frame *frame)
{
    static const enum layer first[LINK_TYPE_COUNT] = {
        [LINK_UNKNOWN] = DONE, [LINK_ETHERNET] = ETHERNET, [LINK_COOKED] = COOKED,  [LINK_COOKED2] = COOKED2,
        [LINK_IP] = IP,        [LINK_IPV6] = IPV6,         [LINK_NULL] = AF_HEADER, [LINK_LOOP] = AF_HEADER_BIG_ENDIAN,
        [LINK_PPP] = PPP_LINK, [LINK_PPPOE] = PPPOE,
    };
    struct walk w = { .data = bytes->data, .end = bytes->captured, .frame = frame };
    enum layer next = first[type];

    *frame = (struct link_frame){ .unread = type == LINK_UNKNOWN ? UNREAD_LINK_TYPE : UNREAD_NOTHING };
    for (int layers = 0; next != DONE; layers++)
        next = layers < LAYERS_MAX ? readers[next](&w) : not_read(&w, UNREAD_DEEP);
}

const char *link_unread_name(enum link_unread unread)
{
    static const char *const names[UNREAD_COUNT] = {
        [UNREAD_NOTHING] = "all was read",
        [UNREAD_LINK_TYPE] = "another link type",
        [UNREAD_FRAGMENT] = "IP fragments after the first",
        [UNREAD_ESP] = "IPsec (ESP)",
        [UNREAD_ETHERTYPE] = "MACsec, 802.1ah and the like",
        [UNREAD_MPLS] = "MPLS pseudowires",
        [UNREAD_PPP] = "compressed or encrypted PPP",
        [UNREAD_GRE] = "GRE that carries something else than IP or Ethernet",
        [UNREAD_TUNNEL] = "L2TP and Teredo",
        [UNREAD_DEEP] = "more layers than are read",
    };

    return names[unread];
}
