/* test_peers.c - which hosts were seen, with which TTLs, and which services answered when
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peers.h"

enum { POINT = 2 };
#define SECONDS(N) ((N)*NS_PER_SECOND)

static const struct tcp_address SERVER = { .ip = { 10, 0, 0, 2 }, .port = 8080 };

static void test_hosts(struct peers *p)
{
    g_assert_null(peers_host(p, 4, POINT, SERVER.ip));
    peers_note_host(p, 4, POINT, SERVER.ip, 0);
    g_assert_nonnull(peers_host(p, 4, POINT, SERVER.ip));
    g_assert_null(peers_host(p, 4, POINT + 1, SERVER.ip));
    g_assert_null(peers_host(p, 6, POINT, SERVER.ip));
}

static void test_ttl_range(struct peers *p)
{
    static const uint8_t ttls[] = { 0, 61, 62, 60, 0 };

    for (size_t i = 0; i < G_N_ELEMENTS(ttls); i++)
        peers_note_host(p, 4, POINT, SERVER.ip, ttls[i]);
    g_assert_cmpuint(peers_host(p, 4, POINT, SERVER.ip)->ttl_min, ==, 60);
    g_assert_cmpuint(peers_host(p, 4, POINT, SERVER.ip)->ttl_max, ==, 62);
}

static void test_many_hosts(struct peers *p)
{
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 5000; i++) {
            uint8_t ip[16] = { 10, 1, (uint8_t)(i >> 8), (uint8_t)i };
            peers_note_host(p, 4, POINT, ip, (uint8_t)(1 + i % 255));
        }
    }
    g_assert_cmpuint(p->hosts->len, ==, 5000);
    for (unsigned i = 0; i < 5000; i++) {
        uint8_t ip[16] = { 10, 1, (uint8_t)(i >> 8), (uint8_t)i };
        g_assert_cmpuint(peers_host(p, 4, POINT, ip)->ttl_min, ==, 1 + i % 255);
    }
}

static void test_many_services(struct peers *p)
{
    for (unsigned port = 1; port <= 5000; port++) {
        struct tcp_address server = SERVER;
        server.port = (uint16_t)port;
        peers_note_answer(p, 4, POINT, &server, SECONDS(port), ANSWER_SYN_ACK);
    }
    for (unsigned i = 0; i < 5000; i++) { /* the same port of other hosts */
        struct tcp_address server = { .ip = { 10, 1, (uint8_t)(i >> 8), (uint8_t)i }, .port = SERVER.port };
        peers_note_answer(p, 4, POINT, &server, SECONDS(1), ANSWER_RST);
    }
    for (unsigned port = 1; port <= 5000; port++) {
        struct tcp_address server = SERVER;
        server.port = (uint16_t)port;
        g_assert_cmpint(peers_service(p, 4, POINT, &server)->last.from, ==, SECONDS(port));
    }
}

/* The same address in both families and at many capture points: none is taken for another. */
static void test_many_of_the_same_address(struct peers *p)
{
    for (uint16_t point = 0; point < 5000; point++) {
        for (uint8_t family = 4; family <= 6; family += 2) {
            peers_note_host(p, family, point, SERVER.ip, (uint8_t)(1 + point % 99 + family));
            peers_note_answer(p, family, point, &SERVER, SECONDS(family * point), ANSWER_SYN_ACK);
        }
    }
    for (uint16_t point = 0; point < 5000; point++) {
        for (uint8_t family = 4; family <= 6; family += 2) {
            g_assert_cmpuint(peers_host(p, family, point, SERVER.ip)->ttl_min, ==, 1 + point % 99 + family);
            g_assert_cmpint(peers_service(p, family, point, &SERVER)->last.from, ==, SECONDS(family * point));
        }
    }
}

