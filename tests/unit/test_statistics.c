/* test_statistics.c - the arithmetic of the statistics, and tables of made conversations
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "arithmetic.h"
#include "bill.h"
#include "scenes.h"
#include "table.h"

/* ---- arithmetic ---- */

static GArray *times(guint n, const int64_t *values)
{
    GArray *array = g_array_new(FALSE, FALSE, sizeof(int64_t));

    g_array_append_vals(array, values, n);
    return array;
}

#define TIMES(...) times(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t), (int64_t[]){ __VA_ARGS__ })

static void assert_median(GArray *values, int64_t expected)
{
    g_assert_cmpint(median(values), ==, expected);
    g_array_free(values, TRUE);
}

static void test_median(void)
{
    assert_median(g_array_new(FALSE, FALSE, sizeof(int64_t)), -1);
    assert_median(TIMES(7), 7);
    assert_median(TIMES(9, 1, 5), 5);
    assert_median(TIMES(8, 2, 4, 100), 6);
    assert_median(TIMES(INT64_MAX, INT64_MAX), INT64_MAX);
}

static void assert_peak(GArray *values, int64_t window, uint32_t expected)
{
    g_assert_cmpuint(peak_in_window(values, window), ==, expected);
    g_array_free(values, TRUE);
}

static void test_peak_in_window(void)
{
    assert_peak(g_array_new(FALSE, FALSE, sizeof(int64_t)), 60, 0);
    assert_peak(TIMES(5), 60, 1);
    assert_peak(TIMES(0, 60), 60, 1); /* the port of the first is free again */
    assert_peak(TIMES(0, 59), 60, 2);
    assert_peak(TIMES(0, 0, 5), 0, 1); /* a peer without TIME_WAIT: each begin stands alone */
    assert_peak(TIMES(100, 0, 130, 50, 159, 161), 60, 3);
    assert_peak(TIMES(3, 3, 3), 1, 3);
}

static uint32_t overlap(const struct span *spans, guint n)
{
    GArray *array = g_array_new(FALSE, FALSE, sizeof(struct span));

    g_array_append_vals(array, spans, n);
    uint32_t peak = peak_overlap(array);
    g_array_free(array, TRUE);
    return peak;
}

static void test_peak_overlap(void)
{
    const struct span chain[] = { { 0, 10 }, { 10, 20 }, { 20, 30 } };
    const struct span nested[] = { { 0, 100 }, { 10, 20 }, { 15, 30 }, { 40, 50 }, { 70, 70 } };

    g_assert_cmpuint(overlap(NULL, 0), ==, 0);
    g_assert_cmpuint(overlap(chain, 3), ==, 1);
    g_assert_cmpuint(overlap(nested, 5), ==, 3);
}

static void test_port_demand(void)
{
    const int64_t minute = 60 * NS_PER_SECOND;
    struct port_demand d = port_demand(28232, 28232, minute);

    g_assert_cmpfloat_with_epsilon(d.limit_rate, 470.53, 0.01); /* Linux' default ports */
    g_assert_cmpfloat_with_epsilon(d.peak_rate, 470.53, 0.01);
    g_assert_cmpuint(d.more_ports, ==, 0);
    g_assert_cmpuint(d.more_addresses, ==, 0);

    d = port_demand(100, 301, minute);
    g_assert_cmpuint(d.more_ports, ==, 201);
    g_assert_cmpuint(d.more_addresses, ==, 3); /* 400 ports are enough, 300 are not */

    d = port_demand(100, 300, minute);
    g_assert_cmpuint(d.more_addresses, ==, 2);

    d = port_demand(1, 1, 0);
    g_assert_cmpfloat(d.limit_rate, ==, 0);
    d = port_demand(0, 0, minute);
    g_assert_cmpuint(d.more_addresses, ==, 0);
    d = port_demand(UINT32_MAX - 1, UINT32_MAX, minute);
    g_assert_cmpuint(d.more_addresses, ==, 1);
}

