/* test_unseen_use.c - a use of a port pair of which the capture lacks the SYN, and what may be said after it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "segments.h"

/* The numbers of the use whose SYN is missing. The server's ISN is the one with which Linux reopens a TIME_WAIT. */
enum { LOST_C_ISN = 500000000, LOST_S_ISN = S_SND_NXT + 65537, LOST_C_TS = 900000000 };

/* What the old connection would reject by PAWS, and the lost one by its sequence number. */
static uint32_t later_syn(struct scene *s)
{
    wait_ms(s, 500);
    return CLIENT(s, .flags = TCP_SYN, .seq = LOST_C_ISN - 20000000, .tsval = C_FIN_TS - 1000, .mss = 1460,
                  .wscale = 7);
}

static uint32_t client_data(struct scene *s)
{
    return CLIENT(s, .flags = TCP_ACK, .seq = LOST_C_ISN + 1, .ack = LOST_S_ISN + 1, .payload = 100);
}

static uint32_t server_data(struct scene *s)
{
    return SERVER(s, .flags = TCP_ACK, .seq = LOST_S_ISN + 1, .ack = LOST_C_ISN + 101, .payload = 200);
}

static uint32_t lone_syn_ack(struct scene *s)
{
    return SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = LOST_S_ISN, .ack = LOST_C_ISN + 1, .mss = 1460);
}

static void close_lost_use(struct scene *s)
{
    SERVER(s, .flags = TCP_FIN | TCP_ACK, .seq = LOST_S_ISN + 201, .ack = LOST_C_ISN + 101);
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = LOST_C_ISN + 101, .ack = LOST_S_ISN + 202);
    SERVER(s, .flags = TCP_ACK, .seq = LOST_S_ISN + 202, .ack = LOST_C_ISN + 102);
}

static uint32_t bare_ack_of_lost_use(struct scene *s, uint16_t ip_id)
{
    return SERVER(s, .flags = TCP_ACK, .seq = LOST_S_ISN + 201, .ack = LOST_C_ISN + 101, .has_ip_id = true,
                  .ip_id = ip_id, .df = true);
}

/* SYN and SYN/ACK are missing: not the TIME_WAIT of the use before answers, but the open connection. */
static void test_open_after_time_wait(void)
{
    struct scene *s = scene_new(&LINUX);

    closed_by_server(s);
    client_data(s);
    server_data(s);
    uint32_t syn = later_syn(s);
    uint32_t ack = bare_ack_of_lost_use(s, 77);
    assert_verdict(s, 2, FATE_REJECTED, CAUSE_OLD_ESTABLISHED, ack);
    g_assert_cmpuint(tracker_attempt(s->t, 2)->frame[SYN_FIRST], ==, syn);
    g_assert_cmpuint(tracker_attempt(s->t, 2)->use, ==, 3);
    scene_free(s);
}

/* The lost use was closed too: its TIME_WAIT has no timestamps, so that PAWS does not apply. */
static void test_time_wait_after_time_wait(void)
{
    struct scene *s = scene_new(&LINUX);

    closed_by_server(s);
    client_data(s);
    server_data(s);
    close_lost_use(s);
    later_syn(s);
    uint32_t ack =
        SERVER(s, .flags = TCP_ACK, .seq = LOST_S_ISN + 202, .ack = LOST_C_ISN + 102, .has_ip_id = true, .df = true);
    assert_verdict(s, 2, FATE_REJECTED, CAUSE_TIME_WAIT_SEQUENCE, ack);
    scene_free(s);
}

