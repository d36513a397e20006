/* headers.h - builds raw packets for the tests: IP, TCP and ICMP headers, one after the other
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_TEST_HEADERS_H
#define SYNFATE_TEST_HEADERS_H

#include "segment.h"

#include <glib.h>
#include <string.h>

enum { PROTO_HOP_BY_HOP = 0, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ROUTING = 43, PROTO_FRAGMENT = 44 };
enum { PROTO_AUTHENTICATION = 51, PROTO_DESTINATION = 60 };

struct packet {
    uint8_t data[512];
    size_t size;
};

static inline void put8(struct packet *p, unsigned value)
{
    g_assert(p->size < sizeof p->data); /* does not return, as compilers know */
    p->data[p->size++] = (uint8_t)value;
}

static inline void put16(struct packet *p, unsigned value)
{
    put8(p, value >> 8);
    put8(p, value & 0xff);
}

static inline void put32(struct packet *p, uint32_t value)
{
    put16(p, value >> 16);
    put16(p, value & 0xffff);
}

static inline void put_zeros(struct packet *p, size_t n)
{
    while (n-- > 0)
        put8(p, 0);
}

/* 10.0.0.1 to 10.0.0.2, TTL 61, IP ID 0x1234 and DF; options: bytes, a multiple of 4; rest: what follows. */
static inline void put_ipv4(struct packet *p, unsigned protocol, size_t options, size_t rest)
{
    put8(p, 0x40 | (unsigned)(20 + options) / 4);
    put8(p, 0);
    put16(p, (unsigned)(20 + options + rest));
    put16(p, 0x1234);
    put16(p, 0x4000);
    put8(p, 61);
    put8(p, protocol);
    put16(p, 0);
    put32(p, 0x0a000001);
    put32(p, 0x0a000002);
    put_zeros(p, options);
}

/* fd00::1 to fd00::2, hop limit 62; rest: what follows, extension headers included. */
static inline void put_ipv6(struct packet *p, unsigned next, size_t rest)
{
    put32(p, 0x60000000);
    put16(p, (unsigned)rest);
    put8(p, next);
    put8(p, 62);
    for (unsigned host = 1; host <= 2; host++) {
        put8(p, 0xfd);
        put_zeros(p, 14);
        put8(p, host);
    }
}

/* Ports 57011 to 8080, seq 0x01020304, ack 0x05060708, window 0x1122; options: bytes, a multiple of 4, which
 * the caller puts behind. */
static inline void put_tcp(struct packet *p, unsigned flags, size_t options)
{
    put16(p, 57011);
    put16(p, 8080);
    put32(p, 0x01020304);
    put32(p, 0x05060708);
    put8(p, (unsigned)(20 + options) / 4 << 4);
    put8(p, flags);
    put16(p, 0x1122);
    put32(p, 0);
}

/* A copy of exactly that size, so that a sanitizer sees every read beyond. */
static inline uint8_t *copy_bytes(const struct packet *p, size_t size)
{
    uint8_t *copy = g_malloc(size + 1);

    memcpy(copy + 1, p->data, size);
    return copy;
}

/* Reads the TCP header at an offset of the first `captured` bytes of a packet. */
static inline bool parse_cut(const struct packet *p, size_t captured, size_t tcp, struct segment *seg)
{
    uint8_t *copy = copy_bytes(p, captured);
    struct packet_bytes bytes = { .data = copy + 1, .captured = captured, .on_wire = p->size };
    bool parsed = segment_parse(&bytes, tcp, seg);

    g_free(copy);
    return parsed;
}

static inline bool parse_icmp_cut(const struct packet *p, size_t captured, size_t icmp, struct icmp_error *error)
{
    uint8_t *copy = copy_bytes(p, captured);
    struct packet_bytes bytes = { .data = copy + 1, .captured = captured, .on_wire = p->size };
    bool parsed = icmp_error_parse(&bytes, icmp, error);

    g_free(copy);
    return parsed;
}

#endif
