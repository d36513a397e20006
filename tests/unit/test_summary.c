/* test_summary.c - addresses and durations in words; what summaries say is in tests/stories/summary.story
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tracker.h"

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

/* Three digits, and never an exponent. */
static void test_durations(void)
{
    static const struct {
        int64_t ns;
        const char *text;
    } durations[] = {
        { 0, "0 ms" },           { 99, "99 ns" },        { 100, "0.0001 ms" },   { 125000, "0.125 ms" },
        { 999499999, "999 ms" }, { 999500000, "1.0 s" }, { 999600000, "1.0 s" }, { INT64_C(31074586000), "31.1 s" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(durations); i++) {
        GString *text = g_string_new(NULL);
        append_duration(text, durations[i].ns);
        g_assert_cmpstr(text->str, ==, durations[i].text);
        g_string_free(text, TRUE);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/summary/addresses", test_addresses);
    g_test_add_func("/summary/durations", test_durations);
    return g_test_run();
}