/* The RST that ended the first is missing too. */
static void test_open_after_open(void)
{
    struct scene *s = scene_new(&LINUX);
    enum { FAR = 1000000000 };

    handshake(s);
    exchange(s);
    CLIENT(s, .flags = TCP_ACK, .seq = FAR + C_ISN, .ack = FAR + S_ISN, .payload = 100);
    SERVER(s, .flags = TCP_ACK, .seq = FAR + S_ISN, .ack = FAR + C_ISN + 100, .payload = 200);
    later_syn(s);
    uint32_t ack = SERVER(s, .flags = TCP_ACK, .seq = FAR + S_ISN + 200, .ack = FAR + C_ISN + 100, .has_ip_id = true,
                          .ip_id = 77, .df = true);
    assert_verdict(s, 2, FATE_REJECTED, CAUSE_OLD_ESTABLISHED, ack);
    g_assert_false(past_of(s, 2).flags & PAST_TIMESTAMPS);
    scene_free(s);
}

/* The same after an attempt that was rejected: what follows is neither its answer nor the old connection. */
static void test_after_a_rejection(void)
{
    struct scene *s = scene_new(&LINUX);

    closed_by_server(s);
    CLIENT(s, .flags = TCP_SYN, .seq = 42, .tsval = C_FIN_TS - 5000);
    uint32_t rejection = time_wait_ack(s);
    client_data(s);
    server_data(s);
    later_syn(s);
    uint32_t ack = bare_ack_of_lost_use(s, 77);
    assert_verdict(s, 2, FATE_REJECTED, CAUSE_TIME_WAIT_PAWS, rejection);
    assert_verdict(s, 3, FATE_REJECTED, CAUSE_OLD_ESTABLISHED, ack);
    scene_free(s);
}

/* Only the client is captured: what the server holds is not known. */
static void test_one_sided(void)
{
    struct scene *s = scene_new(&LINUX);

    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_SND_NXT, .tsval = C_FIN_TS);
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = C_ISN + 1, .ack = S_SND_NXT, .tsval = C_FIN_TS);
    CLIENT(s, .flags = TCP_RST, .seq = C_ISN + 2);
    client_data(s);
    later_syn(s);
    wait_ms(s, 1000);
    later_syn(s);
    struct verdict v = verdict_on(s, 2);
    g_assert_cmpstr(fate_token(v.fate), ==, fate_token(FATE_NO_ANSWER));
    g_assert_cmpstr(cause_token(v.cause), ==, cause_token(CAUSE_SILENT_HOST));
    scene_free(s);
}

/* SYN and RST are missing, the connection before was open: its clock must not judge the next SYN. */
static void test_lone_syn_ack_in_open_connection(void)
{
    struct scene *s = scene_new(&LINUX);

    handshake(s);
    exchange(s);
    lone_syn_ack(s);
    client_data(s);
    server_data(s);
    close_lost_use(s);
    CLIENT(s, .flags = TCP_SYN, .seq = LOST_C_ISN + 5000, .tsval = C_TS - 1000);
    struct past h = past_of(s, 2);
    g_assert_cmpint(h.state, ==, STATE_TIME_WAIT);
    g_assert_cmpuint(h.rcv_nxt, ==, LOST_C_ISN + 102);
    g_assert_false(h.flags & PAST_TIMESTAMPS);
    scene_free(s);
}

/* The same with numbers just beyond the open connection's, as a client has that counts on and a server that does. */
enum { NEAR_C_ISN = C_ISN + 101, NEAR_S_ISN = S_ISN + 10000000 };

static uint32_t near_syn_ack(struct scene *s)
{
    return SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = NEAR_S_ISN, .ack = NEAR_C_ISN + 1, .mss = 1460);
}

static void test_near_syn_ack_in_open_connection(void)
{
    struct scene *s = scene_new(&LINUX);

    handshake(s);
    exchange(s);
    near_syn_ack(s);
    CLIENT(s, .flags = TCP_ACK, .seq = NEAR_C_ISN + 1, .ack = NEAR_S_ISN + 1, .payload = 100);
    SERVER(s, .flags = TCP_FIN | TCP_ACK, .seq = NEAR_S_ISN + 1, .ack = NEAR_C_ISN + 101);
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = NEAR_C_ISN + 101, .ack = NEAR_S_ISN + 2);
    CLIENT(s, .flags = TCP_SYN, .seq = NEAR_C_ISN + 5000, .tsval = C_TS - 1000);
    struct past h = past_of(s, 2);
    g_assert_cmpint(h.state, ==, STATE_TIME_WAIT);
    g_assert_cmpuint(h.rcv_nxt, ==, NEAR_C_ISN + 102);
    g_assert_cmpuint(h.snd_nxt, ==, NEAR_S_ISN + 2);
    g_assert_false(h.flags & PAST_TIMESTAMPS);
    scene_free(s);
}

