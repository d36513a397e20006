/* test_stacks.c - what each kind of stack answers to a SYN, with the edges of each comparison
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stacks.h"

#include <glib.h>

/* The old connection at the peer: RCV.NXT and TS.Recent are N and R; the SYN's ISN and TSval are N + isn and
 * R + tsval. */
enum { N = 0xfffffff0, R = 0x7ffffff0, WINDOW = 1000 };
#define HALF INT64_C(0x80000000)
#define DAYS (24 * 3600 * NS_PER_SECOND)
#define ABSENT INT64_MIN /* no timestamp */

struct rule_case {
    const char *what;
    int64_t isn, tsval; /* offsets to N and R */
    enum peer_answer answer;
    enum peer_reason reason;
    bool old_without_timestamps;
    int64_t age; /* of TS.Recent, ns */
};

#define CASE(WHAT, ISN, TSVAL, ANSWER, REASON, ...)                                                                 \
    {                                                                                                               \
        .what = WHAT, .isn = ISN, .tsval = TSVAL, .answer = ANSWER_##ANSWER, .reason = REASON_##REASON, __VA_ARGS__ \
    }

static void check(enum peer_stack stack, enum tcp_state state, const struct rule_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct rule_case *c = &cases[i];
        struct peer peer = {
            .state = state,
            .rcv_nxt = (uint32_t)N,
            .rcv_wnd = WINDOW,
            .ts_recent = (uint32_t)R,
            .ts_recent_age = c->age,
            .timestamps = !c->old_without_timestamps,
        };
        struct syn syn = {
            .isn = (uint32_t)(N + c->isn),
            .tsval = c->tsval == ABSENT ? 0 : (uint32_t)(R + c->tsval),
            .has_ts = c->tsval != ABSENT,
        };
        struct peer_decision d = stack_decide(stack_row(stack), &peer, &syn);
        g_test_message("%s in %s: %s", stack_row(stack)->name, tcp_state_name(state), c->what);
        g_assert_cmpstr(peer_answer_name(d.answer), ==, peer_answer_name(c->answer));
        g_assert_cmpint(d.reason, ==, c->reason);
    }
}

static void test_linux_time_wait(void)
{
    static const struct rule_case cases[] = {
        CASE("S > N, T > R", 1, 1, SYN_ACK, NEW_TIMESTAMP),
        CASE("S > N, T == R", 1, 0, SYN_ACK, NEW_SEQUENCE),
        CASE("S == N, T == R", 0, 0, ACK, OLD_SEQUENCE),
        CASE("S == N, T > R", 0, 1, SYN_ACK, NEW_TIMESTAMP),
        CASE("S < N, T > R", -1, 1, SYN_ACK, NEW_TIMESTAMP),
        CASE("S < N, T == R", -1, 0, ACK, OLD_SEQUENCE),
        CASE("S > N, T < R", 1, -1, ACK, PAWS),
        CASE("S < N, T < R", -1, -1, ACK, PAWS),
        CASE("T far ahead", -1, HALF - 1, SYN_ACK, NEW_TIMESTAMP),
        CASE("T far behind", 1, -HALF + 1, ACK, PAWS),
        CASE("T 2^31 away: not rejected, and newer", -1, HALF, SYN_ACK, NEW_TIMESTAMP),
        CASE("S far ahead", HALF - 1, ABSENT, SYN_ACK, NEW_SEQUENCE),
        CASE("S 2^31 away", HALF, ABSENT, SYN_ACK, NEW_SEQUENCE),
        CASE("S far behind", -HALF + 1, ABSENT, ACK, OLD_SEQUENCE),
        CASE("S > N, no timestamps in the SYN", 1, ABSENT, SYN_ACK, NEW_SEQUENCE),
        CASE("S == N, no timestamps in the SYN", 0, ABSENT, ACK, OLD_SEQUENCE),
        CASE("S > N, T < R, but the old connection had none", 1, -1, SYN_ACK, NEW_SEQUENCE,
             .old_without_timestamps = true),
        CASE("S < N, T > R, but the old connection had none", -1, 1, ACK, OLD_SEQUENCE, .old_without_timestamps = true),
        CASE("T < R, R almost 24 days old", 1, -1, ACK, PAWS, .age = 24 * DAYS - 1),
        CASE("S > N, T < R, R 24 days old", 1, -1, SYN_ACK, NEW_SEQUENCE, .age = 24 * DAYS),
        CASE("S < N, T < R, R 24 days old", -1, -1, ACK, OLD_SEQUENCE, .age = 24 * DAYS),
    };

    check(PEER_LINUX, STATE_TIME_WAIT, cases, G_N_ELEMENTS(cases));
}