static void assert_bill(const struct timed_event *events, size_t n, int64_t network, int64_t rejection, int64_t timer,
                        int64_t silence)
{
    int64_t parts[WAIT_COUNT];

    bill(events, n, parts);
    g_assert_cmpint(parts[WAIT_NETWORK], ==, network * NS_PER_MS);
    g_assert_cmpint(parts[WAIT_REJECTION], ==, rejection * NS_PER_MS);
    g_assert_cmpint(parts[WAIT_TIMER], ==, timer * NS_PER_MS);
    g_assert_cmpint(parts[WAIT_SILENCE], ==, silence * NS_PER_MS);
}

#define AT(MS, EVENT)           \
    {                           \
        (MS) * NS_PER_MS, EVENT \
    }

static void test_bill(void)
{
    const struct timed_event lost_syn[] = { AT(0, EVENT_SYN), AT(1000, EVENT_SYN), AT(1005, EVENT_SYN_ACK),
                                            AT(1006, EVENT_END) };
    const struct timed_event lost_syn_ack[] = { AT(0, EVENT_SYN), AT(5, EVENT_SYN_ACK), AT(1005, EVENT_SYN_ACK),
                                                AT(1006, EVENT_END) };
    const struct timed_event reset[] = { AT(0, EVENT_SYN),  AT(2, EVENT_REJECTION), AT(3, EVENT_CLIENT_RESET),
                                         AT(12, EVENT_SYN), AT(17, EVENT_SYN_ACK),  AT(18, EVENT_END) };
    const struct timed_event no_reset[] = { AT(0, EVENT_SYN), AT(2, EVENT_REJECTION), AT(1000, EVENT_SYN),
                                            AT(1002, EVENT_REJECTION) };
    const struct timed_event ended[] = { AT(0, EVENT_SYN), AT(3000, EVENT_SYN), AT(3001, EVENT_END),
                                         AT(6000, EVENT_AFTER), AT(6001, EVENT_AFTER) };
    /* The server's timer, not the way: the first answer came at once. A long way stays one. */
    const struct timed_event synack_timer[] = { AT(0, EVENT_SYN), AT(5, EVENT_SYN_ACK), AT(1005, EVENT_SYN),
                                                AT(4005, EVENT_SYN_ACK) };
    const struct timed_event long_way[] = { AT(0, EVENT_SYN), AT(600, EVENT_SYN_ACK), AT(1000, EVENT_SYN),
                                            AT(1700, EVENT_SYN_ACK) };
    const struct timed_event disordered[] = { AT(10, EVENT_SYN), AT(0, EVENT_SYN_ACK) };

    assert_bill(NULL, 0, 0, 0, 0, 0);
    assert_bill(lost_syn, 1, 0, 0, 0, 0);
    assert_bill(lost_syn, 4, 6, 0, 0, 1000);
    assert_bill(lost_syn_ack, 4, 6, 0, 1000, 0);
    assert_bill(reset, 6, 6, 12, 0, 0);
    assert_bill(synack_timer, 4, 5, 0, 4000, 0);
    assert_bill(long_way, 4, 1300, 0, 400, 0);
    assert_bill(no_reset, 4, 0, 4, 998, 0);
    assert_bill(ended, 5, 1, 0, 0, 3000);
    int64_t parts[WAIT_COUNT];
    const struct timed_event damaged[] = { { INT64_MIN / 4, EVENT_SYN },
                                           { INT64_MAX / 2, EVENT_SYN },
                                           { INT64_MIN / 4, EVENT_SYN },
                                           { INT64_MAX / 2, EVENT_SYN } };
    bill(damaged, 4, parts);
    g_assert_cmpint(parts[WAIT_SILENCE], ==, INT64_MAX);
    assert_bill(disordered, 2, 0, 0, 0, 0);
}

/* ---- tables ---- */

static struct table *table_of(const struct scene *s, const struct table_kind *kind)
{
    GArray *attempts = all_attempts(s);
    struct table *table = table_new(kind, s->t, attempts);

