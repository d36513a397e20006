/* test_connection.c - the states of both ends, what proves a TIME_WAIT, which RST counts, and gaps in the capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "connection.h"

#include <glib.h>

enum { CLIENT_SIDE = 0, SERVER_SIDE = 1 };

/* A connection whose SYN (ISN 1000) was seen, and the frames that follow. */
struct talk {
    struct connection c;
    struct sighting now;
};

static struct talk begin(void)
{
    struct talk t = { .now = { .frame = 1, .time = NS_PER_SECOND } };

    connection_init_client(&t.c, CLIENT_SIDE, 1000, 1001, 7, &t.now);
    return t;
}

static void say(struct talk *t, uint8_t side, struct segment seg)
{
    t->now.frame++;
    t->now.time += NS_PER_SECOND / 10;
    seg.seen = t->now;
    if (!(seg.flags & TCP_SYN))
        seg.wscale = NO_WSCALE;
    connection_segment(&t->c, side, &seg);
    bool established = connection_state(&t->c, CLIENT_SIDE) == STATE_ESTABLISHED
                       && connection_state(&t->c, SERVER_SIDE) == STATE_ESTABLISHED;
    g_assert_cmpint(connection_is_established(&t->c), ==, established);
}

#define CLIENT(T, ...) say(T, CLIENT_SIDE, (struct segment){ __VA_ARGS__ })
#define SERVER(T, ...) say(T, SERVER_SIDE, (struct segment){ __VA_ARGS__ })

#define assert_states(T, CLIENT_STATE, SERVER_STATE)                                  \
    do {                                                                              \
        const char *client_ = tcp_state_name(connection_state(&(T)->c, CLIENT_SIDE)); \
        const char *server_ = tcp_state_name(connection_state(&(T)->c, SERVER_SIDE)); \
        g_assert_cmpstr(client_, ==, tcp_state_name(CLIENT_STATE));                   \
        g_assert_cmpstr(server_, ==, tcp_state_name(SERVER_STATE));                   \
    } while (0)

static struct talk open_connection(void)
{
    struct talk t = begin();

    SERVER(&t, .flags = TCP_SYN | TCP_ACK, .seq = 5000, .ack = 1001, .wscale = 6, .window = 100);
    CLIENT(&t, .flags = TCP_ACK, .seq = 1001, .ack = 5001, .window = 200);
    return t;
}

static void test_state_names(void)
{
    static const char *const names[] = { NULL,           "CLOSED",      "LISTEN",     "SYN_SENT",
                                         "SYN_RECEIVED", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2",
                                         "CLOSE_WAIT",   "CLOSING",     "LAST_ACK",   "TIME_WAIT" };

    g_assert_cmpuint(G_N_ELEMENTS(names), ==, STATE_COUNT);
    for (int i = 0; i < STATE_COUNT; i++)
        g_assert_cmpstr(tcp_state_name((enum tcp_state)i), ==, names[i]);
    g_assert_null(tcp_state_name(STATE_COUNT));
}

static void test_handshake(void)
{
    struct talk t = begin();

    assert_states(&t, STATE_UNKNOWN, STATE_UNKNOWN);
    SERVER(&t, .flags = TCP_SYN | TCP_ACK, .seq = 5000, .ack = 1001, .wscale = 6, .window = 100);
    assert_states(&t, STATE_ESTABLISHED, STATE_SYN_RECEIVED);
    g_assert_cmpuint(connection_rcv_wnd(&t.c, SERVER_SIDE), ==, 100); /* a SYN/ACK's window is not scaled */
    CLIENT(&t, .flags = TCP_ACK, .seq = 1001, .ack = 5001, .window = 200);
    assert_states(&t, STATE_ESTABLISHED, STATE_ESTABLISHED);
    g_assert_cmpuint(connection_rcv_nxt(&t.c, SERVER_SIDE), ==, 1001);
    g_assert_cmpuint(connection_rcv_nxt(&t.c, CLIENT_SIDE), ==, 5001);
    g_assert_cmpuint(connection_rcv_wnd(&t.c, CLIENT_SIDE), ==, 200 << 7);
    g_assert_cmpuint(connection_closer(&t.c), ==, SIDE_NONE);
}

