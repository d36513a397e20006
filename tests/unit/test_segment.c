/* test_segment.c - TCP, IP and ICMP headers, whole, odd, malformed and cut
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "headers.h"

static const uint8_t IPV4_SRC[16] = { 10, 0, 0, 1 }, IPV4_DST[16] = { 10, 0, 0, 2 };
static const uint8_t IPV6_SRC[16] = { [0] = 0xfd, [15] = 1 }, IPV6_DST[16] = { [0] = 0xfd, [15] = 2 };

static void put_syn_options(struct packet *p)
{
    put32(p, 0x020405b4); /* MSS 1460 */
    put16(p, 0x0402);     /* SACK permitted */
    put16(p, 0x080a);     /* timestamps */
    put32(p, 1000);
    put32(p, 2000);
    put8(p, 1);
    put8(p, 3); /* window scale 7 */
    put16(p, 0x0307);
    put32(p, 0x22020101); /* Fast Open, an empty cookie */
}

enum { SYN_OPTIONS = 24 };

static void assert_tcp(const struct segment *seg, unsigned flags, uint32_t payload)
{
    g_assert_cmpuint(seg->src.port, ==, 57011);
    g_assert_cmpuint(seg->dst.port, ==, 8080);
    g_assert_cmphex(seg->seq, ==, 0x01020304);
    g_assert_cmphex(seg->ack, ==, 0x05060708);
    g_assert_cmphex(seg->window, ==, 0x1122);
    g_assert_cmphex(seg->flags, ==, flags);
    g_assert_cmpuint(seg->payload, ==, payload);
}

static void assert_addresses(const struct segment *seg, uint8_t family)
{
    g_assert_cmpuint(seg->family, ==, family);
    g_assert_cmpmem(seg->src.ip, 16, family == 4 ? IPV4_SRC : IPV6_SRC, 16);
    g_assert_cmpmem(seg->dst.ip, 16, family == 4 ? IPV4_DST : IPV6_DST, 16);
}

static void assert_ipv4_header(const struct segment *seg)
{
    g_assert_cmpuint(seg->ttl, ==, 61);
    g_assert_true(seg->has_ip_id);
    g_assert_cmphex(seg->ip_id, ==, 0x1234);
    g_assert_true(seg->df);
}

static void test_syn_with_all_options(void)
{
    struct packet p = { .size = 0 };
    struct segment seg = { .family = 0 };

    put_ipv4(&p, PROTO_TCP, 0, 20 + SYN_OPTIONS);
    put_tcp(&p, TCP_SYN, SYN_OPTIONS);
    put_syn_options(&p);
    g_assert_true(parse_cut(&p, p.size, 20, &seg));
    assert_tcp(&seg, TCP_SYN, 0);
    assert_addresses(&seg, 4);
    assert_ipv4_header(&seg);
    g_assert_cmpuint(seg.mss, ==, 1460);
    g_assert_cmpuint(seg.wscale, ==, 7);
    g_assert_true(seg.has_ts);
    g_assert_cmpuint(seg.tsval, ==, 1000);
    g_assert_cmpuint(seg.tsecr, ==, 2000);
    g_assert_false(seg.options_cut);
    g_assert_cmphex(seg.option_kinds & 0xffffffff, ==, 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 8);
    g_assert_cmphex(seg.option_kinds >> 32, ==, 1 << (34 - 32));
}

