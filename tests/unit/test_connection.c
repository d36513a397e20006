/* test_connection.c - what a connection keeps of its segments; its states are told by tests/stories/states.story
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/connection/state_names", test_state_names);
    g_test_add_func("/connection/handshake", test_handshake);
    g_test_add_func("/connection/one_sided_window_scale", test_one_sided_window_scale);
    g_test_add_func("/connection/old_segments_in_the_handshake", test_old_segments_in_the_handshake);
    g_test_add_func("/connection/idle_needs_data_and_an_order", test_idle_needs_data_and_an_order);
    g_test_add_func("/connection/timestamps", test_timestamps);
    return g_test_run();
}
