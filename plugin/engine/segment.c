/* segment.c - reads TCP, IP and ICMP headers; every read is checked against what was captured
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "segment.h"

#include "network_order.h"

enum { IP_PROTO_TCP = 6, IPV4_MIN = 20, IPV4_MAX = 60, IPV6_HEADER = 40, TCP_MIN = 20, ICMP_HEADER = 8 };
enum { IPV6_EXTENSIONS_MAX = 256 }; /* longer chains of extension headers are not looked for */

/* The offset of the transport header behind the IPv6 header at ip, or 0 if it is not TCP or is beyond limit.
 * RFC 8200, 4: extension headers; a fragment other than the first has no TCP header. */
static size_t ipv6_tcp_offset(const struct packet_bytes *b, size_t ip, size_t limit)
{
    uint8_t next = b->data[ip + 6];
    size_t offset = ip + IPV6_HEADER;

    while (next != IP_PROTO_TCP) {
        if (offset + 8 > b->captured || offset + 8 > limit)
            return 0;
        const uint8_t *extension = b->data + offset;
        switch (next) {
        case 0:  /* hop-by-hop options */
        case 43: /* routing */
        case 60: /* destination options */
            offset += 8 + (size_t)extension[1] * 8;
            break;
        case 44: /* fragment */
            if (get16(extension + 2) & 0xfff8)
                return 0;
            offset += 8;
            break;
        case 51: /* authentication header, RFC 4302 */
            offset += 8 + (size_t)extension[1] * 4;
            break;
        default:
            return 0;
        }
        next = extension[0];
    }
    return offset <= limit ? offset : 0;
}

static bool is_ipv4_before(const struct packet_bytes *b, size_t ip, size_t tcp)
{
    const uint8_t *h = b->data + ip;
    size_t length = get16(h + 2);

    return h[0] >> 4 == 4 && (size_t)(h[0] & 0xf) * 4 == tcp - ip && h[9] == IP_PROTO_TCP
           && (length == 0 || length >= tcp - ip + TCP_MIN);
}

/* Looks for the IPv4 header that ends where the TCP header begins. */
static bool find_ipv4(const struct packet_bytes *b, size_t tcp, size_t *ip)
{
    for (size_t header = IPV4_MIN; header <= IPV4_MAX && header <= tcp; header += 4) {
        if (is_ipv4_before(b, tcp - header, tcp)) {
            *ip = tcp - header;
            return true;
        }
    }
    return false;
}

/* Looks for the IPv6 header whose chain of extension headers ends where the TCP header begins. */
static bool find_ipv6(const struct packet_bytes *b, size_t tcp, size_t *ip)
{
    for (size_t before = IPV6_HEADER; before <= IPV6_HEADER + IPV6_EXTENSIONS_MAX && before <= tcp; before += 4) {
        size_t start = tcp - before;
        if (b->data[start] >> 4 == 6 && ipv6_tcp_offset(b, start, tcp) == tcp) {
            *ip = start;
            return true;
        }
    }
    return false;
}

/* Takes the addresses from the IP header, or compares them with those that are known. */
static bool match_addresses(struct segment *seg, uint8_t family, const uint8_t *src, const uint8_t *dst)
{
    if (seg->family == 0) {
        set_ip(family, seg->src.ip, src);
        set_ip(family, seg->dst.ip, dst);
        return true;
    }
    return seg->family == family && same_ip(family, seg->src.ip, src) && same_ip(family, seg->dst.ip, dst);
}

/* Reads the IP header before tcp into seg. Returns the number of bytes from tcp to the packet's end. */
static size_t parse_ip(const struct packet_bytes *b, size_t tcp, struct segment *seg)
{
    size_t rest = b->on_wire > tcp ? b->on_wire - tcp : 0;
    size_t ip = 0;

    seg->ttl = 0;
    seg->has_ip_id = seg->df = false;
    seg->ip_id = 0;
    seg->traffic = 0;
    seg->flow_label = 0;
    if (seg->family != 6 && find_ipv4(b, tcp, &ip)) {
        const uint8_t *h = b->data + ip;
        if (match_addresses(seg, 4, h + 12, h + 16)) {
            size_t length = get16(h + 2);
            seg->family = 4;
            seg->ttl = h[8];
            seg->traffic = h[1];
            seg->has_ip_id = true;
            seg->ip_id = get16(h + 4);
            seg->df = h[6] & 0x40;
            return length ? length - (tcp - ip) : rest; /* 0: segmentation offload */
        }
    }
    if (seg->family != 4 && find_ipv6(b, tcp, &ip)) {
        const uint8_t *h = b->data + ip;
        if (match_addresses(seg, 6, h + 8, h + 24)) {
            size_t end = ip + IPV6_HEADER + get16(h + 4);
            seg->family = 6;
            seg->ttl = h[7];
            seg->traffic = (uint8_t)(get16(h) >> 4);
            seg->flow_label = get32(h) & 0xfffff;
            return end > tcp ? end - tcp : rest; /* length 0: segmentation offload or a jumbogram */
        }
    }
    return rest;
}

