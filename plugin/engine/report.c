/* report.c - a page of text about what went wrong in a capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report.h"

#include "clocks.h"
#include "proof.h"

#include <inttypes.h>
#include <string.h>

enum { LINE_WIDTH = 80, LABEL_WIDTH = 15, PROBLEMS_SHOWN = 8, FRAMES_SHOWN = 6, SERVICE_WIDTH = 21 };

struct report {
    const struct report_input *in;
    GString *out;
    const struct problems *p;
    GPtrArray *advices; /* those that have been printed */
    const char *next;   /* what the head says to check next, or NULL */
    int lacking;        /* characters that a line has less than a terminal's */
};

/* ---- words ----------------------------------------------------------------------------------------- */

/* Such a word stays with the number before it. */
static bool is_unit(const char *word)
{
    const char *end = word + strspn(word, "ms");

    return (g_str_has_prefix(word, "s") || g_str_has_prefix(word, "ms")) && !g_ascii_isalnum(*end) && end - word <= 2;
}

static gsize length_with_unit(char *const *words)
{
    return strlen(words[0]) + (words[1] != NULL && is_unit(words[1]) ? 1 + strlen(words[1]) : 0);
}

/* A paragraph of which all lines begin with the indent, the first one with the label. */
static void print_wrapped(const struct report *r, const char *label, int indent, const char *text)
{
    GString *out = r->out;
    gsize begin = out->len, width = (gsize)(LINE_WIDTH - r->lacking);
    char **words = g_strsplit(text, " ", 0);

    g_string_append_printf(out, "%-*s", indent, label);
    for (guint i = 0; words[i] != NULL; i++) {
        if (i > 0 && !is_unit(words[i]) && out->len - begin + 1 + length_with_unit(&words[i]) > width) {
            begin = out->len + 1;
            g_string_append_printf(out, "\n%*s", indent, "");
        } else if (i > 0) {
            g_string_append_c(out, ' ');
        }
        g_string_append(out, words[i]);
    }
    g_string_append_c(out, '\n');
    g_strfreev(words);
}

/* The same, and frees the text. */
static void print_paragraph(const struct report *r, const char *label, int indent, GString *text)
{
    print_wrapped(r, label, indent, text->str);
    g_string_free(text, TRUE);
}

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
        print_paragraph(r, i == 0 ? label : "", LABEL_WIDTH, text);
    }
}

static void print_headline(const struct report *r, const char *label, guint i)
{
    GString *text = g_string_new(NULL);

    problem_headline(r->p, problem_at(r->p, i), text);
    print_paragraph(r, label, LABEL_WIDTH, text);
}

/* What to look at, by the worst problem. It comes before all numbers: who reads ten lines has read it. */
static void print_next(struct report *r)
{
    const char *next;
    char *advice = problem_advice(r->p->t, problem_at(r->p, 0), &next);

    print_wrapped(r, next == NULL ? "Advice:" : "Next:", LABEL_WIDTH, next == NULL ? advice : next);
    r->next = next;
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
        print_wrapped(r, "Next:", LABEL_WIDTH, crowd_next(&g_array_index(r->p->crowds, struct crowd, 0)));
    }
    if (r->p->attempts == 0 && r->in->filter != NULL)
        g_string_append(text, "not known: no connection attempt passes the filter");
    else
        problems_all_is_well(r->p, text);
    if (text->len > 0)
        print_wrapped(r, only_crowds ? "Besides:" : what_is_wrong, LABEL_WIDTH, text->str);
    g_string_free(text, TRUE);
}

