/* test_port_pair.c - both directions are one pair; family, capture point, addresses and ports tell pairs apart
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "port_pair.h"

enum { POINT = 3 };

static const struct tcp_address LOW = { .ip = { 10, 0, 0, 1 }, .port = 57011 };
static const struct tcp_address HIGH = { .ip = { 10, 0, 0, 2 }, .port = 80 };

static void test_both_directions(void)
{
    struct port_pairs all;
    uint8_t side;

    port_pairs_init(&all);
    g_assert_cmpuint(port_pairs_find(&all, 4, POINT, &LOW, &HIGH, &side), ==, 0);
    g_assert_cmpuint(port_pairs_find_or_add(&all, 4, POINT, &HIGH, &LOW, &side), ==, 1);
    g_assert_cmpuint(side, ==, 1);
    g_assert_cmpuint(port_pairs_find_or_add(&all, 4, POINT, &LOW, &HIGH, &side), ==, 1);
    g_assert_cmpuint(side, ==, 0);
    g_assert_cmpuint(port_pairs_find(&all, 4, POINT, &HIGH, &LOW, &side), ==, 1);
    g_assert_cmpuint(side, ==, 1);
    const struct port_pair *pair = port_pairs_get(&all, 1);
    g_assert_cmpuint(pair->port[0], ==, LOW.port);
    g_assert_cmpuint(pair->port[1], ==, HIGH.port);
    struct tcp_address high;
    port_pairs_address(&all, pair, 1, &high);
    g_assert_cmpmem(high.ip, 16, HIGH.ip, 16);
    g_assert_cmpuint(high.port, ==, HIGH.port);
    port_pairs_free(&all);
}

static void test_same_address(void)
{
    const struct tcp_address other_port = { .ip = { 10, 0, 0, 1 }, .port = 57012 };
    struct port_pairs all;
    uint8_t side;

    port_pairs_init(&all);
    port_pairs_find_or_add(&all, 4, POINT, &other_port, &LOW, &side);
    g_assert_cmpuint(side, ==, 1);
    g_assert_cmpuint(port_pairs_find(&all, 4, POINT, &LOW, &other_port, &side), ==, 1);
    g_assert_cmpuint(side, ==, 0);
    g_assert_cmpuint(port_pairs_find_or_add(&all, 4, POINT, &LOW, &LOW, &side), ==, 2); /* calls itself */
    g_assert_cmpuint(side, ==, 0);
    port_pairs_free(&all);
}

static void test_what_tells_pairs_apart(void)
{
    struct tcp_address port = HIGH, ip = HIGH, last_byte = HIGH;
    struct port_pairs all;
    uint8_t side;

    port.port++;
    ip.ip[3]++;
    last_byte.ip[15] = 1;
    port_pairs_init(&all);
    g_assert_cmpuint(port_pairs_find_or_add(&all, 4, POINT, &LOW, &HIGH, &side), ==, 1);
    g_assert_cmpuint(port_pairs_find_or_add(&all, 4, POINT + 1, &LOW, &HIGH, &side), ==, 2);
    g_assert_cmpuint(port_pairs_find_or_add(&all, 6, POINT, &LOW, &HIGH, &side), ==, 3);
    g_assert_cmpuint(port_pairs_find_or_add(&all, 4, POINT, &LOW, &port, &side), ==, 4);
    g_assert_cmpuint(port_pairs_find_or_add(&all, 4, POINT, &LOW, &ip, &side), ==, 5);
    g_assert_cmpuint(port_pairs_find_or_add(&all, 6, POINT, &LOW, &last_byte, &side), ==, 6);
    g_assert_cmpuint(port_pairs_find(&all, 6, POINT, &last_byte, &LOW, &side), ==, 6);
    g_assert_cmpuint(port_pairs_find(&all, 6, POINT + 1, &last_byte, &LOW, &side), ==, 0);
    port_pairs_free(&all);
}

