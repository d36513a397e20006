/* table_reuse.c - a row for each client address and server: how soon port pairs come back, and how many are needed
 *
 * docs/statistics.md explains the arithmetic.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "arithmetic.h"
#include "table.h"

enum {
    CLIENT,
    SERVER,
    ATTEMPTS,
    CONNECTIONS,
    PORTS,
    REUSES,
    SHORTEST,
    MEDIAN,
    HELD,
    HOLDER,
    PEAK,
    LIMIT,
    MORE_PORTS,
    MORE_ADDRESSES,
    COLUMNS
};

static const struct column columns[COLUMNS] = {
    [CLIENT] = { "Client", "Client", 15, CELL_TEXT },
    [SERVER] = { "Server", "Server", 21, CELL_TEXT },
    [ATTEMPTS] = { "Attempts", NULL, 0, CELL_COUNT },
    [CONNECTIONS] = { "Connections", "conns", 5, CELL_COUNT },
    [PORTS] = { "Client ports", "ports", 5, CELL_COUNT },
    [REUSES] = { "Reuses", NULL, 0, CELL_COUNT },
    [SHORTEST] = { "Shortest close to reuse (s)", "min", 6, CELL_TIME },
    [MEDIAN] = { "Median close to reuse (s)", "median", 6, CELL_TIME },
    [HELD] = { "Most TIME_WAITs held", "TWs", 5, CELL_COUNT },
    [HOLDER] = { "Held by", "by", 6, CELL_TEXT },
    [PEAK] = { "Peak rate (connections/s)", "peak", 5, CELL_NUMBER },
    [LIMIT] = { "Highest safe rate (connections/s)", "safe", 5, CELL_NUMBER },
    [MORE_PORTS] = { "More ports needed", "+port", 5, CELL_COUNT },
    [MORE_ADDRESSES] = { "More addresses needed", "+addr", 5, CELL_COUNT },
};

struct reuse_row {
    const struct result *any; /* whose client and server it is */
    uint32_t attempts, connections, ports, reuses;
    int64_t shortest, median;
    uint32_t held;
    const char *holder;
    struct port_demand demand;
};

/* What a row is counted from. */
struct reuse_count {
    const struct tracker *t;
    struct reuse_row row;
    GArray *begins;       /* int64_t */
    GArray *intervals;    /* int64_t: close to reuse */
    GArray *held[2];      /* struct span: TIME_WAITs of the client, of the server */
    int64_t counted_till; /* TIME_WAITs of the port in work that are counted end here */
};

enum { BY_CLIENT, BY_SERVER };

static int compare_ends(const struct result *a, const struct result *b)
{
    int order = compare_client_address(a, b);

    return order ? order : compare_server(a, b);
}

