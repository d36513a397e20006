/* test_forget.c - what is forgotten of an endless stream, what is not, and that no verdict depends on it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "forget.h"
#include "lower.h"
#include "problems.h"
#include "segments.h"

#define HOUR (3600 * NS_PER_SECOND)

static const struct forget_limits A_DAY = { .idle = 24 * HOUR, .port_pairs = 1000000 };

/* A frame that comes after a while, and shows how late it is. */
static void pass(struct scene *s, int64_t seconds)
{
    wait_ms(s, seconds * 1000);
    next_frame(s);
}

static void forget(struct scene *s)
{
    tracker_forget(s->t, s->now.frame, &A_DAY);
}

/* A SYN whose timestamp is behind that of the old connection. */
static uint32_t old_syn(struct scene *s)
{
    return CLIENT(s, .flags = TCP_SYN, .seq = S_RCV_NXT + 1000, .tsval = C_FIN_TS - 5000, .mss = 1460, .wscale = 7);
}

static void test_closed(struct scene *s)
{
    closed_by_server(s);
    pass(s, 100);
    forget(s);
    g_assert_cmpuint(tracker_port_pairs(s->t), ==, 1);
    g_assert_true(tracker_keeps(s->t, 1));
    pass(s, 40);
    forget(s);
    g_assert_cmpuint(tracker_port_pairs(s->t), ==, 0);
    g_assert_false(tracker_keeps(s->t, 1));
    g_assert_false(tracker_keeps(s->t, 0));
}

/* As long as the user says that the servers remember it. */
static void test_long_time_wait(void)
{
    const struct tracker_options options = { .peer = PEER_LINUX, .time_wait = 240 * NS_PER_SECOND };
    struct scene *s = scene_new(&options);

    closed_by_server(s);
    pass(s, 230);
    forget(s);
    g_assert_cmpuint(tracker_port_pairs(s->t), ==, 1);
    old_syn(s);
    uint32_t ack = time_wait_ack(s);
    assert_verdict(s, 2, FATE_REJECTED, CAUSE_TIME_WAIT_PAWS, ack);
    pass(s, 250);
    forget(s);
    g_assert_cmpuint(tracker_port_pairs(s->t), ==, 0);
    scene_free(s);
}

static void test_open(struct scene *s)
{
    handshake(s);
    exchange(s);
    pass(s, 7200);
    forget(s);
    g_assert_cmpuint(tracker_port_pairs(s->t), ==, 1);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN + 500000, .tsval = C_TS + 9000, .mss = 1460, .wscale = 7);
    uint32_t ack = SERVER(s, .flags = TCP_ACK, .seq = S_ISN + 201, .ack = C_ISN + 101, .tsval = S_TS + 9000,
                          .tsecr = C_TS, .has_ip_id = true, .ip_id = 77, .df = true);
    assert_verdict(s, 2, FATE_REJECTED, CAUSE_OLD_ESTABLISHED, ack);
    pass(s, 25 * 3600);
    forget(s);
    g_assert_cmpuint(tracker_port_pairs(s->t), ==, 0);
}

/* If there are too many, those that have been idle for the longest time go. */
static void test_too_many_open(struct scene *s)
{
    const struct forget_limits few = { .idle = 24 * HOUR, .port_pairs = 10 };

    for (uint16_t i = 1; i <= 50; i++) {
        s->client.port = i;
        handshake(s);
        pass(s, 200);
    }
    tracker_forget(s->t, s->now.frame, &few);
    g_assert_cmpuint(tracker_port_pairs(s->t), ==, 10);
    g_assert_false(tracker_keeps(s->t, 40));
    g_assert_true(tracker_keeps(s->t, 41));
}

