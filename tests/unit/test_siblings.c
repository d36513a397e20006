/* test_siblings.c - the same SYN elsewhere: legs of a NAT, capture points, answers from another address
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "segments.h"
#include "siblings.h"

static const struct tcp_address INSIDE = { .ip = { 192, 168, 0, 7 }, .port = 40000 };
static const struct tcp_address OTHER_INSIDE = { .ip = { 192, 168, 0, 8 }, .port = 41000 };
static const struct tcp_address SERVICE = { .ip = { 192, 0, 2, 1 }, .port = 80 };

/* On the inner leg of the NAT; what CLIENT and SERVER send is the outer one. */
#define INNER(S, SRC, DST, ...) send_segment(S, SRC, DST, (struct segment){ __VA_ARGS__ })

static void at_point(struct scene *s, uint16_t point)
{
    s->now.point = point;
}

/* ---- two legs at one capture point ---- */

static void test_legs(void)
{
    struct scene *s = scene_new(&LINUX);
    struct tcp_address before;

    uint32_t inner = INNER(s, &INSIDE, &SERVICE, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    g_assert_false(leg_of_attempt(s->t, 1, &before));
    uint32_t outer = CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS, .ttl = 63);
    g_assert_cmpuint(tracker_leg(s->t, inner), ==, outer);
    g_assert_cmpuint(tracker_leg(s->t, outer), ==, inner);
    g_assert_cmpuint(tracker_leg(s->t, 77), ==, 0);
    g_assert_cmpuint(tracker_sibling(s->t, 1), ==, 2);
    g_assert_cmpuint(tracker_sibling(s->t, 2), ==, 1);
    g_assert_true(leg_of_attempt(s->t, 2, &before));
    g_assert_cmpmem(before.ip, 4, INSIDE.ip, 4);
    g_assert_cmpuint(tracker_attempt(s->t, 2)->number, ==, 2); /* another attempt, on another port pair */
    scene_free(s);
}

/* Without timestamps a translated packet keeps port and IP ID, and loses TTL. */
static void test_legs_without_timestamps(void)
{
    struct scene *s = scene_new(&LINUX);
    const struct tcp_address same_port = { .ip = { 192, 168, 0, 7 }, .port = 57011 };

    INNER(s, &same_port, &SERVICE, .flags = TCP_SYN, .seq = C_ISN, .has_ip_id = true, .ip_id = 99);
    uint32_t outer = CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .has_ip_id = true, .ip_id = 99, .ttl = 63);
    g_assert_cmpuint(tracker_leg(s->t, outer), ==, 1);
    scene_free(s);
}

/* The same ISN says nothing if the timestamp differs, or if too much time lies between. */
static void test_no_legs(void)
{
    struct scene *s = scene_new(&LINUX);

    INNER(s, &INSIDE, &SERVICE, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS + 1);
    s->client.port++;
    wait_ms(s, 4000);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS + 1);
    s->client.port++;
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    for (uint32_t frame = 1; frame <= 4; frame++)
        g_assert_cmpuint(tracker_leg(s->t, frame), ==, 0);
    scene_free(s);
}

/* Nobody makes the engine walk: a ring of the same SYN is short. */
static void test_rings_are_bounded(void)
{
    struct scene *s = scene_new(&LINUX);

    for (int i = 0; i < 100; i++) {
        s->client.port++;
        CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    }
    for (uint32_t attempt = 1; attempt <= 100; attempt++) {
        unsigned n = 0;
        uint32_t r = attempt;
        while ((r = tracker_sibling(s->t, r)) != 0 && r != attempt)
            n++;
        g_assert_cmpuint(n, <, 16);
    }
    scene_free(s);
}

/* ---- two clients become one translated port pair ---- */

/* Connections of both legs, closed by the server. */
static void old_connection_on_both_legs(struct scene *s, const struct tcp_address *inside)
{
    const struct tcp_address outer_client = s->client, outer_server = s->server;

    INNER(s, inside, &SERVICE, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    closed_by_server(s);
    s->client = *inside;
    s->server = SERVICE;
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS, .tsecr = C_TS);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS);
    s->client = outer_client;
    s->server = outer_server;
}

