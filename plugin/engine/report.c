/* report.c - a page of text about what went wrong in a capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report.h"

#include "clocks.h"
#include "report_call.h"

#include <inttypes.h>
#include <string.h>

enum { LABEL_WIDTH = 15, PROBLEMS_SHOWN = 8, SERVICE_WIDTH = 21 };

struct report {
    const struct report_input *in;
    struct lines lines;
    const struct problems *p;
    struct call_printer calls;
};

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* ---- the page's head ------------------------------------------------------------------------------- */

static const char what_is_wrong[] = "What is wrong:";

static void print_crowds(const struct report *r, const char *label)
{
    for (guint i = 0; i < r->p->crowds->len; i++) {
        GString *text = g_string_new(NULL);
        crowd_headline(&g_array_index(r->p->crowds, struct crowd, i), r->p->t, text);
        print_paragraph(&r->lines, i == 0 ? label : "", LABEL_WIDTH, text);
    }
}

static void print_headline(const struct report *r, const char *label, guint i)
{
    GString *text = g_string_new(NULL);

    problem_headline(r->p, problem_at(r->p, i), text);
    print_paragraph(&r->lines, label, LABEL_WIDTH, text);
}

/* What to look at, by the worst problem. It comes before all numbers: who reads ten lines has read it. */
static void print_next(struct report *r)
{
    const char *next;
    char *advice = problem_advice(r->p->t, problem_at(r->p, 0), &next);

    print_wrapped(&r->lines, next == NULL ? "Advice:" : "Next:", LABEL_WIDTH, next == NULL ? advice : next);
    r->calls.next = next;
    g_free(advice);
}

/* The worst problem, what to check of it, and the others. */
static void print_named(struct report *r, guint named)
{
    print_headline(r, what_is_wrong, 0);
    print_next(r);
    for (guint i = 1; i < named; i++)
        print_headline(r, i == 1 ? "Also wrong:" : "", i);
}

/* There is no problem to name. */
static void print_what_else(const struct report *r)
{
    bool only_crowds = r->p->crowds->len > 0;
    GString *text = g_string_new(NULL);

    if (only_crowds) {
        print_crowds(r, what_is_wrong);
        print_wrapped(&r->lines, "Next:", LABEL_WIDTH, crowd_next(&g_array_index(r->p->crowds, struct crowd, 0)));
    }
    if (r->p->attempts == 0 && r->in->filter != NULL)
        g_string_append(text, "not known: no connection attempt passes the filter");
    else
        problems_all_is_well(r->p, text);
    if (text->len > 0)
        print_wrapped(&r->lines, only_crowds ? "Besides:" : what_is_wrong, LABEL_WIDTH, text->str);
    g_string_free(text, TRUE);
}

static void print_how_much(const struct report *r)
{
    GString *text = g_string_new(NULL);
    guint unnamed = problems_that_matter(r->p) - problems_to_name(r->p);

    problems_totals(r->p, text);
    if (unnamed > 0)
        g_string_append_printf(text, "; %u problem%s more in the table", unnamed, plural(unnamed));
    print_paragraph(&r->lines, "How much:", LABEL_WIDTH, text);
}

static void append_first_frame(GString *out, const struct report *r, const struct result *result)
{
    uint32_t frame = tracker_attempt(r->in->t, result->attempt)->frame[SYN_FIRST];

    if (frame == FRAME_HIDDEN)
        return;
    g_string_append(out, " (frame ");
    append_frame_name(out, tracker_frame_names(r->in->t), frame);
    g_string_append_c(out, ')');
}

/* "2020-09-13 12:38:35.546 UTC (frame 20); the last began 12:39:06.621 (frame 31)": of the second time, only what differs from the first. */
static void append_period(GString *out, const struct report *r, const struct result *first, const struct result *last)
{
    const gsize day_length = strlen("2020-09-13 ");
    GString *end = g_string_new(NULL);

    append_date(out, first->begin);
    append_date(end, last->begin);
    bool same_day = out->len == end->len && strncmp(out->str, end->str, day_length) == 0;
    g_string_append(out, " UTC");
    append_first_frame(out, r, first);
    if (first != last) {
        g_string_append_printf(out, "; the last began %s", same_day ? end->str + day_length : end->str);
        append_first_frame(out, r, last);
    }
    g_string_free(end, TRUE);
}