/* Handles are used again, so are places in the tables; the numbers of attempts go on. */
static void test_a_long_stream(struct scene *s)
{
    uint32_t most = 0, n = 0;

    for (int round = 0; round < 100; round++) {
        for (uint16_t i = 1; i <= 500; i++, n++) {
            s->family = i % 2 == 0 ? 6 : 4;
            s->client.ip[3] = (uint8_t)round;
            s->client.port = i;
            closed_by_server(s);
            wait_ms(s, 40);
        }
        forget(s);
        most = MAX(most, tracker_attempts(s->t));
    }
    g_assert_cmpuint(most, <, 5000);
    g_assert_cmpuint(tracker_attempt(s->t, 1)->number, >, 1);
    g_assert_cmpuint(n, ==, 50000);
}

/* Spoofed sources, each of which sends a SYN and is never heard of again. */
static void test_many_hosts(struct scene *s)
{
    for (uint32_t i = 0; i < 300000; i++) {
        memcpy(s->client.ip, &i, sizeof i);
        s->server.port = (uint16_t)(i % 50000);
        CLIENT(s, .flags = TCP_SYN, .seq = i * 7);
        SERVER(s, .flags = TCP_RST | TCP_ACK, .ack = i * 7 + 1);
        wait_ms(s, 10);
        if (i % 20000 == 0)
            forget(s);
    }
    pass(s, 200);
    forget(s);
    g_assert_cmpuint(tracker_port_pairs(s->t), ==, 0);
}

/* ---- with and without ------------------------------------------------------------------------------ */

static uint32_t random_state;

static uint32_t draw(uint32_t n)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % n;
}

/* The numbers of a call. */
struct ends {
    uint32_t c, s, ts;
};

static void syn_of(struct scene *s, const struct ends *e)
{
    CLIENT(s, .flags = TCP_SYN, .seq = e->c, .tsval = e->ts, .mss = 1460, .wscale = 7);
}

static void open_call(struct scene *s, const struct ends *e)
{
    syn_of(s, e);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = e->s, .ack = e->c + 1, .tsval = e->s, .tsecr = e->ts, .wscale = 7);
    CLIENT(s, .flags = TCP_ACK, .seq = e->c + 1, .ack = e->s + 1, .tsval = e->ts, .tsecr = e->s);
}

static void close_call(struct scene *s, const struct ends *e)
{
    SERVER(s, .flags = TCP_FIN | TCP_ACK, .seq = e->s + 1, .ack = e->c + 1, .tsval = e->s + 1, .tsecr = e->ts);
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = e->c + 1, .ack = e->s + 2, .tsval = e->ts + 1, .tsecr = e->s + 1);
    SERVER(s, .flags = TCP_ACK, .seq = e->s + 2, .ack = e->c + 2, .tsval = e->s + 2, .tsecr = e->ts + 1);
}

static void reject(struct scene *s, const struct ends *e)
{
    SERVER(s, .flags = TCP_ACK, .seq = e->s, .ack = e->c - 1000, .tsval = e->s, .tsecr = e->ts + 500, .has_ip_id = true,
           .df = true);
}

/* What some client does: calls that end well, stay open, are rejected, refused, not answered, and come again by a NAT. */
static void play(struct scene *s)
{
    uint32_t what = draw(8), now = (uint32_t)(s->now.time / NS_PER_MS);
    struct ends e = { now * 250 + draw(1000), now * 333 + draw(1000), now - draw(20000) };

    s->client.ip[3] = (uint8_t)draw(4);
    s->client.port = (uint16_t)(1000 + draw(5));
    if (what < 4)
        open_call(s, &e);
    else
        syn_of(s, &e);
    if (what < 3)
        close_call(s, &e);
    if (what == 4 || what == 6)
        reject(s, &e);
    if (what == 5)
        SERVER(s, .flags = TCP_RST | TCP_ACK, .ack = e.c + 1);
    if (what == 6) {
        CLIENT(s, .flags = TCP_RST, .seq = e.c - 1000);
        s->client.port = (uint16_t)(s->client.port + 100);
        open_call(s, &e);
    }
    wait_ms(s, draw(6000));
}

