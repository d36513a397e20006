/* table_services.c - a row for each server address and port: what became of the attempts
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "arithmetic.h"
#include "table.h"

#include <string.h>

enum { SERVER, ATTEMPTS, FATES, RETRIES = FATES + FATE_COUNT, MEDIAN, LARGEST, LOST, COLUMNS };

static const struct column columns[COLUMNS] = {
    [SERVER] = { "Server", "Server", 21, CELL_TEXT },
    [ATTEMPTS] = { "Attempts", "tries", 6, CELL_COUNT },
    [FATES + FATE_ESTABLISHED] = { "Established", "establ", 6, CELL_COUNT },
    [FATES + FATE_REJECTED] = { "Rejected", "reje", 4, CELL_COUNT },
    [FATES + FATE_REFUSED] = { "Refused", "refu", 4, CELL_COUNT },
    [FATES + FATE_UNREACHABLE] = { "Unreachable", "unre", 4, CELL_COUNT },
    [FATES + FATE_NO_ANSWER] = { "No answer", "no_a", 4, CELL_COUNT },
    [FATES + FATE_STUCK] = { "Stuck", "stuc", 4, CELL_COUNT },
    [FATES + FATE_ABORTED] = { "Aborted", "abor", 4, CELL_COUNT },
    [FATES + FATE_PENDING] = { "Pending", "pend", 4, CELL_COUNT },
    [RETRIES] = { "Retries", "retry", 5, CELL_COUNT },
    [MEDIAN] = { "Median connect time (s)", "median", 6, CELL_TIME },
    [LARGEST] = { "Largest connect time (s)", "max", 6, CELL_TIME },
    [LOST] = { "Time lost (s)", "lost", 6, CELL_TIME },
};

struct service_row {
    const struct result *any; /* whose server it is */
    uint32_t attempts, fates[FATE_COUNT], retries, failed;
    int64_t median, largest, lost;
};

static gint by_server(gconstpointer a, gconstpointer b)
{
    return compare_server(a, b);
}

/* The worst first: most failures, then most time lost. */
static gint by_badness(gconstpointer a, gconstpointer b)
{
    const struct service_row *x = a, *y = b;

    if (x->failed != y->failed)
        return x->failed > y->failed ? -1 : 1;
    if (x->lost != y->lost)
        return x->lost > y->lost ? -1 : 1;
    if (x->attempts != y->attempts)
        return x->attempts > y->attempts ? -1 : 1;
    return compare_server(x->any, y->any);
}

/* The row of the results from first on that have its server. */
static struct service_row count(const GArray *results, guint first)
{
    struct service_row row = { .any = &g_array_index(results, struct result, first), .largest = -1 };
    GArray *connect_times = g_array_new(FALSE, FALSE, sizeof(int64_t));

    for (guint i = first; i < results->len; i++) {
        const struct result *o = &g_array_index(results, struct result, i);
        if (compare_server(o, row.any) != 0)
            break;
        row.attempts++;
        row.fates[o->fate]++;
        row.failed += result_failed(o);
        row.retries += o->retries;
        row.lost = add_durations(row.lost, o->lost);
        row.largest = MAX(row.largest, o->connect_time);
        if (o->connect_time >= 0)
            g_array_append_val(connect_times, o->connect_time);
    }
    row.median = median(connect_times);
    g_array_free(connect_times, TRUE);
    return row;
}

static void add_row(struct table *table, const struct service_row *row)
{
    union cell *cells = table_add_row(table);

    cells[SERVER].text = table_address(table, row->any->family, &row->any->server, true);
    cells[ATTEMPTS].count = row->attempts;
    for (guint fate = 0; fate < FATE_COUNT; fate++)
        cells[FATES + fate].count = row->fates[fate];
    cells[RETRIES].count = row->retries;
    cells[MEDIAN].time = row->median;
    cells[LARGEST].time = row->largest;
    cells[LOST].time = row->lost;
}

static void fill(struct table *table, const struct tracker *t, GArray *results)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct service_row));

    (void)t;
    g_array_sort(results, by_server);
    for (guint i = 0; i < results->len;) {
        struct service_row row = count(results, i);
        g_array_append_val(rows, row);
        i += row.attempts;
    }
    g_array_sort(rows, by_badness);
    for (guint i = 0; i < rows->len; i++)
        add_row(table, &g_array_index(rows, struct service_row, i));
    g_array_free(rows, TRUE);
}

const struct table_kind table_services = {
    .command = "synfate,services",
    .title = "SYN fate: services",
    .menu = "Services",
    .legend =
        "The columns between tries and retry count the attempts of each fate: established, rejected,\n"
        "refused, unreachable, no_answer, stuck, aborted, pending. Then connect times and time lost.",
    .columns = columns,
    .n_columns = COLUMNS,
    .fill = fill,
};
