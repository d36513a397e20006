/* test_report.c - the report on made conversations: problems, ranked by what callers lost, floods and scans
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report.h"
#include "scenes.h"

/* The report on all attempts of the scene, which may be NULL: nothing was tracked. in: what else is to be said. */
static char *report_with(const struct scene *s, struct report_input in)
{
    GArray *attempts = s == NULL ? g_array_new(FALSE, FALSE, sizeof(uint32_t)) : all_attempts(s);
    GArray *frames = g_array_new(FALSE, FALSE, sizeof(struct report_frame));
    GString *out = g_string_new(NULL);

    in.t = s == NULL ? NULL : s->t;
    in.attempts = attempts;
    in.frames = frames;
    for (uint32_t i = 1; s != NULL && i <= s->now.frame; i++) {
        size_t n = 0;
        const struct note *note = tracker_notes(s->t, i, &n);
        struct report_frame frame = { .frame = i, .time = s->now.time };
        if (n == 0)
            continue;
        frame.attempt = note->attempt;
        frame.role = note->role;
        frame.kind = note->role == NOTE_ANSWER ? note->kind : 0;
        g_array_append_val(frames, frame);
    }
    report_write(&in, out);
    assert_narrow(out->str, 80);
    g_array_free(attempts, TRUE);
    g_array_free(frames, TRUE);
    return g_string_free(out, FALSE);
}

static char *report(const struct scene *s, uint16_t calls_shown)
{
    return report_with(s, (struct report_input){ .totals = { .segments = 40 }, .calls_shown = calls_shown });
}

#define assert_says(TEXT, PART) g_assert_nonnull(strstr(TEXT, PART))

/* Wherever lines are wrapped. */
static bool says_somewhere(const char *text, const char *part)
{
    GString *line = g_string_new(NULL);

    for (; *text != '\0'; text++)
        if (!g_ascii_isspace(*text))
            g_string_append_c(line, *text);
        else if (line->len > 0 && line->str[line->len - 1] != ' ')
            g_string_append_c(line, ' ');
    bool found = strstr(line->str, part) != NULL;
    g_string_free(line, TRUE);
    return found;
}

#define assert_tells(TEXT, PART) g_assert_true(says_somewhere(TEXT, PART))

static void test_report_of_nothing(struct scene *s)
{
    char *untracked = report(NULL, 0), *empty = report(s, 0);

    assert_says(untracked, "What is wrong: not known");
    assert_says(empty, "What is wrong: nothing: there are no connection attempts\n");
    assert_says(empty, "How much:      0 of 0 calls failed, 0 came late\n");
    g_assert_null(strstr(empty, "Since when:"));
    g_assert_null(strstr(empty, "A call is"));
    handshake(s);
    char *healthy = report(s, 0);
    s->client.port++;
    handshake(s);
    char *both = report(s, 0);
    assert_says(healthy, "What is wrong: nothing: the only call got in at once, in 0.1 ms\n");
    assert_says(both, "What is wrong: nothing: both calls got in at once, the slowest in 0.1 ms\n");
    g_free(untracked);
    g_free(empty);
    g_free(healthy);
    g_free(both);
}

/* The capture ends after the SYN: whether the call failed is not known. */
static void test_report_of_what_is_not_known(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = 1);
    char *one = report(s, 0);
    assert_says(one, "What is wrong: not known: of 1 call the capture does not show the end\n");
    s->client.port++;
    handshake(s);
    char *two = report(s, 0);
    assert_tells(two,
                 "What is wrong: nothing that the capture shows: 1 of 2 calls got in at once, in 0.1 ms; of 1 call the "
                 "capture does not show the end");
    g_free(one);
    g_free(two);
}

/* The address at fault is not the one on which the calls got in. */
static void test_report_of_a_race(struct scene *s)
{
    CLIENT(s, .flags = TCP_SYN, .seq = 1);
    wait_ms(s, 250);
    s->server.ip[3] = 7;
    handshake(s);
    char *text = report(s, 0);
    assert_tells(text, "10.0.0.7:8080: 1 of 1 call came late by 250 ms: 10.0.0.2:8080, tried first: not answered");
    assert_tells(text, "That its addresses were tried for one call is inferred");
    g_free(text);
}