/* What the calls of the problems that are named have in common; what is alike is advised once. */
static void print_common(const struct report *r)
{
    const struct contrast *before = NULL;
    const char *label = "In common:";

    for (guint i = 0; i < problems_to_name(r->p); i++) {
        const struct contrast *contrast = problem_contrast(r->p, problem_at(r->p, i));
        if (contrast == NULL || contrast == before)
            continue;
        if (before != NULL && before->family != NULL && before->family != contrast->family)
            print_wrapped(&r->lines, "", LABEL_WIDTH, before->family->advice);
        print_wrapped(&r->lines, label, LABEL_WIDTH, contrast->sentence);
        label = "";
        before = contrast;
    }
    if (before != NULL && before->family != NULL)
        print_wrapped(&r->lines, "", LABEL_WIDTH, before->family->advice);
}

/* The first and the last call of the worst problem. */
static void print_since(const struct report *r)
{
    const struct problem *worst = problem_at(r->p, 0);
    GString *text = g_string_new(NULL);

    append_period(text, r, worst->first, worst->last);
    if (problems_that_matter(r->p) > 1)
        g_string_prepend(text, "the first problem: ");
    print_paragraph(&r->lines, "Since when:", LABEL_WIDTH, text);
}

/* Takes the remark. */
static void append_remark(GString *out, char *remark, const char *end)
{
    if (remark != NULL)
        g_string_append_printf(out, "%s%s%s", out->len == 0 ? "" : " ", remark, end);
    g_free(remark);
}

char *report_remark(const struct report_input *in)
{
    GString *out = g_string_new(NULL);

    append_remark(out, g_strdup(in->remark), ".");
    if (in->t != NULL) {
        append_remark(out, tracker_capture_remark(in->t), "");
        append_remark(out, tracker_clock_remark(in->t), "");
    }
    return g_string_free(out, out->len == 0);
}

static void print_head(struct report *r)
{
    guint named = problems_to_name(r->p);
    GString *overcome = g_string_new(NULL);

    char *remark = report_remark(r->in);
    if (remark != NULL)
        print_wrapped(&r->lines, "Attention:", LABEL_WIDTH, remark);
    g_free(remark);
    if (named > 0)
        print_named(r, named);
    else
        print_what_else(r);
    print_how_much(r);
    if (named > 0) {
        print_since(r);
        print_common(r);
    }
    if (problems_overcome(r->p, overcome))
        print_wrapped(&r->lines, "Overcome:", LABEL_WIDTH, overcome->str);
    if (named > 0)
        print_crowds(r, "Besides:");
    g_string_free(overcome, TRUE);
}

/* ---- the capture and its problems ------------------------------------------------------------------- */

static void print_totals(struct report *r)
{
    const struct report_totals *totals = &r->in->totals;
    uint32_t calls = r->p->calls - r->p->crowd_calls;
    GString *text = g_string_new(NULL);

    g_string_append_printf(
        text, "Capture: %" PRIu64 " TCP segment%s, %" PRIu64 " bytes of data, %u stream%s; %u call%s", totals->segments,
        plural(totals->segments), totals->bytes, totals->streams, plural(totals->streams), calls, plural(calls));
    if (r->p->crowd_calls > 0)
        g_string_append_printf(text, ", and %u of floods and scans,", r->p->crowd_calls);
    g_string_append_printf(text, " in %u attempt%s.", r->p->attempts, plural(r->p->attempts));
    g_string_append_c(r->lines.out, '\n');
    print_paragraph(&r->lines, "", 0, text);
    if (r->in->filter != NULL)
        g_string_append_printf(r->lines.out, "Only what passes the filter: %s\n", r->in->filter);
}

static void print_problem(const struct report *r, const struct problem *problem)
{
    GString *service = g_string_new(NULL);
    int width = SERVICE_WIDTH - r->lines.lacking;

    append_server(service, r->p->t, problem->worst);
    g_string_append_printf(r->lines.out, "  %-*s", width, service->str);
    if (service->len > (gsize)width)
        g_string_append_printf(r->lines.out, "\n  %*s", width, "");
    g_string_append_printf(r->lines.out, " %-26s %6u %6u %6u %8.1f\n", cause_token(problem->worst->call_cause),
                           problem->failed, problem->late, problem->service_calls, (double)problem->lost / 1e9);
    g_string_free(service, TRUE);
}