/* DSCP, ECN and flow label are where each family has them. */
static void test_traffic(void)
{
    struct packet v4 = { .size = 0 }, v6 = { .size = 0 };
    struct segment seg = { .family = 0 };

    put_ipv4(&v4, PROTO_TCP, 0, 20);
    put_tcp(&v4, TCP_SYN | TCP_ECE | TCP_CWR, 0);
    v4.data[1] = 46 << 2 | 1;
    g_assert_true(parse_cut(&v4, v4.size, 20, &seg));
    g_assert_cmphex(seg.traffic, ==, 46 << 2 | 1);
    g_assert_cmphex(seg.flow_label, ==, 0);
    g_assert_cmphex(seg.flags, ==, TCP_SYN | TCP_ECE | TCP_CWR);

    put_ipv6(&v6, PROTO_TCP, 20);
    put_tcp(&v6, TCP_SYN, 0);
    memcpy(v6.data, "\x6b\x9a\xbc\xde", 4);
    seg.family = 0;
    g_assert_true(parse_cut(&v6, v6.size, 40, &seg));
    g_assert_cmphex(seg.traffic, ==, 0xb9);
    g_assert_cmphex(seg.flow_label, ==, 0xabcde);
}

static void test_no_options(void)
{
    struct packet p = { .size = 0 };
    struct segment seg = { .family = 0 };

    put_ipv4(&p, PROTO_TCP, 0, 20 + 5);
    put_tcp(&p, TCP_ACK | TCP_PSH, 0);
    put_zeros(&p, 5);
    g_assert_true(parse_cut(&p, p.size, 20, &seg));
    assert_tcp(&seg, TCP_ACK | TCP_PSH, 5);
    g_assert_false(seg.has_ts || seg.options_cut);
    g_assert_cmpuint(seg.wscale, ==, NO_WSCALE);
    g_assert_cmpuint(seg.mss, ==, 0);
    g_assert_cmpuint(seg.option_layout, ==, 0);
}

/* The digest of the options tells another order from the same options. */
static void test_option_layout(void)
{
    const uint32_t orders[3][2] = { { 0x01010402, 0x020405b4 },
                                    { 0x01010402, 0x02040218 },
                                    { 0x020405b4, 0x01010402 } };
    uint16_t layout[3];

    for (int i = 0; i < 3; i++) {
        struct packet p = { .size = 0 };
        struct segment seg = { .family = 0 };
        put_ipv4(&p, PROTO_TCP, 0, 28);
        put_tcp(&p, TCP_SYN, 8);
        put32(&p, orders[i][0]);
        put32(&p, orders[i][1]);
        g_assert_true(parse_cut(&p, p.size, 20, &seg));
        layout[i] = seg.option_layout;
    }
    g_assert_cmphex(layout[0], ==, layout[1]); /* another MSS is no other order */
    g_assert_cmphex(layout[0], !=, layout[2]);
}

struct option_case {
    const char *what;
    uint8_t bytes[12];
    bool has_ts;
    uint8_t wscale;
    uint16_t mss;
};