static void test_linux_fin_wait_2(void)
{
    static const struct rule_case cases[] = {
        CASE("T < R", 1, -1, ACK, PAWS),
        CASE("S == N", 0, 1, RST, IN_WINDOW),
        CASE("the window's last number", WINDOW - 1, 1, RST, IN_WINDOW),
        CASE("behind the window", WINDOW, 1, ACK, OLD_SEQUENCE),
        CASE("S < N", -1, 1, ACK, OLD_SEQUENCE),
        CASE("S in the window, no timestamps", 1, ABSENT, RST, IN_WINDOW),
    };

    check(PEER_LINUX, STATE_FIN_WAIT_2, cases, G_N_ELEMENTS(cases));
}

static void test_linux_syn_received(void)
{
    static const struct rule_case cases[] = {
        CASE("T < R", 1, -1, ACK, PAWS),
        CASE("S in the window", WINDOW - 1, 0, RST, IN_WINDOW),
        CASE("S behind the window", WINDOW, 0, ACK, OLD_SEQUENCE),
        CASE("S < N", -1, 0, ACK, OLD_SEQUENCE),
    };

    check(PEER_LINUX, STATE_SYN_RECEIVED, cases, G_N_ELEMENTS(cases));
}

static void test_freebsd_time_wait(void)
{
    static const struct rule_case cases[] = {
        CASE("S > N", 1, 1, SYN_ACK, NEW_SEQUENCE),
        CASE("S > N, T < R: no PAWS", 1, -1, SYN_ACK, NEW_SEQUENCE),
        CASE("S == N", 0, 1, SILENCE, OLD_SEQUENCE),
        CASE("S < N", -1, 1, SILENCE, OLD_SEQUENCE),
        CASE("S far ahead", HALF - 1, ABSENT, SYN_ACK, NEW_SEQUENCE),
        CASE("S 2^31 away", HALF, ABSENT, SILENCE, OLD_SEQUENCE), /* SEQ_GT is (int)(a - b) > 0 */
    };

    check(PEER_FREEBSD, STATE_TIME_WAIT, cases, G_N_ELEMENTS(cases));
}

static void test_macos(void)
{
    static const struct rule_case time_wait[] = {
        CASE("S behind the window", WINDOW + 1, 1, SYN_ACK, NEW_SEQUENCE),
        CASE("S one behind the window's last number", WINDOW, 1, ACK, OLD_SEQUENCE),
        CASE("S behind the window, T < R", WINDOW + 1, -1, SILENCE, PAWS),
        CASE("S == N", 0, 1, ACK, OLD_SEQUENCE),
        CASE("S < N", -1, 1, ACK, OLD_SEQUENCE),
        CASE("S 2^31 away", HALF, 1, ACK, OLD_SEQUENCE),
    };
    static const struct rule_case closing[] = {
        CASE("T < R", 1, -1, SILENCE, PAWS),
        CASE("T > R", 1, 1, ACK, LIVE),
    };

    static const struct rule_case syn_received[] = {
        CASE("T < R", 1, -1, SILENCE, PAWS),
        CASE("S in the window", 1, 1, ACK, OLD_SEQUENCE),
        CASE("S behind the window", WINDOW + 1, 1, ACK, OLD_SEQUENCE),
        CASE("S < N", -1, 1, RST, OLD_SEQUENCE),
    };

    check(PEER_MACOS, STATE_SYN_RECEIVED, syn_received, G_N_ELEMENTS(syn_received));
    check(PEER_MACOS, STATE_TIME_WAIT, time_wait, G_N_ELEMENTS(time_wait));
    check(PEER_MACOS, STATE_CLOSE_WAIT, closing, G_N_ELEMENTS(closing));
}

static void test_illumos_time_wait(void)
{
    static const struct rule_case cases[] = {
        CASE("T < R", WINDOW + 1, -1, ACK, PAWS),
        CASE("S in the window", WINDOW, 1, RST, IN_WINDOW),
        CASE("S behind the window", WINDOW + 1, 1, SYN_ACK, NEW_SEQUENCE),
        CASE("S < N", -1, 1, ACK, OLD_SEQUENCE),
    };

    check(PEER_ILLUMOS, STATE_TIME_WAIT, cases, G_N_ELEMENTS(cases));
}

