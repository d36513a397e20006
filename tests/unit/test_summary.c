/* test_summary.c - the verdict in words, as it stands in a column
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "segments.h"

static void assert_summary(const struct scene *s, uint32_t attempt, const char *expected)
{
    struct verdict v = verdict_on(s, attempt);
    GString *text = g_string_new(NULL);

    tracker_summary(s->t, attempt, &v, text);
    g_assert_cmpstr(text->str, ==, expected);
    g_string_free(text, TRUE);
}

static uint32_t syn(struct scene *s, uint32_t isn, uint32_t tsval)
{
    wait_ms(s, 1000);
    return CLIENT(s, .flags = TCP_SYN, .seq = isn, .tsval = tsval, .mss = 1460, .wscale = 7);
}

static void test_established(void)
{
    struct scene *s = scene_new(&LINUX);

    handshake(s);
    assert_summary(s, 1, "Established, 0.1 ms");
    s->client.port++;
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1);
    wait_ms(s, 1500);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1);
    assert_summary(s, 2, "Established, 1.5 s");
    scene_free(s);
}

/* The SYN/ACK is not in the capture: no time is known. */
static void test_no_connect_time(void)
{
    struct scene *s = scene_new(&LINUX);

    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1);
    assert_summary(s, 1, "Established");
    scene_free(s);
}

/* The case that synfate was made for, in its words. */
static void test_paws(void)
{
    struct scene *s = scene_new(&LINUX);

    closed_by_server(s);
    wait_ms(s, 9000);
    syn(s, S_RCV_NXT + 352641030U, C_FIN_TS - 100000U);
    time_wait_ack(s);
    assert_summary(s, 2,
                   "SYN rejected by TIME_WAIT peer (PAWS: TSval 100000 behind)"
                   "; another host than before (timestamp clock)");
    wait_ms(s, 1000);
    syn(s, S_RCV_NXT + 352641030U, C_FIN_TS - 98000U);
    assert_summary(s, 2,
                   "SYN rejected by TIME_WAIT peer (PAWS: TSval 100000 behind), 1 retry, 2.0 s"
                   "; another host than before (timestamp clock)");
    syn(s, S_RCV_NXT + 352641030U, C_FIN_TS - 97000U);
    assert_summary(s, 2,
                   "SYN rejected by TIME_WAIT peer (PAWS: TSval 100000 behind), 2 retries, 3.0 s"
                   "; another host than before (timestamp clock)");
    scene_free(s);
}

static void test_inferred_paws(void)
{
    struct scene *s = scene_new(&LINUX);

    closed_by_server(s);
    syn(s, S_RCV_NXT + 1000, C_FIN_TS - 500);
    syn(s, S_RCV_NXT + 1000, C_FIN_TS - 400);
    assert_summary(s, 2,
                   "SYN never answered: TIME_WAIT peer rejects it (PAWS: TSval 500 behind, inferred)"
                   ", 1 retry, 1.0 s");
    scene_free(s);
}

static void test_old_sequence(void)
{
    struct scene *s = scene_new(&LINUX);

    closed_by_server(s);
    syn(s, S_RCV_NXT - 12, C_FIN_TS);
    time_wait_ack(s);
    assert_summary(s, 2, "SYN rejected by TIME_WAIT peer (old sequence number: 12 behind)");
    scene_free(s);
}

/* macOS wants a number beyond the window: one that is ahead, and not enough, is not behind. */
static void test_sequence_ahead(void)
{
    struct tracker_options macos = LINUX;
    macos.peer = PEER_MACOS;
    struct scene *s = scene_new(&macos);

    closed_by_server(s);
    syn(s, S_RCV_NXT + 1, C_FIN_TS);
    time_wait_ack(s);
    assert_summary(s, 2, "SYN rejected by TIME_WAIT peer (old sequence number)");
    scene_free(s);
}

static void test_inferred_old_sequence(void)
{
    struct scene *s = scene_new(&LINUX);

    CLIENT(s, .flags = TCP_SYN, .seq = S_RCV_NXT - 7);
    SERVER(s, .flags = TCP_ACK, .seq = S_SND_NXT, .ack = S_RCV_NXT, .has_ip_id = true, .df = true);
    assert_summary(s, 1, "SYN rejected by TIME_WAIT peer (old sequence number: 7 behind, inferred)");
    scene_free(s);
}

static void test_old_unknown(void)
{
    for (uint16_t ip_id = 0; ip_id < 2; ip_id++) {
        struct scene *s = scene_new(&LINUX);
        CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
        SERVER(s, .flags = TCP_ACK, .seq = 77, .ack = 78, .has_ip_id = true, .ip_id = ip_id);
        assert_summary(s, 1,
                       ip_id ? "SYN rejected: the peer holds an old connection"
                               " (of a live socket, its state is not in the capture)"
                             : "SYN rejected: the peer holds an old connection (its state is not in the capture)");
        scene_free(s);
    }
}