static void test_odd_options(void)
{
    static const struct option_case cases[] = {
        { "the list ends at kind 0", { 0, 2, 4, 5, 0xb4 }, .wscale = NO_WSCALE },
        { "length 0", { 2, 0, 5, 0xb4, 3, 3, 7 }, .wscale = NO_WSCALE },
        { "length 1", { 2, 1, 5, 0xb4, 3, 3, 7 }, .wscale = NO_WSCALE },
        { "longer than the header", { 3, 3, 7, 1, 8, 10, 1, 2, 3, 4, 5, 6 }, .wscale = 7 },
        { "no room for a length", { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 8 }, .wscale = NO_WSCALE },
        { "a MSS of the wrong length", { 2, 3, 5, 4, 2, 0 }, .wscale = NO_WSCALE },
        { "a window scale of the wrong length", { 3, 4, 7, 7, 2, 4, 1, 0 }, .wscale = NO_WSCALE, .mss = 256 },
        { "timestamps of the wrong length", { 8, 6, 1, 2, 3, 4, 4, 2 }, .wscale = NO_WSCALE },
        { "a shift above 14", { 3, 3, 15 }, .wscale = 14 }, /* RFC 7323, 2.3 */
        { "a kind nobody knows", { 200, 4, 9, 9, 3, 3, 2 }, .wscale = 2 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct packet p = { .size = 0 };
        struct segment seg = { .family = 0 };
        g_test_message("%s", cases[i].what);
        put_ipv4(&p, PROTO_TCP, 0, 32);
        put_tcp(&p, TCP_SYN, 12);
        for (size_t k = 0; k < sizeof cases[i].bytes; k++)
            put8(&p, cases[i].bytes[k]);
        g_assert_true(parse_cut(&p, p.size, 20, &seg));
        g_assert_cmpint(seg.has_ts, ==, cases[i].has_ts);
        g_assert_cmpuint(seg.wscale, ==, cases[i].wscale);
        g_assert_cmpuint(seg.mss, ==, cases[i].mss);
    }
}

/* "Everything else is filled in": what is absent is zero, whatever was there before. */
static void test_nothing_is_left_over(void)
{
    struct packet p = { .size = 0 };
    struct segment seg;

    memset(&seg, 0xff, sizeof seg);
    seg.family = 0;
    put_ipv6(&p, PROTO_TCP, 20);
    put_tcp(&p, TCP_FIN | TCP_ACK, 0);
    g_assert_true(parse_cut(&p, p.size, 40, &seg));
    g_assert_false(seg.has_ip_id || seg.df || seg.has_ts);
    g_assert_cmpuint(seg.ip_id, ==, 0);
    g_assert_cmpuint(seg.tsval, ==, 0);
    g_assert_cmpuint(seg.tsecr, ==, 0);
}

static void test_ipv4_options(void)
{
    for (size_t options = 0; options <= 40; options += 4) {
        struct packet p = { .size = 0 };
        struct segment seg = { .family = 0 };
        put_ipv4(&p, PROTO_TCP, options, 20 + 3);
        put_tcp(&p, TCP_ACK, 0);
        put_zeros(&p, 3);
        g_assert_true(parse_cut(&p, p.size, 20 + options, &seg));
        assert_tcp(&seg, TCP_ACK, 3);
        assert_addresses(&seg, 4);
        assert_ipv4_header(&seg);
    }
}

/* An Ethernet frame is padded, and may have a check sequence: what follows the packet is no data. */
static void test_padding(void)
{
    struct packet p = { .size = 0 };
    struct segment seg = { .family = 0 };

    put_ipv4(&p, PROTO_TCP, 0, 20);
    put_tcp(&p, TCP_ACK, 0);
    put_zeros(&p, 10);
    g_assert_true(parse_cut(&p, p.size, 20, &seg));
    assert_tcp(&seg, TCP_ACK, 0);
}

/* Segmentation offload: the card fills in the length, behind the place where the frame is captured. */
static void test_zero_ip_length(void)
{
    struct packet v4 = { .size = 0 }, v6 = { .size = 0 };
    struct segment seg = { .family = 0 };

    put_ipv4(&v4, PROTO_TCP, 0, 20);
    v4.data[2] = v4.data[3] = 0;
    put_tcp(&v4, TCP_ACK, 0);
    put_zeros(&v4, 100);
    g_assert_true(parse_cut(&v4, v4.size, 20, &seg));
    assert_tcp(&seg, TCP_ACK, 100);

    seg.family = 0;
    put_ipv6(&v6, PROTO_TCP, 0);
    put_tcp(&v6, TCP_ACK, 0);
    put_zeros(&v6, 100);
    g_assert_true(parse_cut(&v6, v6.size, 40, &seg));
    assert_tcp(&seg, TCP_ACK, 100);
}

/* The addresses are known, but another header than theirs is before the TCP header, or none. */
static void test_known_addresses(void)
{
    static const struct {
        uint8_t family, last_byte;
        bool found;
    } cases[] = { { 4, 1, true }, { 4, 9, false }, { 6, 1, false } };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct packet p = { .size = 0 };
        struct segment seg = { .family = cases[i].family };
        memcpy(seg.src.ip, IPV4_SRC, 16);
        memcpy(seg.dst.ip, IPV4_DST, 16);
        seg.src.ip[3] = cases[i].last_byte;
        put_ipv4(&p, PROTO_TCP, 0, 20);
        put_tcp(&p, TCP_ACK, 0);
        put_zeros(&p, 7);
        g_assert_true(parse_cut(&p, p.size, 20, &seg));
        assert_tcp(&seg, TCP_ACK, cases[i].found ? 0 : 7);
        g_assert_cmpuint(seg.ttl, ==, cases[i].found ? 61 : 0);
        g_assert_cmpint(seg.has_ip_id, ==, cases[i].found);
        g_assert_cmpuint(seg.src.ip[3], ==, cases[i].last_byte);
    }
}