static void test_illumos_live(void)
{
    static const struct rule_case cases[] = {
        CASE("S in the window, T < R", 1, -1, ACK, LIVE),
        CASE("S == N", 0, 1, RST, IN_WINDOW),
        CASE("S at the window's end", WINDOW, ABSENT, RST, IN_WINDOW),
        CASE("S behind the window", WINDOW + 1, 1, ACK, LIVE),
        CASE("S < N", -1, 1, ACK, LIVE),
    };

    check(PEER_ILLUMOS, STATE_ESTABLISHED, cases, G_N_ELEMENTS(cases));
    check(PEER_ILLUMOS, STATE_FIN_WAIT_2, cases, G_N_ELEMENTS(cases));
}

static void test_lwip_time_wait(void)
{
    static const struct rule_case cases[] = {
        CASE("S in the window, T < R", 1, -1, RST, IN_WINDOW),
        CASE("S behind the window", WINDOW + 1, 1, ACK, OLD_SEQUENCE),
        CASE("S < N", -1, 1, ACK, OLD_SEQUENCE),
    };

    check(PEER_LWIP, STATE_TIME_WAIT, cases, G_N_ELEMENTS(cases));
}

static void test_openbsd_time_wait(void)
{
    static const struct rule_case cases[] = {
        CASE("T > R, S < N", -1, 1, SYN_ACK, NEW_TIMESTAMP),
        CASE("T < R, S > N", 1, -1, SYN_ACK, NEW_SEQUENCE),
        CASE("T < R, S < N", -1, -1, SILENCE, PAWS),
        CASE("T == R, S < N", -1, 0, ACK, OLD_SEQUENCE),
        CASE("only the SYN has a timestamp, T > 0", -1, -1, SYN_ACK, NEW_TIMESTAMP, .old_without_timestamps = true),
        CASE("only the SYN has a timestamp, T < 0", -1, 0x20, ACK, OLD_SEQUENCE, .old_without_timestamps = true),
    };

    check(PEER_OPENBSD, STATE_TIME_WAIT, cases, G_N_ELEMENTS(cases));
}

/* RFC 6191, 2 */
static void test_rfc_time_wait(void)
{
    static const struct rule_case cases[] = {
        CASE("T > R", -1, 1, SYN_ACK, NEW_TIMESTAMP),
        CASE("T == R, S > N", 1, 0, SYN_ACK, NEW_SEQUENCE),
        CASE("T == R, S == N", 0, 0, SILENCE, OLD_SEQUENCE),
        CASE("T == R, S < N", -1, 0, SILENCE, OLD_SEQUENCE),
        CASE("T < R, S > N", 1, -1, SILENCE, PAWS),
        CASE("only the SYN has a timestamp", -1, 1, SYN_ACK, NEW_TIMESTAMP, .old_without_timestamps = true),
        CASE("no timestamps, S > N", 1, ABSENT, SYN_ACK, NEW_SEQUENCE),
        CASE("no timestamps, S == N", 0, ABSENT, SILENCE, OLD_SEQUENCE),
        CASE("no timestamps at all, S > N", 1, ABSENT, SYN_ACK, NEW_SEQUENCE, .old_without_timestamps = true),
    };

    check(PEER_RFC, STATE_TIME_WAIT, cases, G_N_ELEMENTS(cases));
}

/* RFC 5961, 4.2: a challenge ACK whatever the numbers. */
static void test_synchronized_states(void)
{
    static const enum peer_stack stacks[] = { PEER_LINUX, PEER_FREEBSD, PEER_RFC, PEER_GVISOR, PEER_LWIP };
    static const enum tcp_state states[] = { STATE_ESTABLISHED, STATE_FIN_WAIT_1, STATE_CLOSE_WAIT, STATE_CLOSING,
                                             STATE_LAST_ACK };
    static const struct rule_case cases[] = {
        CASE("in the window", 1, 1, ACK, LIVE),
        CASE("S < N", -1, 1, ACK, LIVE),
        CASE("T < R", 1, -1, ACK, LIVE),
    };

    for (size_t stack = 0; stack < G_N_ELEMENTS(stacks); stack++)
        for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
            check(stacks[stack], states[i], cases, G_N_ELEMENTS(cases));
}