static void parse_option(struct segment *seg, uint8_t kind, uint8_t size, const uint8_t *value)
{
    switch (kind) {
    case KIND_MSS:
        if (size == 4)
            seg->mss = get16(value);
        break;
    case KIND_SCALE:
        if (size == 3)
            seg->wscale = value[0] > 14 ? 14 : value[0]; /* RFC 7323, 2.3 */
        break;
    case KIND_TIMESTAMPS:
        if (size == 10) {
            seg->has_ts = true;
            seg->tsval = get32(value);
            seg->tsecr = get32(value + 4);
        }
        break;
    case KIND_MPTCP:
        if (size == 12 && value[0] >> 4 == 1)
            seg->option_kinds |= OPTION_JOIN;
        break;
    default:
        break;
    }
}

/* RFC 9293, 3.1: a list of kind, length, value; kinds 0 and 1 are a single byte. */
static void parse_options(struct segment *seg, const uint8_t *p, size_t captured, size_t length)
{
    const uint32_t only_timestamps = 0x0101080a; /* RFC 7323, appendix A: as all but SYNs have them */
    size_t at = 0;
    size_t end = captured < length ? captured : length;

    seg->options_cut = captured < length;
    if (end == 12 && get32(p) == only_timestamps) {
        parse_option(seg, KIND_TIMESTAMPS, 10, p + 4);
        return;
    }
    while (at < end && p[at] != KIND_END) {
        uint8_t kind = p[at];
        seg->option_layout = (uint16_t)(seg->option_layout * 31 + kind);
        seg->option_kinds |= kind < 62 ? UINT64_C(1) << kind : OPTION_OTHER;
        if (kind == KIND_NOP) {
            at++;
            continue;
        }
        if (at + 2 > end || p[at + 1] < 2 || at + p[at + 1] > end)
            return;
        parse_option(seg, kind, p[at + 1], p + at + 2);
        at += p[at + 1];
    }
}

static bool has_header(const struct packet_bytes *b, size_t tcp)
{
    return tcp <= b->captured && b->captured - tcp >= TCP_MIN;
}

bool segment_is_cut(const struct packet_bytes *b, size_t tcp)
{
    return b->captured < b->on_wire && !has_header(b, tcp);
}

bool segment_parse(const struct packet_bytes *b, size_t tcp, struct segment *seg)
{
    if (!has_header(b, tcp))
        return false;
    const uint8_t *h = b->data + tcp;
    size_t header = (size_t)(h[12] >> 4) * 4;
    size_t rest = parse_ip(b, tcp, seg);
    if (seg->family == 0 || header < TCP_MIN || header > rest)
        return false;

    seg->src.port = get16(h);
    seg->dst.port = get16(h + 2);
    seg->seq = get32(h + 4);
    seg->ack = get32(h + 8);
    seg->flags = h[13];
    seg->window = get16(h + 14);
    seg->payload = (uint32_t)(rest - header);
    seg->has_ts = false;
    seg->checksum = CHECKSUM_UNKNOWN;
    seg->wscale = NO_WSCALE;
    seg->mss = seg->option_layout = 0;
    seg->option_kinds = 0;
    seg->tsval = seg->tsecr = 0;
    parse_options(seg, h + TCP_MIN, b->captured - tcp - TCP_MIN, header - TCP_MIN);
    seg->tunnel.checksum = CHECKSUM_UNKNOWN;
    if ((seg->flags & TCP_SYN) && seg->ttl != 0) /* there is an IP header */
        seg->checksum = (uint8_t)tcp_checksum(b->data, b->captured, tcp, seg->family);
    return true;
}