static void test_known_ipv6_addresses(void)
{
    for (int found = 0; found < 2; found++) {
        struct packet p = { .size = 0 };
        struct segment seg = { .family = 6 };
        memcpy(seg.src.ip, IPV6_SRC, 16);
        memcpy(seg.dst.ip, IPV6_DST, 16);
        seg.dst.ip[15] = found ? 2 : 3;
        put_ipv6(&p, PROTO_TCP, 20);
        put_tcp(&p, TCP_ACK, 0);
        g_assert_true(parse_cut(&p, p.size, 40, &seg));
        g_assert_cmpuint(seg.ttl, ==, found ? 62 : 0);
        g_assert_false(seg.has_ip_id);
    }
}

/* The innermost of several IP headers is the one whose packet the TCP header is in. */
static void test_ip_in_ip(void)
{
    struct packet p = { .size = 0 };
    struct segment seg = { .family = 0 };

    put_ipv4(&p, 41, 0, 60);
    put_ipv6(&p, PROTO_TCP, 20);
    put_tcp(&p, TCP_RST, 0);
    g_assert_true(parse_cut(&p, p.size, 60, &seg));
    assert_tcp(&seg, TCP_RST, 0);
    assert_addresses(&seg, 6);
}

static void test_no_ip_header(void)
{
    struct packet p = { .size = 0 };
    struct segment seg = { .family = 0 };

    put_tcp(&p, TCP_SYN, 0);
    g_assert_false(parse_cut(&p, p.size, 0, &seg));
    seg.family = 4;
    g_assert_true(parse_cut(&p, p.size, 0, &seg));
    assert_tcp(&seg, TCP_SYN, 0);
    g_assert_cmpuint(seg.ttl, ==, 0);
}

/* A header so deep in the packet that no chain of extension headers is looked for. */
static void test_ip_header_is_far(void)
{
    struct packet p = { .size = 0 };
    struct segment seg = { .family = 0 };

    put_ipv6(&p, PROTO_TCP, 320);
    put_zeros(&p, 300);
    put_tcp(&p, TCP_SYN, 0);
    g_assert_false(parse_cut(&p, p.size, 340, &seg));
    seg.family = 6;
    g_assert_true(parse_cut(&p, p.size, 340, &seg));
    assert_tcp(&seg, TCP_SYN, 0);
}

/* A damaged capture may hold more bytes than it says that the packet had: those are not the packet's. */
static void test_more_captured_than_sent(void)
{
    struct packet p = { .size = 0 };
    struct segment seg = { .family = 4 };

    put_tcp(&p, TCP_ACK, 0);
    put_tcp(&p, TCP_ACK, 0);
    for (size_t on_wire = 0; on_wire <= p.size; on_wire++) {
        struct packet_bytes bytes = { .data = p.data, .captured = p.size, .on_wire = on_wire };
        g_assert_cmpint(segment_parse(&bytes, 20, &seg), ==, on_wire == 40);
    }
}

/* What looks like an IP header but cannot be the one of this TCP header. */
static void test_false_ip_headers(void)
{
    static const struct {
        size_t at;
        uint8_t value;
    } changes[] = {
        { 0, 0x55 }, /* version 5 */
        { 0, 0x46 }, /* longer than what is before the TCP header */
        { 9, 17 },   /* UDP */
        { 3, 39 },   /* a total length without room for a TCP header */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        struct packet p = { .size = 0 };
        struct segment seg = { .family = 0 };
        put_ipv4(&p, PROTO_TCP, 0, 20);
        put_tcp(&p, TCP_SYN, 0);
        p.data[changes[i].at] = changes[i].value;
        g_assert_false(parse_cut(&p, p.size, 20, &seg));
    }
}

