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
    CALLS,
    REJECTED,
    MORE_PORTS,
    MORE_ADDRESSES,
    PORTS,
    SHORTEST,
    HELD,
    PEAK,
    LIMIT,
    HOLDER,
    MEDIAN,
    REUSES,
    ATTEMPTS,
    CONNECTIONS,
    FILTER,
    COLUMNS
};

static const struct column columns[COLUMNS] = {
    [CLIENT] = { "Client", "client", 15, CELL_TEXT },
    [SERVER] = { "Server", "server", 21, CELL_TEXT },
    [CALLS] = { "Calls", "calls", 6, CELL_COUNT },
    [REJECTED] = { "Rejected", "rejected", 8, CELL_COUNT },
    [MORE_PORTS] = { "More ports", "+port", 5, CELL_NEED },
    [MORE_ADDRESSES] = { "More addresses", "+addr", 5, CELL_NEED },
    [PORTS] = { "Client ports", "ports", 5, CELL_COUNT },
    [SHORTEST] = { "Shortest reuse (s)", "min_s", 6, CELL_INTERVAL },
    [HELD] = { "TIME_WAITs held", "TWs", 5, CELL_NEED },
    [PEAK] = { "Peak rate (1/s)", "peak/s", 6, CELL_NUMBER },
    [LIMIT] = { "Safe rate (1/s)", "safe/s", 6, CELL_NUMBER },
    [HOLDER] = { "Held by", "held_by", 0, CELL_TEXT },
    [MEDIAN] = { "Median reuse (s)", "median_s", 0, CELL_INTERVAL },
    [REUSES] = { "Reuses", "reuses", 0, CELL_COUNT },
    [ATTEMPTS] = { "Attempts", "attempts", 0, CELL_COUNT },
    [CONNECTIONS] = { "Connections", "connections", 0, CELL_COUNT },
    [FILTER] = { "Filter for its attempts", NULL, 0, CELL_TEXT },
};

struct reuse_row {
    const struct result *any; /* whose client and server it is */
    uint32_t attempts, connections, calls, rejected, ports, reuses;
    int64_t shortest, median;
    uint32_t held;
    const char *holder;
    struct port_demand demand;
};

/* What a row is counted from. */
struct reuse_count {
    const struct tracker *t;
    struct reuse_row row;
    GHashTable *rejected; /* numbers of calls */
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
    if (x->client_port != y->client_port)
        return (int)x->client_port - (int)y->client_port;
    return x->begin != y->begin ? (x->begin > y->begin) - (x->begin < y->begin)
                                : (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

/* The worst first: most calls rejected, then most ports missing, most TIME_WAITs, the shortest interval. */
static gint by_badness(gconstpointer a, gconstpointer b)
{
    const struct reuse_row *x = a, *y = b;

    if (x->rejected != y->rejected)
        return x->rejected > y->rejected ? -1 : 1;
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

/* An old connection on the port pair, or its TIME_WAIT, did not let the SYN in, at least at first. */
static bool was_rejected(const struct result *r)
{
    switch (r->fate) {
    case FATE_REJECTED:
        return true;
    case FATE_ESTABLISHED:
        return r->cause == CAUSE_AFTER_TIME_WAIT_RESET || r->cause == CAUSE_AFTER_OLD_CONNECTION_RESET
               || (r->cause == CAUSE_TIME_WAIT_EXPIRED && r->delayed);
    default:
        return r->cause == CAUSE_TIME_WAIT_PAWS || r->cause == CAUSE_TIME_WAIT_SEQUENCE;
    }
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
    c->row.calls += o->carries;
    if (was_rejected(o))
        g_hash_table_add(c->rejected, GUINT_TO_POINTER(o->call));
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
    row->rejected = g_hash_table_size(c->rejected);
    row->demand = port_demand(row->ports, peak_in_window(c->begins, length), length);
    g_hash_table_destroy(c->rejected);
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
        .rejected = g_hash_table_new(NULL, NULL),
        .begins = g_array_new(FALSE, FALSE, sizeof(int64_t)),
        .intervals = g_array_new(FALSE, FALSE, sizeof(int64_t)),
        .held = { g_array_new(FALSE, FALSE, sizeof(struct span)), g_array_new(FALSE, FALSE, sizeof(struct span)) },
        .counted_till = INT64_MIN,
    };

    for (guint i = first; i < results->len && compare_ends(o, c.row.any) == 0; i++, o++) {
        if (last->client_port != o->client_port) {
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

static void add_row(struct table *table, const struct tracker *t, const struct reuse_row *row)
{
    const struct tcp_address client = result_client(t, row->any), server = result_server(t, row->any);
    union cell *cells = table_add_row(table);
    bool in_need = row->rejected > 0; /* if all calls got in, it does not matter that their ports come back early */

    cells[CLIENT].text = table_address(table, row->any->family, &client, false);
    cells[SERVER].text = table_address(table, row->any->family, &server, true);
    cells[CALLS].count = row->calls;
    cells[REJECTED].count = row->rejected;
    cells[MORE_PORTS].count = in_need ? row->demand.more_ports : CELL_NO_NEED;
    cells[MORE_ADDRESSES].count = in_need ? row->demand.more_addresses : CELL_NO_NEED;
    cells[PORTS].count = row->ports;
    cells[SHORTEST].time = row->shortest;
    cells[HELD].count = row->held;
    cells[PEAK].number = row->demand.peak_rate;
    cells[LIMIT].number = row->demand.limit_rate;
    cells[HOLDER].text = row->holder;
    cells[MEDIAN].time = row->median;
    cells[REUSES].count = row->reuses;
    cells[ATTEMPTS].count = row->attempts;
    cells[CONNECTIONS].count = row->connections;
    cells[FILTER].text = table_filter(table, row->any->family, &client, &server);
}

/* Each port was used once, as by the addresses of a flood. */
static bool is_quiet(const struct reuse_row *row)
{
    return row->rejected == 0 && row->reuses == 0 && row->held == 0;
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
    for (guint i = 0; i < rows->len; i++) {
        const struct reuse_row *row = &g_array_index(rows, struct reuse_row, i);
        add_row(table, t, row);
        table->n_quiet = is_quiet(row) ? table->n_quiet + 1 : 0;
    }
    g_array_free(rows, TRUE);
}

const struct table_kind table_reuse = {
    .command = "synfate,reuse",
    .title = "SYN fate: reuse of port pairs",
    .menu = "Port Reuse",
    .legend =
        "rejected: calls that an old connection kept out, at least at first. +port, +addr: how many more\n"
        "the peak needs, where calls were rejected. min_s: from a close to the next SYN on its port pair.\n"
        "TWs: most TIME_WAITs held at once. peak/s: connections in the busiest TIME_WAIT length, safe/s:\n"
        "what the ports carry if each rests that long.",
    .columns = columns,
    .n_columns = COLUMNS,
    .fill = fill,
};