static void test_collision_of_two_clients(void)
{
    struct scene *s = scene_new(&LINUX);
    struct tcp_address before, after;

    old_connection_on_both_legs(s, &INSIDE);
    wait_ms(s, 9000);
    INNER(s, &OTHER_INSIDE, &SERVICE, .flags = TCP_SYN, .seq = C_ISN + 50000, .tsval = C_TS - 5000);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 50000, .tsval = C_TS - 5000);
    uint32_t attempt = tracker_attempts(s->t);
    g_assert_true(leg_of_old(s->t, tracker_attempt(s->t, attempt), &before));
    g_assert_true(leg_of_attempt(s->t, attempt, &after));
    g_assert_cmpmem(before.ip, 4, INSIDE.ip, 4);
    g_assert_cmpmem(after.ip, 4, OTHER_INSIDE.ip, 4);
    g_assert_true(tracker_other_host_signs(s->t, attempt) & SIGN_LEG);
    scene_free(s);
}

/* The old connection's handshake is not in the capture: its FIN shows the other leg. */
static void test_legs_by_fin(void)
{
    struct scene *s = scene_new(&LINUX);
    struct tcp_address before;

    CLIENT(s, .flags = TCP_ACK, .seq = 100, .ack = 500, .tsval = 11, .payload = 10);
    INNER(s, &INSIDE, &SERVICE, .flags = TCP_ACK, .seq = 100, .ack = 500, .tsval = 11, .payload = 10);
    SERVER(s, .flags = TCP_FIN | TCP_ACK, .seq = 500, .ack = 110, .tsval = 12);
    INNER(s, &SERVICE, &INSIDE, .flags = TCP_FIN | TCP_ACK, .seq = 500, .ack = 110, .tsval = 12);
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = 110, .ack = 501, .tsval = 13);
    INNER(s, &INSIDE, &SERVICE, .flags = TCP_FIN | TCP_ACK, .seq = 110, .ack = 501, .tsval = 13);
    SERVER(s, .flags = TCP_ACK, .seq = 501, .ack = 111, .tsval = 14);
    wait_ms(s, 1000);
    CLIENT(s, .flags = TCP_SYN, .seq = 900000, .tsval = 1013);
    g_assert_true(leg_of_old(s->t, tracker_attempt(s->t, 1), &before));
    g_assert_cmpmem(before.ip, 4, INSIDE.ip, 4);
    g_assert_cmpuint(before.port, ==, INSIDE.port);
    scene_free(s);
}

/* A FIN of the same number is no leg if it acknowledges something else, or if its TSval differs. Many of them: some
 * meet in the memory of FINs. */
static void test_no_legs_by_fin(void)
{
    struct scene *s = scene_new(&LINUX);
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
    scene_free(s);
}

/* What TIME_WAIT stops on the translated side left the SYN without an answer on the other. */
static void test_verdict_of_the_other_leg(void)
{
    struct scene *s = scene_new(&LINUX);

    closed_by_server(s);
    wait_ms(s, 9000);
    INNER(s, &OTHER_INSIDE, &SERVICE, .flags = TCP_SYN, .seq = C_ISN + 50000, .tsval = C_TS - 5000);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 50000, .tsval = C_TS - 5000);
    time_wait_ack(s);
    wait_ms(s, 1000);
    INNER(s, &OTHER_INSIDE, &SERVICE, .flags = TCP_SYN, .seq = C_ISN + 50000, .tsval = C_TS - 4000);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 50000, .tsval = C_TS - 4000);
    struct verdict v = verdict_on(s, 2);
    assert_verdict(s, 2, FATE_NO_ANSWER, CAUSE_TIME_WAIT_PAWS, 0);
    g_assert_true(v.inferred && v.from_leg);
    assert_verdict(s, 3, FATE_REJECTED, CAUSE_TIME_WAIT_PAWS, 13 + 1);
    scene_free(s);
}

/* ---- capture points ---- */