static void test_malformed_tcp(void)
{
    for (unsigned words = 0; words < 16; words++) {
        struct packet p = { .size = 0 };
        struct segment seg = { .family = 0 };
        put_ipv4(&p, PROTO_TCP, 0, 28);
        put_tcp(&p, TCP_SYN, 8);
        put_zeros(&p, 8);
        p.data[20 + 12] = (uint8_t)(words << 4);
        g_assert_cmpint(parse_cut(&p, p.size, 20, &seg), ==, words >= 5 && words <= 7);
    }
}

static void test_offset_beyond_the_packet(void)
{
    struct packet p = { .size = 0 };
    struct segment seg = { .family = 4 };

    put_ipv4(&p, PROTO_TCP, 0, 20);
    put_tcp(&p, TCP_SYN, 0);
    g_assert_false(parse_cut(&p, p.size, p.size + 1, &seg));
    g_assert_false(parse_cut(&p, p.size, SIZE_MAX, &seg));
    g_assert_false(parse_cut(&p, p.size, p.size, &seg));
}

/* A snap length may end anywhere: without the fixed header there is nothing, without options they are "cut". */
static void test_every_snap_length(void)
{
    struct packet p = { .size = 0 };

    put_ipv4(&p, PROTO_TCP, 0, 20 + SYN_OPTIONS + 9);
    put_tcp(&p, TCP_SYN, SYN_OPTIONS);
    put_syn_options(&p);
    put_zeros(&p, 9);
    for (size_t captured = 0; captured <= p.size; captured++) {
        struct segment seg = { .family = 0 };
        bool parsed = parse_cut(&p, captured, 20, &seg);
        g_assert_cmpint(parsed, ==, captured >= 40);
        if (!parsed)
            continue;
        assert_tcp(&seg, TCP_SYN, 9);
        g_assert_cmpint(seg.options_cut, ==, captured < 40 + SYN_OPTIONS);
        g_assert_cmpint(seg.has_ts, ==, captured >= 40 + 16);
    }
}

/* ---- IPv6 extension headers ---- */

/* An extension header of 8 bytes, but for the authentication header, whose length counts other words. */
static void put_extension(struct packet *p, unsigned kind, unsigned next)
{
    put8(p, next);
    put8(p, kind == PROTO_AUTHENTICATION ? 1 : 0);
    put_zeros(p, kind == PROTO_AUTHENTICATION ? 10 : 6);
}

static void test_ipv6_extensions(void)
{
    static const unsigned kinds[] = { PROTO_HOP_BY_HOP, PROTO_DESTINATION, PROTO_ROUTING, PROTO_FRAGMENT,
                                      PROTO_AUTHENTICATION };

    for (size_t n = 0; n <= G_N_ELEMENTS(kinds); n++) {
        struct packet p = { .size = 0 };
        struct segment seg = { .family = 0 };
        put_ipv6(&p, n == 0 ? PROTO_TCP : kinds[0], 8 * n + (n == G_N_ELEMENTS(kinds) ? 4 : 0) + 20 + 6);
        for (size_t i = 0; i < n; i++)
            put_extension(&p, kinds[i], i + 1 < n ? kinds[i + 1] : PROTO_TCP);
        size_t tcp = p.size;
        put_tcp(&p, TCP_SYN | TCP_ACK, 0);
        put_zeros(&p, 6);
        g_assert_true(parse_cut(&p, p.size, tcp, &seg));
        assert_tcp(&seg, TCP_SYN | TCP_ACK, 6);
        assert_addresses(&seg, 6);
        g_assert_cmpuint(seg.ttl, ==, 62);
        g_assert_false(seg.has_ip_id);
    }
}