    g_array_free(attempts, TRUE);
    return table;
}

static const union cell *cell(const struct table *table, guint row, const char *column)
{
    g_assert_cmpuint(row, <, table_rows(table));
    for (guint i = 0; i < table->kind->n_columns; i++)
        if (strcmp(table->kind->columns[i].name, column) == 0)
            return &table_row(table, row)[i];
    g_assert_not_reached();
}

#define assert_count(TABLE, ROW, COLUMN, EXPECTED) g_assert_cmpuint(cell(TABLE, ROW, COLUMN)->count, ==, EXPECTED)
#define assert_text(TABLE, ROW, COLUMN, EXPECTED) g_assert_cmpstr(cell(TABLE, ROW, COLUMN)->text, ==, EXPECTED)
#define assert_time(TABLE, ROW, COLUMN, EXPECTED) g_assert_cmpint(cell(TABLE, ROW, COLUMN)->time, ==, EXPECTED)

static void test_services(struct scene *s)
{
    s->server.port = 443;
    handshake(s);       /* 100 µs */
    wait_ms(s, 200000); /* the same numbers again, but another call */
    s->server.port = 8080;
    rejected_once(s);
    struct table *table = table_of(s, &table_services);
    g_assert_cmpuint(table_rows(table), ==, 2);
    assert_text(table, 0, "Server", "10.0.0.2:8080"); /* it has a failure */
    assert_count(table, 0, "Calls", 2);
    assert_count(table, 0, "Failed", 1);
    assert_count(table, 0, "Late", 0);
    assert_text(table, 0, "Lost most by", "time_wait_paws");
    assert_count(table, 0, "Attempts", 2);
    assert_count(table, 0, "Established", 1);
    assert_count(table, 0, "Rejected", 1);
    assert_count(table, 0, "Retries", 1);
    assert_time(table, 0, "Median connect (s)", 2 * FRAME_GAP);
    assert_time(table, 0, "Time lost (s)", NS_PER_SECOND + 2 * FRAME_GAP);
    assert_text(table, 1, "Server", "10.0.0.2:443");
    assert_count(table, 1, "Attempts", 1);
    assert_time(table, 1, "Time lost (s)", 0);
    table_free(table);
}

static void test_fates(struct scene *s)
{
    rejected_once(s);
    struct table *table = table_of(s, &table_fates);
    g_assert_cmpuint(table_rows(table), ==, 4);
    assert_text(table, 0, "Fate", "rejected");
    assert_text(table, 0, "Cause", "(all)");
    assert_text(table, 1, "Cause", "time_wait_paws");
    assert_count(table, 1, "Attempts", 1);
    g_assert_cmpfloat(cell(table, 1, "Share (%)")->number, ==, 50);
    assert_text(table, 2, "Fate", "established");
    assert_text(table, 3, "Cause", "ok");
    assert_time(table, 0, "Median connect (s)", -1);
    table_free(table);
}

/* The attempts of one port pair share one TIME_WAIT, however often it is met. */
static void test_reuse_of_one_port(struct scene *s)
{
    rejected_once(s);
    struct table *table = table_of(s, &table_reuse);
    g_assert_cmpuint(table_rows(table), ==, 1);
    assert_text(table, 0, "Client", "10.0.0.1");
    assert_text(table, 0, "Server", "10.0.0.2:8080");
    assert_count(table, 0, "Attempts", 2);
    assert_count(table, 0, "Connections", 1);
    assert_count(table, 0, "Client ports", 1);
    assert_count(table, 0, "Reuses", 1);
    assert_time(table, 0, "Shortest reuse (s)", 9 * NS_PER_SECOND + FRAME_GAP);
    assert_time(table, 0, "Median reuse (s)", 9 * NS_PER_SECOND + FRAME_GAP);
    assert_count(table, 0, "TIME_WAITs held", 1);
    assert_text(table, 0, "Held by", "server");
    assert_count(table, 0, "Calls", 2);
    assert_count(table, 0, "Rejected", 1);
    assert_count(table, 0, "More ports", 1); /* two attempts within 60 s on one port */
    assert_count(table, 0, "More addresses", 1);
    table_free(table);
}