/* The attempt with a number; 0: none. */
static uint32_t find_number(const struct scene *s, uint32_t number)
{
    uint32_t a = tracker_attempts(s->t);

    while (a > 0 && (!tracker_keeps(s->t, a) || tracker_attempt(s->t, a)->number != number))
        a--;
    return a;
}

/* What frames are called whose numbers were lowered. */
struct names {
    GArray *old;  /* uint64_t */
    uint64_t off; /* of those that are not old */
};

static uint64_t name_of(const struct names *names, uint32_t frame)
{
    if (frame == 0 || names->old == NULL || frame > names->old->len)
        return frame == 0 ? 0 : frame + names->off;
    return g_array_index(names->old, uint64_t, frame - 1);
}

static void assert_same(const struct scene *one, const struct names *names, uint32_t a, const struct scene *other,
                        uint32_t b)
{
    struct verdict v = verdict_on(one, a), w = verdict_on(other, b);
    struct call c, d;

    tracker_call(one->t, a, true, &c);
    tracker_call(other->t, b, true, &d);
    g_assert_cmpstr(cause_token(v.cause), ==, cause_token(w.cause));
    g_assert_cmpint(v.fate, ==, w.fate);
    g_assert_cmpint(v.inferred, ==, w.inferred);
    g_assert_cmpuint(name_of(names, v.decided_by), ==, w.decided_by);
    g_assert_cmpint(v.wait, ==, w.wait);
    g_assert_cmpint(v.lost, ==, w.lost);
    g_assert_cmpuint(c.number, ==, d.number);
    g_assert_cmpint(c.outcome, ==, d.outcome);
    g_assert_cmpint(c.lost, ==, d.lost);
    g_assert_cmpuint(name_of(names, c.retry_of), ==, d.retry_of);
}

/* Whether the attempt refers to a connection so long ago that the other tracker may have forgotten it. */
static bool looks_far_back(const struct scene *s, uint32_t attempt)
{
    struct past past;

    return tracker_past(s->t, tracker_attempt(s->t, attempt), &past) && past.age > FORGET_NOTHING_WITHIN;
}

/* Everything that reads all attempts, or those near one, has to skip those that are forgotten. */
static void report(const struct scene *s)
{
    GArray *kept = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    GString *text = g_string_new(NULL);

    for (uint32_t a = 1; a <= tracker_attempts(s->t); a++) {
        if (!tracker_keeps(s->t, a))
            continue;
        struct verdict v = verdict_on(s, a);
        tracker_summary(s->t, a, &v, text);
        g_array_append_val(kept, a);
    }
    problems_free(problems_new(s->t, kept));
    g_array_free(kept, TRUE);
    g_string_free(text, TRUE);
}

/* One has forgotten, the other one has not: of the last minutes both say the same. */
static void compare(const struct scene *some, const struct names *names, const struct scene *all)
{
    uint32_t compared = 0;

    for (uint32_t a = 1; a <= tracker_attempts(some->t); a++) {
        if (!tracker_keeps(some->t, a))
            continue;
        uint32_t same = find_number(all, tracker_attempt(some->t, a)->number);
        if (looks_far_back(all, same))
            continue;
        assert_same(some, names, a, all, same);
        compared++;
    }
    g_assert_cmpuint(compared, >, 10);
}

/* Plays the same in both. */
static void play_both(struct scene *one, struct scene *other)
{
    uint32_t before = random_state;

    play(one);
    random_state = before;
    play(other);
}

static void test_same_verdicts(void)
{
    const struct names same = { .old = NULL };

    for (uint32_t seed = 1; seed <= 20; seed++) {
        struct scene *all = scene_new(&LINUX), *some = scene_new(&LINUX);

        random_state = seed;
        for (int i = 0; i < 2000; i++) {
            play_both(all, some);
            if (i % 50 == 0)
                forget(some);
        }
        compare(some, &same, all);
        report(some);
        scene_free(all);
        scene_free(some);
    }
}