/* RFC 7323, 2.2: no scaling unless both sent the option. */
static void test_one_sided_window_scale(void)
{
    struct talk t = begin();

    SERVER(&t, .flags = TCP_SYN | TCP_ACK, .seq = 5000, .ack = 1001, .wscale = NO_WSCALE, .window = 100);
    CLIENT(&t, .flags = TCP_ACK, .seq = 1001, .ack = 5001, .window = 200);
    g_assert_cmpuint(connection_rcv_wnd(&t.c, CLIENT_SIDE), ==, 200);
    g_assert_cmpuint(connection_rcv_wnd(&t.c, SERVER_SIDE), ==, 100);
}

/* The segments of an older connection that arrive between SYN and SYN/ACK complete nothing. */
static void test_old_segments_in_the_handshake(void)
{
    struct talk t = begin();

    CLIENT(&t, .flags = TCP_ACK, .seq = 900, .ack = 77);
    SERVER(&t, .flags = TCP_ACK, .seq = 77, .ack = 950);
    assert_states(&t, STATE_UNKNOWN, STATE_UNKNOWN);
    SERVER(&t, .flags = TCP_SYN | TCP_ACK, .seq = 5000, .ack = 1001, .wscale = 6);
    CLIENT(&t, .flags = TCP_ACK, .seq = 1001, .ack = 4000);
    assert_states(&t, STATE_ESTABLISHED, STATE_SYN_RECEIVED);
}

/* The SYN/ACK is not in the capture; what acknowledges it is. */
static void test_synack_not_captured(void)
{
    struct talk t = begin();

    CLIENT(&t, .flags = TCP_ACK, .seq = 1001, .ack = 5001);
    assert_states(&t, STATE_ESTABLISHED, STATE_ESTABLISHED);
    g_assert_cmpuint(t.c.server_isn, ==, 5000);
}

/* The client's segments are not in the capture: the server's acknowledgment of data shows that it accepted. */
static void test_client_not_captured(void)
{
    struct talk t = begin();

    SERVER(&t, .flags = TCP_SYN | TCP_ACK, .seq = 5000, .ack = 1001, .wscale = 6);
    SERVER(&t, .flags = TCP_ACK, .seq = 5001, .ack = 1001);
    assert_states(&t, STATE_ESTABLISHED, STATE_SYN_RECEIVED);
    SERVER(&t, .flags = TCP_ACK, .seq = 5001, .ack = 1101);
    g_assert_true(t.c.flags & CONN_OPEN);
    assert_states(&t, STATE_UNKNOWN, STATE_UNKNOWN); /* what was acknowledged and not seen may hold a FIN */
}

static void test_server_closes_first(void)
{
    struct talk t = open_connection();

    CLIENT(&t, .flags = TCP_ACK, .seq = 1001, .ack = 5001, .payload = 99);
    SERVER(&t, .flags = TCP_ACK, .seq = 5001, .ack = 1100);
    t.now.time += 30 * NS_PER_SECOND;
    SERVER(&t, .flags = TCP_FIN | TCP_ACK, .seq = 5001, .ack = 1100);
    assert_states(&t, STATE_CLOSE_WAIT, STATE_FIN_WAIT_1);
    g_assert_cmpint(t.c.idle, ==, 30 * NS_PER_SECOND + 2 * NS_PER_SECOND / 10);
    g_assert_cmpuint(t.c.frame[CONN_CLOSE], ==, t.now.frame);
    CLIENT(&t, .flags = TCP_ACK, .seq = 1100, .ack = 5002);
    assert_states(&t, STATE_CLOSE_WAIT, STATE_FIN_WAIT_2);
    CLIENT(&t, .flags = TCP_FIN | TCP_ACK, .seq = 1100, .ack = 5002);
    assert_states(&t, STATE_LAST_ACK, STATE_TIME_WAIT);
    g_assert_false(connection_time_wait_proven(&t.c, SERVER_SIDE)); /* its last ACK was not seen yet */
    SERVER(&t, .flags = TCP_ACK, .seq = 5002, .ack = 1101);
    uint32_t proof = t.now.frame;
    assert_states(&t, STATE_CLOSED, STATE_TIME_WAIT);
    g_assert_true(connection_time_wait_proven(&t.c, SERVER_SIDE));
    g_assert_false(connection_time_wait_proven(&t.c, CLIENT_SIDE));
    g_assert_cmpuint(t.c.frame[CONN_TIME_WAIT], ==, proof);
    g_assert_cmpuint(connection_closer(&t.c), ==, SERVER_SIDE);
    g_assert_true(connection_closed_second(&t.c, CLIENT_SIDE));
    g_assert_false(connection_closed_second(&t.c, SERVER_SIDE));
    g_assert_cmpuint(connection_rcv_nxt(&t.c, SERVER_SIDE), ==, 1101);
}