static void print_how_much(const struct report *r)
{
    GString *text = g_string_new(NULL);
    guint unnamed = problems_that_matter(r->p) - problems_to_name(r->p);

    problems_totals(r->p, text);
    if (unnamed > 0)
        g_string_append_printf(text, "; %u problem%s more in the table", unnamed, plural(unnamed));
    print_paragraph(r, "How much:", LABEL_WIDTH, text);
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

/* What the calls of the problems that are named have in common. */
static void print_common(const struct report *r)
{
    const struct contrast *before = NULL;
    const char *label = "In common:";

    for (guint i = 0; i < problems_to_name(r->p); i++) {
        const struct contrast *contrast = problem_contrast(r->p, problem_at(r->p, i));
        if (contrast == NULL || contrast == before)
            continue;
        print_wrapped(r, label, LABEL_WIDTH, contrast->sentence);
        if (contrast->family != NULL)
            print_wrapped(r, "", LABEL_WIDTH, contrast->family->advice);
        label = "";
        before = contrast;
    }
}

/* The first and the last call of the worst problem. */
static void print_since(const struct report *r)
{
    const struct problem *worst = problem_at(r->p, 0);
    GString *text = g_string_new(NULL);

    append_period(text, r, worst->first, worst->last);
    print_paragraph(r, "Since when:", LABEL_WIDTH, text);
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
        print_wrapped(r, "Attention:", LABEL_WIDTH, remark);
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
        print_wrapped(r, "Overcome:", LABEL_WIDTH, overcome->str);
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
    g_string_append_c(r->out, '\n');
    print_paragraph(r, "", 0, text);
    if (r->in->filter != NULL)
        g_string_append_printf(r->out, "Only what passes the filter: %s\n", r->in->filter);
}

static void print_problem(const struct report *r, const struct problem *problem)
{
    GString *service = g_string_new(NULL);
    int width = SERVICE_WIDTH - r->lacking;

    append_server(service, r->p->t, problem->worst);
    g_string_append_printf(r->out, "  %-*s", width, service->str);
    if (service->len > (gsize)width)
        g_string_append_printf(r->out, "\n  %*s", width, "");
    g_string_append_printf(r->out, " %-26s %6u %6u %6u %8.1f\n", cause_token(problem->worst->call_cause),
                           problem->failed, problem->late, problem->service_calls, (double)problem->lost / 1e9);
    g_string_free(service, TRUE);
}

/* One problem needs no table: the head says all of it. */
static void print_problems(const struct report *r)
{
    guint n = r->p->list->len;

    if (n < 2)
        return;
    g_string_append_printf(r->out, "\nProblems %*s %6s %6s %8s\n", 45 - r->lacking, "failed", "late", "calls",
                           "lost (s)");
    for (guint i = 0; i < n && (i < PROBLEMS_SHOWN || r->in->calls_shown != 0); i++)
        print_problem(r, problem_at(r->p, i));
    if (n > PROBLEMS_SHOWN && r->in->calls_shown == 0)
        g_string_append_printf(r->out, "  and %u more\n", n - PROBLEMS_SHOWN);
}

/* ---- a call ---------------------------------------------------------------------------------------- */

/* Names of files are as long as they are: times stay below each other all the same. */
static gsize width_of_frames(const struct report *r, const GArray *steps)
{
    const gsize least = 10;
    gsize width = least;
    GString *name = g_string_new(NULL);

    for (guint i = 0; i < steps->len; i++) {
        g_string_truncate(name, 0);
        append_frame_name(name, tracker_frame_names(r->in->t), g_array_index(steps, struct step, i).frame);
        width = MAX(width, name->len);
    }
    g_string_free(name, TRUE);
    return width;
}

static void print_step(const struct report *r, const struct step *step, int64_t since, gsize width)
{
    GString *name = g_string_new(NULL);

    append_frame_name(name, tracker_frame_names(r->in->t), step->frame);
    char *when = g_strdup_printf("   frame %-*s %+13.6f s  ", (int)width, name->str, (double)since / 1e9);
    print_wrapped(r, when, (int)strlen(when), step->text);
    g_free(when);
    g_string_free(name, TRUE);
}

/* The first ones, the last one, and the one that decides. */
static bool is_shown(const struct report *r, const GArray *steps, guint i, uint32_t decided_by)
{
    return r->in->calls_shown != 0 || steps->len <= FRAMES_SHOWN || i + 2 < FRAMES_SHOWN || i + 1 == steps->len
           || g_array_index(steps, struct step, i).frame == decided_by;
}

static void print_steps(const struct report *r, const GArray *steps, uint32_t decided_by)
{
    gsize width = width_of_frames(r, steps);

    for (guint i = 0, end; i < steps->len; i = end) {
        const struct step *step = &g_array_index(steps, struct step, i);
        for (end = i; end < steps->len && !is_shown(r, steps, end, decided_by);)
            end++;
        if (end - i > 1) {
            g_string_append_printf(r->out, "   ... %u more frames\n", end - i);
            continue;
        }
        print_step(r, step, step->event.time - g_array_index(steps, struct step, 0).event.time, width);
        end = i + 1;
    }
}

/* The advice ends with what to check next. */
static void print_advice(struct report *r, const struct result *result)
{
    struct problem of_call = { .worst = result };
    const char *next;
    char *advice = problem_advice(r->p->t, &of_call, &next);

    if (g_ptr_array_find_with_equal_func(r->advices, advice, g_str_equal, NULL)) {
        g_free(advice);
        return;
    }
    g_ptr_array_add(r->advices, advice);
    print_wrapped(r, "   Advice:   ", 13, advice);
    if (next != NULL && next != r->next)
        print_wrapped(r, "   Next:     ", 13, next);
}

static void print_who_and_when(const struct report *r, guint rank, const struct result *result)
{
    const struct attempt *a = tracker_attempt(r->in->t, result->worst);
    struct tcp_address client, server;
    uint8_t family = tracker_addresses(r->in->t, a, &client, &server);
    char *label = g_strdup_printf("%u. ", rank);
    GString *text = g_string_new(NULL);

    append_address(text, family, &client, true);
    g_string_append(text, " -> ");
    append_address(text, family, &server, true);
    g_string_append_printf(text, ", call %u, ", result->call);
    append_date(text, a->first_time);
    g_string_append(text, " UTC");
    g_string_append_c(r->out, '\n');
    print_paragraph(r, label, 3, text);
    g_free(label);
}

/* Of a call's attempts, the one on which it lost most. */
static void print_call(struct report *r, guint rank, const struct result *result)
{
    const struct tracker *t = r->in->t;
    GArray *steps = steps_collect(t, r->in->frames, result->worst);
    GString *summary = g_string_new(NULL), *proof = g_string_new(NULL), *waited = g_string_new(NULL);
    struct verdict v;

    tracker_verdict(t, result->worst, true, &v);
    print_who_and_when(r, rank, result);
    tracker_summary(t, result->worst, &v, summary);
    print_paragraph(r, "", 3, summary);
    print_steps(r, steps, v.decided_by);
    append_proof(proof, t, result->worst, &v);
    print_paragraph(r, "   Evidence: ", 13, proof);
    steps_bill(steps, result->lost, waited);
    print_paragraph(r, "   Waited:   ", 13, waited);
    print_advice(r, result);
    g_array_free(steps, TRUE);
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
        g_string_append(r->out, r->in->calls_shown != 0 ? "\nThe worst calls" : "\nThe worst call of each problem");
        g_string_append_printf(r->out, " (%u of %u", chosen->len, r->p->failed - r->p->crowd_failed + r->p->late);
        if (r->in->show_all != NULL)
            g_string_append_printf(r->out, "; %s prints all", r->in->show_all);
        g_string_append(r->out, ")\n");
    }
    for (guint i = 0; i < chosen->len; i++)
        print_call(r, i + 1, g_ptr_array_index(chosen, i));
    g_ptr_array_free(chosen, TRUE);
}

static void print_words(const struct report *r)
{
    GString *text = g_string_new(NULL);

    if (problems_words(r->p, text)) {
        g_string_append_c(r->out, '\n');
        print_wrapped(r, "", 0, text->str);
    }
    g_string_free(text, TRUE);
}

void report_write(const struct report_input *in, GString *out)
{
    struct problems *p = problems_new(in->t, in->attempts);
    struct report r = {
        .in = in,
        .out = out,
        .p = p,
        .advices = g_ptr_array_new_with_free_func(g_free),
        .lacking = in->line_width == 0 ? 0 : LINE_WIDTH - in->line_width,
    };

    steps_sort(in->frames);
    print_head(&r);
    print_totals(&r);
    print_problems(&r);
    print_worst(&r);
    print_words(&r);
    g_ptr_array_free(r.advices, TRUE);
    problems_free(p);
}