static void test_ipv6_dead_ends(void)
{
    static const struct {
        const char *what;
        unsigned next;
        uint8_t extension[8];
    } cases[] = {
        { "a later fragment", PROTO_FRAGMENT, { PROTO_TCP, 0, 0x00, 0x08 } },
        { "an extension that is longer than the packet", PROTO_HOP_BY_HOP, { PROTO_TCP, 200 } },
        { "an extension that ends behind the TCP header", PROTO_HOP_BY_HOP, { PROTO_TCP, 1 } },
        { "a chain that goes on inside the TCP header", PROTO_HOP_BY_HOP, { PROTO_ROUTING, 0 } },
        { "no TCP", PROTO_UDP, { 0 } },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct packet p = { .size = 0 };
        struct segment seg = { .family = 0 };
        g_test_message("%s", cases[i].what);
        put_ipv6(&p, cases[i].next, 28);
        for (size_t k = 0; k < 8; k++)
            put8(&p, cases[i].extension[k]);
        put_tcp(&p, TCP_SYN, 0);
        g_assert_false(parse_cut(&p, p.size, 48, &seg));
    }
}

/* ---- ICMP ---- */

struct icmp_case {
    uint8_t family, type, code;
    bool is_error;
    enum icmp_kind kind;
};

static void put_quote(struct packet *p, uint8_t family, unsigned type, unsigned code, size_t options)
{
    put8(p, type);
    put8(p, code);
    put_zeros(p, 6);
    if (family == 4)
        put_ipv4(p, PROTO_TCP, options, 20);
    else
        put_ipv6(p, PROTO_TCP, 20);
    put_tcp(p, TCP_SYN, 0);
}

static void test_icmp_kinds(void)
{
    static const struct icmp_case cases[] = {
        { 4, 3, 0, true, ICMP_NET },
        { 4, 3, 1, true, ICMP_HOST },
        { 4, 3, 2, true, ICMP_OTHER },
        { 4, 3, 3, true, ICMP_PORT },
        { 4, 3, 4, true, ICMP_TOO_BIG }, /* fragmentation needed */
        { 4, 3, 5, true, ICMP_OTHER },
        { 4, 3, 6, true, ICMP_NET },
        { 4, 3, 7, true, ICMP_HOST },
        { 4, 3, 9, true, ICMP_ADMIN_PROHIBITED },
        { 4, 3, 10, true, ICMP_ADMIN_PROHIBITED },
        { 4, 3, 11, true, ICMP_NET },
        { 4, 3, 12, true, ICMP_HOST },
        { 4, 3, 13, true, ICMP_ADMIN_PROHIBITED },
        { 4, 3, 14, true, ICMP_OTHER },
        { 4, 3, 255, true, ICMP_OTHER },
        { 4, 11, 0, true, ICMP_OTHER }, /* time exceeded */
        { 4, 12, 0, true, ICMP_OTHER }, /* parameter problem */
        { 4, 4, 0, false, ICMP_OTHER }, /* source quench */
        { 4, 5, 1, false, ICMP_OTHER }, /* redirect */
        { 4, 8, 0, false, ICMP_OTHER }, /* echo request */
        { 6, 1, 0, true, ICMP_NET },
        { 6, 1, 1, true, ICMP_ADMIN_PROHIBITED },
        { 6, 1, 2, true, ICMP_OTHER },
        { 6, 1, 3, true, ICMP_HOST },
        { 6, 1, 4, true, ICMP_PORT },
        { 6, 1, 5, true, ICMP_ADMIN_PROHIBITED },
        { 6, 1, 6, true, ICMP_ADMIN_PROHIBITED },
        { 6, 1, 7, true, ICMP_OTHER },
        { 6, 2, 0, true, ICMP_TOO_BIG }, /* packet too big */
        { 6, 3, 0, true, ICMP_OTHER },
        { 6, 4, 0, true, ICMP_OTHER },
        { 6, 128, 0, false, ICMP_OTHER }, /* echo request */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct packet p = { .size = 0 };
        struct icmp_error error = { .family = cases[i].family };
        put_quote(&p, cases[i].family, cases[i].type, cases[i].code, 0);
        g_test_message("family %u type %u code %u", cases[i].family, cases[i].type, cases[i].code);
        g_assert_cmpint(parse_icmp_cut(&p, p.size, 0, &error), ==, cases[i].is_error);
        if (!cases[i].is_error)
            continue;
        g_assert_cmpint(error.kind, ==, cases[i].kind);
        g_assert_cmpuint(error.src.port, ==, 57011);
        g_assert_cmpuint(error.dst.port, ==, 8080);
        g_assert_cmphex(error.seq, ==, 0x01020304);
        g_assert_cmpmem(error.src.ip, 16, cases[i].family == 4 ? IPV4_SRC : IPV6_SRC, 16);
        g_assert_cmpmem(error.dst.ip, 16, cases[i].family == 4 ? IPV4_DST : IPV6_DST, 16);
    }
}

