/* test_verdict.c - the table holds each fate and cause that users were promised, once, with its words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tracker.h"

#include <string.h>

/* The contract: other people's filters and scripts depend on these tokens. */
static const char *const promised[] = {
    "established ok",
    "established syn_retransmitted",
    "established synack_retransmitted",
    "established ack_retransmitted",
    "established after_wrong_ack",
    "established after_time_wait_reset",
    "established after_old_connection_reset",
    "established time_wait_recycled_timestamp",
    "established time_wait_recycled_sequence",
    "established time_wait_expired",
    "established reuse_after_close",
    "established reuse_after_reset",
    "established fast_open",
    "established simultaneous_open",
    "established slow_answer",
    "established accepted_late",
    "established after_refusal",
    "established reset_by_client",
    "rejected time_wait_paws",
    "rejected time_wait_sequence",
    "rejected time_wait_no_listener",
    "rejected old_established",
    "rejected old_close_wait",
    "rejected old_last_ack",
    "rejected old_fin_wait_1",
    "rejected old_fin_wait_2",
    "rejected old_syn_received",
    "rejected old_unknown",
    "rejected wrong_ack",
    "refused time_wait_sequence",
    "refused refused_though_open",
    "refused reset_after_handshake",
    "refused closed_port",
    "refused old_fin_wait_2",
    "refused old_syn_received",
    "refused reset_in_path",
    "unreachable icmp_net",
    "unreachable icmp_host",
    "unreachable icmp_port",
    "unreachable icmp_admin_prohibited",
    "unreachable icmp_other",
    "no_answer time_wait_paws",
    "no_answer time_wait_sequence",
    "no_answer synack_lost",
    "no_answer dropped_here",
    "no_answer ignored_reset",
    "no_answer silent_flow",
    "no_answer silent_port",
    "no_answer silent_host",
    "no_answer answered_from_elsewhere",
    "stuck accept_queue_full",
    "stuck unanswered_data",
    "stuck dropped_here",
    "aborted client_gave_up",
    "pending unacknowledged",
    "pending capture_ended",
    "pending in_progress",
};

static int times_in_table(const char *tokens)
{
    const struct verdict_row *row;
    int times = 0;

    for (size_t i = 0; (row = verdict_row_at(i)) != NULL; i++) {
        char *pair = g_strdup_printf("%s %s", fate_token(row->fate), cause_token(row->cause));
        times += strcmp(pair, tokens) == 0;
        g_free(pair);
    }
    return times;
}

static void test_each_pair_once(void)
{
    size_t rows = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(promised); i++) {
        g_test_message("%s", promised[i]);
        g_assert_cmpint(times_in_table(promised[i]), ==, 1);
    }
    while (verdict_row_at(rows) != NULL)
        rows++;
    g_assert_cmpuint(rows, ==, G_N_ELEMENTS(promised));
}

static void test_lookup(void)
{
    const struct verdict_row *row;

    for (size_t i = 0; (row = verdict_row_at(i)) != NULL; i++)
        g_assert_true(verdict_row(row->fate, row->cause) == row);
    g_assert_null(verdict_row(FATE_ESTABLISHED, CAUSE_CLOSED_PORT));
    g_assert_null(verdict_row(FATE_PENDING, CAUSE_OK));
}

/* Each token is set, unlike any other, and fit for a display filter. */
static void test_tokens(void)
{
    GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (int i = 0; i < FATE_COUNT + CAUSE_COUNT; i++) {
        const char *token = i < FATE_COUNT ? fate_token((enum fate)i) : cause_token((enum cause)(i - FATE_COUNT));
        g_assert_nonnull(token);
        g_assert_cmpuint(strspn(token, "abcdefghijklmnopqrstuvwxyz_0123456789"), ==, strlen(token));
        g_assert_true(g_hash_table_add(seen, (gpointer)(uintptr_t)token));
    }
    g_hash_table_destroy(seen);
}

/* error = never established, warning = delayed or suspicious, note = worth knowing, chat = nothing */
static void test_severities(void)
{
    const struct verdict_row *row;

    for (size_t i = 0; (row = verdict_row_at(i)) != NULL; i++) {
        bool failure = row->fate != FATE_ESTABLISHED && row->fate != FATE_PENDING;
        g_test_message("%s %s", fate_token(row->fate), cause_token(row->cause));
        g_assert_cmpint(row->severity == SEVERITY_ERROR, ==, failure);
        g_assert_true(row->fate != FATE_PENDING || row->severity == SEVERITY_CHAT);
    }
}

static void test_words(void)
{
    const struct verdict_row *row;

    for (size_t i = 0; (row = verdict_row_at(i)) != NULL; i++) {
        g_test_message("%s %s", fate_token(row->fate), cause_token(row->cause));
        g_assert_cmpuint(strlen(row->sentence), >, 5);
        g_assert_true(g_ascii_isupper(row->sentence[0]));
        g_assert_false(g_str_has_suffix(row->sentence, ".")); /* numbers may follow */
        g_assert_cmpuint(strlen(row->advice), >, 10);
        g_assert_true(g_str_has_suffix(row->advice, "."));
        const char *next = strstr(row->advice, " Next: ");
        g_assert_true(row->severity < SEVERITY_WARNING || next != NULL);
        /* It stands alone in the report's head: "its rules" would be nobody's. */
        g_assert_false(next != NULL && (strstr(next, " its rules") != NULL || strstr(next, " that router") != NULL));
        g_assert_true(g_str_is_ascii(row->sentence) && g_str_is_ascii(row->advice));
    }
}

static void test_experts(void)
{
    bool used[EXPERT_COUNT] = { false };
    const struct verdict_row *row;

    for (size_t i = 0; (row = verdict_row_at(i)) != NULL; i++) {
        g_assert_cmpint(row->expert, <, EXPERT_COUNT);
        used[row->expert] = true;
    }
    for (int i = 0; i < EXPERT_COUNT; i++) {
        const struct expert_row *expert = expert_row((enum expert_kind)i);
        g_assert_true(used[i]);
        g_assert_nonnull(expert->token);
        g_assert_cmpuint(strlen(expert->summary), >, 5);
        g_assert_cmpint(expert->severity, <=, SEVERITY_ERROR);
    }
    g_assert_cmpstr(expert_row(EXPERT_TIME_WAIT)->token, ==, "time_wait");
    g_assert_cmpstr(expert_row(EXPERT_TIME_WAIT)->summary, ==, "SYN rejected by TIME_WAIT peer");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/verdict/each_pair_once", test_each_pair_once);
    g_test_add_func("/verdict/lookup", test_lookup);
    g_test_add_func("/verdict/tokens", test_tokens);
    g_test_add_func("/verdict/severities", test_severities);
    g_test_add_func("/verdict/words", test_words);
    g_test_add_func("/verdict/experts", test_experts);
    return g_test_run();
}