/* The client closes first, and ends in TIME_WAIT. The numbers grow with the time. */
static void closed_by_client(struct scene *s)
{
    const uint32_t c = 1000 * s->now.frame, d = c + 700000000, ts = c + 500;

    CLIENT(s, .flags = TCP_SYN, .seq = c, .tsval = ts);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = d, .ack = c + 1, .tsval = ts, .tsecr = ts);
    CLIENT(s, .flags = TCP_ACK, .seq = c + 1, .ack = d + 1, .tsval = ts, .tsecr = ts);
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = c + 1, .ack = d + 1, .tsval = ts, .tsecr = ts);
    SERVER(s, .flags = TCP_FIN | TCP_ACK, .seq = d + 1, .ack = c + 2, .tsval = ts, .tsecr = ts);
    CLIENT(s, .flags = TCP_ACK, .seq = c + 2, .ack = d + 2, .tsval = ts, .tsecr = ts);
}

static void handshake_only(struct scene *s)
{
    handshake(s);
}

/* Ten ports, one in ten seconds: six TIME_WAITs of 60 s at a time, and each port rests long enough. */
static void test_time_waits_held(struct scene *s)
{
    on_ports(s, 50000, 10, 10000, closed_by_server);
    struct table *table = table_of(s, &table_reuse);
    assert_count(table, 0, "Client ports", 10);
    assert_count(table, 0, "Connections", 10);
    assert_count(table, 0, "TIME_WAITs held", 6);
    assert_text(table, 0, "Held by", "server");
    assert_count(table, 0, "Reuses", 0);
    assert_time(table, 0, "Shortest reuse (s)", -1);
    assert_count(table, 0, "More ports", CELL_NO_NEED);
    g_assert_cmpfloat_with_epsilon(cell(table, 0, "Safe rate (1/s)")->number, 10.0 / 60, 1e-6);
    g_assert_cmpfloat_with_epsilon(cell(table, 0, "Peak rate (1/s)")->number, 6.0 / 60, 1e-6);
    table_free(table);
}

static void test_time_waits_held_by_client(struct scene *s)
{
    on_ports(s, 50000, 3, 1000, closed_by_client);
    on_ports(s, 50000, 3, 1000, closed_by_client); /* each again after 3 s */
    struct table *table = table_of(s, &table_reuse);
    assert_count(table, 0, "Client ports", 3);
    assert_count(table, 0, "Reuses", 3);
    assert_count(table, 0, "TIME_WAITs held", 3);
    assert_text(table, 0, "Held by", "client");
    assert_count(table, 0, "Rejected", 0); /* three ports more would do no harm, and are not needed */
    assert_count(table, 0, "More ports", CELL_NO_NEED);
    assert_count(table, 0, "More addresses", CELL_NO_NEED);
    table_free(table);
}

/* Ports missing, then TIME_WAITs: the worst client comes first. */
static void test_reuse_is_sorted(struct scene *s)
{
    on_ports(s, 50000, 1, 0, closed_by_server);
    s->client.ip[3] = 9;
    on_ports(s, 50000, 5, 0, closed_by_server);
    s->client.ip[3] = 7;
    on_ports(s, 50000, 1, 0, closed_by_client);
    on_ports(s, 50000, 1, 0, closed_by_client);
    struct table *table = table_of(s, &table_reuse);
    g_assert_cmpuint(table_rows(table), ==, 3);
    assert_text(table, 0, "Client", "10.0.0.7");
    assert_text(table, 1, "Client", "10.0.0.9");
    assert_text(table, 2, "Client", "10.0.0.1");
    table_free(table);
}

/* What two capture points saw counts once. */
static void test_capture_points(struct scene *s)
{
    handshake(s);
    s->now.point = 1;
    handshake(s);
    struct table *table = table_of(s, &table_services);
    g_assert_cmpuint(tracker_attempts(s->t), ==, 2);
    assert_count(table, 0, "Attempts", 1);
    table_free(table);
}

