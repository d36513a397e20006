/* test_link.c - where a frame's TCP or ICMP header lies, below every link layer, tag and tunnel, whole and cut
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "link.h"

#include "headers.h"
#include "setup_packet.h"

enum { TCP_HEADER = 20, IPV4_HEADER = 20, IPV6_HEADER = 40, UDP_HEADER = 8 };

static void put_bytes(struct packet *p, const char *hex)
{
    for (; *hex != '\0'; hex += *hex == ' ' ? 1 : 2)
        if (*hex != ' ')
            put8(p, (unsigned)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1])));
}

static void put_ethernet(struct packet *p, unsigned type)
{
    put_bytes(p, "020000000002 020000000001");
    put16(p, type);
}

static void put_tcp4(struct packet *p)
{
    put_ipv4(p, PROTO_TCP, 0, TCP_HEADER);
    put_tcp(p, TCP_SYN, 0);
}

static void put_tcp6(struct packet *p)
{
    put_ipv6(p, PROTO_TCP, TCP_HEADER);
    put_tcp(p, TCP_SYN, 0);
}

/* From 192.0.2.1, which is not the inner packet's sender. */
static void put_outer_ipv4(struct packet *p, unsigned protocol, size_t rest)
{
    put_ipv4(p, protocol, 0, rest);
    memcpy(p->data + p->size - 8, "\xc0\x00\x02\x01\xc0\x00\x02\x02", 8);
}

static void put_udp(struct packet *p, unsigned port, size_t rest)
{
    put_outer_ipv4(p, PROTO_UDP, UDP_HEADER + rest);
    put16(p, 50000);
    put16(p, port);
    put16(p, (unsigned)(UDP_HEADER + rest));
    put16(p, 0);
}

static struct link_frame read_cut(enum link_type type, const struct packet *p, size_t captured)
{
    uint8_t *copy = copy_bytes(p, captured);
    struct packet_bytes bytes = { .data = copy + 1, .captured = captured, .on_wire = p->size };
    struct link_frame frame;

    link_read(type, &bytes, &frame);
    g_assert_cmpuint(frame.offset, <=, captured);
    if (frame.family != 0)
        g_assert_true(frame.src >= bytes.data && frame.src < bytes.data + captured);
    if (frame.ip_proto != 0 && frame.ip_proto != PROTO_ARP)
        g_assert_true(frame.dst > frame.src && frame.dst < bytes.data + captured);
    if (frame.family != 0 && frame.ip_proto != 0) /* the copy goes away */
        g_assert_cmphex(frame.family == 4 ? frame.src[0] : frame.src[15], ==, frame.family == 4 ? 10 : 1);
    frame.src = frame.dst = NULL;
    g_free(copy);
    return frame;
}

/* The frame's last bytes are a TCP header: it is found there if it begins within what was captured, and nowhere else. */
static void assert_tcp_at_end(enum link_type type, const struct packet *p, uint8_t family)
{
    size_t tcp = p->size - TCP_HEADER;

    for (size_t captured = 0; captured <= p->size; captured++) {
        struct link_frame frame = read_cut(type, p, captured);
        g_assert_cmpuint(frame.unread, ==, UNREAD_NOTHING);
        g_assert_cmpuint(frame.ip_proto, ==, captured < tcp ? 0 : PROTO_TCP);
        if (captured < tcp)
            continue;
        g_assert_cmpuint(frame.offset, ==, tcp);
        g_assert_cmpuint(frame.family, ==, family);
    }
}

static void assert_unread(enum link_type type, const struct packet *p, enum link_unread why)
{
    struct link_frame frame = read_cut(type, p, p->size);

    g_assert_cmpuint(frame.ip_proto, ==, 0);
    g_assert_cmpuint(frame.unread, ==, why);
    for (size_t captured = 0; captured < p->size; captured++)
        read_cut(type, p, captured);
}

/* The bytes before an IPv4 or IPv6 packet, in hexadecimal. */
struct prefix {
    enum link_type type;
    const char *ipv4, *ipv6; /* NULL: cannot carry it */
};