/* An attempt that two points see is one, and counted once. */
static void test_twins(void)
{
    struct scene *s = scene_new(&LINUX);

    for (uint16_t point = 0; point < 2; point++) {
        at_point(s, point);
        CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    }
    at_point(s, 0);
    SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = C_ISN + 1);
    s->client.port++;
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 5, .tsval = C_TS);
    g_assert_false(tracker_attempt(s->t, 1)->flags & ATTEMPT_TWIN);
    g_assert_true(tracker_attempt(s->t, 2)->flags & ATTEMPT_TWIN);
    g_assert_cmpuint(tracker_attempt(s->t, 1)->number, ==, 1);
    g_assert_cmpuint(tracker_attempt(s->t, 2)->number, ==, 1);
    g_assert_cmpuint(tracker_attempt(s->t, 3)->number, ==, 2);
    assert_verdict(s, 1, FATE_REFUSED, CAUSE_CLOSED_PORT, 3);
    assert_verdict(s, 2, FATE_REFUSED, CAUSE_CLOSED_PORT, 3); /* point 1 did not see the RST */
    g_assert_true(verdict_on(s, 2).from_twin);
    g_assert_cmpuint(verdict_on(s, 2).source, ==, 1);
    g_assert_cmpuint(tracker_point(s->t, tracker_attempt(s->t, 2)), ==, 1);
    scene_free(s);
}

/* Two points see a SYN, the second also that it is rejected: frames 1 to 3. */
static struct scene *twins_with_a_rejection(void)
{
    struct scene *s = scene_new(&LINUX);

    for (uint16_t point = 0; point < 2; point++) {
        at_point(s, point);
        CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    }
    SERVER(s, .flags = TCP_ACK, .seq = 77, .ack = 78, .tsval = S_TS);
    return s;
}

/* One point saw a rejection, the other how it was overcome. */
static void test_twins_agree(void)
{
    struct scene *s = twins_with_a_rejection();

    assert_verdict(s, 1, FATE_REJECTED, CAUSE_OLD_UNKNOWN, 3);
    at_point(s, 0);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS);
    for (uint32_t attempt = 1; attempt <= 2; attempt++)
        assert_verdict(s, attempt, FATE_ESTABLISHED, CAUSE_OK, 5);
    scene_free(s);
}

/* One point saw a rejection, the other that it was overcome, and that the server is stuck. */
static void test_twins_agree_on_stuck(void)
{
    struct scene *s = twins_with_a_rejection();

    at_point(s, 0);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS, .payload = 10);
    wait_ms(s, 1000);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS + 1000);
    for (uint32_t attempt = 1; attempt <= 2; attempt++)
        assert_verdict(s, attempt, FATE_STUCK, CAUSE_ACCEPT_QUEUE_FULL, 6);
    scene_free(s);
}

/* How much a point knows: nothing, silence, an inference, an observed silence, an answer. */
static void test_a_twin_that_knows_more(void)
{
    struct scene *s = scene_new(&LINUX);

    at_point(s, 1);
    closed_by_server(s);
    wait_ms(s, 1000);
    for (int i = 0; i < 2; i++) {
        for (uint16_t point = 0; point < 2; point++) {
            at_point(s, point);
            CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 50000, .tsval = C_TS - 5000 + i * 1000U);
        }
        wait_ms(s, 1000);
    }
    /* Only point 1 saw the old connection. */
    assert_verdict(s, 2, FATE_NO_ANSWER, CAUSE_TIME_WAIT_PAWS, 0);
    g_assert_true(verdict_on(s, 2).from_twin);
    assert_verdict(s, 3, FATE_NO_ANSWER, CAUSE_TIME_WAIT_PAWS, 0);
    g_assert_false(verdict_on(s, 3).from_twin);
    scene_free(s);
}

