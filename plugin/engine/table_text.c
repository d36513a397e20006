/* table_text.c - a table as text, and as CSV
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "table.h"

#include "arithmetic.h"

#include <string.h>

#define RULE "===================================================================================================="

enum { ROWS_OF_A_PAGE = 40 };

/* Three digits that say something, and no more than a column holds. */
static void print_measure(GString *out, double value)
{
    const char *format = value == 0     ? "%.0f"
                         : value < 1    ? "%.3f"
                         : value < 10   ? "%.2f"
                         : value < 1000 ? "%.1f"
                                        : "%.0f";

    g_string_append_printf(out, format, value);
}

static bool is_seconds(const struct column *column)
{
    return column->kind == CELL_SECONDS || column->kind == CELL_INTERVAL;
}

/* What a cell holds as a number, in the unit that its column's head names. Returns false: nothing. */
static bool measure_of(const struct column *column, const union cell *cell, double *value)
{
    *value = column->kind == CELL_NUMBER ? cell->number
             : is_seconds(column)        ? (double)cell->time / 1e9
                                         : (double)cell->time / 1e6;
    return *value >= 0;
}

void table_print_cell(GString *out, const struct column *column, const union cell *cell)
{
    double value;

    switch ((enum cell_kind)column->kind) {
    case CELL_TEXT:
        g_string_append(out, cell->text);
        break;
    case CELL_COUNT:
        g_string_append_printf(out, "%u", cell->count);
        break;
    case CELL_NEED:
        if (cell->count == CELL_NO_NEED)
            g_string_append_c(out, '-');
        else
            g_string_append_printf(out, "%u", cell->count);
        break;
    case CELL_SECONDS:
    case CELL_INTERVAL:
    case CELL_MS:
    case CELL_NUMBER:
        if (measure_of(column, cell, &value))
            print_measure(out, value);
        else
            g_string_append_c(out, '-');
        break;
    }
}

/* Texts are put left, numbers right. A text that is too long, such as an IPv6 address, has the line for itself.
 * end: the column of the line where this cell ends. */
static void print_aligned(GString *line, guint end, const struct column *column, const char *text)
{
    bool left = column->kind == CELL_TEXT;

    g_string_append_printf(line, left ? "%-*s" : "%*s", column->width, text);
    if (left && strlen(text) > column->width)
        g_string_append_printf(line, "\n%*s", (int)end, "");
}

/* A row, or if cells is NULL the heads of the columns. */
static void print_line(const struct table_kind *kind, const union cell *cells, GString *out)
{
    GString *line = g_string_new(NULL), *text = g_string_new(NULL);
    guint end = 0;

    for (guint i = 0; i < kind->n_columns; i++) {
        const struct column *column = &kind->columns[i];
        if (column->width == 0)
            continue;
        g_string_truncate(text, 0);
        if (cells == NULL)
            g_string_append(text, column->head);
        else
            table_print_cell(text, column, &cells[i]);
        if (end > 0) {
            g_string_append_c(line, ' ');
            end++;
        }
        end += column->width;
        print_aligned(line, end, column, text->str);
    }
    g_string_append_printf(out, "%s\n", g_strchomp(line->str));
    g_string_free(line, TRUE);
    g_string_free(text, TRUE);
}

/* One row for all that are not shown: what can be added up of them. */
static void print_rest(const struct table *table, guint first, const char *show_all, GString *out)
{
    const struct table_kind *kind = table->kind;
    union cell *sums = g_new0(union cell, kind->n_columns);
    char *name = g_strdup_printf("%u more rows", table_rows(table) - first);

    for (guint i = 0; i < kind->n_columns; i++) {
        const struct column *column = &kind->columns[i];
        if (column->kind == CELL_TEXT)
            sums[i].text = i == 0 ? name : "-";
        else if (column->kind == CELL_MS || column->kind == CELL_INTERVAL) /* a median, a maximum */
            sums[i].time = -1;
        else if (column->kind == CELL_NUMBER)
            sums[i].number = -1;
        else if (column->kind == CELL_NEED)
            sums[i].count = CELL_NO_NEED;
        for (guint row = first; row < table_rows(table); row++) {
            if (column->kind == CELL_COUNT)
                sums[i].count += table_row(table, row)[i].count;
            else if (column->kind == CELL_SECONDS)
                sums[i].time = add_durations(sums[i].time, MAX(table_row(table, row)[i].time, 0));
        }
    }
    print_line(kind, sums, out);
    if (show_all != NULL)
        g_string_append_printf(out, "All of them: %s\n", show_all);
    else
        g_string_append_printf(out, "All of them: -z %s,all\n", kind->command);
    g_free(name);
    g_free(sums);
}

void table_print(const struct table *table, const struct table_frame *frame, GString *out)
{
    const struct table_kind *kind = table->kind;
    guint shown = frame->rows_shown == 0           ? ROWS_OF_A_PAGE
                  : frame->rows_shown == TABLE_ALL ? G_MAXUINT
                                                   : frame->rows_shown;
    guint rows = table_rows(table), telling = MAX(rows - table->n_quiet, 1);

    if (frame->rows_shown == 0 && rows > shown)
        shown = MIN(shown, telling);
    g_string_append_printf(out, "\n%s\n%s (%s)\nFilter: %s\n%s\n", RULE, kind->title, kind->command,
                           frame->filter == NULL ? "" : frame->filter, kind->legend);
    if (frame->remark != NULL)
        g_string_append_printf(out, "Attention: %s\n", frame->remark);
    g_string_append_c(out, '\n');
    print_line(kind, NULL, out);
    for (guint row = 0; row < rows && row < shown; row++)
        print_line(kind, table_row(table, row), out);
    if (rows > shown)
        print_rest(table, shown, frame->show_all, out);
    g_string_append(out, RULE "\n");
}

/* ---- CSV ------------------------------------------------------------------------------------------- */

static void print_csv_text(GString *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        g_string_append(out, text);
        return;
    }
    g_string_append_c(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *text);
    }
    g_string_append_c(out, '"');
}

static void print_csv_cell(GString *out, const struct column *column, const union cell *cell)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    double value;

    if (column->kind == CELL_TEXT)
        print_csv_text(out, cell->text);
    else if (column->kind == CELL_COUNT || (column->kind == CELL_NEED && cell->count != CELL_NO_NEED))
        g_string_append_printf(out, "%u", cell->count);
    else if (column->kind != CELL_NEED && measure_of(column, cell, &value))
        g_string_append(out, g_ascii_formatd(text, sizeof text, "%.9g", value));
}

void table_print_csv(const struct table *table, GString *out)
{
    const struct table_kind *kind = table->kind;

    for (guint row = 0; row <= table_rows(table); row++) {
        const char *separator = "";
        for (guint i = 0; i < kind->n_columns; i++) {
            if (kind->columns[i].head == NULL)
                continue;
            g_string_append(out, separator);
            separator = ",";
            if (row == 0)
                print_csv_text(out, kind->columns[i].head);
            else
                print_csv_cell(out, &kind->columns[i], &table_row(table, row - 1)[i]);
        }
        g_string_append(out, "\n");
    }
}