static gint by_ends_port_time(gconstpointer a, gconstpointer b)
{
    const struct result *x = a, *y = b;
    int order = compare_ends(x, y);

    if (order != 0)
        return order;
    if (x->client.port != y->client.port)
        return (int)x->client.port - (int)y->client.port;
    return x->begin != y->begin ? (x->begin > y->begin) - (x->begin < y->begin)
                                : (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

/* The worst first: most ports missing, then most TIME_WAITs, then the shortest interval. */
static gint by_badness(gconstpointer a, gconstpointer b)
{
    const struct reuse_row *x = a, *y = b;

    if (x->demand.more_ports != y->demand.more_ports)
        return x->demand.more_ports > y->demand.more_ports ? -1 : 1;
    if (x->held != y->held)
        return x->held > y->held ? -1 : 1;
    if (x->shortest != y->shortest) /* -1, none, is the last one as a uint64_t */
        return (uint64_t)x->shortest < (uint64_t)y->shortest ? -1 : 1;
    if (x->attempts != y->attempts)
        return x->attempts > y->attempts ? -1 : 1;
    return compare_ends(x->any, y->any);
}

/* A port pair has one TIME_WAIT at a time: what is counted already is not counted again. */
static void count_held(struct reuse_count *c, int by, int64_t from, int64_t to)
{
    struct span span = { MAX(from, c->counted_till), to };

    if (span.from >= span.to)
        return;
    g_array_append_val(c->held[by], span);
    c->counted_till = to;
}

/* The TIME_WAIT that the attempt met. It ends with the SYN that was accepted; rejections leave it as it is. */
static void count_met(struct reuse_count *c, const struct result *o, const struct past *h)
{
    const struct attempt *a = tracker_attempt(c->t, o->attempt);
    int64_t length = tracker_peer_rules(c->t, a).time_wait;
    int64_t until = o->fate == FATE_ESTABLISHED ? a->first_time : a->last_time;
    bool closed_by_client = h->closer == attempt_side(a) && (h->flags & PAST_CLOSED_SECOND) && !(h->flags & PAST_RESET);

    if (h->state == STATE_TIME_WAIT)
        count_held(c, BY_SERVER, a->first_time - h->tw_elapsed, until);
    else if (h->flags & PAST_TW_EXPIRED)
        count_held(c, BY_SERVER, a->first_time - h->tw_elapsed, a->first_time - h->tw_elapsed + length);
    else if (closed_by_client)
        count_held(c, BY_CLIENT, a->first_time - h->age, MIN(a->first_time - h->age + length, a->first_time));
}

static void count_result(struct reuse_count *c, const struct result *o)
{
    struct past past;

    c->row.attempts++;
    c->row.connections += o->fate == FATE_ESTABLISHED;
    g_array_append_val(c->begins, o->begin);
    if (!tracker_past(c->t, tracker_attempt(c->t, o->attempt), &past) || !(past.flags & PAST_CONNECTION))
        return;
    if (past.closed_in != 0) {
        g_array_append_val(c->intervals, past.age);
        c->row.reuses++;
    }
    count_met(c, o, &past);
}

/* The TIME_WAIT in which the port pair was left. */
static void count_left(struct reuse_count *c, const struct result *last)
{
    const struct attempt *a = tracker_attempt(c->t, last->attempt);
    int64_t since;
    uint8_t side;

    if (tracker_left_time_wait(c->t, a, &side, &since))
        count_held(c, side == attempt_side(a) ? BY_CLIENT : BY_SERVER, since,
                   since + tracker_peer_rules(c->t, a).time_wait);
}

static void finish(struct reuse_count *c)
{
    struct reuse_row *row = &c->row;
    int64_t length = tracker_peer_rules(c->t, tracker_attempt(c->t, row->any->attempt)).time_wait;
    uint32_t by_client = peak_overlap(c->held[BY_CLIENT]), by_server = peak_overlap(c->held[BY_SERVER]);

    row->median = median(c->intervals);
    row->shortest = c->intervals->len > 0 ? g_array_index(c->intervals, int64_t, 0) : -1; /* sorted by now */
    row->held = MAX(by_client, by_server);
    row->holder = row->held == 0 ? "-" : by_client > by_server ? "client" : "server";
    row->demand = port_demand(row->ports, peak_in_window(c->begins, length), length);
    g_array_free(c->begins, TRUE);
    g_array_free(c->intervals, TRUE);
    g_array_free(c->held[BY_CLIENT], TRUE);
    g_array_free(c->held[BY_SERVER], TRUE);
}

/* The row of the results from first on that have its client and server; each port's stand together. */
static struct reuse_row count(const struct tracker *t, const GArray *results, guint first)
{
    const struct result *o = &g_array_index(results, struct result, first), *last = o;
    struct reuse_count c = {
        .t = t,
        .row = { .any = o, .ports = 1 },
        .begins = g_array_new(FALSE, FALSE, sizeof(int64_t)),
        .intervals = g_array_new(FALSE, FALSE, sizeof(int64_t)),
        .held = { g_array_new(FALSE, FALSE, sizeof(struct span)), g_array_new(FALSE, FALSE, sizeof(struct span)) },
        .counted_till = INT64_MIN,
    };

    for (guint i = first; i < results->len && compare_ends(o, c.row.any) == 0; i++, o++) {
        if (last->client.port != o->client.port) {
            count_left(&c, last);
            c.row.ports++;
            c.counted_till = INT64_MIN;
        }
        count_result(&c, o);
        last = o;
    }
    count_left(&c, last);
    finish(&c);
    return c.row;
}

static void add_row(struct table *table, const struct reuse_row *row)
{
    union cell *cells = table_add_row(table);

    cells[CLIENT].text = table_address(table, row->any->family, &row->any->client, false);
    cells[SERVER].text = table_address(table, row->any->family, &row->any->server, true);
    cells[ATTEMPTS].count = row->attempts;
    cells[CONNECTIONS].count = row->connections;
    cells[PORTS].count = row->ports;
    cells[REUSES].count = row->reuses;
    cells[SHORTEST].time = row->shortest;
    cells[MEDIAN].time = row->median;
    cells[HELD].count = row->held;
    cells[HOLDER].text = row->holder;
    cells[PEAK].number = row->demand.peak_rate;
    cells[LIMIT].number = row->demand.limit_rate;
    cells[MORE_PORTS].count = row->demand.more_ports;
    cells[MORE_ADDRESSES].count = row->demand.more_addresses;
}

static void fill(struct table *table, const struct tracker *t, GArray *results)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct reuse_row));

    g_array_sort(results, by_ends_port_time);
    for (guint i = 0; i < results->len;) {
        struct reuse_row row = count(t, results, i);
        g_array_append_val(rows, row);
        i += row.attempts;
    }
    g_array_sort(rows, by_badness);
    for (guint i = 0; i < rows->len; i++)
        add_row(table, &g_array_index(rows, struct reuse_row, i));
    g_array_free(rows, TRUE);
}

const struct table_kind table_reuse = {
    .command = "synfate,reuse",
    .title = "SYN fate: reuse of port pairs",
    .menu = "Port Reuse",
    .legend =
        "min, median: from the close of a connection to the next SYN on its port pair. TWs: most TIME_WAITs\n"
        "held at once, and by whom. peak: connections/s in the busiest TIME_WAIT length. safe: what the ports\n"
        "carry if each rests that long. +port, +addr: how many more ports, or addresses, the peak needs.",
    .columns = columns,
    .n_columns = COLUMNS,
    .fill = fill,
};
