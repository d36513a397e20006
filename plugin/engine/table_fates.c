/* table_fates.c - attempts by fate and cause
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "arithmetic.h"
#include "table.h"

enum { FATE, CAUSE, ATTEMPTS, SHARE, DELAYED, RETRIES, MEDIAN, LARGEST, LOST, FILTER, COLUMNS };

static const struct column columns[COLUMNS] = {
    [FATE] = { "Fate", "fate", 11, CELL_TEXT },
    [CAUSE] = { "Cause", "cause", 28, CELL_TEXT },
    [ATTEMPTS] = { "Attempts", "attempts", 8, CELL_COUNT },
    [SHARE] = { "Share (%)", "share_%", 7, CELL_NUMBER },
    [DELAYED] = { "Late", "late", 6, CELL_COUNT },
    [RETRIES] = { "Retries", "retries", 7, CELL_COUNT },
    [MEDIAN] = { "Median connect (s)", "median_ms", 9, CELL_MS },
    [LARGEST] = { "Largest connect (s)", "max_ms", 7, CELL_MS },
    [LOST] = { "Lost by their calls (s)", "lost_s", 8, CELL_SECONDS },
    [FILTER] = { "Filter", NULL, 0, CELL_TEXT },
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
    row->largest = MAX(row->largest, o->connect_time);
    if (o->connect_time >= 0)
        g_array_append_val(row->connect_times, o->connect_time);
}

/* What a call lost belongs to the attempt on which it lost most, which may be another one than that which is counted
 * here. */
static void add_loss(struct fate_rows *rows, const struct result *r)
{
    struct fate_row *fate = &rows->fates[r->call_fate], *cause = &rows->causes[r->call_fate][r->call_cause];

    fate->lost = add_durations(fate->lost, r->lost);
    cause->lost = add_durations(cause->lost, r->lost);
}

static const char *filter_for(struct table *table, const char *fate, const char *cause)
{
    bool all = cause[0] == '(';
    char *text = g_strdup_printf(all ? "synfate.fate == \"%s\"" : "synfate.fate == \"%s\" && synfate.cause == \"%s\"",
                                 fate, cause);
    const char *kept = table_text(table, text);

    g_free(text);
    return kept;
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
    cells[FILTER].text = filter_for(table, fate, cause);
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
        add_loss(rows, o);
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
        "Counted in attempts: each fate with the causes that it is made of, and how many came late. Median\n"
        "and largest time from the first SYN to the client's ACK. lost_s: by calls that lost most by this.",
    .columns = columns,
    .n_columns = COLUMNS,
    .fill = fill,
};