/* A FIN that acknowledges the peer's: three segments close it. */
static void test_three_way_close(void)
{
    struct talk t = open_connection();

    CLIENT(&t, .flags = TCP_FIN | TCP_ACK, .seq = 1001, .ack = 5001);
    SERVER(&t, .flags = TCP_FIN | TCP_ACK, .seq = 5001, .ack = 1002);
    assert_states(&t, STATE_TIME_WAIT, STATE_LAST_ACK);
    CLIENT(&t, .flags = TCP_ACK, .seq = 1002, .ack = 5002);
    assert_states(&t, STATE_TIME_WAIT, STATE_CLOSED);
    g_assert_true(connection_time_wait_proven(&t.c, CLIENT_SIDE));
    g_assert_cmpuint(connection_closer(&t.c), ==, CLIENT_SIDE);
}

static void test_simultaneous_close(void)
{
    struct talk t = open_connection();

    CLIENT(&t, .flags = TCP_FIN | TCP_ACK, .seq = 1001, .ack = 5001);
    SERVER(&t, .flags = TCP_FIN | TCP_ACK, .seq = 5001, .ack = 1001);
    assert_states(&t, STATE_CLOSING, STATE_CLOSING);
    CLIENT(&t, .flags = TCP_ACK, .seq = 1002, .ack = 5002);
    assert_states(&t, STATE_CLOSING, STATE_TIME_WAIT);
    SERVER(&t, .flags = TCP_ACK, .seq = 5002, .ack = 1002);
    assert_states(&t, STATE_TIME_WAIT, STATE_TIME_WAIT);
    g_assert_true(connection_time_wait_proven(&t.c, CLIENT_SIDE));
    g_assert_true(connection_time_wait_proven(&t.c, SERVER_SIDE));
}

/* A segment of the other side restarts TIME_WAIT's clock, one of its own does not. */
static void test_time_wait_clock(void)
{
    struct talk t = open_connection();

    SERVER(&t, .flags = TCP_FIN | TCP_ACK, .seq = 5001, .ack = 1001);
    CLIENT(&t, .flags = TCP_FIN | TCP_ACK, .seq = 1001, .ack = 5002);
    SERVER(&t, .flags = TCP_ACK, .seq = 5002, .ack = 1002);
    int64_t proven = t.c.tw_time;
    uint32_t frame = t.c.frame[CONN_TIME_WAIT];
    SERVER(&t, .flags = TCP_ACK, .seq = 5002, .ack = 1002);
    g_assert_cmpint(t.c.tw_time, ==, proven);
    CLIENT(&t, .flags = TCP_FIN | TCP_ACK, .seq = 1001, .ack = 5002);
    g_assert_cmpint(t.c.tw_time, ==, t.now.time);
    g_assert_cmpuint(t.c.frame[CONN_TIME_WAIT], ==, frame);
}

static void test_idle_needs_data_and_an_order(void)
{
    struct talk no_data = open_connection(), gap = open_connection(), back = open_connection();

    SERVER(&no_data, .flags = TCP_FIN | TCP_ACK, .seq = 5001, .ack = 1001);
    g_assert_cmpint(no_data.c.idle, ==, -1);

    SERVER(&gap, .flags = TCP_ACK, .seq = 5001, .ack = 1001, .payload = 10);
    SERVER(&gap, .flags = TCP_FIN | TCP_ACK, .seq = 5500, .ack = 1001); /* 489 bytes were not captured */
    g_assert_cmpint(gap.c.idle, ==, -1);

    SERVER(&back, .flags = TCP_ACK, .seq = 5001, .ack = 1001, .payload = 10);
    back.now.time -= NS_PER_SECOND;
    SERVER(&back, .flags = TCP_FIN | TCP_ACK, .seq = 5011, .ack = 1001);
    g_assert_cmpint(back.c.idle, ==, -1);
}

struct reset_case {
    const char *what;
    uint32_t seq;
    bool accepted;
};