static const struct prefix prefixes[] = {
    { LINK_ETHERNET, "020000000002 020000000001 0800", "020000000002 020000000001 86dd" },
    { LINK_ETHERNET, "020000000002 020000000001 8100 0005 0800", "020000000002 020000000001 8100 0005 86dd" },
    { LINK_ETHERNET, "020000000002 020000000001 88a8 0005 8100 0006 0800",
      "020000000002 020000000001 9100 0005 8100 0006 86dd" },
    { LINK_ETHERNET, "020000000002 020000000001 8847 00064000 01388140", "020000000002 020000000001 8848 01388140" },
    { LINK_ETHERNET, "020000000002 020000000001 8864 1100 0003 002a 0021",
      "020000000002 020000000001 8864 1100 0003 003e 0057" },
    { LINK_ETHERNET, "020000000002 020000000001 0030 aaaa03 000000 0800",
      "020000000002 020000000001 0044 aaaa03 000000 86dd" },
    { LINK_ETHERNET, "020000000002 020000000001 002b 060603", NULL },
    { LINK_COOKED, "0000 0001 0006 0200000000010000 0800", "0004 0001 0006 0200000000010000 86dd" },
    { LINK_COOKED, "0000 0001 0006 0200000000010000 8100 0005 0800",
      "0000 0001 0006 0200000000010000 0004 aaaa03 000000 86dd" },
    { LINK_COOKED, "0000 0200 0006 0200000000010000 0007 ff03 0021", NULL },
    { LINK_COOKED2, "0800 0000 00000003 0001 00 06 0200000000010000",
      "86dd 0000 00000003 0001 04 06 0200000000010000" },
    { LINK_IP, "", "" },
    { LINK_IPV6, NULL, "" },
    { LINK_NULL, "02000000", "1e000000" },
    { LINK_NULL, "00000002", "00000018" },
    { LINK_NULL, "00020000", "18000000" },
    { LINK_NULL, "00000200", "ff03 0057" },
    { LINK_LOOP, "00000002", "0000001c" },
    { LINK_PPP, "ff03 0021", "ff03 0057" },
    { LINK_PPP, "0021", "57" },
    { LINK_PPP, "0f00 0800", "8f00 86dd" },
    { LINK_PPP, "ff03 0281 01388140", "ff03 0283 01388140" },
    { LINK_PPPOE, "1100 0003 002a 0021", "1100 0003 003e 0057" },
};

static void test_link_layers(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        struct packet p4 = { .size = 0 }, p6 = { .size = 0 };
        if (prefixes[i].ipv4 != NULL) {
            put_bytes(&p4, prefixes[i].ipv4);
            put_tcp4(&p4);
            assert_tcp_at_end(prefixes[i].type, &p4, 4);
        }
        if (prefixes[i].ipv6 != NULL) {
            put_bytes(&p6, prefixes[i].ipv6);
            put_tcp6(&p6);
            assert_tcp_at_end(prefixes[i].type, &p6, 6);
        }
    }
}

/* What stands behind an outer IPv4 header of a protocol, or a UDP header of a port, before an IPv4 packet. */
struct tunnel {
    unsigned protocol, port;
    const char *header;
};

static const struct tunnel tunnels[] = {
    { 4, 0, "" },
    { 47, 0, "0000 0800" },
    { 47, 0, "b000 0800 00000000 00000001 00000002" },
    { 47, 0, "0000 6558 020000000002 020000000001 0800" },
    { 47, 0, "3081 880b 0010 0001 00000002 00000003 ff03 0021" },
    { 47, 0, "0000 8847 01388140" },
    { 47, 0, "0000 883e" },
    { 47, 0, "0000 88be 020000000002 020000000001 0800" },
    { 47, 0, "1000 88be 00000001 10000001 00000002 020000000002 020000000001 0800" },
    { 47, 0, "1000 22eb 00000001 20000001 00000002 0000 0001 00000000 00000000 020000000002 020000000001 0800" },
    { 97, 0, "3000 020000000002 020000000001 0800" },
    { 137, 0, "01388140" },
    { 143, 0, "020000000002 020000000001 0800" },
    { 17, 4789, "0800 0000 00000100 020000000002 020000000001 0800" },
    { 17, 4790, "0c00 0001 00000100" },
    { 17, 4790, "0c00 0003 00000100 020000000002 020000000001 8100 0005 0800" },
    { 17, 4754, "0000 0800" },
    { 17, 6081, "0000 6558 00000100 020000000002 020000000001 0800" },
    { 17, 6081, "0200 0800 00000100 0102 0301 61626364" },
    { 17, 6635, "01388140" },
    { 17, 2152, "30ff 0028 00000005" },
    { 17, 2152, "32ff 002c 00000005 0001 00 00" },
    { 17, 2152, "34ff 0030 00000005 0000 00 85 01 10 03 00" },
    { 17, 2152, "30ff 0028 00000005 020000000002 020000000001 0800" },
};

