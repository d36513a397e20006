/* output.c - the statistics and the forms in which they are written
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "output.h"

#include "../report_json.h"
#include "calls.h"
#include "page.h"

#include <stdio.h>

enum { PORTION = 65536 }; /* bytes */

/* ---- forms ----------------------------------------------------------------------------------------- */

#define SHOW_ALL "--show all"

static struct report_input input_of(const struct output *o)
{
    const struct capture *capture = tracker_capture(o->t);

    return (struct report_input){
        .t = o->t,
        .attempts = o->attempts,
        .frames = o->collected->frames,
        .totals = { capture->segments, capture->bytes, o->collected->streams.n },
        .filter = o->filter_text,
        .remark = o->remark,
        .show_all = SHOW_ALL,
        .calls_shown = o->shown,
    };
}

static void report_text(const struct output *o, GString *out)
{
    struct report_input input = input_of(o);

    report_write(&input, out);
    frames_append_legend(o->frames, out);
}

static void report_html(const struct output *o, GString *out)
{
    struct report_input input = input_of(o);

    page_write(&input, out);
}

static void report_json(const struct output *o, GString *out)
{
    struct report_input input = input_of(o);

    report_write_json(&input, out);
}

/* Of each call that has one of these attempts: the attempt that tells its outcome, once. */
static GArray *carriers_of(const struct output *o)
{
    GArray *carriers = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    GByteArray *seen = g_byte_array_new();
    struct call call;

    for (guint i = 0; i < o->attempts->len; i++) {
        tracker_call(o->t, g_array_index(o->attempts, uint32_t, i), true, &call);
        if (comes_first(seen, call.carrier))
            g_array_append_val(carriers, call.carrier);
    }
    g_byte_array_free(seen, TRUE);
    return carriers;
}

/* The same of the calls that lost most, as tshark's calls,N chooses them. */
static GArray *worst_of(const struct output *o)
{
    GArray *carriers = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    struct problems *p = problems_new(o->t, o->attempts);
    GPtrArray *worst = report_choose(p, o->shown);

    for (guint i = 0; i < worst->len; i++)
        g_array_append_val(carriers, ((const struct result *)g_ptr_array_index(worst, i))->attempt);
    g_ptr_array_free(worst, TRUE);
    problems_free(p);
    return carriers;
}

static GArray *rows_of(const struct output *o)
{
    if (o->statistic == STATISTIC_ATTEMPTS)
        return g_array_ref(o->attempts);
    return o->shown == 0 || o->shown == REPORT_ALL ? carriers_of(o) : worst_of(o);
}

static void text_of_table(const struct output *o, const struct table_kind *kind, GString *out)
{
    const struct table_frame frame = {
        .filter = o->filter_text, .remark = o->remark, .rows_shown = o->shown, .show_all = SHOW_ALL
    };
    struct table *table = table_new(kind, o->t, o->attempts);

    table_print(table, &frame, out);
    table_free(table);
}

static void csv_of_table(const struct output *o, const struct table_kind *kind, GString *out)
{
    struct table *table = table_new(kind, o->t, o->attempts);

    table_print_csv(table, out);
    table_free(table);
}

bool output_text(const GString *text)
{
    return fwrite(text->str, 1, text->len, stdout) == text->len && fflush(stdout) == 0;
}

/* A line is 100 bytes to 2 kB, and there may be millions: they go out in portions. */
static bool write_calls(const struct output *o, enum calls_format format)
{
    GArray *rows = rows_of(o);
    GString *out = g_string_new(NULL);
    bool written = true;
    struct view v;

    view_init(&v, o->t);
    calls_begin(format, out);
    for (guint i = 0; i < rows->len && written; i++) {
        view_set(&v, g_array_index(rows, uint32_t, i), true);
        calls_append(format, &v, o->frames, i == 0, out);
        if (out->len < PORTION)
            continue;
        written = output_text(out);
        g_string_truncate(out, 0);
    }
    calls_end(format, out);
    written = written && output_text(out);
    view_free(&v);
    g_array_unref(rows);
    g_string_free(out, TRUE);
    return written;
}

static bool calls_text(const struct output *o)
{
    return write_calls(o, CALLS_TEXT);
}

static bool calls_json(const struct output *o)
{
    return write_calls(o, CALLS_JSON);
}

static bool calls_ndjson(const struct output *o)
{
    return write_calls(o, CALLS_NDJSON);
}

static bool calls_csv(const struct output *o)
{
    return write_calls(o, CALLS_CSV);
}

static void call_text(struct view *v, const struct frames *frames, GString *out)
{
    calls_append(CALLS_TEXT, v, frames, true, out);
}

static void call_ndjson(struct view *v, const struct frames *frames, GString *out)
{
    calls_append(CALLS_NDJSON, v, frames, true, out);
}

static const struct format formats[] = {
    { "text", report_text, text_of_table, calls_text, call_text, false },
    { "json", report_json, NULL, calls_json, NULL, false },
    { "ndjson", NULL, NULL, calls_ndjson, call_ndjson, true },
    { "html", report_html, NULL, NULL, NULL, false },
    { "csv", NULL, csv_of_table, calls_csv, NULL, false },
};

const struct format *format_named(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
        if (g_str_equal(formats[i].name, name))
            return &formats[i];
    return NULL;
}

/* ---- writing --------------------------------------------------------------------------------------- */

static const struct table_kind *kind_of(enum statistic statistic)
{
    switch (statistic) {
    case STATISTIC_SERVICES:
        return &table_services;
    case STATISTIC_REUSE:
        return &table_reuse;
    case STATISTIC_TREE:
        return &table_fates;
    default:
        return NULL;
    }
}

static bool is_of_calls(enum statistic statistic)
{
    return statistic == STATISTIC_CALLS || statistic == STATISTIC_ATTEMPTS;
}

bool format_has(const struct format *format, enum statistic statistic)
{
    if (statistic == STATISTIC_REPORT)
        return format->report != NULL || format->lines_only;
    if (is_of_calls(statistic))
        return format->calls != NULL;
    return statistic == STATISTIC_NONE || format->table != NULL;
}

bool output_write(const struct output *o, const struct format *format)
{
    if (is_of_calls(o->statistic) || (o->statistic == STATISTIC_REPORT && format->lines_only))
        return format->calls(o);
    GString *out = g_string_new(NULL);
    if (o->statistic == STATISTIC_REPORT)
        format->report(o, out);
    else if (o->statistic != STATISTIC_NONE)
        format->table(o, kind_of(o->statistic), out);
    bool written = output_text(out);
    g_string_free(out, TRUE);
    return written;
}
