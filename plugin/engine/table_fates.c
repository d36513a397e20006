/* table_fates.c - attempts by fate and cause
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "arithmetic.h"
#include "table.h"

enum { FATE, CAUSE, ATTEMPTS, SHARE, DELAYED, RETRIES, MEDIAN, LARGEST, LOST, COLUMNS };

static const struct column columns[COLUMNS] = {
    [FATE] = { "Fate", "Fate", 11, CELL_TEXT },
    [CAUSE] = { "Cause", "Cause", 28, CELL_TEXT },
    [ATTEMPTS] = { "Attempts", "tries", 7, CELL_COUNT },
    [SHARE] = { "Share (%)", "share%", 6, CELL_NUMBER },
    [DELAYED] = { "Late", "late", 6, CELL_COUNT },
    [RETRIES] = { "Retries", "retry", 6, CELL_COUNT },
    [MEDIAN] = { "Median connect time (s)", "median", 7, CELL_TIME },
    [LARGEST] = { "Largest connect time (s)", "max", 7, CELL_TIME },
    [LOST] = { "Time lost (s)", "lost", 7, CELL_TIME },
};

/* A cause, or a fate with all its causes. */
struct fate_row {
    uint32_t attempts, delayed, retries;
    int64_t lost;
    int64_t largest;
    GArray *connect_times; /* NULL: no attempts yet */
};

struct fate_rows {
    struct fate_row fates[FATE_COUNT];
    struct fate_row causes[FATE_COUNT][CAUSE_COUNT];
};

static void add(struct fate_row *row, const struct result *o)
{
    if (row->connect_times == NULL) {
        row->connect_times = g_array_new(FALSE, FALSE, sizeof(int64_t));
        row->largest = -1;
    }
    row->attempts++;
    row->delayed += o->delayed;
    row->retries += o->retries;
    row->lost = add_durations(row->lost, o->lost);
    row->largest = MAX(row->largest, o->connect_time);
    if (o->connect_time >= 0)
        g_array_append_val(row->connect_times, o->connect_time);
}

/* Writes the row, and frees what it holds. */
static void add_row(struct table *table, const char *fate, const char *cause, struct fate_row *row, guint all)
{
    union cell *cells = table_add_row(table);

    cells[FATE].text = fate;
    cells[CAUSE].text = cause;
    cells[ATTEMPTS].count = row->attempts;
    cells[SHARE].number = 100.0 * row->attempts / all;
    cells[DELAYED].count = row->delayed;
    cells[RETRIES].count = row->retries;
    cells[MEDIAN].time = median(row->connect_times);
    cells[LARGEST].time = row->largest;
    cells[LOST].time = row->lost;
    g_array_free(row->connect_times, TRUE);
    row->connect_times = NULL;
}

/* The index of the row with the most attempts that is not written yet, or n. */
static guint next_row(const struct fate_row *rows, guint n)
{
    guint best = n;

    for (guint i = 0; i < n; i++)
        if (rows[i].connect_times != NULL && (best == n || rows[i].attempts > rows[best].attempts))
            best = i;
    return best;
}

static void add_fate(struct table *table, struct fate_rows *rows, enum fate fate, guint all)
{
    guint cause;

    add_row(table, fate_token(fate), "(all)", &rows->fates[fate], all);
    while ((cause = next_row(rows->causes[fate], CAUSE_COUNT)) != CAUSE_COUNT)
        add_row(table, fate_token(fate), cause_token((enum cause)cause), &rows->causes[fate][cause], all);
}

static void fill(struct table *table, const struct tracker *t, GArray *results)
{
    struct fate_rows *rows = g_new0(struct fate_rows, 1);
    guint fate;

    (void)t;
    for (guint i = 0; i < results->len; i++) {
        const struct result *o = &g_array_index(results, struct result, i);
        add(&rows->fates[o->fate], o);
        add(&rows->causes[o->fate][o->cause], o);
    }
    /* Failures first: in the enumeration they lie between established and pending. */
    struct fate_row *failures = &rows->fates[FATE_REJECTED];
    guint n = FATE_PENDING - FATE_REJECTED;
    while ((fate = next_row(failures, n)) != n)
        add_fate(table, rows, (enum fate)(FATE_REJECTED + fate), results->len);
    if (rows->fates[FATE_PENDING].attempts > 0)
        add_fate(table, rows, FATE_PENDING, results->len);
    if (rows->fates[FATE_ESTABLISHED].attempts > 0)
        add_fate(table, rows, FATE_ESTABLISHED, results->len);
    g_free(rows);
}

const struct table_kind table_fates = {
    .command = "synfate,tree",
    .title = "SYN fate: fates and causes",
    .menu = "Fates and Causes",
    .legend =
        "Each fate with the causes that it is made of. late: established, but only after a retry or a\n"
        "rejection. Then connect times and time lost.",
    .columns = columns,
    .n_columns = COLUMNS,
    .fill = fill,
};