static void test_report(void)
{
    struct scene *s = scene_new(&LINUX);

    rejected_once(s);
    wait_ms(s, 60000);
    next_frame(s);
    char *text = report(s, 0);
    assert_says(text,
                "What is wrong: 10.0.0.2:8080: 1 of 2 calls failed after 1.0 s: SYN rejected by\n"
                "               TIME_WAIT peer (time_wait_paws)\n"
                "Next:          nstat -az TcpExtPAWSTimewait");
    assert_says(text,
                "How much:      1 of 2 calls failed, 0 came late; callers lost 1.0 s\n"
                "Since when:    2020-09-13 12:26:49.000 UTC (frame 12)\n");
    assert_says(text, "ISN - RCV.NXT = -5000.");
    assert_says(text, "Advice:");
    g_free(text);
    scene_free(s);
}

/* Whether the client gave up is told by the time that the capture goes on. */
static void test_report_of_a_capture_that_ends(void)
{
    for (int64_t goes_on = 1900; goes_on <= 2100; goes_on += 200) {
        struct scene *s = scene_new(&LINUX);
        rejected_once(s);
        wait_ms(s, goes_on);
        next_frame(s);
        char *text = report(s, 0);
        if (goes_on < 2000) { /* its second SYN came after 1 s */
            assert_tells(text, "1 of 2 calls failed after 1.0 s or more: SYN rejected");
            assert_tells(text, "callers lost 1.0 s or more; the capture ends while 1 may still be trying Since when:");
        } else {
            assert_tells(text, "1 of 2 calls failed after 1.0 s: SYN rejected");
            assert_tells(text, "callers lost 1.0 s Since when:");
        }
        g_free(text);
        scene_free(s);
    }
}

static guint times_said(const char *text, const char *part)
{
    guint n = 0;

    while ((text = strstr(text, part)) != NULL) {
        text += strlen(part);
        n++;
    }
    return n;
}

/* The filter is named; a filter may let the attempts pass and none of the segments that are counted. */
static void test_report_with_a_filter(struct scene *s)
{
    rejected_once(s);
    char *text = report_with(s, (struct report_input){ .filter = "tcp.port == 80", .calls_shown = 9 });
    assert_says(text, "Capture: 0 TCP segments");
    assert_says(text, "Only what passes the filter: tcp.port == 80\n");
    assert_says(text, "The worst calls (1 of 1)"); /* nine were asked for */
    g_free(text);
}

/* Ten causes, one attempt each. */
static void ten_causes(struct scene *s)
{
    static const enum icmp_kind kinds_of_error[] = { ICMP_NET, ICMP_HOST, ICMP_PORT, ICMP_ADMIN_PROHIBITED,
                                                     ICMP_OTHER };

    for (guint i = 0; i < 10; i++) {
        const uint32_t isn = C_ISN + 1000 * i; /* a call of its own */
        s->client.port++;
        CLIENT(s, .flags = TCP_SYN, .seq = isn);
        if (i < G_N_ELEMENTS(kinds_of_error))
            send_icmp_error(s, kinds_of_error[i], isn);
        else if (i == 5)
            SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = isn + 1);
        else if (i == 6)
            SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = isn - 9);
        else if (i == 7)
            SERVER(s, .flags = TCP_ACK, .seq = S_ISN, .ack = isn - 9);
        else if (i == 8)
            CLIENT(s, .flags = TCP_RST, .seq = isn + 1);
    }
    wait_ms(s, 3000);
    next_frame(s);
}

static void test_report_of_many_causes(struct scene *s)
{
    ten_causes(s);
    char *page = report(s, 0), *all = report(s, REPORT_ALL);
    assert_says(page, "\n  and 2 more\n");
    g_assert_null(strstr(all, " more\n"));
    g_assert_cmpuint(times_said(page, "\n  10.0.0.2:8080         "), ==, 8);
    g_assert_cmpuint(times_said(all, "\n  10.0.0.2:8080         "), ==, 10);
    g_free(page);
    g_free(all);
}

