/* page.c - the report as one HTML file that loads nothing: problems, when, their packets, services, reuse of ports
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "page.h"

#include "html.h"
#include "ladder.h"
#include "page_style.h"
#include "problems.h"
#include "table.h"
#include "timeline.h"

#include <string.h>

enum { PROBLEMS_DRAWN = 12, ROWS_SHOWN = 40 };

struct page {
    const struct report_input *in;
    const struct problems *problems;
    GString *out;
};

/* ---- words ----------------------------------------------------------------------------------------- */

static void write_paragraph(GString *out, const char *class, const char *text)
{
    html_printf(out, "<p class=\"%s\">%s</p>\n", class, text);
}

/* What follows a label in the report's text stands alone here. Not for what may begin with a command. */
static void write_sentence(GString *out, const char *class, const char *text)
{
    char *sentence = g_strconcat(text, g_str_has_suffix(text, ".") ? NULL : ".", NULL);

    sentence[0] = g_ascii_toupper(sentence[0]);
    write_paragraph(out, class, sentence);
    g_free(sentence);
}

static void append_moment(GString *out, const struct page *page, const struct result *r)
{
    uint32_t frame = tracker_attempt(page->in->t, r->attempt)->frame[SYN_FIRST];

    append_date(out, r->begin);
    if (frame == FRAME_HIDDEN)
        return;
    g_string_append(out, " UTC (frame ");
    append_frame_name(out, tracker_frame_names(page->in->t), frame);
    g_string_append_c(out, ')');
}

/* ---- the head -------------------------------------------------------------------------------------- */

static void write_head(const struct page *page)
{
    GString *totals = g_string_new(NULL);

    problems_totals(page->problems, totals);
    totals->str[0] = g_ascii_toupper(totals->str[0]);
    g_string_append(page->out,
                    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta name=\"color-scheme\" content=\"light dark\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" "
                    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    html_printf(page->out, "<title>SYN fate: %s</title>\n<style>\n", totals->str);
    g_string_append(page->out, page_style);
    html_printf(page->out, "</style>\n</head>\n<body>\n<main>\n<h1>SYN fate</h1>\n<p class=\"lead\">%s</p>\n",
                totals->str);
    g_string_free(totals, TRUE);
}

static void write_capture(const struct page *page)
{
    const struct report_totals *totals = &page->in->totals;
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "The capture has %" G_GUINT64_FORMAT " TCP segments and %u connection attempts",
                           totals->segments, page->problems->attempts);
    if (page->problems->results->len > 0) {
        g_string_append(text, "; the first call began at ");
        append_moment(text, page, &g_array_index(page->problems->results, struct result, 0));
    }
    g_string_append_c(text, '.');
    write_paragraph(page->out, "note", text->str);
    char *remark = report_remark(page->in);
    if (remark != NULL)
        html_printf(page->out, "<p class=\"remark\">%s</p>\n", remark);
    g_free(remark);
    if (page->in->filter != NULL)
        html_printf(page->out, "<p class=\"note\">Only what passes the filter <code>%s</code></p>\n", page->in->filter);
    g_string_free(text, TRUE);
}

/* ---- problems -------------------------------------------------------------------------------------- */

static void write_list(const struct page *page)
{
    const struct problems *p = page->problems;
    guint n = problems_that_matter(p);
    GString *text = g_string_new(NULL);

    g_string_append(page->out, "<ol class=\"list\">\n");
    for (guint i = 0; i < n && i < PROBLEMS_DRAWN; i++) {
        g_string_truncate(text, 0);
        problem_headline(p, problem_at(p, i), text);
        html_printf(page->out, "<li><a href=\"#p%u\">%s</a></li>\n", i + 1, text->str);
    }
    g_string_append(page->out, "</ol>\n");
    if (n > PROBLEMS_DRAWN)
        html_printf(page->out, "<p class=\"note\">And %u more: see Services</p>\n", n - PROBLEMS_DRAWN);
    g_string_free(text, TRUE);
}

static void write_crowds(const struct page *page)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < page->problems->crowds->len; i++) {
        const struct crowd *crowd = &g_array_index(page->problems->crowds, struct crowd, i);
        g_string_truncate(text, 0);
        crowd_headline(crowd, page->problems->t, text);
        write_sentence(page->out, "crowd", text->str);
        html_printf(page->out, "<p class=\"note\">To check next: %s</p>\n", crowd_next(crowd));
    }
    g_string_free(text, TRUE);
}