/* The rows that a page has no room for become one. A reader who asks gets all. */
static void test_rows_shown(struct scene *s)
{
    GString *page = g_string_new(NULL), *all = g_string_new(NULL), *three = g_string_new(NULL);

    for (uint8_t i = 1; i <= 50; i++) {
        s->server.ip[3] = i;
        closed_by_client(s);
    }
    struct table *table = table_of(s, &table_services);
    table_print(table, &(struct table_frame){ 0 }, page);
    table_print(table, &(struct table_frame){ .rows_shown = TABLE_ALL }, all);
    table_print(table, &(struct table_frame){ .rows_shown = 3, .remark = "read this first" }, three);
    g_assert_nonnull(strstr(page->str,
                            "\n10 more rows              10      0      0        0         -       - -\n"
                            "All of them: -z synfate,services,all\n"));
    g_assert_null(strstr(all->str, "more rows"));
    g_assert_nonnull(strstr(three->str, "\n47 more rows "));
    g_assert_nonnull(strstr(three->str, "\nAttention: read this first\n"));
    g_string_free(page, TRUE);
    g_string_free(all, TRUE);
    g_string_free(three, TRUE);
    table_free(table);
}

/* A flood's addresses use each port once: of a table that is too long they are one row, to which shortest intervals do not
 * add up. */
static void test_rows_of_reuse(struct scene *s)
{
    GString *page = g_string_new(NULL), *all = g_string_new(NULL);

    rejected_once(s);
    for (uint8_t i = 101; i <= 150; i++) {
        s->client.ip[3] = i;
        CLIENT(s, .flags = TCP_SYN, .seq = i);
    }
    struct table *table = table_of(s, &table_reuse);
    table_print(table, &(struct table_frame){ 0 }, page);
    table_print(table, &(struct table_frame){ .rows_shown = TABLE_ALL }, all);
    g_assert_cmpuint(table->n_quiet, ==, 50);
    g_assert_nonnull(
        strstr(page->str, "\n50 more rows    -                         50        0     -     -    50      -     -"));
    g_assert_null(strstr(all->str, "more rows"));
    g_string_free(page, TRUE);
    g_string_free(all, TRUE);
    table_free(table);
}

static void test_csv(struct scene *s)
{
    GString *out = g_string_new(NULL);

    rejected_once(s);
    struct table *table = table_of(s, &table_reuse);
    table_print_csv(table, out);
    g_assert_cmpstr(
        out->str, ==,
        "client,server,calls,rejected,+port,+addr,ports,min_s,TWs,peak/s,safe/s,held_by,median_s,reuses,attempts,"
        "connections\n"
        "10.0.0.1,10.0.0.2:8080,2,1,1,1,1,9.00005,1,0.0333333333,0.0166666667,server,9.00005,1,2,1\n");
    table_free(table);
    g_string_truncate(out, 0);
    table = table_of(s, &table_services);
    table_print_csv(table, out);
    g_assert_nonnull(strstr(out->str, "\n10.0.0.2:8080,2,1,0,1.0001,0.1,0.1,time_wait_paws,2,1,1,1,0,0,0,0,0,0,0\n"));
    table_free(table);
    g_string_free(out, TRUE);
}

static const struct table_kind *const kinds[] = { &table_services, &table_reuse, &table_fates };

static void assert_prints(const struct table *table, const char *part)
{
    GString *out = g_string_new(NULL);

    table_print(table, &(struct table_frame){ .filter = "tcp.port == 80", .rows_shown = TABLE_ALL }, out);
    g_assert_nonnull(strstr(out->str, table->kind->command));
    g_assert_nonnull(strstr(out->str, "\nFilter: tcp.port == 80\n"));
    if (part != NULL)
        g_assert_nonnull(strstr(out->str, part));
    assert_narrow(out->str, 100);
    g_string_free(out, TRUE);
}

