/* problems.c - what went wrong in a capture, ranked by what callers lost
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "problems.h"

#include "arithmetic.h"

#include <string.h>

/* Below this, on the average of its calls, nobody notices what was overcome. */
#define WORTH_NAMING (NS_PER_SECOND / 10)

enum { HEADLINES = 3 };

static gint by_server_cause_time(gconstpointer a, gconstpointer b)
{
    const struct result *x = *(const struct result *const *)a, *y = *(const struct result *const *)b;
    int order = compare_server(x, y);

    if (order != 0)
        return order;
    if (x->call_cause != y->call_cause)
        return x->call_cause > y->call_cause ? 1 : -1;
    return x->begin != y->begin ? (x->begin > y->begin) - (x->begin < y->begin)
                                : (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

/* What could be given a headline first, by what callers lost; equal: the order of servers. */
static gint by_weight(gconstpointer a, gconstpointer b)
{
    const struct problem *x = a, *y = b;

    if (x->overcome != y->overcome)
        return x->overcome ? 1 : -1;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    int order = compare_server(x->worst, y->worst);
    return order ? order : (int)x->worst->call_cause - (int)y->worst->call_cause;
}

static bool is_bad(const struct result *r)
{
    return result_failed(r) || result_was_late(r);
}

static void count_call(struct problem *problem, const struct result *r, GArray *losses)
{
    problem->failed += result_failed(r);
    problem->late += result_was_late(r);
    problem->open_ended += r->open_ended;
    problem->lost = add_durations(problem->lost, r->lost);
    problem->weight = add_durations(problem->weight, result_weight(r));
    problem->last = r;
    if (problem->first == NULL)
        problem->first = r;
    if (problem->worst == NULL || result_weight(r) > result_weight(problem->worst))
        problem->worst = r;
    problem->largest_lost = MAX(problem->largest_lost, r->lost);
    g_array_append_val(losses, r->lost);
}

/* The problems of the service whose bad calls are from first on, sorted by cause; returns the first call behind them. */
static guint add_service(struct problems *p, const GPtrArray *bad, guint first)
{
    const struct result *any = g_ptr_array_index(bad, first), *r;
    GArray *losses = g_array_new(FALSE, FALSE, sizeof(int64_t));
    struct problem problem = { .worst = NULL };
    guint end = first;

    for (; end < bad->len && compare_server(any, r = g_ptr_array_index(bad, end)) == 0; end++) {
        if (problem.worst != NULL && problem.worst->call_cause != r->call_cause) {
            problem.median_lost = median(losses);
            g_array_append_val(p->list, problem);
            problem = (struct problem){ .worst = NULL };
            g_array_set_size(losses, 0);
        }
        count_call(&problem, r, losses);
    }
    problem.median_lost = median(losses);
    g_array_append_val(p->list, problem);
    g_array_free(losses, TRUE);
    return end;
}

static guint hash_server(gconstpointer result)
{
    const struct result *r = result;

    return (guint)(r->server_ip * UINT64_C(0x9e3779b97f4a7c15) >> 32) ^ r->server_port;
}

static gboolean same_server(gconstpointer a, gconstpointer b)
{
    return compare_server(a, b) == 0;
}

/* All calls to the services that have problems: to sort these too would cost more than all else that is done with them. */
static void count_service_calls(struct problems *p)
{
    GHashTable *calls = g_hash_table_new(hash_server, same_server);
    gpointer server, n;

    for (guint i = 0; i < p->list->len; i++)
        g_hash_table_insert(calls, (gpointer)problem_at(p, i)->worst, GUINT_TO_POINTER(0));
    for (guint i = 0; p->list->len > 0 && i < p->results->len; i++) {
        struct result *r = &g_array_index(p->results, struct result, i);
        if (r->carries && !r->in_crowd && g_hash_table_lookup_extended(calls, r, &server, &n))
            g_hash_table_insert(calls, server, GUINT_TO_POINTER(GPOINTER_TO_UINT(n) + 1));
    }
    for (guint i = 0; i < p->list->len; i++) {
        struct problem *problem = &g_array_index(p->list, struct problem, i);
        problem->service_calls = GPOINTER_TO_UINT(g_hash_table_lookup(calls, problem->worst));
        problem->overcome = problem->failed == 0 && problem->lost / problem->late < WORTH_NAMING;
    }
    g_hash_table_destroy(calls);
}

static void count_result(struct problems *p, const struct result *r)
{
    p->attempts++;
    p->reused += r->fate == FATE_ESTABLISHED && tracker_attempt(p->t, r->attempt)->use > 1;
    if (!r->carries)
        return;
    p->calls++;
    p->failed += result_failed(r);
    p->late += result_was_late(r);
    p->unknown += r->outcome == OUTCOME_UNKNOWN;
    p->probes += r->probe;
    p->slowest = MAX(p->slowest, r->connect_time);
    p->open_ended += r->open_ended && !r->in_crowd;
    p->crowd_calls += r->in_crowd;
    p->crowd_failed += r->in_crowd && result_failed(r);
}

struct problems *problems_new(const struct tracker *t, const GArray *attempts)
{
    struct problems *p = g_new0(struct problems, 1);
    GPtrArray *bad = g_ptr_array_new();

    p->t = t;
    p->slowest = -1;
    p->results = results_collect(t, attempts);
    p->list = g_array_new(FALSE, FALSE, sizeof(struct problem));
    p->crowds = g_array_new(FALSE, FALSE, sizeof(struct crowd));
    crowds_find(p->results, p->crowds);
    p->contrasts = contrasts_new(t, p->results);
    for (guint i = 0; i < p->results->len; i++) {
        struct result *r = &g_array_index(p->results, struct result, i);
        count_result(p, r);
        if (!r->carries || r->in_crowd)
            continue;
        p->lost = add_durations(p->lost, r->lost);
        if (is_bad(r))
            g_ptr_array_add(bad, r);
    }
    g_ptr_array_sort(bad, by_server_cause_time);
    for (guint i = 0; i < bad->len;)
        i = add_service(p, bad, i);
    count_service_calls(p);
    g_array_sort(p->list, by_weight);
    g_ptr_array_free(bad, TRUE);
    return p;
}

void problems_free(struct problems *p)
{
    g_array_free(p->results, TRUE);
    g_array_free(p->list, TRUE);
    g_array_free(p->crowds, TRUE);
    contrasts_free(p->contrasts);
    g_free(p);
}

guint problems_that_matter(const struct problems *p)
{
    guint n = 0;

    while (n < p->list->len && !problem_at(p, n)->overcome)
        n++;
    return n;
}

guint problems_to_name(const struct problems *p)
{
    return MIN(problems_that_matter(p), (guint)HEADLINES);
}

/* ---- in words -------------------------------------------------------------------------------------- */

/* "of 3 calls", "of 1 call". */
static void append_of_calls(GString *out, uint32_t calls)
{
    g_string_append_printf(out, " of %u ", calls);
    g_string_append(out, calls == 1 ? "call" : "calls");
}

/* The largest loss is at most a tenth more than the median: callers lived through the same. */
static bool is_about_the_same(const struct problem *problem)
{
    return problem->largest_lost <= problem->median_lost + problem->median_lost / 10;
}

/* The caller was told that it failed. Of a caller that was told nothing and did not try again, the capture does not show
 * how long it waited. */
static bool was_told(const struct problem *problem)
{
    switch (problem->worst->call_fate) {
    case FATE_REFUSED:
    case FATE_UNREACHABLE:
    case FATE_ABORTED:
        return true;
    default:
        return false;
    }
}

static void append_losses(GString *out, const struct problem *problem)
{
    bool all_alike = is_about_the_same(problem);

    if (problem->largest_lost < WORTH_NAMING && problem->late == 0) {
        g_string_append(out, was_told(problem) ? " at once" : "");
        return;
    }
    g_string_append(out, problem->late == 0 ? " after " : problem->failed == 0 ? " by " : ", ");
    append_duration(out, problem->median_lost);
    if (problem->open_ended > 0 && problem->failed + problem->late == 1)
        g_string_append(out, " or more");
    if (problem->failed + problem->late > 1)
        g_string_append(out, all_alike ? " each" : " in the median");
    if (!all_alike) {
        g_string_append(out, " and ");
        append_duration(out, problem->largest_lost);
        g_string_append(out, " at most");
    }
    if (problem->failed + problem->late > 1) {
        g_string_append(out, " (");
        append_duration(out, problem->lost);
        g_string_append(out, problem->open_ended > 0 ? " or more lost)" : " lost)");
    }
}

/* The sentence of the verdict, in the middle of another one: "SYN ..." stays as it is. */
static void append_sentence(GString *out, const struct problem *problem)
{
    const char *sentence = verdict_row(problem->worst->call_fate, problem->worst->call_cause)->sentence;
    bool is_word = g_ascii_islower(sentence[1]);

    g_string_append_c(out, is_word ? g_ascii_tolower(sentence[0]) : sentence[0]);
    g_string_append(out, sentence + 1);
}

static bool is_in_ring_of(const struct tracker *t, uint32_t attempt, uint32_t other)
{
    for (uint32_t s = other; s != 0; s = sibling_after(t, other, s))
        if (s == attempt)
            return true;
    return false;
}

/* The call lost its time on another address than the one on which it got in. */
static void append_tried_first(GString *out, const struct tracker *t, const struct result *r)
{
    struct tcp_address client, server;
    uint8_t family;

    if (is_in_ring_of(t, r->worst, r->attempt))
        return;
    family = tracker_addresses(t, tracker_attempt(t, r->worst), &client, &server);
    append_address(out, family, &server, true);
    g_string_append(out, ", tried first: ");
}

void problem_headline(const struct problems *p, const struct problem *problem, GString *out)
{
    append_server(out, p->t, problem->worst);
    g_string_append_printf(out, ": %u", problem->failed > 0 ? problem->failed : problem->late);
    append_of_calls(out, problem->service_calls);
    g_string_append(out, problem->failed > 0 ? " failed" : " came late");
    if (problem->failed > 0 && problem->late > 0)
        g_string_append_printf(out, " and %u came late", problem->late);
    append_losses(out, problem);
    g_string_append(out, ": ");
    append_tried_first(out, p->t, problem->worst);
    append_sentence(out, problem);
    g_string_append_printf(out, " (%s%s)", cause_token(problem->worst->call_cause),
                           problem->worst->call_inferred ? ", inferred" : "");
}

const struct contrast *problem_contrast(const struct problems *p, const struct problem *problem)
{
    return contrasts_of_call(p->contrasts, problem->worst->call);
}

void problems_totals(const struct problems *p, GString *out)
{
    uint32_t calls = p->calls - p->crowd_calls, unknown = p->unknown - (p->crowd_calls - p->crowd_failed);

    if (calls == 0 && p->crowd_calls > 0) {
        g_string_append_printf(out, "no call but the %u of floods and scans", p->crowd_calls);
        return;
    }
    g_string_append_printf(out, "%u", p->failed - p->crowd_failed);
    append_of_calls(out, calls);
    g_string_append_printf(out, " failed, %u came late", p->late);
    if (p->lost >= WORTH_NAMING) {
        g_string_append(out, "; callers lost ");
        append_duration(out, p->lost);
    }
    if (p->open_ended > 0)
        g_string_append_printf(out, "%s; the capture ends while %u may still be trying",
                               p->lost >= WORTH_NAMING ? " or more" : "", p->open_ended);
    if (unknown > 0)
        g_string_append_printf(out, "; of %u the capture does not show the end", unknown);
    if (p->crowd_calls > 0)
        g_string_append_printf(out, "; the %u of floods and scans are not counted", p->crowd_calls);
}

bool problems_words(const struct problems *p, GString *out)
{
    if (p->late == 0 && p->attempts == p->calls)
        return false;
    g_string_append(out, "A call is one connect() and its first request");
    if (p->attempts != p->calls)
        g_string_append(out, ", an attempt one port pair on which its SYN was sent: a translator may need several");
    g_string_append_c(out, '.');
    if (p->late > 0) {
        g_string_append(out,
                        " It came late if it had to repeat packets or was rejected before it got in, or if that took ");
        append_duration(out, tracker_slow_connect(p->t));
        g_string_append(out, " or more.");
    }
    return true;
}

bool problems_overcome(const struct problems *p, GString *out)
{
    uint32_t late = 0;
    int64_t lost = 0;
    const struct problem *most = NULL;

    for (guint i = 0; i < p->list->len; i++) {
        const struct problem *problem = problem_at(p, i);
        if (!problem->overcome)
            continue;
        late += problem->late;
        lost = add_durations(lost, problem->lost);
        if (most == NULL || problem->late > most->late)
            most = problem;
    }
    if (most == NULL)
        return false;
    g_string_append_printf(out, "%u %s came late by less than 0.1 s", late, late == 1 ? "call" : "calls");
    g_string_append(out, late == 1 ? " (" : " on the average (");
    append_duration(out, lost / late);
    g_string_append(out, most->late < late ? "); most of them, " : ")");
    if (most->late < late)
        g_string_append_printf(out, "%u,", most->late);
    g_string_append(out, " to ");
    append_server(out, p->t, most->worst);
    g_string_append(out, ": ");
    append_sentence(out, most);
    return true;
}

static void append_in_time(const struct problems *p, uint32_t in_time, uint32_t calls, GString *out)
{
    const char *other = p->crowds->len > 0 ? " other" : "";

    if (calls == 1)
        g_string_append_printf(out, "the only%s call", other);
    else if (in_time == 2 && calls == 2)
        g_string_append_printf(out, "both%s calls", other);
    else if (in_time == calls)
        g_string_append_printf(out, "all %u%s calls", calls, other);
    else
        g_string_append_printf(out, "%u of %u%s calls", in_time, calls, other);
    g_string_append(out, " got in at once");
    if (p->slowest > 0) {
        g_string_append(out, in_time == 1 ? ", in " : ", the slowest in ");
        append_duration(out, p->slowest);
    }
    if (p->reused > 0)
        g_string_append_printf(out, "; %u came on a port pair that had been used before, and %s rejected", p->reused,
                               p->reused == 1 ? "was not" : "none of these was");
}

static void append_all_got_in(const struct problems *p, GString *out)
{
    uint32_t calls = p->calls - p->crowd_calls, unknown = p->unknown - (p->crowd_calls - p->crowd_failed);
    uint32_t in_time = calls - unknown - p->probes;
    const char *separator = ": ";

    g_string_append(out, unknown == calls ? "not known" : "nothing");
    g_string_append(out, p->crowds->len > 0 ? " else" : "");
    g_string_append(out, unknown > 0 && unknown < calls ? " that the capture shows" : "");
    if (in_time > 0) {
        g_string_append(out, separator);
        append_in_time(p, in_time, calls, out);
        separator = "; ";
    }
    if (p->probes > 0) {
        g_string_append_printf(out, "%s%u half-open %s (health checks) went well", separator, p->probes,
                               p->probes == 1 ? "probe" : "probes");
        separator = "; ";
    }
    if (unknown > 0)
        g_string_append_printf(out, "%sof %u %s the capture does not show the end", separator, unknown,
                               unknown == 1 ? "call" : "calls");
}

void problems_all_is_well(const struct problems *p, GString *out)
{
    if (p->t == NULL)
        g_string_append(out, "not known: nothing was tracked");
    else if (p->attempts == 0 && tracker_capture(p->t)->headers_cut > 0)
        g_string_append(out, "not known: the captured bytes end before the TCP headers do");
    else if (p->attempts == 0)
        g_string_append(out, "nothing: there are no connection attempts");
    else if (p->late > 0)
        g_string_append(out, "nothing that cost callers 0.1 s on the average");
    else if (p->calls > p->crowd_calls)
        append_all_got_in(p, out);
}

char *problem_advice(const struct tracker *t, const struct problem *problem, const char **next)
{
    const char *advice = result_advice(t, problem->worst);
    const char *found = strstr(advice, " Next: ");

    *next = found == NULL ? NULL : found + strlen(" Next: ");
    return found == NULL ? g_strdup(advice) : g_strndup(advice, (gsize)(found - advice));
}