/* In a window of 70 characters: the table of problems, frames and all paragraphs. */
static void test_report_of_narrow_lines(struct scene *s)
{
    ten_causes(s);
    char *text = report_with(s, (struct report_input){ .line_width = 70, .calls_shown = REPORT_ALL });
    char **lines = g_strsplit(text, "\n", 0);
    for (guint i = 0; lines[i] != NULL; i++)
        g_assert_cmpuint(strlen(lines[i]), <=, 70);
    assert_says(text, "\n  10.0.0.2:8080\n              icmp_net  ");
    g_strfreev(lines);
    g_free(text);
}

/* A SYN that many capture points saw: three of the others are enough. */
static void test_report_of_many_points(struct scene *s)
{
    for (uint16_t point = 0; point < 6; point++) {
        s->now.point = point;
        CLIENT(s, .flags = TCP_SYN, .seq = C_ISN);
    }
    SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = C_ISN + 1);
    char *text = report(s, REPORT_ALL);
    assert_tells(text, "10.0.0.2:8080: 1 of 1 call failed at once: SYN refused: closed port");
    g_assert_cmpuint(times_said(text, "same"), ==, 3);
    g_free(text);
}

/* The frames that closed the old connection, that refused the SYN, and the SYN at another capture point count, but have
 * no numbers to name. */
static void test_report_of_hidden_frames(struct scene *s)
{
    handshake(s);
    SERVER(s, .flags = TCP_FIN | TCP_ACK, .seq = S_ISN + 1, .ack = C_ISN + 1, .tsval = S_TS, .tsecr = C_TS);
    hide_last_frame(s);
    CLIENT(s, .flags = TCP_FIN | TCP_ACK, .seq = C_ISN + 1, .ack = S_ISN + 2, .tsval = C_TS, .tsecr = S_TS);
    hide_last_frame(s);
    SERVER(s, .flags = TCP_ACK, .seq = S_ISN + 2, .ack = C_ISN + 2, .tsval = S_TS, .tsecr = C_TS);
    hide_last_frame(s);
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN - 5000, .tsval = C_TS - 1000);
    s->now.point = 1;
    CLIENT(s, .flags = TCP_SYN, .seq = C_ISN - 5000, .tsval = C_TS - 1000);
    hide_last_frame(s);
    s->now.point = 0;
    SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = C_ISN - 4999);
    hide_last_frame(s);
    next_frame(s);
    char *text = report(s, 0);
    assert_says(text, "(refused_though_open)");
    assert_tells(text, " frames 1 to ?, closed in frame ?");
    assert_tells(text, "(since frame ?, ");
    assert_tells(text, "is in frame ?, ");
    g_assert_null(strstr(text, "Decided by"));
    g_assert_null(strstr(text, "4294967295"));
    g_free(text);
}

