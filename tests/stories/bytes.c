/* bytes.c - writes the packets of a story, from their IP header on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "play.h"

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMPV6 = 58 };
enum { ICMP_IP_ID = 0x99be, OTHER_IP_ID = 0x4711, ICMPV6_LEAST_MTU = 1280 };
enum {
    OPTION_END,
    OPTION_NOP,
    OPTION_MSS,
    OPTION_WSCALE,
    OPTION_SACK,
    OPTION_BLOCKS,
    OPTION_TIMES = 8,
    OPTION_MD5 = 19,
    OPTION_AO = 29,
    OPTION_MPTCP = 30,
    OPTION_FAST_OPEN = 34
};

static void put8(GByteArray *out, unsigned value)
{
    const uint8_t byte = (uint8_t)value;

    g_byte_array_append(out, &byte, 1);
}

static void put16(GByteArray *out, unsigned value)
{
    put8(out, value >> 8);
    put8(out, value & 0xff);
}

static void put32(GByteArray *out, uint32_t value)
{
    put16(out, value >> 16);
    put16(out, value & 0xffff);
}

static void set16(GByteArray *out, size_t at, unsigned value)
{
    out->data[at] = (uint8_t)(value >> 8);
    out->data[at + 1] = (uint8_t)value;
}

/* RFC 1071: the sum of 16-bit words, an odd last byte as if a zero followed. */
static uint32_t add_words(uint32_t sum, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sum += i % 2 == 0 ? (uint32_t)data[i] << 8 : data[i];
    return sum;
}