static void test_all_signs_of_another_host(void)
{
    struct scene *s = scene_new(&LINUX);

    closed_by_server(s);
    wait_ms(s, 1000);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 50000, .tsval = C_TS - 90000U, .ttl = 60, .option_layout = 3,
           .mss = 536);
    time_wait_ack(s);
    assert_summary(s, 2,
                   "SYN rejected by TIME_WAIT peer (PAWS: TSval 90010 behind)"
                   "; another host than before (timestamp clock, TTL, TCP options, MSS or window)");
    scene_free(s);
}

static void test_not_as_rules(void)
{
    struct scene *s = scene_new(&LINUX);

    closed_by_server(s);
    syn(s, C_ISN + 50000, C_TS - 500);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = 99, .ack = C_ISN + 50001, .tsval = S_TS + 1000, .wscale = 7);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 50001, .ack = 100, .tsval = C_TS - 500);
    assert_summary(s, 2, "Established, 0.1 ms; answered as Linux would not");
    scene_free(s);
}

/* Both legs of the NAT are in the capture: who became whom. */
static void test_collision(void)
{
    const struct tcp_address service = { .ip = { 192, 0, 2, 1 }, .port = 80 };
    const struct tcp_address first = { .ip = { 192, 168, 0, 7 }, .port = 40000 };
    const struct tcp_address second = { .ip = { 192, 168, 0, 8 }, .port = 41000 };
    struct scene *s = scene_new(&LINUX);

    send_segment(s, &first, &service, (struct segment){ .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS });
    closed_by_server(s);
    wait_ms(s, 1000);
    send_segment(s, &second, &service, (struct segment){ .flags = TCP_SYN, .seq = 77000000, .tsval = C_TS - 500 });
    CLIENT(s, .flags = TCP_SYN, .seq = 77000000, .tsval = C_TS - 500, .mss = 1460, .wscale = 7);
    time_wait_ack(s);
    assert_summary(s, tracker_attempts(s->t),
                   "SYN rejected by TIME_WAIT peer (PAWS: TSval 510 behind)"
                   "; another host than before (address before NAT)"
                   "; 192.168.0.8 and 192.168.0.7 both became 10.0.0.1:57011");
    scene_free(s);
}

/* The ACK was seen at one interface and not at the other: there it gets lost. */
static void test_where_the_ack_was_seen(void)
{
    struct scene *s = scene_new(&LINUX);

    tracker_name_point(s->t, 0, "eth-client");
    tracker_name_point(s->t, 1, "eth-server");
    s->now.point = 1;
    closed_by_server(s);
    wait_ms(s, 1000);
    for (uint16_t point = 0; point < 2; point++) {
        s->now.point = point;
        CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 50000, .tsval = C_TS - 500, .mss = 1460, .wscale = 7);
    }
    time_wait_ack(s);
    for (uint32_t attempt = 2; attempt <= 3; attempt++)
        assert_summary(s, attempt,
                       "SYN rejected by TIME_WAIT peer (PAWS: TSval 510 behind)"
                       "; the peer's ACK was seen at interface eth-server and never reached interface eth-client");
    scene_free(s);
}

static void test_addresses(void)
{
    const struct tcp_address v4 = { .ip = { 10, 0, 0, 1 }, .port = 80 };
    const struct tcp_address v6 = { .ip = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 }, .port = 443 };
    GString *text = g_string_new(NULL);

    append_address(text, 4, &v4, true);
    g_string_append_c(text, ' ');
    append_address(text, 4, &v4, false);
    g_string_append_c(text, ' ');
    append_address(text, 6, &v6, true);
    g_string_append_c(text, ' ');
    append_address(text, 6, &v6, false);
    g_assert_cmpstr(text->str, ==, "10.0.0.1:80 10.0.0.1 [2001:db8::1]:443 2001:db8::1");
    g_string_free(text, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/summary/established", test_established);
    g_test_add_func("/summary/no_connect_time", test_no_connect_time);
    g_test_add_func("/summary/paws", test_paws);
    g_test_add_func("/summary/inferred_paws", test_inferred_paws);
    g_test_add_func("/summary/old_sequence", test_old_sequence);
    g_test_add_func("/summary/sequence_ahead", test_sequence_ahead);
    g_test_add_func("/summary/inferred_old_sequence", test_inferred_old_sequence);
    g_test_add_func("/summary/old_unknown", test_old_unknown);
    g_test_add_func("/summary/all_signs_of_another_host", test_all_signs_of_another_host);
    g_test_add_func("/summary/not_as_rules", test_not_as_rules);
    g_test_add_func("/summary/collision", test_collision);
    g_test_add_func("/summary/where_the_ack_was_seen", test_where_the_ack_was_seen);
    g_test_add_func("/summary/addresses", test_addresses);
    return g_test_run();
}