static guint lines_of(const char *text)
{
    guint n = 0;

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

/* However many failures are alike, the report is one page. It shows all of them to a reader who asks. */
static void test_report_is_a_page(struct scene *s)
{
    on_ports(s, 1000, 3000, 0, rejected_once);
    char *page = report(s, 0), *ten = report(s, 10), *all = report(s, REPORT_ALL);
    g_assert_cmpuint(lines_of(page), <=, 60);
    assert_tells(page, "3000 of 6000 calls failed after 1.0 s each (3000.3 s");
    assert_says(page, "\n1. 10.0.0.1:");
    g_assert_null(strstr(page, "\n2. 10.0.0.1:"));
    assert_says(ten, "\n10. 10.0.0.1:");
    g_assert_null(strstr(ten, "\n11. 10.0.0.1:"));
    assert_says(all, "\n3000. 10.0.0.1:");
    g_free(page);
    g_free(ten);
    g_free(all);
}

/* The frame that decides is listed, however many are left out. */
static void test_report_shows_what_decides(struct scene *s)
{
    closed_by_server(s);
    wait_ms(s, 9000);
    for (int i = 0; i < 12; i++) {
        CLIENT(s, .flags = TCP_SYN, .seq = S_RCV_NXT - 5000, .tsval = C_FIN_TS - 1000);
        if (i == 6)
            time_wait_ack(s);
        wait_ms(s, 1000);
    }
    char *page = report(s, 0), *all = report(s, REPORT_ALL);
    assert_tells(
        page,
        "SYN again ... 3 more frames frame 19 +0.000000 s ACK of the old connection: rejects the SYN ... 4 more "
        "frames frame 24 +0.000000 s SYN again Evidence: observed.");
    assert_tells(page, "Decided by frame 19.");
    g_assert_null(strstr(all, " more frames"));
    g_free(page);
    g_free(all);
}

/* ---- ranking ---- */

/* A call on a port of its own, with numbers of its own; its SYN. */
static uint32_t call_begins(struct scene *s)
{
    uint32_t isn = C_ISN + 1000 * s->now.frame;

    s->client.port++;
    CLIENT(s, .flags = TCP_SYN, .seq = isn);
    return isn;
}

static void refused_call(struct scene *s)
{
    uint32_t isn = call_begins(s);

    SERVER(s, .flags = TCP_RST | TCP_ACK, .seq = 0, .ack = isn + 1);
}

/* Gets in by its second SYN. */
static void late_call(struct scene *s, int64_t ms)
{
    uint32_t isn = call_begins(s);

    wait_ms(s, ms);
    CLIENT(s, .flags = TCP_SYN, .seq = isn);
    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = isn + 1);
    CLIENT(s, .flags = TCP_ACK, .seq = isn + 1, .ack = S_ISN + 1);
}

/* A reader who meets "late" for the first time. */
static void test_words(struct scene *s)
{
    s->server.port = 81;
    refused_call(s);
    char *refused = report(s, 0);
    g_assert_null(strstr(refused, "A call is"));
    g_assert_null(strstr(refused, "callers lost")); /* they were told at once */
    late_call(s, 1000);
    char *late = report(s, 0);
    assert_tells(late, "callers lost 1.0 s Since when:");
    assert_tells(late,
                 "A call is one connect() and its first request. It came late if it had to repeat packets or was "
                 "rejected before it got in, or if that took 1.0 s or more.");
    g_free(refused);
    g_free(late);
}

static struct problems *problems_of(const struct scene *s)
{
    GArray *attempts = all_attempts(s);
    struct problems *p = problems_new(s->t, attempts);

    g_array_free(attempts, TRUE);
    return p;
}

static void assert_headline(const struct problems *p, guint i, const char *expected)
{
    GString *headline = g_string_new(NULL);

    problem_headline(p, problem_at(p, i), headline);
    g_assert_cmpstr(headline->str, ==, expected);
    g_string_free(headline, TRUE);
}

/* One refused call stands below many that were late, and a hundred above them. */
static void test_ranked_by_loss(void)
{
    for (int refused = 1; refused <= 100; refused += 99) {
        struct scene *s = scene_new(&LINUX);
        s->server.port = 81;
        for (int i = 0; i < refused; i++)
            refused_call(s);
        s->server.port = 82;
        for (int i = 0; i < 20; i++)
            late_call(s, 1000);
        struct problems *p = problems_of(s);
        g_assert_cmpuint(p->list->len, ==, 2);
        g_assert_cmpuint(problem_at(p, 0)->worst->server_port, ==, refused == 1 ? 82 : 81);
        assert_headline(p, refused == 1 ? 0 : 1,
                        "10.0.0.2:82: 20 of 20 calls came late by 1.0 s each (20.0 s lost): established after a "
                        "retransmitted SYN (syn_retransmitted)");
        assert_headline(p, refused == 1 ? 1 : 0,
                        refused == 1 ? "10.0.0.2:81: 1 of 1 call failed at once: SYN refused: closed port "
                                       "(closed_port, inferred)"
                                     : "10.0.0.2:81: 100 of 100 calls failed at once: SYN refused: closed port "
                                       "(closed_port)");
        problems_free(p);
        scene_free(s);
    }
}