static void test_point_names(void)
{
    struct scene *s = scene_new(&LINUX);

    g_assert_false(tracker_point_is_named(s->t, 5));
    g_assert_null(tracker_point_name(s->t, 5));
    tracker_name_point(s->t, 5, "eth5");
    tracker_name_point(s->t, 3, "eth3");
    g_assert_false(tracker_point_is_named(s->t, 4));
    g_assert_false(tracker_point_is_named(s->t, 6));
    g_assert_cmpstr(tracker_point_name(s->t, 5), ==, "eth5");
    tracker_name_point(s->t, 5, "eth5b");
    g_assert_cmpstr(tracker_point_name(s->t, 5), ==, "eth5b");
    tracker_name_point(s->t, UINT16_MAX, "last");
    g_assert_cmpstr(tracker_point_name(s->t, UINT16_MAX), ==, "last");
    scene_free(s);
}

/* ---- answers from elsewhere ---- */

struct stray_case {
    const char *what;
    struct segment answer;
    bool counts;
};

static void test_stray_answers(void)
{
    const struct stray_case cases[] = {
        { "a SYN/ACK", { .flags = TCP_SYN | TCP_ACK, .seq = 7, .ack = C_ISN + 1 }, true },
        { "a RST", { .flags = TCP_RST | TCP_ACK, .ack = C_ISN + 1 }, true },
        { "a bare ACK of an old connection", { .flags = TCP_ACK, .seq = 7, .ack = 99 }, true },
        { "a SYN/ACK with a wrong number", { .flags = TCP_SYN | TCP_ACK, .seq = 7, .ack = C_ISN + 9 }, false },
        { "data", { .flags = TCP_ACK, .seq = 7, .ack = C_ISN + 1, .payload = 5 }, false },
        { "a FIN", { .flags = TCP_FIN | TCP_ACK, .seq = 7, .ack = C_ISN + 1 }, false },
        { "no ACK at all", { .flags = TCP_PSH, .seq = 7 }, false },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct scene *s = scene_new(&LINUX);
        g_test_message("%s", cases[i].what);
        CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
        uint32_t stray = send_segment(s, &SERVICE, &s->client, cases[i].answer);
        wait_ms(s, 1000);
        CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
        assert_verdict(s, 1, FATE_NO_ANSWER, cases[i].counts ? CAUSE_ANSWERED_FROM_ELSEWHERE : CAUSE_SILENT_HOST, 0);
        if (cases[i].counts)
            g_assert_cmpuint(tracker_packets(s->t, tracker_attempt(s->t, 1), SEEN_STRAY)->first.frame, ==, stray);
        scene_free(s);
    }
}

/* After a minute, at another point, or after a good SYN/ACK it is no answer to this SYN. */
static void test_no_stray_answer(void)
{
    for (int i = 0; i < 3; i++) {
        struct scene *s = scene_new(&LINUX);
        CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
        if (i == 0)
            wait_ms(s, 60000);
        if (i == 1)
            at_point(s, 1);
        if (i == 2)
            SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1);
        send_segment(s, &SERVICE, &s->client, (struct segment){ .flags = TCP_SYN | TCP_ACK, .ack = C_ISN + 1 });
        g_assert_null(tracker_packets(s->t, tracker_attempt(s->t, 1), SEEN_STRAY));
        scene_free(s);
    }
}

/* An IPv6 client whose address begins with the bytes of an IPv4 client is another one. */
static void test_no_stray_answer_of_the_other_family(void)
{
    struct scene *s = scene_new(&LINUX);

    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    s->family = 6;
    send_segment(s, &SERVICE, &s->client, (struct segment){ .flags = TCP_SYN | TCP_ACK, .ack = C_ISN + 1 });
    g_assert_null(tracker_packets(s->t, tracker_attempt(s->t, 1), SEEN_STRAY));
    scene_free(s);
}

/* ---- another host than before ---- */

static uint8_t signs_of(struct segment syn)
{
    struct scene *s = scene_new(&LINUX);

    closed_by_server(s);
    wait_ms(s, 10000);
    syn.flags = TCP_SYN;
    syn.seq = S_RCV_NXT + 1000;
    send_segment(s, &s->client, &s->server, syn);
    uint8_t signs = tracker_other_host_signs(s->t, 2);
    scene_free(s);
    return signs;
}