static void test_what_is_not_known(void)
{
    static const enum tcp_state states[] = { STATE_UNKNOWN, STATE_CLOSED, STATE_LISTEN, STATE_SYN_SENT };
    static const struct rule_case cases[] = { CASE("anything", 1, 1, UNKNOWN, NONE) };

    for (int stack = 0; stack < PEER_STACK_COUNT; stack++)
        for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
            check((enum peer_stack)stack, states[i], cases, G_N_ELEMENTS(cases));
}

/* A host of another kind than it seemed: what it answers is not known, what it can reject a SYN for is. */
static void test_foreign_time_wait(void)
{
    static const struct rule_case cases[] = {
        CASE("T < R", 1, -1, UNKNOWN, PAWS),
        CASE("S < N", -1, 1, UNKNOWN, OLD_SEQUENCE),
    };

    check(PEER_FOREIGN, STATE_TIME_WAIT, cases, G_N_ELEMENTS(cases));
    check(PEER_WINDOWS, STATE_TIME_WAIT, cases, G_N_ELEMENTS(cases));
}

static void test_reset_of_time_wait(void)
{
    g_assert_true(stack_row(PEER_LINUX)->reset_removes_time_wait);
    g_assert_true(stack_row(PEER_RFC)->reset_removes_time_wait);
    g_assert_false(stack_row(PEER_FREEBSD)->reset_removes_time_wait);
    g_assert_false(stack_row(PEER_MACOS)->reset_removes_time_wait);
    g_assert_false(stack_row(PEER_LWIP)->reset_removes_time_wait);
}

/* A window that is nobody's mark has no number; each mark has its own. */
static void test_window_marks(void)
{
    g_assert_cmpuint(stack_window_mark(0), ==, 0);
    g_assert_cmpuint(stack_window_mark(65160), ==, 0);
    for (int stack = 0; stack < PEER_STACK_COUNT; stack++) {
        uint16_t window = stack_row((enum peer_stack)stack)->marks.window;
        g_assert_true((stack_window_mark(window) != 0) == (window != 0));
    }
    g_assert_cmpuint(stack_window_mark(stack_row(PEER_GVISOR)->marks.window), ==, PEER_GVISOR + 1);
}

static void test_names(void)
{
    static const char *const answers[] = { "unknown", "syn_ack", "ack", "rst", "silence" };
    static const char *const stacks[] = { "linux", "freebsd", "macos",   "rfc",     "windows", "gvisor",
                                          "lwip",  "illumos", "openbsd", "smoltcp", "unknown", "unknown" };

    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++)
        g_assert_cmpstr(peer_answer_name((enum peer_answer)i), ==, answers[i]);
    g_assert_cmpuint(G_N_ELEMENTS(stacks), ==, PEER_STACK_COUNT);
    for (size_t i = 0; i < G_N_ELEMENTS(stacks); i++)
        g_assert_cmpstr(stack_row((enum peer_stack)i)->token, ==, stacks[i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stacks/linux_time_wait", test_linux_time_wait);
    g_test_add_func("/stacks/linux_fin_wait_2", test_linux_fin_wait_2);
    g_test_add_func("/stacks/linux_syn_received", test_linux_syn_received);
    g_test_add_func("/stacks/freebsd_time_wait", test_freebsd_time_wait);
    g_test_add_func("/stacks/macos", test_macos);
    g_test_add_func("/stacks/illumos_time_wait", test_illumos_time_wait);
    g_test_add_func("/stacks/illumos_live", test_illumos_live);
    g_test_add_func("/stacks/lwip_time_wait", test_lwip_time_wait);
    g_test_add_func("/stacks/openbsd_time_wait", test_openbsd_time_wait);
    g_test_add_func("/stacks/foreign_time_wait", test_foreign_time_wait);
    g_test_add_func("/stacks/rfc_time_wait", test_rfc_time_wait);
    g_test_add_func("/stacks/synchronized_states", test_synchronized_states);
    g_test_add_func("/stacks/what_is_not_known", test_what_is_not_known);
    g_test_add_func("/stacks/reset_of_time_wait", test_reset_of_time_wait);
    g_test_add_func("/stacks/window_marks", test_window_marks);
    g_test_add_func("/stacks/names", test_names);
    return g_test_run();
}
