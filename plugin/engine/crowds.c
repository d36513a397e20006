/* crowds.c - floods and scans: many SYNs of which no caller waits for an answer
 *
 * A caller without an answer sends its SYN again, and acknowledges the SYN/ACK that it gets. A forged address does
 * neither. And nobody who works with a few services calls fifty, once each, most of them in vain.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "crowds.h"

enum { FLOOD_LEAST = 100, SCAN_LEAST = 50, SCAN_TRIES_MOST = 2 };

struct division {
    GPtrArray *calls;       /* struct result: those that carry a call */
    GHashTable *only_calls; /* those whose client made no other one */
    GArray *crowds;
};

static struct result *call_at(const struct division *d, guint i)
{
    return g_ptr_array_index(d->calls, i);
}

static gint by_client_then_server(gconstpointer a, gconstpointer b)
{
    const struct result *x = *(const struct result *const *)a, *y = *(const struct result *const *)b;
    int order = compare_client_address(x, y);

    return order ? order : compare_server(x, y);
}

static gint by_server(gconstpointer a, gconstpointer b)
{
    return compare_server(*(const struct result *const *)a, *(const struct result *const *)b);
}

static gint by_calls(gconstpointer a, gconstpointer b)
{
    const struct crowd *x = a, *y = b;

    if (x->calls != y->calls)
        return x->calls > y->calls ? -1 : 1;
    return (x->first->attempt > y->first->attempt) - (x->first->attempt < y->first->attempt);
}

static void join(struct crowd *crowd, struct result *r)
{
    crowd->calls++;
    crowd->failed += result_failed(r);
    crowd->answered += r->answered;
    crowd->refused += result_failed(r) && r->fate == FATE_REFUSED;
    crowd->unanswered += result_failed(r) && r->fate == FATE_NO_ANSWER;
    if (crowd->first == NULL || r->begin < crowd->first->begin)
        crowd->first = r;
    if (crowd->last == NULL || r->begin > crowd->last->begin)
        crowd->last = r;
    r->in_crowd = true;
}

/* ---- scans ----------------------------------------------------------------------------------------- */

static bool is_in_vain(const struct result *r)
{
    return r->outcome == OUTCOME_FAILED || (r->outcome == OUTCOME_UNKNOWN && r->fate == FATE_PENDING);
}

/* The calls of one client, sorted by server. */
struct client_calls {
    guint first, end;
    uint32_t services, hosts; /* that it called */
    uint32_t in_vain;         /* services that it called once or twice, and never got in */
};

/* The end of the calls to the service of the first one; vain: none of them got in. */
static guint end_of_service(const struct division *d, guint first, guint end, bool *vain)
{
    guint i = first;

    *vain = true;
    for (; i < end && compare_server(call_at(d, i), call_at(d, first)) == 0; i++)
        *vain = *vain && is_in_vain(call_at(d, i));
    *vain = *vain && i - first <= SCAN_TRIES_MOST;
    return i;
}

static void count_services(const struct division *d, struct client_calls *c)
{
    const struct result *before = NULL;
    bool vain;

    for (guint i = c->first; i < c->end;) {
        const struct result *r = call_at(d, i);
        c->hosts += before == NULL || before->server_ip != r->server_ip;
        before = r;
        i = end_of_service(d, i, c->end, &vain);
        c->services++;
        c->in_vain += vain;
    }
}

static void add_scan(const struct division *d, const struct client_calls *c)
{
    struct crowd scan = { .kind = CROWD_SCAN, .sources = 1, .targets = c->services, .hosts = c->hosts };
    bool vain;

    for (guint i = c->first; i < c->end;) {
        guint end = end_of_service(d, i, c->end, &vain);
        for (; i < end; i++)
            if (vain)
                join(&scan, call_at(d, i));
    }
    g_array_append_val(d->crowds, scan);
}

static void find_scans(struct division *d)
{
    g_ptr_array_sort(d->calls, by_client_then_server);
    for (guint i = 0; i < d->calls->len;) {
        struct client_calls c = { .first = i, .end = i + 1 };
        while (c.end < d->calls->len && compare_client_address(call_at(d, i), call_at(d, c.end)) == 0)
            c.end++;
        if (c.end - c.first == 1)
            g_hash_table_add(d->only_calls, call_at(d, i));
        if (c.end - c.first >= SCAN_LEAST)
            count_services(d, &c);
        if (c.services >= SCAN_LEAST && c.in_vain >= c.services - c.services / 4)
            add_scan(d, &c);
        i = c.end;
    }
}

/* ---- floods ---------------------------------------------------------------------------------------- */

/* The only SYN of its sender, so long before the end of the capture that a real caller would have sent another one. */
static bool is_forged(const struct division *d, const struct result *r)
{
    bool nothing_more = r->fate == FATE_NO_ANSWER || r->fate == FATE_ABORTED
                        || (r->fate == FATE_PENDING && r->cause == CAUSE_UNACKNOWLEDGED);

    return nothing_more && r->retries == 0 && !r->in_crowd && g_hash_table_contains(d->only_calls, r);
}