static void write_problems(const struct page *page)
{
    const struct problems *p = page->problems;
    GString *text = g_string_new(NULL);

    g_string_append(page->out, "<section>\n<h2>What is wrong</h2>\n");
    if (problems_that_matter(p) > 0)
        write_list(page);
    write_crowds(page);
    if (problems_that_matter(p) == 0)
        problems_all_is_well(p, text);
    if (text->len > 0)
        write_sentence(page->out, "well", text->str);
    g_string_truncate(text, 0);
    if (problems_overcome(p, text))
        write_sentence(page->out, "note", text->str);
    g_string_append(page->out, "</section>\n");
    g_string_free(text, TRUE);
}

static void write_timeline(const struct page *page)
{
    if (page->problems->calls == 0)
        return;
    g_string_append(page->out, "<section>\n<h2>When</h2>\n<div class=\"wide\">\n");
    timeline_draw(page->problems->results, page->out);
    g_string_append(page->out, "</div>\n");
    if (page->problems->calls > page->problems->crowd_calls)
        g_string_append(page->out,
                        "<ul class=\"legend\"><li class=\"failed\">failed</li><li class=\"late\">came late</li>"
                        "<li class=\"unknown\">not known</li><li class=\"in_time\">in time</li></ul>\n");
    g_string_append(page->out, "</section>\n");
}

static void write_size(const struct page *page, const struct problem *problem)
{
    GString *text = g_string_new(problem->first == problem->last ? "At " : "Since ");

    append_moment(text, page, problem->first);
    if (problem->first != problem->last) {
        g_string_append(text, " till ");
        append_moment(text, page, problem->last);
        g_string_append(text, "; lost by all of these calls: ");
        append_duration(text, problem->lost);
        g_string_append(text, ", by the worst: ");
        append_duration(text, problem->largest_lost);
    }
    g_string_append_c(text, '.');
    write_paragraph(page->out, "size", text->str);
    g_string_free(text, TRUE);
}

/* To look at them in Wireshark: a filter of one file; several are made into one. */
static void write_how_to_see(const struct page *page, uint32_t attempt)
{
    GString *text = g_string_new(NULL);

    if (frames_have_names(tracker_frame_names(page->in->t))) {
        html_printf(page->out,
                    "<p class=\"filter\">These packets as one file for Wireshark: <code>synfate -Y \"attempt = %u\" -w "
                    "attempt.pcapng FILE...</code></p>\n",
                    tracker_attempt(page->in->t, attempt)->number);
    } else {
        ladder_filter(page->in->t, attempt, page->in->frames, text);
        html_printf(page->out, "<p class=\"filter\">These packets in Wireshark: <code>%s</code></p>\n", text->str);
    }
    g_string_free(text, TRUE);
}

/* The attempt on which the worst call lost most. */
static void write_worst(const struct page *page, const struct problem *problem)
{
    const struct tracker *t = page->in->t;
    GString *text = g_string_new(NULL);
    struct call call;
    struct verdict verdict;

    tracker_call(t, problem->worst->attempt, true, &call);
    tracker_verdict(t, call.worst, true, &verdict);
    tracker_summary(t, call.worst, &verdict, text);
    html_printf(
        page->out,
        "<h3>Its worst call: %s</h3>\n<p class=\"basis\">Attempt %u; %s</p>\n"
        "<p class=\"note narrow\">The packets are drawn wider than this screen: move the drawing sideways.</p>\n"
        "<div class=\"wide\">\n",
        text->str, tracker_attempt(t, call.worst)->number,
        verdict.inferred ? "inferred: the rules of the peer's system say so, the packets alone do not prove it"
                         : "observed: the packets prove it");
    ladder_draw(t, call.worst, page->in->frames, page->out);
    g_string_append(page->out, "</div>\n");
    write_how_to_see(page, call.worst);
    g_string_free(text, TRUE);
}

static void write_advice(const struct page *page, const struct problem *problem)
{
    const char *next = NULL;
    char *advice = problem_advice(page->problems->t, problem, &next);

    html_printf(page->out, "<h3>What to change</h3>\n<p>%s</p>\n", advice);
    if (next != NULL)
        html_printf(page->out, "<h3>What to check next</h3>\n<p>%s</p>\n", next);
    g_free(advice);
}

static void write_common(const struct page *page, const struct problem *problem)
{
    const struct contrast *contrast = problem_contrast(page->problems, problem);

    if (contrast == NULL)
        return;
    g_string_append(page->out, "<h3>What they have in common</h3>\n");
    write_sentence(page->out, "common", contrast->sentence);
    if (contrast->family != NULL)
        html_printf(page->out, "<p>%s</p>\n", contrast->family->advice);
}

static void write_problem(const struct page *page, guint i)
{
    const struct problem *problem = problem_at(page->problems, i);
    GString *text = g_string_new(NULL);

    problem_headline(page->problems, problem, text);
    html_printf(page->out, "<section id=\"p%u\">\n<h2>%u. %s</h2>\n", i + 1, i + 1, text->str);
    write_size(page, problem);
    write_worst(page, problem);
    write_common(page, problem);
    write_advice(page, problem);
    g_string_append(page->out, "</section>\n");
    g_string_free(text, TRUE);
}