static unsigned checksum(uint32_t sum)
{
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

/* An IP header; close_ip fills in what depends on what follows. */
static GByteArray *open_ip(const struct end *src, const struct end *dst, uint8_t protocol, uint8_t ttl, uint16_t ip_id,
                           bool df)
{
    GByteArray *out = g_byte_array_new();

    if (src->family == 4) {
        put32(out, 0x45000000);
        put16(out, ip_id);
        put16(out, df ? 0x4000 : 0);
        put8(out, ttl);
        put8(out, protocol);
        put16(out, 0);
    } else {
        put32(out, 0x60000000);
        put16(out, 0);
        put8(out, protocol);
        put8(out, ttl);
    }
    const guint size = src->family == 4 ? 4 : 16;
    g_byte_array_append(out, src->address.ip, size);
    g_byte_array_append(out, dst->address.ip, size);
    return out;
}

/* Lengths and checksums. checksum_at: of the transport header's checksum in it. */
static GByteArray *close_ip(GByteArray *out, size_t checksum_at, bool pseudo_header)
{
    const struct ip_facts ip = ip_facts(out->data);
    const size_t size = out->len - ip.header, addresses = ip.family == 4 ? 12 : 8;
    uint32_t sum = add_words(0, out->data + ip.header, size);

    if (pseudo_header)
        sum = add_words(sum + ip.protocol + (uint32_t)size, out->data + addresses, ip.header - addresses);
    set16(out, ip.header + checksum_at, checksum(sum));
    if (ip.family == 4) {
        set16(out, 2, out->len);
        set16(out, 10, checksum(add_words(0, out->data, ip.header)));
    } else {
        set16(out, 4, (unsigned)size);
    }
    return out;
}

struct ip_facts ip_facts(const uint8_t *packet)
{
    struct ip_facts ip = { .family = packet[0] >> 4 };

    ip.header = ip.family == 4 ? 20 : 40;
    ip.protocol = packet[ip.family == 4 ? 9 : 6];
    memcpy(ip.src, packet + (ip.family == 4 ? 12 : 8), ip.family == 4 ? 4 : 16);
    return ip;
}

static void put_times(GByteArray *out, const struct segment_numbers *s)
{
    put16(out, OPTION_TIMES << 8 | 10);
    put32(out, s->tsval);
    put32(out, s->tsecr);
}

static void put_option(GByteArray *out, char kind, const struct segment_numbers *s)
{
    switch (kind) {
    case 'M':
        put16(out, OPTION_MSS << 8 | 4);
        put16(out, s->mss);
        break;
    case 'S':
        put16(out, OPTION_SACK << 8 | 2);
        break;
    case 'T':
        put_times(out, s);
        break;
    case 'W':
        put16(out, OPTION_WSCALE << 8 | 3);
        put8(out, s->wscale);
        break;
    case 'F':
        put16(out, OPTION_FAST_OPEN << 8 | 10);
        put32(out, 0x01020304);
        put32(out, 0x05060708);
        break;
    case 'D':
        put16(out, OPTION_MD5 << 8 | 18);
        for (int i = 0; i < 4; i++)
            put32(out, 0);
        break;
    case 'B': /* of a segment's length behind one that is missing */
        put16(out, OPTION_BLOCKS << 8 | 10);
        put32(out, s->ack + 1000);
        put32(out, s->ack + 2000);
        break;
    case 'J': /* MP_JOIN */
        put16(out, OPTION_MPTCP << 8 | 12);
        put16(out, 0x1001);
        put32(out, 0x01020304);
        put32(out, 0x05060708);
        break;
    case 'A':
        put16(out, OPTION_AO << 8 | 16);
        for (int i = 0; i < 14; i++)
            put8(out, 0);
        break;
    default: /* n */
        put8(out, OPTION_NOP);
    }
}

GByteArray *bytes_of_segment(const struct segment_numbers *s, size_t *header_end)
{
    GByteArray *out = open_ip(s->src, s->dst, PROTO_TCP, s->ttl, s->ip_id, s->df);
    const guint begin = out->len;

    if (s->src->family == 6) {
        out->data[1] |= (uint8_t)(s->flow_label >> 16);
        set16(out, 2, s->flow_label & 0xffff);
    }
    put16(out, s->src->address.port);
    put16(out, s->dst->address.port);
    put32(out, s->seq);
    put32(out, s->ack);
    put8(out, 0);
    put8(out, s->flags);
    put16(out, s->window);
    put32(out, 0);
    *header_end = out->len;
    for (const char *kind = s->options; *kind != '\0'; kind++)
        put_option(out, *kind, s);
    while (out->len % 4 != 0)
        put8(out, OPTION_END);
    out->data[begin + 12] = (uint8_t)((out->len - begin) / 4 << 4);
    for (uint32_t i = 0; i < s->payload; i++)
        put8(out, 0);
    return close_ip(out, 16, true);
}

/* A byte is changed behind the checksum; or it is what Linux leaves to a network card: the pseudo-header's sum. */
void spoil_checksum(GByteArray *out, bool offloaded)
{
    const struct ip_facts ip = ip_facts(out->data);
    const size_t addresses = ip.family == 4 ? 12 : 8;

    if (offloaded)
        set16(out, ip.header + 16,
              ~checksum(add_words(ip.protocol + out->len - (uint32_t)ip.header, out->data + addresses,
                                  ip.header - addresses)));
    else
        out->data[ip.header + 14] ^= 0x40; /* the window */
}

static const struct {
    const char *name;
    uint8_t type, code, type6, code6;
} icmp_kinds[] = {
    { "net", 3, 0, 1, 0 },
    { "host", 3, 1, 1, 3 },
    { "port", 3, 3, 1, 4 },
    { "fragmentation_needed", 3, 4, 2, 0 },
    { "admin_prohibited", 3, 13, 1, 1 },
    { "other", 11, 0, 3, 0 },
};

GByteArray *bytes_of_icmp(const struct end *src, const struct end *dst, const char *kind, const GByteArray *quoted)
{
    size_t i = 0;

    while (i < G_N_ELEMENTS(icmp_kinds) && strcmp(icmp_kinds[i].name, kind) != 0)
        i++;
    if (i == G_N_ELEMENTS(icmp_kinds))
        return NULL;
    const bool v6 = src->family == 6;
    GByteArray *out = open_ip(src, dst, v6 ? PROTO_ICMPV6 : PROTO_ICMP, 64, ICMP_IP_ID, false);
    put8(out, v6 ? icmp_kinds[i].type6 : icmp_kinds[i].type);
    put8(out, v6 ? icmp_kinds[i].code6 : icmp_kinds[i].code);
    put16(out, 0);
    put32(out, v6 && icmp_kinds[i].type6 == 2 ? ICMPV6_LEAST_MTU : 0);
    g_byte_array_append(out, quoted->data, quoted->len);
    return close_ip(out, 2, v6);
}

/* A UDP datagram without data. */
GByteArray *bytes_of_other(const struct end *src, const struct end *dst)
{
    GByteArray *out = open_ip(src, dst, PROTO_UDP, 64, OTHER_IP_ID, false);

    put16(out, src->address.port);
    put16(out, dst->address.port);
    put16(out, 8);
    put16(out, 0);
    return close_ip(out, 6, true);
}
