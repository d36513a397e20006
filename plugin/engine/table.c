/* table.c - a statistic as rows and columns
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "table.h"

#include <string.h>

struct table *table_new(const struct table_kind *kind, const struct tracker *t, const GArray *attempts)
{
    struct table *table = g_new(struct table, 1);
    GArray *results = results_collect(t, attempts);

    table->kind = kind;
    table->cells = g_array_new(FALSE, TRUE, sizeof(union cell));
    table->texts = g_string_chunk_new(4096);
    table->n_quiet = 0;
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

const char *table_text(struct table *table, const char *text)
{
    return g_string_chunk_insert_const(table->texts, text);
}

const char *table_address(struct table *table, uint8_t family, const struct tcp_address *address, bool with_port)
{
    GString *text = g_string_new(NULL);

    append_address(text, family, address, with_port);
    const char *kept = table_text(table, text->str);
    g_string_free(text, TRUE);
    return kept;
}

const char *table_filter(struct table *table, uint8_t family, const struct tcp_address *client,
                         const struct tcp_address *server)
{
    const char *ip = family == 4 ? "ip" : "ipv6";
    GString *text = g_string_new(NULL);

    if (client != NULL) {
        g_string_append_printf(text, "%s.addr==", ip);
        append_address(text, family, client, false);
        g_string_append(text, " && ");
    }
    g_string_append_printf(text, "%s.addr==", ip);
    append_address(text, family, server, false);
    g_string_append_printf(text, " && tcp.port==%u && synfate.attempt", server->port);
    const char *kept = table_text(table, text->str);
    g_string_free(text, TRUE);
    return kept;
}