static void test_other_host_signs(void)
{
    const uint32_t later = C_FIN_TS + 10000;

    g_assert_cmphex(signs_of((struct segment){ .tsval = later, .mss = 1460, .wscale = 7 }), ==, 0);
    /* ahead: the old connection was too short to show how fast the clock runs */
    g_assert_cmphex(signs_of((struct segment){ .tsval = later + 90000, .mss = 1460, .wscale = 7 }), ==, 0);
    g_assert_cmphex(signs_of((struct segment){ .tsval = later - 90000, .mss = 1460, .wscale = 7 }), ==, SIGN_CLOCK);
    /* so far off that it may be random for each connection */
    g_assert_cmphex(signs_of((struct segment){ .tsval = later + (1U << 27), .mss = 1460, .wscale = 7 }), ==, 0);
    g_assert_cmphex(signs_of((struct segment){ .tsval = later, .mss = 1460, .wscale = 7, .ttl = 63 }), ==, SIGN_TTL);
    g_assert_cmphex(signs_of((struct segment){ .tsval = later, .mss = 1440, .wscale = 7 }), ==, SIGN_SIZES);
    g_assert_cmphex(signs_of((struct segment){ .tsval = later, .mss = 1460, .wscale = 7, .option_layout = 9 }), ==,
                    SIGN_OPTIONS);
    g_assert_cmphex(signs_of((struct segment){ .options_cut = true, .option_layout = 9, .ttl = 63 }), ==, SIGN_TTL);
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
        assert_verdict(s, 2, FATE_REFUSED, CAUSE_CLOSED_PORT, s->now.frame);
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

/* A clock whose rate was measured over the old connection: ticks of a microsecond. */
static void test_clock_in_microseconds(void)
{
    struct scene *s = scene_new(&LINUX);

    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN, .tsval = C_TS);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = C_ISN + 1, .tsval = S_TS);
    wait_ms(s, 10000);
    CLIENT(s, .flags = TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 1, .tsval = C_TS + 10000000);
    CLIENT(s, .flags = TCP_RST, .seq = C_ISN + 1);
    wait_ms(s, 20000);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 5000, .tsval = C_TS + 30000000);
    g_assert_false(tracker_other_host_signs(s->t, 2) & SIGN_CLOCK);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 6000, .tsval = C_TS + 60000000);
    g_assert_true(tracker_other_host_signs(s->t, 3) & SIGN_CLOCK);
    scene_free(s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sightings/legs", test_legs);
    g_test_add_func("/sightings/legs_without_timestamps", test_legs_without_timestamps);
    g_test_add_func("/sightings/no_legs", test_no_legs);
    g_test_add_func("/sightings/rings_are_bounded", test_rings_are_bounded);
    g_test_add_func("/sightings/collision_of_two_clients", test_collision_of_two_clients);
    g_test_add_func("/sightings/legs_by_fin", test_legs_by_fin);
    g_test_add_func("/sightings/no_legs_by_fin", test_no_legs_by_fin);
    g_test_add_func("/sightings/verdict_of_the_other_leg", test_verdict_of_the_other_leg);
    g_test_add_func("/sightings/twins", test_twins);
    g_test_add_func("/sightings/twins_agree", test_twins_agree);
    g_test_add_func("/sightings/twins_agree_on_stuck", test_twins_agree_on_stuck);
    g_test_add_func("/sightings/a_twin_that_knows_more", test_a_twin_that_knows_more);
    g_test_add_func("/sightings/point_names", test_point_names);
    g_test_add_func("/sightings/stray_answers", test_stray_answers);
    g_test_add_func("/sightings/no_stray_answer", test_no_stray_answer);
    g_test_add_func("/sightings/no_stray_answer_of_the_other_family", test_no_stray_answer_of_the_other_family);
    g_test_add_func("/sightings/other_host_signs", test_other_host_signs);
    g_test_add_func("/sightings/unknown_ttl", test_unknown_ttl);
    g_test_add_func("/sightings/signs_suffice", test_signs_suffice);
    g_test_add_func("/sightings/clock_in_microseconds", test_clock_in_microseconds);
    return g_test_run();
}