/* IPv6 addresses are kept apart from the pairs. */
static void test_ip6_addresses(void)
{
    const struct tcp_address low = { .ip = { 0x20, 1, [15] = 1 }, .port = 9 };
    const struct tcp_address high = { .ip = { 0x20, 1, [15] = 2 }, .port = 7 };
    struct tcp_address found;
    struct port_pairs all;
    uint8_t side;

    port_pairs_init(&all);
    g_assert_cmpuint(port_pairs_find_or_add(&all, 6, POINT, &high, &low, &side), ==, 1);
    g_assert_cmpuint(side, ==, 1);
    g_assert_cmpuint(port_pairs_find_or_add(&all, 6, POINT + 1, &low, &high, &side), ==, 2);
    g_assert_true(port_pairs_same_addresses(port_pairs_get(&all, 1), port_pairs_get(&all, 2)));
    port_pairs_address(&all, port_pairs_get(&all, 1), 1, &found);
    g_assert_cmpmem(found.ip, 16, high.ip, 16);
    g_assert_cmpuint(found.port, ==, high.port);
    g_assert_cmpuint(all.ip6->len, ==, 2);
    port_pairs_free(&all);
}

static void test_a_whole_port_range(void)
{
    struct port_pairs all;
    uint8_t side;

    port_pairs_init(&all);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t port = 0; port <= UINT16_MAX; port++) {
            struct tcp_address client = { .ip = { 10, 0, 0, 1 }, .port = (uint16_t)port };
            g_assert_cmpuint(port_pairs_find_or_add(&all, 4, POINT, &client, &HIGH, &side), ==, port + 1);
        }
    }
    g_assert_cmpuint(all.pairs->len, ==, UINT16_MAX + 1);
    for (uint32_t port = 0; port <= UINT16_MAX; port++) { /* a scan: one is a pair of above */
        struct tcp_address server = { .ip = { 10, 0, 0, 2 }, .port = (uint16_t)port };
        port_pairs_find_or_add(&all, 4, POINT, &LOW, &server, &side);
    }
    g_assert_cmpuint(all.pairs->len, ==, 2 * UINT16_MAX + 1);
    port_pairs_free(&all);
}

/* The same addresses and ports at every capture point are pairs of their own. */
static void test_many_points(void)
{
    struct port_pairs all;
    uint8_t side;

    port_pairs_init(&all);
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t point = 0; point <= UINT16_MAX; point++)
            g_assert_cmpuint(port_pairs_find_or_add(&all, 4, (uint16_t)point, &LOW, &HIGH, &side), ==, point + 1);
    port_pairs_free(&all);
}

/* IPv6 addresses are kept once each, whatever pairs they are in. */
static void test_many_ipv6_addresses(void)
{
    const struct tcp_address server = { .ip = { 0xfd, [15] = 2 }, .port = 80 };
    struct port_pairs all;
    uint8_t side;

    port_pairs_init(&all);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 5000; i++) {
            struct tcp_address client = { .ip = { 0xfc, [14] = (uint8_t)(i >> 8), [15] = (uint8_t)i }, .port = 57011 };
            g_assert_cmpuint(port_pairs_find_or_add(&all, 6, POINT, &client, &server, &side), ==, i + 1);
            struct tcp_address found;
            port_pairs_address(&all, port_pairs_get(&all, i + 1), side, &found);
            g_assert_cmpmem(found.ip, 16, client.ip, 16);
            g_assert_cmpuint(found.port, ==, client.port);
        }
    }
    g_assert_cmpuint(all.ip6->len, ==, 5001);
    port_pairs_free(&all);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/port_pair/ip6_addresses", test_ip6_addresses);
    g_test_add_func("/port_pair/both_directions", test_both_directions);
    g_test_add_func("/port_pair/same_address", test_same_address);
    g_test_add_func("/port_pair/what_tells_pairs_apart", test_what_tells_pairs_apart);
    g_test_add_func("/port_pair/a_whole_port_range", test_a_whole_port_range);
    g_test_add_func("/port_pair/many_points", test_many_points);
    g_test_add_func("/port_pair/many_ipv6_addresses", test_many_ipv6_addresses);
    return g_test_run();
}
