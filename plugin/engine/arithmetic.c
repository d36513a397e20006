/* arithmetic.c - medians, peaks, and how many ports a rate of connections needs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "arithmetic.h"

#define NS_PER_SECOND_AS_DOUBLE 1e9

static gint compare_times(gconstpointer a, gconstpointer b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

int64_t median(GArray *values)
{
    guint n = values->len;

    if (n == 0)
        return -1;
    g_array_sort(values, compare_times);
    int64_t upper = g_array_index(values, int64_t, n / 2);
    int64_t lower = g_array_index(values, int64_t, (n - 1) / 2);
    return lower + (upper - lower) / 2;
}

uint32_t peak_in_window(GArray *times, int64_t window)
{
    uint32_t peak = 0;
    guint first = 0;

    g_array_sort(times, compare_times);
    for (guint last = 0; last < times->len; last++) {
        while (first < last && g_array_index(times, int64_t, last) - g_array_index(times, int64_t, first) >= window)
            first++;
        peak = MAX(peak, last - first + 1);
    }
    return peak;
}

/* The begin or the end of a span. */
struct edge {
    int64_t time;
    int step;
};

/* At the same time the end comes first: such spans follow each other. */
static gint compare_edges(gconstpointer a, gconstpointer b)
{
    const struct edge *x = a, *y = b;

    return x->time != y->time ? (x->time > y->time) - (x->time < y->time) : x->step - y->step;
}

uint32_t peak_overlap(const GArray *spans)
{
    GArray *edges = g_array_sized_new(FALSE, FALSE, sizeof(struct edge), 2 * spans->len);
    int held = 0, peak = 0;

    for (guint i = 0; i < spans->len; i++) {
        const struct span *span = &g_array_index(spans, struct span, i);
        struct edge begin = { span->from, 1 }, end = { span->to, -1 };
        if (span->from >= span->to)
            continue;
        g_array_append_val(edges, begin);
        g_array_append_val(edges, end);
    }
    g_array_sort(edges, compare_edges);
    for (guint i = 0; i < edges->len; i++) {
        held += g_array_index(edges, struct edge, i).step;
        peak = MAX(peak, held);
    }
    g_array_free(edges, TRUE);
    return (uint32_t)peak;
}

struct port_demand port_demand(uint32_t ports, uint32_t peak, int64_t time_wait)
{
    double seconds = (double)time_wait / NS_PER_SECOND_AS_DOUBLE;
    struct port_demand d = { .more_ports = peak > ports ? peak - ports : 0 };

    if (seconds > 0) {
        d.limit_rate = ports / seconds;
        d.peak_rate = peak / seconds;
    }
    if (ports > 0)
        d.more_addresses = (d.more_ports + ports - 1) / ports;
    return d;
}
