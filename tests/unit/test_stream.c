/* test_stream.c - pcap and pcapng streams: in one piece, byte by byte, of both byte orders, damaged, cut
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stream.h"

#include <string.h>

enum { ETHERNET = 1, RAW = 101 };

/* A stream to be built, in one of the byte orders. */
struct building {
    GByteArray *bytes;
    bool big_endian;
};

static struct building begin(bool big_endian)
{
    return (struct building){ .bytes = g_byte_array_new(), .big_endian = big_endian };
}

static void put(struct building *b, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(number >> 8 * (b->big_endian ? size - 1 - i : i));
        g_byte_array_append(b->bytes, &byte, 1);
    }
}

static void put_text(struct building *b, const char *text)
{
    g_byte_array_append(b->bytes, (const uint8_t *)text, (guint)strlen(text));
    while (b->bytes->len % 4 != 0)
        put(b, 0, 1);
}

static void put_pcap_header(struct building *b, uint32_t magic, uint32_t link_type)
{
    put(b, magic, 4);
    put(b, 2, 2);
    put(b, 4, 2);
    put(b, 0, 8);
    put(b, 65535, 4);
    put(b, link_type, 4);
}

static void put_pcap_record(struct building *b, uint32_t seconds, uint32_t fraction, const char *bytes)
{
    put(b, seconds, 4);
    put(b, fraction, 4);
    put(b, strlen(bytes), 4);
    put(b, 1000, 4);
    g_byte_array_append(b->bytes, (const uint8_t *)bytes, (guint)strlen(bytes));
}

/* Ends the block that began at `start`, by writing its length twice. */
static void end_block(struct building *b, guint start)
{
    uint32_t length = b->bytes->len - start + 4;
    GByteArray *all = b->bytes;

    b->bytes = g_byte_array_new();
    put(b, length, 4);
    memcpy(all->data + start + 4, b->bytes->data, 4);
    g_byte_array_append(all, b->bytes->data, 4);
    g_byte_array_free(b->bytes, TRUE);
    b->bytes = all;
}

static guint begin_block(struct building *b, uint32_t type)
{
    guint start = b->bytes->len;

    put(b, type, 4);
    put(b, 0, 4);
    return start;
}

static void put_section(struct building *b)
{
    guint start = begin_block(b, 0x0a0d0d0a);

    put(b, 0x1a2b3c4d, 4);
    put(b, 1, 2);
    put(b, 0, 2);
    put(b, UINT64_MAX, 8);
    end_block(b, start);
}

/* resolution 0: as without the option. */
static void put_interface(struct building *b, uint32_t link_type, const char *name, uint8_t resolution, int64_t offset)
{
    guint start = begin_block(b, 1);

    put(b, link_type, 2);
    put(b, 0, 2);
    put(b, 0, 4);
    if (name != NULL) {
        put(b, 2, 2);
        put(b, strlen(name), 2);
        put_text(b, name);
    }
    if (resolution != 0) {
        put(b, 9, 2);
        put(b, 1, 2);
        put(b, resolution, 1);
        put_text(b, "");
    }
    put(b, 14, 2);
    put(b, 8, 2);
    put(b, (uint64_t)offset, 8);
    put(b, 0, 4);
    end_block(b, start);
}

static void put_packet(struct building *b, uint32_t interface, uint64_t time, const char *bytes)
{
    guint start = begin_block(b, 6);

    put(b, interface, 4);
    put(b, time >> 32, 4);
    put(b, time & UINT32_MAX, 4);
    put(b, strlen(bytes), 4);
    put(b, 1000, 4);
    put_text(b, bytes);
    end_block(b, start);
}

static void put_simple_packet(struct building *b, const char *bytes)
{
    guint start = begin_block(b, 3);

    put(b, strlen(bytes), 4);
    put_text(b, bytes);
    end_block(b, start);
}

static void assert_packet(const struct stream_packet *p, int64_t seconds, int nanoseconds, const char *bytes)
{
    g_assert_cmpint(p->seconds, ==, seconds);
    g_assert_cmpint(p->nanoseconds, ==, nanoseconds);
    g_assert_cmpmem(p->bytes.data, p->bytes.captured, bytes, strlen(bytes));
}

/* Feeds a stream in pieces; each packet is given out with its last byte. Returns how many there were. */
static guint feed(const struct building *b, size_t piece, void (*check)(const struct stream_packet *p, guint i))
{
    struct stream *s = stream_new();
    struct stream_packet packet;
    guint n = 0;

    for (size_t at = 0; at < b->bytes->len; at += piece) {
        stream_feed(s, b->bytes->data + at, MIN(piece, b->bytes->len - at));
        while (stream_next(s, &packet))
            check(&packet, n++);
    }
    g_assert_null(stream_error(s, true));
    stream_free(s);
    return n;
}

static void feed_in_all_ways(struct building *b, guint expected, void (*check)(const struct stream_packet *p, guint i))
{
    g_assert_cmpuint(feed(b, 1, check), ==, expected);
    g_assert_cmpuint(feed(b, 7, check), ==, expected);
    g_assert_cmpuint(feed(b, b->bytes->len, check), ==, expected);
    g_byte_array_free(b->bytes, TRUE);
}

static void check_pcap(const struct stream_packet *p, guint i)
{
    assert_packet(p, i == 0 ? 1600000000 : 1600000001, i == 0 ? 5000 : 999999000, i == 0 ? "first" : "");
    g_assert_cmpuint(p->bytes.on_wire, ==, 1000);
    g_assert_cmpuint(p->link_type, ==, RAW);
    g_assert_null(p->interface_name);
}

