/* test_siblings.c - what no story can tell of the same SYN elsewhere: bounds, and headers that are missing
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "segments.h"
#include "siblings.h"

static const struct tcp_address SERVICE = { .ip = { 192, 0, 2, 1 }, .port = 80 };

/* However often a SYN comes again, its ring stays short, so that nobody can make the engine slow. */
static void test_rings_are_bounded(struct scene *s)
{
    for (int i = 0; i < 100; i++) {
        s->client.port++;
        CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    }
    for (uint32_t attempt = 1; attempt <= 100; attempt++) {
        unsigned n = 0;
        for (uint32_t r = sibling_after(s->t, attempt, attempt); r != 0; r = sibling_after(s->t, attempt, r))
            n++;
        g_assert_cmpuint(n, <, RING_MAX);
    }
}

/* A FIN of the same number is no leg if it acknowledges something else, or if its TSval differs. Many of them: some
 * meet in the memory of FINs. */
static void test_no_legs_by_fin(struct scene *s)
{
    struct tcp_address before;
    uint16_t port = s->client.port;

    for (uint32_t i = 0; i < 6000; i++) {
        s->client.port = (uint16_t)(port - i);
        CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = C_ISN, .ack = S_ISN + i / 2, .tsval = C_TS + i % 2);
    }
    for (uint32_t i = 0; i < 6000; i++) {
        s->client.port = (uint16_t)(port - i);
        CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 1000000 + i, .tsval = C_TS + 5);
        g_assert_false(leg_of_old(s->t, tracker_attempt(s->t, i + 1), &before));
    }
}

static void test_point_names(struct scene *s)
{
    g_assert_false(tracker_point_is_named(s->t, 5));
    g_assert_null(tracker_point_name(s->t, 5));
    tracker_name_point(s->t, 5, "eth5", 0);
    tracker_name_point(s->t, 3, "eth3", 0);
    g_assert_false(tracker_point_is_named(s->t, 4));
    g_assert_false(tracker_point_is_named(s->t, 6));
    g_assert_cmpstr(tracker_point_name(s->t, 5), ==, "eth5");
    tracker_name_point(s->t, 5, "eth5b", 0);
    g_assert_cmpstr(tracker_point_name(s->t, 5), ==, "eth5b");
    tracker_name_point(s->t, 7, "eth\x1b[31m7\n\xc2\x9b\xc3\xa4\xff", 0);
    g_assert_cmpstr(tracker_point_name(s->t, 7), ==, "eth?[31m7???\xc3\xa4\xef\xbf\xbd"); /* no terminal obeys it */
    tracker_name_point(s->t, UINT16_MAX, "last", 0);
    g_assert_cmpstr(tracker_point_name(s->t, UINT16_MAX), ==, "last");
}

/* An IPv6 client whose address begins with the bytes of an IPv4 client is another one. */
static void test_no_stray_answer_of_the_other_family(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    s->family = 6;
    send_segment(s, &SERVICE, &s->client, (struct segment){ .flags = TCP_SYN | TCP_ACK, .ack = C_ISN + 1 });
    g_assert_null(tracker_packets(s->t, tracker_attempt(s->t, 1), SEEN_STRAY));
}

/* Where no IP header was found, the TTL is not known: that is no sign, and makes no RST odd. */
static void test_unknown_ttl(void)
{
    for (unsigned unknown = 1; unknown <= 3; unknown++) {
        struct scene *s = scene_new(&LINUX);
        struct segment syn = { .flags = TCP_SYN, .family = 4, .src = s->client, .dst = s->server, .wscale = NO_WSCALE };
        for (unsigned use = 1; use <= 2; use++) {
            next_frame(s);
            syn.seen = s->now;
            syn.seq = C_ISN + use * 100000;
            syn.ttl = unknown & use ? 0 : (uint8_t)(60 + use);
            tracker_segment(s->t, &syn);
            if (use == 1) {
                SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = syn.seq + 1);
                CLIENT(s, .flags = TCP_RST, .seq = syn.seq + 1);
            }
        }
        g_assert_cmpuint(tracker_attempts(s->t), ==, 2);
        g_assert_cmphex(tracker_other_host_signs(s->t, 2), ==, 0);
        struct segment reset = syn;
        next_frame(s);
        reset.seen = s->now;
        reset.flags = TCP_RST | TCP_ACK;
        reset.src = s->server;
        reset.dst = s->client;
        reset.ack = syn.seq + 1;
        reset.ttl = 0;
        tracker_segment(s->t, &reset);
        assert_verdict(s, 2, FATE_REFUSED, CAUSE_REFUSED_THOUGH_OPEN, s->now.frame);
        scene_free(s);
    }
}

static void test_signs_suffice(void)
{
    g_assert_false(signs_suffice(0));
    g_assert_false(signs_suffice(SIGN_TTL));
    g_assert_false(signs_suffice(SIGN_SIZES));
    g_assert_true(signs_suffice(SIGN_CLOCK));
    g_assert_true(signs_suffice(SIGN_LEG));
    g_assert_true(signs_suffice(SIGN_TTL | SIGN_OPTIONS));
    g_assert_true(signs_suffice(SIGN_SIZES | SIGN_OPTIONS));
}

static const struct scene_test tests[] = {
    { "/siblings/rings_are_bounded", test_rings_are_bounded },
    { "/siblings/no_legs_by_fin", test_no_legs_by_fin },
    { "/siblings/point_names", test_point_names },
    { "/siblings/no_stray_answer_of_the_other_family", test_no_stray_answer_of_the_other_family },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_scene_tests(tests, G_N_ELEMENTS(tests));
    g_test_add_func("/siblings/unknown_ttl", test_unknown_ttl);
    g_test_add_func("/siblings/signs_suffice", test_signs_suffice);
    return g_test_run();
}