/* RFC 792, RFC 1812 5.2.7.1 and RFC 1122 3.2.2.1: codes of "destination unreachable". */
static bool icmp4_kind(uint8_t type, uint8_t code, enum icmp_kind *kind)
{
    static const enum icmp_kind unreachable[] = {
        [0] = ICMP_NET,
        [1] = ICMP_HOST,
        [2] = ICMP_OTHER,
        [3] = ICMP_PORT,
        [4] = ICMP_OTHER,
        [5] = ICMP_OTHER,
        [6] = ICMP_NET,
        [7] = ICMP_HOST,
        [8] = ICMP_HOST,
        [9] = ICMP_ADMIN_PROHIBITED,
        [10] = ICMP_ADMIN_PROHIBITED,
        [11] = ICMP_NET,
        [12] = ICMP_HOST,
        [13] = ICMP_ADMIN_PROHIBITED,
    };
    enum { UNREACHABLE = 3, TIME_EXCEEDED = 11, PARAMETER_PROBLEM = 12, FRAGMENTATION_NEEDED = 4 };

    *kind = ICMP_OTHER;
    if (type == TIME_EXCEEDED || type == PARAMETER_PROBLEM)
        return true;
    if (type != UNREACHABLE)
        return false;
    if (code == FRAGMENTATION_NEEDED)
        *kind = ICMP_TOO_BIG;
    else if (code < sizeof unreachable / sizeof unreachable[0])
        *kind = unreachable[code];
    return true;
}

/* RFC 4443, 3.1 to 3.4. */
static bool icmp6_kind(uint8_t type, uint8_t code, enum icmp_kind *kind)
{
    static const enum icmp_kind unreachable[] = {
        [0] = ICMP_NET,
        [1] = ICMP_ADMIN_PROHIBITED,
        [2] = ICMP_OTHER,
        [3] = ICMP_HOST,
        [4] = ICMP_PORT,
        [5] = ICMP_ADMIN_PROHIBITED,
        [6] = ICMP_ADMIN_PROHIBITED,
    };

    *kind = ICMP_OTHER;
    if (type == 2)
        *kind = ICMP_TOO_BIG;
    if (type == 2 || type == 3 || type == 4)
        return true;
    if (type != 1)
        return false;
    if (code < sizeof unreachable / sizeof unreachable[0])
        *kind = unreachable[code];
    return true;
}

static bool quoted_addresses(const struct packet_bytes *b, size_t ip, struct icmp_error *error, size_t *tcp)
{
    size_t header = error->family == 4 ? IPV4_MIN : IPV6_HEADER;
    if (b->captured < ip + header || b->data[ip] >> 4 != error->family)
        return false;
    const uint8_t *h = b->data + ip;

    memset(&error->src, 0, sizeof error->src);
    memset(&error->dst, 0, sizeof error->dst);
    if (error->family == 4) {
        *tcp = ip + (size_t)(h[0] & 0xf) * 4;
        memcpy(error->src.ip, h + 12, 4);
        memcpy(error->dst.ip, h + 16, 4);
        return *tcp >= ip + IPV4_MIN && h[9] == IP_PROTO_TCP && (get16(h + 6) & 0x1fff) == 0;
    }
    *tcp = ipv6_tcp_offset(b, ip, b->captured);
    memcpy(error->src.ip, h + 8, 16);
    memcpy(error->dst.ip, h + 24, 16);
    return *tcp != 0;
}

static bool read_icmp_kind(const struct packet_bytes *b, size_t icmp, uint8_t family, enum icmp_kind *kind)
{
    if (icmp > b->captured || b->captured - icmp < ICMP_HEADER)
        return false;
    return (family == 4 ? icmp4_kind : icmp6_kind)(b->data[icmp], b->data[icmp + 1], kind);
}

bool icmp_error_is_cut(const struct packet_bytes *b, size_t icmp, uint8_t family)
{
    const size_t protocol = icmp + ICMP_HEADER + (family == 4 ? 9 : 6);
    enum icmp_kind kind;

    if (b->captured >= b->on_wire || !read_icmp_kind(b, icmp, family, &kind))
        return false;
    return b->captured <= protocol || b->data[protocol] == IP_PROTO_TCP;
}

bool icmp_error_parse(const struct packet_bytes *b, size_t icmp, struct icmp_error *error)
{
    enum { QUOTED_TCP = 8 };
    size_t tcp;

    if (!read_icmp_kind(b, icmp, error->family, &error->kind))
        return false;
    if (!quoted_addresses(b, icmp + ICMP_HEADER, error, &tcp) || b->captured < tcp + QUOTED_TCP)
        return false;
    error->src.port = get16(b->data + tcp);
    error->dst.port = get16(b->data + tcp + 2);
    error->seq = get32(b->data + tcp + 4);
    return true;
}