/* ---- lower numbers --------------------------------------------------------------------------------- */

/* The last hundred frames are recent, the others get the lowest numbers. */
static void lower(struct scene *s, struct names *names)
{
    GArray *old = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    struct lowering l;

    lowering_init(&l, s->now.frame - 100);
    tracker_forget(s->t, l.before, &A_DAY);
    tracker_lower(s->t, &l);
    for (guint i = 0; i < l.old->len; i++) {
        uint64_t name = name_of(names, g_array_index(l.old, uint32_t, i));
        g_array_append_val(old, name);
    }
    if (names->old != NULL)
        g_array_free(names->old, TRUE);
    names->old = old;
    names->off += l.by;
    s->now.frame -= l.by;
    lowering_free(&l);
}

/* A stream with more frames than numbers: it is joined shortly before these end. */
static void test_lower(void)
{
    const uint32_t begin = UINT32_MAX - 2000;

    for (uint32_t seed = 1; seed <= 20; seed++) {
        struct scene *all = scene_new(&LINUX), *some = scene_new(&LINUX);
        struct names names = { .off = (uint64_t)0 - begin };

        tracker_forget(some->t, begin, &A_DAY);
        some->now.frame = begin;
        random_state = seed;
        for (int i = 1; i <= 2000; i++) {
            play_both(all, some);
            if (i % 250 == 0)
                lower(some, &names);
        }
        g_assert_cmpuint(some->now.frame, <, 10000);
        compare(some, &names, all);
        report(some);
        g_array_free(names.old, TRUE);
        scene_free(all);
        scene_free(some);
    }
}

/* Notes, states and legs of recent frames move with their frames. */
static void test_lower_notes(struct scene *s)
{
    struct names names = { .old = NULL };
    enum tcp_state src, dst;
    size_t n;

    for (int i = 0; i < 100; i++)
        exchange(s);
    uint32_t syn = handshake(s) - 2;
    lower(s, &names);
    uint32_t now = syn - (uint32_t)names.off;
    g_assert_cmpuint(now, <, syn);
    g_assert_cmpuint(tracker_notes(s->t, now, &n)->frame, ==, now);
    g_assert_cmpuint(tracker_attempt(s->t, 1)->frame[SYN_FIRST], ==, now);
    tracker_states(s->t, now, &src, &dst);
    g_assert_cmpint(src, ==, STATE_SYN_SENT);
    g_assert_null(tracker_notes(s->t, syn, &n));
}

/* Notes and states of frames that are still asked for are there, the others' are not. */
static void test_notes(struct scene *s)
{
    enum tcp_state src, dst;
    size_t n;

    closed_by_server(s);
    s->client.port++;
    uint32_t syn = handshake(s) - 2;
    tracker_forget(s->t, syn, &A_DAY);
    g_assert_null(tracker_notes(s->t, 1, &n));
    g_assert_nonnull(tracker_notes(s->t, syn, &n));
    g_assert_cmpuint(tracker_notes(s->t, syn, &n)->attempt, ==, 2);
    tracker_states(s->t, syn, &src, &dst);
    g_assert_cmpint(src, ==, STATE_SYN_SENT);
    tracker_states(s->t, 1, &src, &dst);
    g_assert_cmpint(src, ==, STATE_UNKNOWN);
}

static const struct scene_test tests[] = {
    { "/forget/closed", test_closed },
    { "/forget/open", test_open },
    { "/forget/too_many_open", test_too_many_open },
    { "/forget/a_long_stream", test_a_long_stream },
    { "/forget/many_hosts", test_many_hosts },
    { "/forget/lower_notes", test_lower_notes },
    { "/forget/notes", test_notes },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_scene_tests(tests, G_N_ELEMENTS(tests));
    g_test_add_func("/forget/long_time_wait", test_long_time_wait);
    g_test_add_func("/forget/same_verdicts", test_same_verdicts);
    g_test_add_func("/forget/lower", test_lower);
    return g_test_run();
}