/* RFC 792: eight bytes of the quoted TCP header are enough, and not less. */
static void test_icmp_every_snap_length(void)
{
    static const struct {
        uint8_t family;
        size_t options, needed;
    } cases[] = { { 4, 0, 8 + 20 + 8 }, { 4, 12, 8 + 32 + 8 }, { 6, 0, 8 + 40 + 8 } };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct packet p = { .size = 0 };
        put_quote(&p, cases[i].family, cases[i].family == 4 ? 3 : 1, 1, cases[i].options);
        for (size_t captured = 0; captured <= p.size; captured++) {
            struct icmp_error error = { .family = cases[i].family };
            g_assert_cmpint(parse_icmp_cut(&p, captured, 0, &error), ==, captured >= cases[i].needed);
            const struct packet_bytes bytes = { .data = p.data, .captured = captured, .on_wire = p.size };
            g_assert_cmpint(icmp_error_is_cut(&bytes, 0, cases[i].family), ==, captured >= 8 && captured < p.size);
        }
    }
}

static void test_icmp_quotes_something_else(void)
{
    static const struct {
        size_t at;
        uint8_t value;
    } changes[] = {
        { 8, 0x65 },     /* an IPv6 packet in an ICMPv4 error */
        { 8, 0x44 },     /* an IPv4 header that is too short */
        { 8 + 9, 17 },   /* UDP */
        { 8 + 7, 0x01 }, /* a later fragment */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        struct packet p = { .size = 0 };
        struct icmp_error error = { .family = 4 };
        put_quote(&p, 4, 3, 1, 0);
        p.data[changes[i].at] = changes[i].value;
        g_assert_false(parse_icmp_cut(&p, p.size, 0, &error));
    }
    struct packet p = { .size = 0 };
    struct icmp_error error = { .family = 6 };
    put_quote(&p, 6, 1, 1, 0);
    p.data[8 + 6] = PROTO_UDP;
    g_assert_false(parse_icmp_cut(&p, p.size, 0, &error));
    g_assert_false(parse_icmp_cut(&p, p.size, SIZE_MAX, &error));
    const struct packet_bytes bytes = { .data = p.data, .captured = p.size - 1, .on_wire = p.size };
    g_assert_false(icmp_error_is_cut(&bytes, 0, 6));
    g_assert_false(icmp_error_is_cut(&bytes, SIZE_MAX, 6));
}

static enum checksum checksum_read(const struct packet *p, size_t captured, size_t tcp)
{
    struct segment seg = { .family = 0 };

    g_assert_true(parse_cut(p, captured, tcp, &seg));
    return (enum checksum)seg.checksum;
}