static void test_overcome(struct scene *s)
{
    GString *said = g_string_new(NULL);

    for (int i = 0; i < 50; i++)
        late_call(s, 14);
    s->server.port = 82;
    late_call(s, 3000);
    struct problems *p = problems_of(s);
    g_assert_cmpuint(problems_to_name(p), ==, 1);
    g_assert_cmpuint(problem_at(p, 0)->worst->server_port, ==, 82);
    g_assert_true(problems_overcome(p, said));
    g_assert_cmpstr(
        said->str, ==,
        "50 calls came late by less than 0.1 s on the average (14.1 ms) to 10.0.0.2:8080: established after a "
        "retransmitted SYN");
    g_string_free(said, TRUE);
    problems_free(p);
}

/* ---- floods and scans ---- */

static void assert_crowd(const struct problems *p, const char *expected)
{
    GString *headline = g_string_new(NULL);

    g_assert_cmpuint(p->crowds->len, ==, 1);
    crowd_headline(&g_array_index(p->crowds, struct crowd, 0), p->t, headline);
    g_assert_cmpstr(headline->str, ==, expected);
    g_string_free(headline, TRUE);
}

/* Forged addresses send one SYN each, and never acknowledge the SYN/ACK. */
static void forged_syns(struct scene *s, uint16_t n, int64_t gap_ms)
{
    for (uint16_t i = 0; i < n; i++) {
        s->client.ip[2] = (uint8_t)(1 + i / 250);
        s->client.ip[3] = (uint8_t)(1 + i % 250);
        uint32_t isn = call_begins(s);
        SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = isn + 1);
        wait_ms(s, gap_ms);
    }
    s->client.ip[2] = 0;
}

static void test_flood(struct scene *s)
{
    forged_syns(s, 300, 0);
    s->client.ip[3] = 1;
    for (int i = 0; i < 5; i++)
        late_call(s, 1000);
    struct problems *p = problems_of(s);
    assert_crowd(
        p,
        "300 addresses sent 10.0.0.2:8080 a single SYN each and nothing more within 29.9 ms: a flood of SYNs from "
        "forged addresses, or a capture without what the clients sent then; the server answered all of them");
    assert_headline(p, 0,
                    "10.0.0.2:8080: 5 of 5 calls came late by 1.0 s each (5.0 s lost): established after a "
                    "retransmitted SYN (syn_retransmitted)");
    problems_free(p);
}

/* Where it lasts for more than a second, it is said how many came in each. */
static void test_rate_of_a_flood(struct scene *s)
{
    forged_syns(s, 300, 10);
    struct problems *p = problems_of(s);
    assert_crowd(
        p,
        "300 addresses sent 10.0.0.2:8080 a single SYN each and nothing more within 3.0 s (99 a second): a flood "
        "of SYNs from forged addresses, or a capture without what the clients sent then; the server answered "
        "all of them");
    problems_free(p);
}

/* What to look at stands below it, and what became of the others. */
static void test_report_of_a_flood(struct scene *s)
{
    forged_syns(s, 300, 0);
    s->client.ip[3] = 1;
    for (int i = 0; i < 5; i++)
        late_call(s, 1);
    char *text = report(s, 0);
    assert_tells(text, "all of them Next: nstat -az TcpExtSyncookiesSent");
    assert_tells(text,
                 "Besides: nothing else: all 5 other calls got in at once, the slowest in 1.15 ms How much: 0 of 5 "
                 "calls failed, 0 came late; the 300 of floods and scans are not counted");
    assert_tells(text, "5 calls, and 300 of floods and scans, in 305 attempts.");
    g_free(text);
}

