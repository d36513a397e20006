/* calls.c - writes calls, attempt by attempt: a line, a JSON object or a row for each
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "calls.h"

/* ns as seconds, with all their digits. */
static void append_seconds(GString *out, int64_t ns)
{
    g_string_append_printf(out, "%" G_GINT64_FORMAT ".%09" G_GINT64_FORMAT, ns / NS_PER_SECOND, ns % NS_PER_SECOND);
}

/* ---- JSON (RFC 8259) ------------------------------------------------------------------------------- */

static void append_json_text(GString *out, const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);

    g_string_append_c(out, '"');
    for (const char *p = valid; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            g_string_append_printf(out, "\\%c", *p);
        else if ((unsigned char)*p < 0x20)
            g_string_append_printf(out, "\\u%04x", (unsigned)*p);
        else
            g_string_append_c(out, *p);
    }
    g_string_append_c(out, '"');
    g_free(valid);
}

/* Frames of several files are texts: FILE:N. */
static void append_json_frame(GString *out, const struct frames *frames, uint32_t frame)
{
    GString *name = g_string_new(NULL);

    frames_append_name(frames, frame, name);
    if (frames->several)
        append_json_text(out, name->str);
    else
        g_string_append(out, name->str);
    g_string_free(name, TRUE);
}

static void append_json_value(GString *out, const struct frames *frames, const struct value *value)
{
    switch (value->kind) {
    case VALUE_FRAME:
        append_json_frame(out, frames, (uint32_t)value->number);
        break;
    case VALUE_NUMBER:
        g_string_append_printf(out, "%" G_GINT64_FORMAT, value->number);
        break;
    case VALUE_TIME:
        append_seconds(out, value->number);
        break;
    case VALUE_FLAG:
        g_string_append(out, value->number ? "true" : "false");
        break;
    case VALUE_TEXT:
        append_json_text(out, value->text);
        break;
    case VALUE_NONE:
        break;
    }
}

/* Only what the attempt has. */
static void append_json_object(struct view *v, const struct frames *frames, GString *out)
{
    const char *before = "{";

    for (size_t i = 0; value_field_at(i) != NULL; i++) {
        struct value value = value_field_at(i)->get(v);
        if (value.kind == VALUE_NONE)
            continue;
        g_string_append_printf(out, "%s\"%s\":", before, value_field_at(i)->name);
        append_json_value(out, frames, &value);
        before = ",";
    }
    g_string_append_c(out, '}');
}

/* ---- CSV (RFC 4180) -------------------------------------------------------------------------------- */

/* A text that a spreadsheet would take for a formula is none. */
static void append_csv_text(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    if (*text != '\0' && strchr("=+-@\t\r", *text) != NULL)
        g_string_append_c(out, '\'');
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *p);
    }
    g_string_append_c(out, '"');
}

static void append_csv_row(struct view *v, const struct frames *frames, GString *out)
{
    for (size_t i = 0; value_field_at(i) != NULL; i++) {
        struct value value = value_field_at(i)->get(v);
        if (i > 0)
            g_string_append_c(out, ',');
        if (value.kind == VALUE_TEXT)
            append_csv_text(out, value.text);
        else
            append_json_value(out, frames, &value);
    }
    g_string_append(out, "\r\n");
}

static void append_csv_heads(GString *out)
{
    for (size_t i = 0; value_field_at(i) != NULL; i++)
        g_string_append_printf(out, "%s%s", i > 0 ? "," : "", value_field_at(i)->name);
    g_string_append(out, "\r\n");
}

/* ---- text ------------------------------------------------------------------------------------------ */

/* A part of a line: a value, or - where there is none. */
static void append_part(struct view *v, const struct frames *frames, const char *name, GString *out)
{
    struct value value = value_field_named(name)->get(v);

    if (value.kind == VALUE_TEXT)
        g_string_append(out, value.text);
    else if (value.kind == VALUE_FRAME)
        frames_append_name(frames, (uint32_t)value.number, out);
    else
        g_string_append_c(out, '-');
}

/* The outcome stands on one attempt of a call only. */
static void append_line(struct view *v, const struct frames *frames, GString *out)
{
    static const char *const verdict[] = { "outcome", "fate", "cause", "summary" };

    append_part(v, frames, "time", out);
    g_string_append(out, "  ");
    append_part(v, frames, "syn", out);
    g_string_append(out, "  ");
    append_address(out, v->family, &v->client, true);
    g_string_append(out, " -> ");
    append_address(out, v->family, &v->server, true);
    for (size_t i = 0; i < G_N_ELEMENTS(verdict); i++) {
        g_string_append(out, "  ");
        append_part(v, frames, verdict[i], out);
    }
    g_string_append_c(out, '\n');
}

/* ---- all of them ----------------------------------------------------------------------------------- */

void calls_begin(enum calls_format format, GString *out)
{
    if (format == CALLS_JSON)
        g_string_append(out, "[");
    else if (format == CALLS_CSV)
        append_csv_heads(out);
}

void calls_append(enum calls_format format, struct view *v, const struct frames *frames, bool first, GString *out)
{
    switch (format) {
    case CALLS_TEXT:
        append_line(v, frames, out);
        break;
    case CALLS_JSON:
        g_string_append(out, first ? "\n" : ",\n");
        append_json_object(v, frames, out);
        break;
    case CALLS_NDJSON:
        append_json_object(v, frames, out);
        g_string_append_c(out, '\n');
        break;
    case CALLS_CSV:
        append_csv_row(v, frames, out);
        break;
    }
}

void calls_end(enum calls_format format, GString *out)
{
    if (format == CALLS_JSON)
        g_string_append(out, "\n]\n");
}