static void test_pcap(void)
{
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        struct building b = begin(big_endian);
        put_pcap_header(&b, 0xa1b2c3d4, RAW);
        put_pcap_record(&b, 1600000000, 5, "first");
        put_pcap_record(&b, 1600000001, 999999, "");
        feed_in_all_ways(&b, 2, check_pcap);
    }
}

static void check_nanoseconds(const struct stream_packet *p, guint i)
{
    (void)i;
    assert_packet(p, 1600000000, 5, "one");
}

static void test_pcap_of_nanoseconds(void)
{
    struct building b = begin(false);

    put_pcap_header(&b, 0xa1b23c4d, 0x10000000 | ETHERNET); /* with the length of the checksum */
    put_pcap_record(&b, 1600000000, 5, "one");
    feed_in_all_ways(&b, 1, check_nanoseconds);
}

static void check_pcapng(const struct stream_packet *p, guint i)
{
    static const struct {
        int64_t seconds;
        const char *bytes, *name;
        int nanoseconds;
        uint32_t section, interface, link_type;
    } expected[] = {
        { 1600000000, "first", "eth0", 5000, 0, 0, ETHERNET },
        { 1600000000, "second", "unknown", 7, 0, 1, RAW },
        { 1600000000, "simple", "eth0", 7, 0, 0, ETHERNET },
        { 1600003600, "third", "lo", 500000000, 1, 0, RAW },
    };

    assert_packet(p, expected[i].seconds, expected[i].nanoseconds, expected[i].bytes);
    g_assert_cmpstr(p->interface_name, ==, expected[i].name);
    g_assert_cmpuint(p->section, ==, expected[i].section);
    g_assert_cmpuint(p->interface, ==, expected[i].interface);
    g_assert_cmpuint(p->link_type, ==, expected[i].link_type);
}

static void test_pcapng(void)
{
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        struct building b = begin(big_endian);
        put_section(&b);
        put_interface(&b, ETHERNET, "eth0", 0, 0);
        put_packet(&b, 0, UINT64_C(1600000000000005), "first");
        put_interface(&b, RAW, NULL, 9, 0);
        guint other = begin_block(&b, 5); /* interface statistics */
        put(&b, 0, 8);
        end_block(&b, other);
        put_packet(&b, 1, UINT64_C(1600000000000000007), "second");
        put_simple_packet(&b, "simple");
        b.big_endian = !b.big_endian; /* the next section may have another byte order */
        put_section(&b);
        put_interface(&b, RAW, "lo", 0x81, 3600); /* halves of a second, an hour later */
        put_packet(&b, 0, UINT64_C(3200000001), "third");
        feed_in_all_ways(&b, 4, check_pcapng);
    }
}

/* The stream gives out nothing, and says that it is damaged; whatever follows does not change that. */
static void assert_damaged(struct building *b)
{
    struct stream *s = stream_new();
    struct stream_packet packet;

    stream_feed(s, b->bytes->data, b->bytes->len);
    g_assert_false(stream_next(s, &packet));
    g_assert_nonnull(stream_error(s, false));
    stream_feed(s, b->bytes->data, b->bytes->len);
    g_assert_false(stream_next(s, &packet));
    stream_free(s);
    g_byte_array_free(b->bytes, TRUE);
}

static void test_damaged(void)
{
    struct building b = begin(false);

    put(&b, 0x12345678, 4);
    assert_damaged(&b);

    b = begin(false);
    put_pcap_header(&b, 0xa1b2c3d4, RAW);
    put(&b, 0, 8);
    put(&b, 262145, 4); /* captured */
    put(&b, 262145, 4);
    assert_damaged(&b);

    b = begin(false);
    put_section(&b);
    put_packet(&b, 0, 0, "no interface");
    assert_damaged(&b);

    b = begin(true);
    put_section(&b);
    put(&b, 6, 4);
    put(&b, 13, 4); /* no multiple of 4 */
    put(&b, 0, 4);
    assert_damaged(&b);

    b = begin(true);
    put(&b, 0x0a0d0d0a, 4);
    put(&b, 28, 4);
    put(&b, 0, 4); /* no byte order mark */
    assert_damaged(&b);

    b = begin(false);
    put_section(&b);
    put_interface(&b, RAW, NULL, 0, 0);
    put_packet(&b, 0, 0, "text");
    b.bytes->data[b.bytes->len - 4 - 4 - 8] = 200; /* captured: more than the block has */
    assert_damaged(&b);
}

static void test_cut(void)
{
    struct building b = begin(false);
    struct stream_packet packet;

    put_pcap_header(&b, 0xa1b2c3d4, RAW);
    put_pcap_record(&b, 1600000000, 5, "first");
    for (guint length = 1; length < b.bytes->len; length++) {
        struct stream *s = stream_new();
        stream_feed(s, b.bytes->data, length);
        g_assert_false(stream_next(s, &packet));
        g_assert_null(stream_error(s, false));
        g_assert_true(length == 24 || stream_error(s, true) != NULL);
        stream_free(s);
    }
    g_byte_array_free(b.bytes, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stream/pcap", test_pcap);
    g_test_add_func("/stream/pcap-ns", test_pcap_of_nanoseconds);
    g_test_add_func("/stream/pcapng", test_pcapng);
    g_test_add_func("/stream/damaged", test_damaged);
    g_test_add_func("/stream/cut", test_cut);
    return g_test_run();
}