/* RFC 5961, 3.2 */
static void test_which_reset_counts(void)
{
    static const struct reset_case cases[] = {
        { "RCV.NXT of the server", 1001, true },
        { "SND.NXT of the client, not acknowledged yet", 1101, true },
        { "inside the window, behind what was seen: data may have been lost", 1200, true },
        { "one before RCV.NXT", 1000, false },
        { "between", 1050, false },
        { "beyond the window", 1101 + (100 << 6), false },
        { "half the number space away", 1101 + (1U << 31), false },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct talk t = open_connection();
        g_test_message("%s", cases[i].what);
        SERVER(&t, .flags = TCP_ACK, .seq = 5001, .ack = 1001, .window = 100);
        CLIENT(&t, .flags = TCP_ACK, .seq = 1001, .ack = 5001, .payload = 100);
        CLIENT(&t, .flags = TCP_RST, .seq = cases[i].seq);
        g_assert_cmpint(!!(t.c.flags & CONN_RESET), ==, cases[i].accepted);
        if (cases[i].accepted) {
            assert_states(&t, STATE_CLOSED, STATE_CLOSED);
            g_assert_cmpuint(connection_closer(&t.c), ==, CLIENT_SIDE);
            g_assert_cmpuint(t.c.frame[CONN_CLOSE], ==, t.now.frame);
        } else {
            assert_states(&t, STATE_ESTABLISHED, STATE_ESTABLISHED);
        }
    }
}

/* After a FIN nothing unseen can follow: only the number behind it counts. */
static void test_reset_after_fin(void)
{
    for (uint32_t beyond = 0; beyond < 2; beyond++) {
        struct talk t = open_connection();
        CLIENT(&t, .flags = TCP_FIN | TCP_ACK, .seq = 1001, .ack = 5001);
        CLIENT(&t, .flags = TCP_RST, .seq = 1002 + beyond);
        g_assert_cmpint(!!(t.c.flags & CONN_RESET), ==, beyond == 0);
    }
}

/* RFC 7323, 5.3, as Linux does it: a RST with an older timestamp is dropped. */
static void test_reset_with_old_timestamp(void)
{
    for (uint32_t behind = 0; behind < 2; behind++) {
        struct talk t = open_connection();
        CLIENT(&t, .flags = TCP_ACK, .seq = 1001, .ack = 5001, .has_ts = true, .tsval = 900);
        CLIENT(&t, .flags = TCP_RST, .seq = 1001, .has_ts = true, .tsval = 900 - behind);
        g_assert_cmpint(!!(t.c.flags & CONN_RESET), ==, behind == 0);
    }
}

/* Nothing of the sender was captured: then only what the receiver acknowledged tells. */
static void test_reset_without_history(void)
{
    for (uint32_t off = 0; off < 2; off++) {
        struct sighting seen = { .frame = 1, .time = 1 };
        struct talk t = { .now = seen };
        connection_init(&t.c, &seen);
        t.c.end[SERVER_SIDE].rcv_nxt = 1001;
        t.c.end[SERVER_SIDE].bits = END_ACKED;
        CLIENT(&t, .flags = TCP_RST, .seq = 1001 + off);
        g_assert_cmpint(!!(t.c.flags & CONN_RESET), ==, off == 0);
    }
    struct sighting seen = { .frame = 1, .time = 1 };
    struct talk t = { .now = seen };
    connection_init(&t.c, &seen);
    CLIENT(&t, .flags = TCP_RST, .seq = 4711); /* nobody knows better */
    g_assert_true(t.c.flags & CONN_RESET);
}

static void test_midstream(void)
{
    struct sighting seen = { .frame = 1, .time = 1 };
    struct talk t = { .now = seen };

    connection_init(&t.c, &seen);
    CLIENT(&t, .flags = TCP_ACK, .seq = 2000, .ack = 7000, .payload = 10);
    assert_states(&t, STATE_UNKNOWN, STATE_UNKNOWN);
    SERVER(&t, .flags = TCP_ACK, .seq = 7000, .ack = 2010, .payload = 10);
    assert_states(&t, STATE_ESTABLISHED, STATE_ESTABLISHED);
    SERVER(&t, .flags = TCP_FIN | TCP_ACK, .seq = 7010, .ack = 2010);
    CLIENT(&t, .flags = TCP_FIN | TCP_ACK, .seq = 2010, .ack = 7011);
    SERVER(&t, .flags = TCP_ACK, .seq = 7011, .ack = 2011);
    assert_states(&t, STATE_CLOSED, STATE_TIME_WAIT);
    g_assert_true(connection_time_wait_proven(&t.c, SERVER_SIDE));
}

/* A number was acknowledged that no frame shows: it may be a FIN, so nothing is said about the states. */
static void test_gap_may_hold_a_fin(void)
{
    struct talk t = open_connection();

    SERVER(&t, .flags = TCP_FIN | TCP_ACK, .seq = 5001, .ack = 1002);
    assert_states(&t, STATE_UNKNOWN, STATE_UNKNOWN);
    g_assert_cmpuint(connection_closer(&t.c), ==, SIDE_NONE);
    CLIENT(&t, .flags = TCP_FIN | TCP_ACK, .seq = 1001, .ack = 5001); /* it was late */
    assert_states(&t, STATE_TIME_WAIT, STATE_LAST_ACK);
}