static void test_empty_tables(void)
{
    GArray *none = g_array_new(FALSE, FALSE, sizeof(uint32_t));

    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        struct table *table = table_new(kinds[i], NULL, none);
        g_assert_cmpuint(table_rows(table), ==, 0);
        assert_prints(table, NULL);
        table_free(table);
    }
    g_array_free(none, TRUE);
}

/* No line is too long, not even with the longest addresses and the largest numbers. */
static void test_tables_are_narrow(struct scene *s)
{
    rejected_once(s);
    s->family = 6;
    memset(s->client.ip, 0xfd, 16);
    memset(s->server.ip, 0xfe, 16);
    on_ports(s, 50000, 2000, 0, closed_by_server);
    on_ports(s, 50000, 2000, 0, closed_by_client);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        struct table *table = table_of(s, kinds[i]);
        assert_prints(table, i == 2 ? NULL : "[fefe:fefe:fefe:fefe:fefe:fefe:fefe:fefe]:8080\n");
        table_free(table);
    }
}

/* 0 s of TIME_WAIT, or almost none, and times from one end of what a capture can say to the other. */
static void test_tables_of_odd_times(void)
{
    for (int64_t time_wait = 0; time_wait <= 2; time_wait++) {
        struct tracker_options options = LINUX;
        options.time_wait = time_wait;
        struct scene *s = scene_new(&options);
        on_ports(s, 50000, 3, 0, rejected_once);
        s->now.time = -(INT64_C(1) << 61);
        on_ports(s, 50000, 3, 0, closed_by_client);
        s->now.time = INT64_C(1) << 62;
        on_ports(s, 50000, 3, -1000, closed_by_server);
        for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
            struct table *table = table_of(s, kinds[i]);
            GString *out = g_string_new(NULL);
            table_print(table, &(struct table_frame){ 0 }, out); /* as wide as such numbers are */
            g_assert_null(strstr(out->str, "nan"));
            g_assert_null(strstr(out->str, "inf"));
            g_string_free(out, TRUE);
            table_free(table);
        }
        scene_free(s);
    }
}

/* A thousand connections a second and more need no decimals. */
static void test_high_rate(void)
{
    struct tracker_options options = LINUX;
    options.time_wait = NS_PER_SECOND;
    struct scene *s = scene_new(&options);

    on_ports(s, 50000, 1500, 0, handshake_only);
    struct table *table = table_of(s, &table_reuse);
    g_assert_cmpfloat_with_epsilon(cell(table, 0, "Peak rate (1/s)")->number, 1500, 1e-6);
    assert_prints(table, "   1500   1500\n");
    table_free(table);
    scene_free(s);
}

static const struct scene_test tests[] = {
    { "/tables/services", test_services },
    { "/tables/fates", test_fates },
    { "/tables/reuse_of_one_port", test_reuse_of_one_port },
    { "/tables/time_waits_held", test_time_waits_held },
    { "/tables/time_waits_held_by_client", test_time_waits_held_by_client },
    { "/tables/reuse_is_sorted", test_reuse_is_sorted },
    { "/tables/capture_points", test_capture_points },
    { "/tables/rows_shown", test_rows_shown },
    { "/tables/rows_of_reuse", test_rows_of_reuse },
    { "/tables/csv", test_csv },
    { "/tables/narrow", test_tables_are_narrow },
};

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    add_scene_tests(tests, G_N_ELEMENTS(tests));
    g_test_add_func("/arithmetic/median", test_median);
    g_test_add_func("/arithmetic/peak_in_window", test_peak_in_window);
    g_test_add_func("/arithmetic/peak_overlap", test_peak_overlap);
    g_test_add_func("/arithmetic/port_demand", test_port_demand);
    g_test_add_func("/arithmetic/bill", test_bill);
    g_test_add_func("/tables/empty", test_empty_tables);
    g_test_add_func("/tables/odd_times", test_tables_of_odd_times);
    g_test_add_func("/tables/high_rate", test_high_rate);
    return g_test_run();
}
