/* test_tracker.c - what no story can tell: very many packets, and the ends of time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "segments.h"

#include "store.h"

/* A new connection on the old port pair: SYN with these numbers, which lie behind the old connection's unless added to. */
enum { NEW_C_ISN = S_RCV_NXT, NEW_C_TS = C_FIN_TS, NEW_S_ISN = 900000000 };

static uint32_t new_syn(struct scene *s, int32_t isn_delta, int32_t tsval_delta)
{
    wait_ms(s, 500);
    return CLIENT(s, .flags = TCP_SYN, .seq = NEW_C_ISN + (uint32_t)isn_delta,
                  .tsval = NEW_C_TS + (uint32_t)tsval_delta, .mss = 1460, .wscale = 7);
}

/* SYN/ACK and ACK for it; returns the ACK's frame. */
static uint32_t accept(struct scene *s, int32_t isn_delta, uint32_t server_isn)
{
    uint32_t isn = NEW_C_ISN + (uint32_t)isn_delta;

    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = server_isn, .ack = isn + 1, .tsval = S_TS + 99000, .wscale = 7);
    return CLIENT(s, .flags = TCP_ACK, .seq = isn + 1, .ack = server_isn + 1, .tsval = C_TS + 99000);
}

/* A scan of many ports neither hides nor changes what became of others. */
static void test_port_scan(struct scene *s)
{
    closed_by_server(s);
    uint32_t syn = new_syn(s, 1000, -5000);
    uint16_t port = s->client.port;
    for (uint16_t i = 1; i <= 5000; i++) {
        s->client.port = i;
        CLIENT(s, .flags = TCP_SYN, .seq = i);
        SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = i + 1U);
    }
    s->client.port = port;
    uint32_t frame = time_wait_ack(s);
    assert_verdict(s, 2, FATE_REJECTED, CAUSE_TIME_WAIT_PAWS, frame);
    g_assert_cmpuint(tracker_attempts(s->t), ==, 5002);
    g_assert_cmpuint(tracker_attempt(s->t, 2)->frame[SYN_FIRST], ==, syn);
}

/* An ICMP error is there, and the captured bytes do not show whether it is about this SYN. */
static void test_cut_icmp_error(struct scene *s)
{
    struct verdict v;

    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    wait_ms(s, 1000);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    wait_ms(s, 9000);
    tracker_verdict(s->t, 1, true, &v);
    g_assert_true(v.cause == CAUSE_SILENT_HOST && !v.inferred);
    tracker_icmp_cut(s->t);
    tracker_verdict(s->t, 1, true, &v);
    g_assert_true(v.cause == CAUSE_SILENT_HOST && v.inferred);
}

/* More SYNs than the counter holds. */
static void test_many_retries(struct scene *s)
{
    size_t n;

    for (int i = 0; i < 70000; i++) {
        CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
        wait_ms(s, 1000);
    }
    g_assert_cmpuint(tracker_attempts(s->t), ==, 1);
    g_assert_cmpuint(tracker_attempt(s->t, 1)->retries, ==, UINT16_MAX);
    g_assert_cmpuint(tracker_notes(s->t, 70000, &n)->syn_number, ==, UINT16_MAX);
    assert_verdict(s, 1, FATE_NO_ANSWER, CAUSE_SILENT_HOST, 0);
}

/* What the records of attempts in trouble take, beyond what each attempt has. */
static size_t bytes_of_trouble(const struct tracker *t)
{
    return pool_used(&t->troubles) * t->troubles.size + pool_used(&t->packets) * t->packets.size
           + pool_used(&t->histories) * t->histories.size;
}

/* Rejected, reset and sent again a thousand times: of each kind of packets the first, the last and their number are kept. */
static void test_many_rejections(struct scene *s)
{
    enum { IN_TROUBLE = 800 }; /* bytes, at most */
    size_t first = 0;

    closed_by_server(s);
    for (int i = 0; i < 1000; i++) {
        wait_ms(s, 1000);
        new_syn(s, 1000, -5000000 + i * 1501);
        time_wait_ack(s);
        CLIENT(s, .flags = TCP_RST, .seq = S_RCV_NXT);
        if (i == 2)
            first = bytes_of_trouble(s->t);
    }
    g_assert_cmpuint(tracker_attempts(s->t), ==, 2);
    g_assert_cmpuint(tracker_attempt(s->t, 2)->retries, ==, 999);
    g_assert_cmpuint(bytes_of_trouble(s->t), ==, first);
    g_assert_cmpuint(first, >, 0);
    g_assert_cmpuint(first, <=, IN_TROUBLE);
    g_assert_cmpuint(tracker_packets(s->t, tracker_attempt(s->t, 2), SEEN_BARE_ACK)->count, ==, 1000);
}

/* While tracking is off there is no tracker. */
static void test_no_tracker(void)
{
    tracker_free(NULL);
}

/* The first and the last time that the plugin hands over: no difference of two overflows. */
static void test_ends_of_time(struct scene *s)
{
    const int64_t first = -(INT64_C(1) << 61), last = INT64_C(1) << 62;

    s->now.time = first;
    closed_by_server(s);
    s->now.time = last - 4 * NS_PER_SECOND;
    new_syn(s, -500, -5000);
    uint32_t ack = accept(s, -500, NEW_S_ISN);
    assert_verdict(s, 2, FATE_ESTABLISHED, CAUSE_TIME_WAIT_EXPIRED, ack);
    g_assert_cmpint(past_of(s, 2).age, >, 0);
    s->now.time = first;
    CLIENT(s, .flags = TCP_SYN, .seq = NEW_C_ISN + 900000, .tsval = NEW_C_TS);
    s->now.time = last;
    CLIENT(s, .flags = TCP_SYN, .seq = NEW_C_ISN + 900000, .tsval = NEW_C_TS + 9);
    g_assert_cmpint(verdict_on(s, 3).wait, >, 0);
}

static const struct scene_test tests[] = {
    { "/tracker/port_scan", test_port_scan },       { "/tracker/cut_icmp_error", test_cut_icmp_error },
    { "/tracker/many_retries", test_many_retries }, { "/tracker/many_rejections", test_many_rejections },
    { "/tracker/ends_of_time", test_ends_of_time },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_scene_tests(tests, G_N_ELEMENTS(tests));
    g_test_add_func("/tracker/no_tracker", test_no_tracker);
    return g_test_run();
}