static void test_last_answer(struct peers *p)
{
    struct tcp_address other_port = SERVER;

    other_port.port++;
    g_assert_null(peers_service(p, 4, POINT, &SERVER));
    peers_note_answer(p, 4, POINT, &SERVER, SECONDS(1), ANSWER_SYN_ACK);
    peers_note_answer(p, 4, POINT, &SERVER, SECONDS(2), ANSWER_RST);
    g_assert_cmpint(peers_service(p, 4, POINT, &SERVER)->answer, ==, ANSWER_RST);
    g_assert_null(peers_service(p, 4, POINT, &other_port));
    g_assert_null(peers_service(p, 4, POINT + 1, &SERVER));
}

/* Answers at 100, 105, 200, 300 and 301 s. */
static void test_answered_near(struct peers *p)
{
    static const struct {
        int64_t from, to;
        bool near;
    } cases[] = {
        { 0, 89, false },    { 0, 90, true },    { 95, 96, true },   { 102, 103, true },  { 115, 120, true },
        { 116, 189, false }, { 116, 190, true }, { 195, 195, true }, { 210, 289, true },  { 211, 289, false },
        { 0, 1000, true },   { 295, 296, true }, { 311, 400, true }, { 312, 400, false },
    };
    static const int64_t answers[] = { 100, 105, 200, 300, 301 };

    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
        peers_note_answer(p, 4, POINT, &SERVER, SECONDS(answers[i]), ANSWER_SYN_ACK);
    const struct service *s = peers_service(p, 4, POINT, &SERVER);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%d to %d s", (int)cases[i].from, (int)cases[i].to);
        g_assert_cmpint(service_accepted_near(s, SECONDS(cases[i].from), SECONDS(cases[i].to)), ==, cases[i].near);
    }
}

static void test_only_one_answer(struct peers *p)
{
    peers_note_answer(p, 4, POINT, &SERVER, SECONDS(100), ANSWER_SYN_ACK);
    const struct service *s = peers_service(p, 4, POINT, &SERVER);
    g_assert_true(service_accepted_near(s, SECONDS(110), SECONDS(120)));
    g_assert_false(service_accepted_near(s, SECONDS(111), SECONDS(120)));
}

/* Time goes back in the capture: nothing breaks, and the answers stay findable. */
static void test_time_goes_back(struct peers *p)
{
    peers_note_answer(p, 4, POINT, &SERVER, SECONDS(100), ANSWER_SYN_ACK);
    peers_note_answer(p, 4, POINT, &SERVER, SECONDS(50), ANSWER_SYN_ACK);
    peers_note_answer(p, 4, POINT, &SERVER, SECONDS(101), ANSWER_SYN_ACK);
    g_assert_true(service_accepted_near(peers_service(p, 4, POINT, &SERVER), SECONDS(105), SECONDS(106)));
}

/* A busy service costs no memory for each answer. */
static void test_memory(struct peers *p)
{
    for (int64_t ms = 0; ms < 1000000; ms += 10)
        peers_note_answer(p, 4, POINT, &SERVER, ms * NS_PER_SECOND / 1000, ANSWER_SYN_ACK);
    g_assert_null(peers_service(p, 4, POINT, &SERVER)->earlier);
}

static const struct {
    const char *path;
    void (*test)(struct peers *p);
} tests[] = {
    { "/peers/hosts", test_hosts },
    { "/peers/ttl_range", test_ttl_range },
    { "/peers/many_hosts", test_many_hosts },
    { "/peers/many_services", test_many_services },
    { "/peers/many_of_the_same_address", test_many_of_the_same_address },
    { "/peers/last_answer", test_last_answer },
    { "/peers/answered_near", test_answered_near },
    { "/peers/only_one_answer", test_only_one_answer },
    { "/peers/time_goes_back", test_time_goes_back },
    { "/peers/memory", test_memory },
};

static void run(gconstpointer index)
{
    struct peers p;

    peers_init(&p);
    tests[GPOINTER_TO_SIZE(index)].test(&p);
    peers_free(&p);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_data_func(tests[i].path, GSIZE_TO_POINTER(i), run);
    return g_test_run();
}