static void find_floods(struct division *d)
{
    g_ptr_array_sort(d->calls, by_server);
    for (guint i = 0, end; i < d->calls->len; i = end) {
        struct crowd flood = { .kind = CROWD_FLOOD, .targets = 1, .hosts = 1 };
        uint32_t forged = 0;
        for (end = i; end < d->calls->len && compare_server(call_at(d, i), call_at(d, end)) == 0; end++)
            forged += is_forged(d, call_at(d, end));
        if (forged < FLOOD_LEAST)
            continue;
        for (guint j = i; j < end; j++)
            if (is_forged(d, call_at(d, j)))
                join(&flood, call_at(d, j));
        flood.sources = flood.calls;
        g_array_append_val(d->crowds, flood);
    }
}

/* ---- both ------------------------------------------------------------------------------------------ */

void crowds_find(GArray *results, GArray *crowds)
{
    struct division d = { g_ptr_array_new(), g_hash_table_new(NULL, NULL), crowds };

    for (guint i = 0; i < results->len; i++) {
        struct result *r = &g_array_index(results, struct result, i);
        if (r->carries)
            g_ptr_array_add(d.calls, r);
    }
    find_scans(&d);
    find_floods(&d);
    g_array_sort(crowds, by_calls);
    g_ptr_array_free(d.calls, TRUE);
    g_hash_table_destroy(d.only_calls);
}

void crowds_mark(GArray *results)
{
    GArray *crowds = g_array_new(FALSE, FALSE, sizeof(struct crowd));

    crowds_find(results, crowds);
    g_array_free(crowds, TRUE);
}

/* Whether the server kept up with them. */
static void append_answers(GString *out, const struct crowd *crowd)
{
    if (crowd->answered == crowd->calls)
        g_string_append(out, "; the server answered all of them");
    else if (crowd->answered == 0)
        g_string_append(out, "; none was answered");
    else
        g_string_append_printf(out, "; the server answered %u of them", crowd->answered);
}

/* A RST shows a host without a program there; silence shows a filter, or no host. */
static void append_failures(GString *out, const struct crowd *crowd)
{
    uint32_t otherwise = crowd->failed - crowd->refused - crowd->unanswered;

    if (crowd->failed == crowd->calls)
        g_string_append_printf(out, "all %u failed", crowd->calls);
    else
        g_string_append_printf(out, "%u of %u failed", crowd->failed, crowd->calls);
    if (crowd->failed > 0)
        g_string_append_printf(out, ": %u refused, %u not answered", crowd->refused, crowd->unanswered);
    if (otherwise > 0)
        g_string_append_printf(out, ", %u otherwise", otherwise);
}

/* How many came in a second. Says nothing if all came within one. */
static void append_rate(GString *out, const struct crowd *crowd)
{
    const int64_t span = crowd->last->begin - crowd->first->begin;

    g_string_append(out, " within ");
    append_duration(out, span);
    if (span >= NS_PER_SECOND)
        g_string_append_printf(out, " (%.0f a second)", (double)crowd->calls * NS_PER_SECOND / (double)span);
}

void crowd_headline(const struct crowd *crowd, const struct tracker *t, GString *out)
{
    if (crowd->kind == CROWD_FLOOD) {
        g_string_append_printf(out, "%u addresses sent ", crowd->sources);
        append_server(out, t, crowd->first);
        g_string_append(out, " a single SYN each and nothing more");
        append_rate(out, crowd);
        g_string_append(out,
                        ": a flood of SYNs from forged addresses, or a capture without what the clients sent then");
        append_answers(out, crowd);
        return;
    }
    append_client(out, t, crowd->first);
    g_string_append_printf(out, " called %u services of ", crowd->targets);
    if (crowd->hosts == 1) {
        const struct tcp_address host = result_server(t, crowd->first);
        append_address(out, crowd->first->family, &host, false);
    } else {
        g_string_append_printf(out, "%u hosts", crowd->hosts);
    }
    g_string_append(out, ", nearly all of them once and in vain (");
    append_failures(out, crowd);
    g_string_append(out, "): a scan, or a list of addresses that is out of date");
}

const char *crowd_next(const struct crowd *crowd)
{
    if (crowd->kind == CROWD_FLOOD)
        return "nstat -az TcpExtSyncookiesSent TcpExtTCPReqQFullDoCookies TcpExtTCPReqQFullDrop on the server tell whether its "
               "SYN queue was full; a capture closer to the clients tells whether they are real.";
    return "what runs on the address that calls (ss -tnp state syn-sent on it): a scanner that is meant, one that is not, or "
           "a program whose list of addresses is out of date.";
}