/* Exactly one value is right (the other sum of ones' complement cannot come out); a bit changed anywhere makes it wrong. */
static void assert_checksum(struct packet *p, size_t tcp)
{
    uint8_t *field = p->data + tcp + 16;
    unsigned rights = 0, left_to_card = 0, right = 0;

    for (unsigned value = 0; value <= 0xffff; value++) {
        field[0] = (uint8_t)(value >> 8);
        field[1] = (uint8_t)value;
        enum checksum found = checksum_read(p, p->size, tcp);
        right = found == CHECKSUM_RIGHT ? value : right;
        rights += found == CHECKSUM_RIGHT;
        left_to_card += found == CHECKSUM_UNKNOWN;
    }
    g_assert_cmpuint(rights, ==, 1);
    g_assert_cmpuint(left_to_card, ==, 1);
    field[0] = (uint8_t)(right >> 8);
    field[1] = (uint8_t)right;
    g_assert_cmpint(checksum_read(p, p->size - 1, tcp), ==, CHECKSUM_UNKNOWN);
    p->data[p->size - 1] ^= 1;
    g_assert_cmpint(checksum_read(p, p->size, tcp), ==, CHECKSUM_WRONG);
}

static void test_checksum(void)
{
    struct packet v4 = { .size = 0 }, v6 = { .size = 0 }, fragment = { .size = 0 };

    put_ipv4(&v4, PROTO_TCP, 0, 20 + 3);
    put_tcp(&v4, TCP_SYN, 0);
    put_zeros(&v4, 3);
    fragment = v4;
    assert_checksum(&v4, 20);
    put_ipv6(&v6, PROTO_TCP, 20 + 4);
    put_tcp(&v6, TCP_SYN | TCP_ACK, 0);
    put_zeros(&v6, 4);
    assert_checksum(&v6, 40);

    g_assert_cmpint(checksum_read(&fragment, fragment.size, 20), ==, CHECKSUM_WRONG);
    fragment.data[6] = 0x20; /* more fragments */
    g_assert_cmpint(checksum_read(&fragment, fragment.size, 20), ==, CHECKSUM_UNKNOWN);
    fragment.data[6] = 0;
    fragment.data[33] = TCP_ACK; /* nobody asks */
    g_assert_cmpint(checksum_read(&fragment, fragment.size, 20), ==, CHECKSUM_UNKNOWN);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/segment/syn_with_all_options", test_syn_with_all_options);
    g_test_add_func("/segment/traffic", test_traffic);
    g_test_add_func("/segment/checksum", test_checksum);
    g_test_add_func("/segment/no_options", test_no_options);
    g_test_add_func("/segment/option_layout", test_option_layout);
    g_test_add_func("/segment/odd_options", test_odd_options);
    g_test_add_func("/segment/nothing_is_left_over", test_nothing_is_left_over);
    g_test_add_func("/segment/ipv4_options", test_ipv4_options);
    g_test_add_func("/segment/padding", test_padding);
    g_test_add_func("/segment/zero_ip_length", test_zero_ip_length);
    g_test_add_func("/segment/known_addresses", test_known_addresses);
    g_test_add_func("/segment/known_ipv6_addresses", test_known_ipv6_addresses);
    g_test_add_func("/segment/ip_in_ip", test_ip_in_ip);
    g_test_add_func("/segment/no_ip_header", test_no_ip_header);
    g_test_add_func("/segment/ip_header_is_far", test_ip_header_is_far);
    g_test_add_func("/segment/more_captured_than_sent", test_more_captured_than_sent);
    g_test_add_func("/segment/false_ip_headers", test_false_ip_headers);
    g_test_add_func("/segment/malformed_tcp", test_malformed_tcp);
    g_test_add_func("/segment/offset_beyond_the_packet", test_offset_beyond_the_packet);
    g_test_add_func("/segment/every_snap_length", test_every_snap_length);
    g_test_add_func("/segment/ipv6_extensions", test_ipv6_extensions);
    g_test_add_func("/segment/ipv6_dead_ends", test_ipv6_dead_ends);
    g_test_add_func("/segment/icmp_kinds", test_icmp_kinds);
    g_test_add_func("/segment/icmp_every_snap_length", test_icmp_every_snap_length);
    g_test_add_func("/segment/icmp_quotes_something_else", test_icmp_quotes_something_else);
    return g_test_run();
}