static void test_tunnels(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(tunnels); i++) {
        struct packet inner = { .size = 0 }, p = { .size = 0 };
        put_bytes(&inner, tunnels[i].header);
        put_tcp4(&inner);
        put_ethernet(&p, 0x0800);
        if (tunnels[i].protocol == PROTO_UDP)
            put_udp(&p, tunnels[i].port, inner.size);
        else
            put_outer_ipv4(&p, tunnels[i].protocol, inner.size);
        memcpy(p.data + p.size, inner.data, inner.size);
        p.size += inner.size;
        assert_tcp_at_end(LINK_ETHERNET, &p, 4);
    }
}

static void test_ipv6_in_ipv4_in_ipv6(void)
{
    struct packet p = { .size = 0 };

    put_ethernet(&p, 0x86dd);
    put_ipv6(&p, 4, IPV4_HEADER + IPV6_HEADER + TCP_HEADER);
    put_outer_ipv4(&p, 41, IPV6_HEADER + TCP_HEADER);
    put_tcp6(&p);
    assert_tcp_at_end(LINK_ETHERNET, &p, 6);
}

static void test_extension_headers(void)
{
    struct packet p = { .size = 0 };

    put_ipv6(&p, PROTO_HOP_BY_HOP, 8 + 8 + 8 + 12 + 16 + TCP_HEADER);
    put_bytes(&p, "2b00 010400000000");                 /* then a routing header */
    put_bytes(&p, "2c00 000000000000");                 /* then a fragment header */
    put_bytes(&p, "3300 0000 00000001");                /* the only one; then an authentication header */
    put_bytes(&p, "3c01 0000 00000001 00000001");       /* then destination options */
    put_bytes(&p, "0601 010c000000000000000000000000"); /* then TCP */
    put_tcp(&p, TCP_SYN, 0);
    assert_tcp_at_end(LINK_IP, &p, 6);
}

static void test_ipv4_options(void)
{
    struct packet p = { .size = 0 };

    put_ipv4(&p, PROTO_TCP, 40, TCP_HEADER);
    put_tcp(&p, TCP_SYN, 0);
    assert_tcp_at_end(LINK_IP, &p, 4);
}

static void test_icmp(void)
{
    struct packet p4 = { .size = 0 }, p6 = { .size = 0 };

    put_ipv4(&p4, 1, 0, 8 + IPV4_HEADER + TCP_HEADER);
    put_bytes(&p4, "0301 0000 00000000");
    put_tcp4(&p4);
    struct link_frame frame = read_cut(LINK_IP, &p4, p4.size);
    g_assert_cmpuint(frame.ip_proto, ==, 1);
    g_assert_cmpuint(frame.offset, ==, IPV4_HEADER);
    put_ipv6(&p6, 58, 8 + IPV6_HEADER + TCP_HEADER);
    put_bytes(&p6, "0103 0000 00000000");
    put_tcp6(&p6);
    frame = read_cut(LINK_IP, &p6, p6.size);
    g_assert_cmpuint(frame.ip_proto, ==, 58);
    g_assert_cmpuint(frame.offset, ==, IPV6_HEADER);
}

/* The bytes behind the IP packet are not its own. */
static void test_padding(void)
{
    struct packet p = { .size = 0 };

    put_ethernet(&p, 0x0800);
    put_ipv4(&p, PROTO_UDP, 0, 4); /* too short for a UDP header */
    put_bytes(&p, "c350 12b5 0000 0000 0800 0000 00000100");
    put_ethernet(&p, 0x0800);
    put_tcp4(&p);
    g_assert_cmpuint(read_cut(LINK_ETHERNET, &p, p.size).ip_proto, ==, 0);
}

static void test_fragments(void)
{
    struct packet p = { .size = 0 }, p6 = { .size = 0 };

    put_tcp4(&p);
    p.data[6] = 0x20; /* more fragments follow */
    g_assert_cmpuint(read_cut(LINK_IP, &p, p.size).ip_proto, ==, PROTO_TCP);
    p.data[7] = 1; /* not the first */
    assert_unread(LINK_IP, &p, UNREAD_FRAGMENT);
    put_ipv6(&p6, PROTO_FRAGMENT, 8 + TCP_HEADER);
    put_bytes(&p6, "0600 0008 00000001");
    put_tcp(&p6, TCP_SYN, 0);
    assert_unread(LINK_IP, &p6, UNREAD_FRAGMENT);
}