/* A single forged segment hides no verdict, whether it comes before the SYN or between the SYN and its answer. */
static void test_forged_segment(void)
{
    for (unsigned late = 0; late < 2; late++) {
        for (unsigned by_server = 0; by_server < 2; by_server++) {
            struct scene *s = scene_new(&LINUX);
            closed_by_server(s);
            if (late)
                later_syn(s);
            if (by_server)
                server_data(s);
            else
                client_data(s);
            if (!late)
                later_syn(s);
            uint32_t ack = time_wait_ack(s);
            assert_verdict(s, 2, FATE_REJECTED, CAUSE_TIME_WAIT_PAWS, ack);
            g_assert_cmpuint(tracker_attempt(s->t, 2)->use, ==, 2);
            scene_free(s);
        }
    }
}

/* A forged SYN/ACK does not end a connection that goes on. */
static void check_forged_syn_ack(uint32_t (*forge)(struct scene *s))
{
    struct scene *s = scene_new(&LINUX);

    uint32_t ack = handshake(s);
    forge(s);
    exchange(s);
    forge(s);
    later_syn(s);
    assert_verdict(s, 1, FATE_ESTABLISHED, CAUSE_OK, ack);
    struct past h = past_of(s, 2);
    g_assert_cmpint(h.state, ==, STATE_ESTABLISHED);
    g_assert_cmpuint(h.rcv_nxt, ==, C_ISN + 101);
    g_assert_cmpuint(tracker_attempt(s->t, 2)->use, ==, 2);
    scene_free(s);
}

static void test_forged_syn_ack(void)
{
    check_forged_syn_ack(lone_syn_ack);
    check_forged_syn_ack(near_syn_ack);
}

/* The SYN comes behind its SYN/ACK: the use has its attempt, and stays one whatever else is captured late. */
static void test_syn_after_lone_syn_ack(void)
{
    struct scene *s = scene_new(&LINUX);

    handshake(s);
    exchange(s);
    lone_syn_ack(s);
    CLIENT(s, .flags = TCP_SYN, .seq = LOST_C_ISN, .tsval = C_TS);
    SERVER(s, .flags = TCP_ACK, .seq = S_ISN + 201, .ack = C_ISN + 101, .tsval = S_TS, .tsecr = C_TS);
    later_syn(s);
    g_assert_cmpuint(tracker_attempt(s->t, 1)->use, ==, 1);
    g_assert_cmpuint(tracker_attempt(s->t, 2)->use, ==, 2);
    g_assert_cmpuint(tracker_attempt(s->t, 3)->use, ==, 3);
    scene_free(s);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/unseen_use/open_after_time_wait", test_open_after_time_wait);
    g_test_add_func("/unseen_use/time_wait_after_time_wait", test_time_wait_after_time_wait);
    g_test_add_func("/unseen_use/open_after_open", test_open_after_open);
    g_test_add_func("/unseen_use/after_a_rejection", test_after_a_rejection);
    g_test_add_func("/unseen_use/one_sided", test_one_sided);
    g_test_add_func("/unseen_use/lone_syn_ack_in_open_connection", test_lone_syn_ack_in_open_connection);
    g_test_add_func("/unseen_use/near_syn_ack_in_open_connection", test_near_syn_ack_in_open_connection);
    g_test_add_func("/unseen_use/forged_segment", test_forged_segment);
    g_test_add_func("/unseen_use/forged_syn_ack", test_forged_syn_ack);
    g_test_add_func("/unseen_use/syn_after_lone_syn_ack", test_syn_after_lone_syn_ack);
    return g_test_run();
}