static void test_timestamps(void)
{
    struct talk t = begin();

    g_assert_false(connection_uses_timestamps(&t.c));
    SERVER(&t, .flags = TCP_SYN | TCP_ACK, .seq = 5000, .ack = 1001, .has_ts = true, .tsval = 50, .tsecr = 10,
           .wscale = NO_WSCALE);
    g_assert_false(connection_uses_timestamps(&t.c));
    CLIENT(&t, .flags = TCP_ACK, .seq = 1001, .ack = 5001, .has_ts = true, .tsval = 11, .tsecr = 50);
    g_assert_true(connection_uses_timestamps(&t.c));
    g_assert_cmpuint(t.c.end[SERVER_SIDE].ts_recent, ==, 11);
    /* A segment beyond a hole does not set TS.Recent (RFC 7323, 4.3), an echo shows what did. */
    CLIENT(&t, .flags = TCP_ACK, .seq = 3001, .ack = 5001, .has_ts = true, .tsval = 20, .tsecr = 50, .payload = 1);
    g_assert_cmpuint(t.c.end[SERVER_SIDE].ts_recent, ==, 11);
    SERVER(&t, .flags = TCP_ACK, .seq = 5001, .ack = 3002, .has_ts = true, .tsval = 51, .tsecr = 19);
    g_assert_cmpuint(t.c.end[SERVER_SIDE].ts_recent, ==, 19);
    CLIENT(&t, .flags = TCP_ACK, .seq = 3002, .ack = 5001, .has_ts = true, .tsval = 5, .tsecr = 51);
    g_assert_cmpuint(t.c.end[SERVER_SIDE].ts_recent, ==, 19); /* it never goes back */
}

/* Sequence numbers wrap round at 2^32. */
static void test_wrap_around(void)
{
    struct talk t = { .now = { .frame = 1, .time = 1 } };

    connection_init_client(&t.c, CLIENT_SIDE, UINT32_MAX, 0, NO_WSCALE, &t.now);
    SERVER(&t, .flags = TCP_SYN | TCP_ACK, .seq = UINT32_MAX - 4, .ack = 0, .wscale = NO_WSCALE);
    CLIENT(&t, .flags = TCP_ACK, .seq = 0, .ack = UINT32_MAX - 3);
    SERVER(&t, .flags = TCP_FIN | TCP_ACK, .seq = UINT32_MAX - 3, .ack = 0, .payload = 10);
    CLIENT(&t, .flags = TCP_FIN | TCP_ACK, .seq = 0, .ack = 7);
    SERVER(&t, .flags = TCP_ACK, .seq = 7, .ack = 1);
    assert_states(&t, STATE_CLOSED, STATE_TIME_WAIT);
    g_assert_cmpuint(connection_rcv_nxt(&t.c, SERVER_SIDE), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/connection/state_names", test_state_names);
    g_test_add_func("/connection/handshake", test_handshake);
    g_test_add_func("/connection/one_sided_window_scale", test_one_sided_window_scale);
    g_test_add_func("/connection/old_segments_in_the_handshake", test_old_segments_in_the_handshake);
    g_test_add_func("/connection/synack_not_captured", test_synack_not_captured);
    g_test_add_func("/connection/client_not_captured", test_client_not_captured);
    g_test_add_func("/connection/server_closes_first", test_server_closes_first);
    g_test_add_func("/connection/three_way_close", test_three_way_close);
    g_test_add_func("/connection/simultaneous_close", test_simultaneous_close);
    g_test_add_func("/connection/time_wait_clock", test_time_wait_clock);
    g_test_add_func("/connection/idle_needs_data_and_an_order", test_idle_needs_data_and_an_order);
    g_test_add_func("/connection/which_reset_counts", test_which_reset_counts);
    g_test_add_func("/connection/reset_after_fin", test_reset_after_fin);
    g_test_add_func("/connection/reset_with_old_timestamp", test_reset_with_old_timestamp);
    g_test_add_func("/connection/reset_without_history", test_reset_without_history);
    g_test_add_func("/connection/midstream", test_midstream);
    g_test_add_func("/connection/gap_may_hold_a_fin", test_gap_may_hold_a_fin);
    g_test_add_func("/connection/timestamps", test_timestamps);
    g_test_add_func("/connection/wrap_around", test_wrap_around);
    return g_test_run();
}