static void test_what_is_not_read(void)
{
    static const struct {
        const char *bytes;
        enum link_type type;
        enum link_unread why;
    } frames[] = {
        { "00", LINK_UNKNOWN, UNREAD_LINK_TYPE },
        { "020000000002 020000000001 88e5 0000", LINK_ETHERNET, UNREAD_ETHERTYPE },
        { "020000000002 020000000001 8847 00010140 00000000", LINK_ETHERNET, UNREAD_MPLS },
        { "ff03 002d 45", LINK_PPP, UNREAD_PPP },
        { "ff03 003d c0", LINK_PPP, UNREAD_PPP },
        { "4500001c 00000000 40320000 0a000001 0a000002 0000000000000000", LINK_IP, UNREAD_ESP },
        { "45000020 00000000 402f0000 0a000001 0a000002 10008137 00000000 00000000", LINK_IP, UNREAD_GRE },
        { "4500001c 00000000 402f0000 0a000001 0a000002 40000800 00000000", LINK_IP, UNREAD_GRE },
        { "4500001c 00000000 40110000 0a000001 0a000002 c3500dd8 00080000", LINK_IP, UNREAD_TUNNEL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(frames); i++) {
        struct packet p = { .size = 0 };
        put_bytes(&p, frames[i].bytes);
        assert_unread(frames[i].type, &p, frames[i].why);
        g_assert_nonnull(link_unread_name(frames[i].why));
    }
}

/* Nothing of it carries TCP: it is read, and nothing is found. */
static void test_other_packets(void)
{
    static const char *const frames[] = {
        "",
        "020000000002 020000000001 0800 4600",
        "020000000002 020000000001 0800 44000014 00000000 40060000 0a000001 0a000002",
        "020000000002 020000000001 0800 45000013 00000000 40060000 0a000001 0a000002",
        "020000000002 020000000001 0026 424203 0000",
        "020000000002 020000000001 8847 00010040",
        "020000000002 020000000001 88cc 0207",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(frames); i++) {
        struct packet p = { .size = 0 };
        put_bytes(&p, frames[i]);
        assert_unread(LINK_ETHERNET, &p, UNREAD_NOTHING);
    }
}

/* ARP, and UDP from or to a port of IKE. */
static void test_what_sets_up_a_way(void)
{
    static const struct {
        const char *bytes;
        size_t offset;
        uint8_t proto;
    } frames[] = {
        { "ffffffffffff 020000000001 0806 0001 0800 0604 0001", 14, PROTO_ARP },
        { "ffffffffffff 020000000001 8100 0005 0806 0001", 18, PROTO_ARP },
        { "020000000002 020000000001 0800 4500001c 00000000 40110000 0a000001 0a000002 01f4c350 00080000", 34,
          PROTO_UDP },
        { "020000000002 020000000001 0800 4500001c 00000000 40110000 0a000001 0a000002 c3501194 00080000", 34,
          PROTO_UDP },
        { "020000000002 020000000001 0800 4500001c 00000000 40110000 0a000001 0a000002 c3501195 00080000", 0, 0 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(frames); i++) {
        struct packet p = { .size = 0 };
        put_bytes(&p, frames[i].bytes);
        const struct link_frame frame = read_cut(LINK_ETHERNET, &p, p.size);
        g_assert_cmpuint(frame.ip_proto, ==, frames[i].proto);
        g_assert_cmpuint(frame.offset, ==, frames[i].offset);
        g_assert_cmpuint(frame.unread, ==, UNREAD_NOTHING);
    }
}

static void test_too_many_layers(void)
{
    struct packet p = { .size = 0 };

    put_ethernet(&p, 0x8100);
    for (int i = 0; i < 100; i++)
        put_bytes(&p, "0005 8100");
    assert_unread(LINK_ETHERNET, &p, UNREAD_DEEP);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/link/link-layers", test_link_layers);
    g_test_add_func("/link/tunnels", test_tunnels);
    g_test_add_func("/link/ipv6-in-ipv4-in-ipv6", test_ipv6_in_ipv4_in_ipv6);
    g_test_add_func("/link/extension-headers", test_extension_headers);
    g_test_add_func("/link/ipv4-options", test_ipv4_options);
    g_test_add_func("/link/what-sets-up-a-way", test_what_sets_up_a_way);
    g_test_add_func("/link/icmp", test_icmp);
    g_test_add_func("/link/padding", test_padding);
    g_test_add_func("/link/fragments", test_fragments);
    g_test_add_func("/link/not-read", test_what_is_not_read);
    g_test_add_func("/link/other-packets", test_other_packets);
    g_test_add_func("/link/too-many-layers", test_too_many_layers);
    return g_test_run();
}
