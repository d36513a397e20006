/* table.c - a statistic as rows and columns, and as text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "table.h"

#include <string.h>

#define RULE "===================================================================================================="

struct table *table_new(const struct table_kind *kind, const struct tracker *t, const GArray *attempts)
{
    struct table *table = g_new(struct table, 1);
    GArray *results = results_collect(t, attempts);

    table->kind = kind;
    table->cells = g_array_new(FALSE, TRUE, sizeof(union cell));
    table->texts = g_string_chunk_new(4096);
    kind->fill(table, t, results);
    g_array_free(results, TRUE);
    return table;
}

void table_free(struct table *table)
{
    g_array_free(table->cells, TRUE);
    g_string_chunk_free(table->texts);
    g_free(table);
}

guint table_rows(const struct table *table)
{
    return table->cells->len / table->kind->n_columns;
}

const union cell *table_row(const struct table *table, guint row)
{
    return &g_array_index(table->cells, union cell, row * table->kind->n_columns);
}

union cell *table_add_row(struct table *table)
{
    guint first = table->cells->len;

    g_array_set_size(table->cells, first + table->kind->n_columns);
    return &g_array_index(table->cells, union cell, first);
}

const char *table_address(struct table *table, uint8_t family, const struct tcp_address *address, bool with_port)
{
    GString *text = g_string_new(NULL);

    append_address(text, family, address, with_port);
    const char *kept = g_string_chunk_insert_const(table->texts, text->str);
    g_string_free(text, TRUE);
    return kept;
}

/* Six characters up to a day. */
static void print_time(GString *out, int64_t ns)
{
    double seconds = (double)ns / 1e9;

    if (ns < 0)
        g_string_append_c(out, '-');
    else if (ns < NS_PER_SECOND / 1000)
        g_string_append_printf(out, "%.0fus", seconds * 1e6);
    else if (ns < NS_PER_SECOND)
        g_string_append_printf(out, ns < NS_PER_SECOND / 10 ? "%.1fms" : "%.0fms", seconds * 1e3);
    else
        g_string_append_printf(out, ns < 1000 * NS_PER_SECOND ? "%.1fs" : "%.0fs", seconds);
}

void table_print_cell(GString *out, const struct column *column, const union cell *cell)
{
    switch ((enum cell_kind)column->kind) {
    case CELL_TEXT:
        g_string_append(out, cell->text);
        break;
    case CELL_COUNT:
        g_string_append_printf(out, "%u", cell->count);
        break;
    case CELL_TIME:
        print_time(out, cell->time);
        break;
    case CELL_NUMBER:
        g_string_append_printf(out, cell->number < 10 ? "%.2f" : cell->number < 1000 ? "%.1f" : "%.0f", cell->number);
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
        if (column->head == NULL)
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

void table_print(const struct table *table, const char *filter, GString *out)
{
    const struct table_kind *kind = table->kind;

    g_string_append_printf(out, "\n%s\n%s (%s)\nFilter: %s\n%s\n\n", RULE, kind->title, kind->command,
                           filter == NULL ? "" : filter, kind->legend);
    print_line(kind, NULL, out);
    for (guint row = 0; row < table_rows(table); row++)
        print_line(kind, table_row(table, row), out);
    g_string_append(out, RULE "\n");
}