/* One problem needs no table: the head says all of it. */
static void print_problems(const struct report *r)
{
    guint n = r->p->list->len;

    if (n < 2)
        return;
    g_string_append_printf(r->lines.out, "\nProblems %*s %6s %6s %8s\n", 45 - r->lines.lacking, "failed", "late",
                           "calls", "lost (s)");
    for (guint i = 0; i < n && (i < PROBLEMS_SHOWN || r->in->calls_shown != 0); i++)
        print_problem(r, problem_at(r->p, i));
    if (n > PROBLEMS_SHOWN && r->in->calls_shown == 0)
        g_string_append_printf(r->lines.out, "  and %u more\n", n - PROBLEMS_SHOWN);
}

/* ---- the worst calls ------------------------------------------------------------------------------- */

static gint by_loss(gconstpointer a, gconstpointer b)
{
    const struct result *x = *(const struct result *const *)a, *y = *(const struct result *const *)b;

    if (result_failed(x) != result_failed(y))
        return result_failed(x) ? -1 : 1;
    if (x->lost != y->lost)
        return x->lost > y->lost ? -1 : 1;
    return (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

GPtrArray *report_choose(const struct problems *p, uint16_t calls_shown)
{
    GPtrArray *chosen = g_ptr_array_new();

    if (calls_shown == 0) {
        for (guint i = 0; i < problems_to_name(p); i++)
            g_ptr_array_add(chosen, (gpointer)problem_at(p, i)->worst);
        return chosen;
    }
    for (guint i = 0; i < p->results->len; i++) {
        const struct result *result = &g_array_index(p->results, struct result, i);
        if ((result_failed(result) || result_was_late(result)) && !result->in_crowd)
            g_ptr_array_add(chosen, (gpointer)result);
    }
    g_ptr_array_sort(chosen, by_loss);
    if (calls_shown != REPORT_ALL && chosen->len > calls_shown)
        g_ptr_array_set_size(chosen, calls_shown);
    return chosen;
}

static void print_worst(struct report *r)
{
    GPtrArray *chosen = report_choose(r->p, r->in->calls_shown);

    if (chosen->len > 0) {
        g_string_append(r->lines.out,
                        r->in->calls_shown != 0 ? "\nThe worst calls" : "\nThe worst call of each problem");
        g_string_append_printf(r->lines.out, " (%u of %u", chosen->len, r->p->failed - r->p->crowd_failed + r->p->late);
        if (r->in->show_all != NULL)
            g_string_append_printf(r->lines.out, "; %s prints all", r->in->show_all);
        g_string_append(r->lines.out, ")\n");
    }
    for (guint i = 0; i < chosen->len; i++)
        print_call(&r->calls, i + 1, g_ptr_array_index(chosen, i));
    g_ptr_array_free(chosen, TRUE);
}

static void print_words(const struct report *r)
{
    GString *text = g_string_new(NULL);

    if (problems_words(r->p, text)) {
        g_string_append_c(r->lines.out, '\n');
        print_wrapped(&r->lines, "", 0, text->str);
    }
    g_string_free(text, TRUE);
}

void report_write(const struct report_input *in, GString *out)
{
    struct problems *p = problems_new(in->t, in->attempts);
    struct lines lines = { .out = out, .lacking = in->line_width == 0 ? 0 : LINE_WIDTH - in->line_width };
    struct report r = { .in = in, .lines = lines, .p = p };

    r.calls = (struct call_printer){ .t = in->t, .frames = in->frames, .lines = lines };
    r.calls.all_steps = in->calls_shown != 0;
    r.calls.advices = g_ptr_array_new_with_free_func(g_free);
    steps_sort(in->frames);
    print_head(&r);
    print_totals(&r);
    print_problems(&r);
    print_worst(&r);
    print_words(&r);
    g_ptr_array_free(r.calls.advices, TRUE);
    problems_free(p);
}