/* Half an hour after the flood nobody else has called. */
static void test_report_of_a_flood_alone(struct scene *s)
{
    forged_syns(s, 300, 0);
    wait_ms(s, 1800 * 1000);
    next_frame(s);
    char *text = report(s, 0);
    assert_says(text, "How much:      no call but the 300 of floods and scans\n");
    assert_tells(text, "0 calls, and 300 of floods and scans, in 300 attempts.");
    g_free(text);
}

/* What a call lost is worse than any number of forged SYNs that nobody answered: only such calls are shown as the worst. */
static void test_worst_calls_beside_a_scan(struct scene *s)
{
    for (uint16_t port = 1; port <= 60; port++) {
        s->server.port = port;
        refused_call(s);
    }
    s->client.ip[3] = 7;
    s->server.port = 443;
    late_call(s, 1000);
    for (uint16_t shown = 0; shown <= 20; shown += 20) {
        char *text = report(s, shown);
        assert_tells(text, shown == 0 ? "The worst call of each problem (1 of 1)" : "The worst calls (1 of 1)");
        g_free(text);
    }
}

static void test_no_flood_of_a_few(struct scene *s)
{
    forged_syns(s, 99, 0);
    struct problems *p = problems_of(s);
    g_assert_cmpuint(p->crowds->len, ==, 0);
    problems_free(p);
}

/* As a scanner asks a port that is open. */
static void probe(struct scene *s)
{
    uint32_t isn = call_begins(s);

    SERVER(s, .flags = TCP_SYN | TCP_ACK, .seq = S_ISN, .ack = isn + 1);
    CLIENT(s, .flags = TCP_RST, .seq = isn + 1);
}

/* Half of the ports answer: somebody uses them. */
static void test_scan(void)
{
    for (uint16_t open = 2; open <= 60; open += 58) {
        struct scene *s = scene_new(&LINUX);
        for (uint16_t port = 1; port <= 120; port++) {
            s->server.port = port;
            if (port <= open)
                late_call(s, 1);
            else if (port < 120)
                refused_call(s);
            else
                probe(s);
        }
        struct problems *p = problems_of(s);
        if (open == 2)
            assert_crowd(
                p,
                "10.0.0.1 called 120 services of 10.0.0.2, nearly all of them once and in vain (all 118 failed: 117 "
                "refused, 0 not answered, 1 otherwise): a scan, or a list of addresses that is out of date");
        else
            g_assert_cmpuint(p->crowds->len, ==, 0);
        g_assert_cmpuint(problems_to_name(p), ==, open == 2 ? 0 : 3);
        problems_free(p);
        scene_free(s);
    }
}

static const struct scene_test tests[] = {
    { "/report/nothing", test_report_of_nothing },
    { "/report/not_known", test_report_of_what_is_not_known },
    { "/report/race", test_report_of_a_race },
    { "/report/filter", test_report_with_a_filter },
    { "/report/many_causes", test_report_of_many_causes },
    { "/report/narrow_lines", test_report_of_narrow_lines },
    { "/report/many_points", test_report_of_many_points },
    { "/report/hidden_frames", test_report_of_hidden_frames },
    { "/report/page", test_report_is_a_page },
    { "/report/what_decides", test_report_shows_what_decides },
    { "/problems/words", test_words },
    { "/problems/overcome", test_overcome },
    { "/crowds/flood", test_flood },
    { "/crowds/flood_rate", test_rate_of_a_flood },
    { "/crowds/report", test_report_of_a_flood },
    { "/crowds/alone", test_report_of_a_flood_alone },
    { "/crowds/worst_calls", test_worst_calls_beside_a_scan },
    { "/crowds/few", test_no_flood_of_a_few },
};

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    add_scene_tests(tests, G_N_ELEMENTS(tests));
    g_test_add_func("/report/case", test_report);
    g_test_add_func("/report/capture_ends", test_report_of_a_capture_that_ends);
    g_test_add_func("/problems/ranked_by_loss", test_ranked_by_loss);
    g_test_add_func("/crowds/scan", test_scan);
    return g_test_run();
}
