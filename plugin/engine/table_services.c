/* table_services.c - a row for each server address and port: what became of the calls
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "arithmetic.h"
#include "crowds.h"
#include "table.h"

#include <string.h>

enum {
    SERVER,
    CALLS,
    FAILED,
    LATE,
    LOST,
    MEDIAN,
    LARGEST,
    CAUSE,
    ATTEMPTS,
    RETRIES,
    FATES,
    IN_CROWDS = FATES + FATE_COUNT,
    FILTER,
    COLUMNS
};

static const struct column columns[COLUMNS] = {
    [SERVER] = { "Server", "server", 21, CELL_TEXT },
    [CALLS] = { "Calls", "calls", 6, CELL_COUNT },
    [FAILED] = { "Failed", "failed", 6, CELL_COUNT },
    [LATE] = { "Late", "late", 6, CELL_COUNT },
    [LOST] = { "Time lost (s)", "lost_s", 8, CELL_SECONDS },
    [MEDIAN] = { "Median connect (s)", "median_ms", 9, CELL_MS },
    [LARGEST] = { "Largest connect (s)", "max_ms", 7, CELL_MS },
    [CAUSE] = { "Lost most by", "cause", 26, CELL_TEXT },
    [ATTEMPTS] = { "Attempts", "attempts", 0, CELL_COUNT },
    [RETRIES] = { "Retries", "retries", 0, CELL_COUNT },
    [FATES + FATE_ESTABLISHED] = { "Established", "established", 0, CELL_COUNT },
    [FATES + FATE_REJECTED] = { "Rejected", "rejected", 0, CELL_COUNT },
    [FATES + FATE_REFUSED] = { "Refused", "refused", 0, CELL_COUNT },
    [FATES + FATE_UNREACHABLE] = { "Unreachable", "unreachable", 0, CELL_COUNT },
    [FATES + FATE_NO_ANSWER] = { "No answer", "no_answer", 0, CELL_COUNT },
    [FATES + FATE_STUCK] = { "Stuck", "stuck", 0, CELL_COUNT },
    [FATES + FATE_ABORTED] = { "Aborted", "aborted", 0, CELL_COUNT },
    [FATES + FATE_PENDING] = { "Pending", "pending", 0, CELL_COUNT },
    [IN_CROWDS] = { "Floods, scans", "in_crowds", 0, CELL_COUNT },
    [FILTER] = { "Filter for its attempts", NULL, 0, CELL_TEXT },
};

struct service_row {
    const struct result *any; /* whose server it is */
    uint32_t attempts, calls, failed, late, fates[FATE_COUNT], retries;
    uint32_t in_crowds; /* of the calls: those of floods and scans */
    int64_t median, largest, lost, weight;
    const char *cause; /* token */
};

static gint by_server(gconstpointer a, gconstpointer b)
{
    return compare_server(a, b);
}

/* The worst first: what callers lost, as in the report. */
static gint by_badness(gconstpointer a, gconstpointer b)
{
    const struct service_row *x = a, *y = b;

    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    if (x->failed != y->failed)
        return x->failed > y->failed ? -1 : 1;
    if (x->attempts != y->attempts)
        return x->attempts > y->attempts ? -1 : 1;
    return compare_server(x->any, y->any);
}

static void count_result(struct service_row *row, const struct result *r, int64_t weights[CAUSE_COUNT])
{
    row->attempts++;
    row->fates[r->fate]++;
    row->retries += r->retries;
    row->largest = MAX(row->largest, r->connect_time);
    if (!r->carries)
        return;
    row->calls++;
    row->in_crowds += r->in_crowd;
    row->failed += result_failed(r);
    row->late += result_was_late(r);
    row->lost = add_durations(row->lost, r->lost);
    row->weight = add_durations(row->weight, result_weight(r));
    weights[r->call_cause] = add_durations(weights[r->call_cause], result_weight(r));
}

/* The row of the results from first on that have its server. */
static struct service_row count(const GArray *results, guint first)
{
    struct service_row row = { .any = &g_array_index(results, struct result, first), .largest = -1, .cause = "-" };
    GArray *connect_times = g_array_new(FALSE, FALSE, sizeof(int64_t));
    int64_t weights[CAUSE_COUNT] = { 0 }, most = 0;

    for (guint i = first; i < results->len; i++) {
        const struct result *r = &g_array_index(results, struct result, i);
        if (compare_server(r, row.any) != 0)
            break;
        count_result(&row, r, weights);
        if (r->connect_time >= 0)
            g_array_append_val(connect_times, r->connect_time);
    }
    for (guint i = 0; i < CAUSE_COUNT; i++) {
        if (weights[i] <= most)
            continue;
        most = weights[i];
        row.cause = cause_token((enum cause)i);
    }
    row.median = median(connect_times);
    g_array_free(connect_times, TRUE);
    return row;
}

static void add_row(struct table *table, const struct tracker *t, const struct service_row *row)
{
    const struct tcp_address server = result_server(t, row->any);
    union cell *cells = table_add_row(table);

    cells[SERVER].text = table_address(table, row->any->family, &server, true);
    cells[CALLS].count = row->calls;
    cells[FAILED].count = row->failed;
    cells[LATE].count = row->late;
    cells[LOST].time = row->lost;
    cells[MEDIAN].time = row->median;
    cells[LARGEST].time = row->largest;
    cells[CAUSE].text = row->cause;
    cells[ATTEMPTS].count = row->attempts;
    cells[RETRIES].count = row->retries;
    for (guint fate = 0; fate < FATE_COUNT; fate++)
        cells[FATES + fate].count = row->fates[fate];
    cells[IN_CROWDS].count = row->in_crowds;
    cells[FILTER].text = table_filter(table, row->any->family, NULL, &server);
}

static void fill(struct table *table, const struct tracker *t, GArray *results)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct service_row));

    (void)t;
    crowds_mark(results);
    g_array_sort(results, by_server);
    for (guint i = 0; i < results->len;) {
        struct service_row row = count(results, i);
        g_array_append_val(rows, row);
        i += row.attempts;
    }
    g_array_sort(rows, by_badness);
    for (guint i = 0; i < rows->len; i++)
        add_row(table, t, &g_array_index(rows, struct service_row, i));
    g_array_free(rows, TRUE);
}

const struct table_kind table_services = {
    .command = "synfate,services",
    .title = "SYN fate: services",
    .menu = "Services",
    .legend =
        "Counted in calls: those that failed, those that came late, the time that both lost. Median and\n"
        "largest time from the first SYN to the client's ACK. The cause by which callers lost most.",
    .columns = columns,
    .n_columns = COLUMNS,
    .fill = fill,
};