/* ---- tables ---------------------------------------------------------------------------------------- */

/* What text has no room for is left out here, too; and a column of zeros says nothing. */
static bool is_empty(const struct column *column, GPtrArray *rows, guint i)
{
    if (column->width == 0)
        return true;
    for (guint row = 0; row < rows->len; row++) {
        const union cell *cell = (const union cell *)g_ptr_array_index(rows, row) + i;
        if (column->kind != CELL_COUNT || cell->count > 0)
            return false;
    }
    return true;
}

/* A row, or if cells is NULL the heads of the columns. */
static void write_row(const struct page *page, const struct table_kind *kind, GPtrArray *rows, const union cell *cells)
{
    GString *text = g_string_new(NULL);

    g_string_append(page->out, "<tr>");
    for (guint i = 0; i < kind->n_columns; i++) {
        const struct column *column = &kind->columns[i];
        const char *class = column->kind == CELL_TEXT ? "text" : "number";
        const char *unit = column->kind == CELL_MS ? strstr(column->name, " (s)") : NULL;
        if (is_empty(column, rows, i))
            continue;
        g_string_truncate(text, 0);
        if (cells != NULL)
            table_print_cell(text, column, &cells[i]);
        else
            g_string_append_printf(text, "%.*s%s", unit == NULL ? G_MAXINT : (int)(unit - column->name), column->name,
                                   unit == NULL ? "" : " (ms)");
        html_printf(page->out, cells == NULL ? "<th class=\"%s\" scope=\"col\">%s</th>" : "<td class=\"%s\">%s</td>",
                    class, text->str);
    }
    g_string_append(page->out, "</tr>\n");
    g_string_free(text, TRUE);
}

static void write_rows(const struct page *page, const struct table_kind *kind, GPtrArray *rows, uint32_t in_crowds)
{
    if (rows->len == 0)
        return;
    html_printf(page->out, "<section>\n<h2>%s</h2>\n<div class=\"wide\">\n<table>\n<thead>\n", kind->menu);
    write_row(page, kind, rows, NULL);
    g_string_append(page->out, "</thead>\n<tbody>\n");
    for (guint i = 0; i < rows->len && i < ROWS_SHOWN; i++)
        write_row(page, kind, rows, g_ptr_array_index(rows, i));
    g_string_append(page->out, "</tbody>\n</table>\n</div>\n");
    if (rows->len > ROWS_SHOWN)
        html_printf(page->out, "<p class=\"note\">And %u more: <code>tshark -q -r FILE -z %s,all</code></p>\n",
                    rows->len - ROWS_SHOWN, kind->command);
    if (in_crowds > 0)
        html_printf(page->out, "<p class=\"note\">The %u calls of floods and scans are among these.</p>\n", in_crowds);
    g_string_append(page->out, "</section>\n");
}

/* The rows that have something in the column with this name. in_crowds: how many of its calls are of floods and scans. */
static void write_table(const struct page *page, const struct table_kind *kind, const char *only, uint32_t in_crowds)
{
    struct table *table = table_new(kind, page->in->t, page->in->attempts);
    GPtrArray *rows = g_ptr_array_new();

    for (guint row = 0; row < table_rows(table); row++) {
        const union cell *cells = table_row(table, row);
        bool counts = false;
        for (guint i = 0; i < kind->n_columns && !counts; i++)
            counts = g_str_equal(kind->columns[i].name, only) && cells[i].count > 0;
        if (counts)
            g_ptr_array_add(rows, (gpointer)cells);
    }
    write_rows(page, kind, rows, in_crowds);
    g_ptr_array_free(rows, TRUE);
    table_free(table);
}

static void write_words(const struct page *page)
{
    GString *text = g_string_new(NULL);

    if (problems_words(page->problems, text))
        write_paragraph(page->out, "note", text->str);
    g_string_free(text, TRUE);
}

void page_write(const struct report_input *in, GString *out)
{
    struct problems *problems = problems_new(in->t, in->attempts);
    struct page page = { .in = in, .problems = problems, .out = out };

    write_head(&page);
    write_capture(&page);
    write_problems(&page);
    write_timeline(&page);
    for (guint i = 0; i < problems_that_matter(problems) && i < PROBLEMS_DRAWN; i++)
        write_problem(&page, i);
    write_words(&page);
    uint32_t crowd_calls = problems->crowd_calls;
    problems_free(problems); /* its results are large, and each table collects its own */
    page.problems = NULL;
    write_table(&page, &table_services, "Calls", crowd_calls);
    write_table(&page, &table_reuse, "Rejected", 0);
    g_string_append(out, "</main>\n</body>\n</html>\n");
}
