/* report.c - a page of text about what went wrong in a capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report.h"

#include "arithmetic.h"
#include "bill.h"
#include "results.h"

#include <inttypes.h>
#include <string.h>

enum { LINE_WIDTH = 100, CAUSES_SHOWN = 8, WORST_SHOWN = 3, FRAMES_SHOWN = 6, SIBLINGS_SHOWN = 3 };

/* The failed, or the late, attempts of one cause. */
struct cause_sum {
    enum fate fate;
    enum cause cause;
    uint32_t attempts;
    int64_t lost;
    const struct result *first, *last, *worst;
};

struct report {
    const struct report_input *in;
    GString *out;
    GArray *results; /* struct result: all */
    GArray *causes;  /* struct cause_sum: the worst first */
    uint32_t failed, late, pending;
    GPtrArray *advices; /* those that have been printed */
    bool all_frames;
};

/* ---- words ----------------------------------------------------------------------------------------- */

/* A paragraph of which all lines begin with the indent, the first one with the label. */
static void print_wrapped(GString *out, const char *label, int indent, const char *text)
{
    gsize begin = out->len;
    char **words = g_strsplit(text, " ", 0);

    g_string_append_printf(out, "%-*s", indent, label);
    for (guint i = 0; words[i] != NULL; i++) {
        if (i > 0 && out->len - begin + 1 + strlen(words[i]) > LINE_WIDTH) {
            begin = out->len + 1;
            g_string_append_printf(out, "\n%*s", indent, "");
        } else if (i > 0) {
            g_string_append_c(out, ' ');
        }
        g_string_append(out, words[i]);
    }
    g_string_append_c(out, '\n');
    g_strfreev(words);
}

static void append_date(GString *out, int64_t ns)
{
    int64_t seconds = ns / NS_PER_SECOND - (ns % NS_PER_SECOND < 0); /* before 1970 too, milliseconds count up */
    GDateTime *date = g_date_time_new_from_unix_utc(seconds);
    char *text = date == NULL ? NULL : g_date_time_format(date, "%Y-%m-%d %H:%M:%S");

    g_string_append_printf(out, "%s.%03d", text == NULL ? "?" : text, (int)((ns - seconds * NS_PER_SECOND) / 1000000));
    g_free(text);
    if (date != NULL)
        g_date_time_unref(date);
}

/* The number of a frame; a read filter may have left it out of the file. */
static void append_frame(GString *out, const char *before, uint32_t frame)
{
    g_string_append(out, before);
    if (frame == FRAME_HIDDEN)
        g_string_append_c(out, '?');
    else
        g_string_append_printf(out, "%u", frame);
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

static uint32_t frame_of(const struct report *r, const struct result *o)
{
    return tracker_attempt(r->in->t, o->attempt)->frame[SYN_FIRST];
}

static const struct result *result_at(const struct report *r, guint i)
{
    return &g_array_index(r->results, struct result, i);
}

/* ---- counting -------------------------------------------------------------------------------------- */

/* Failures first, then those that were late; among them the most frequent, then the most costly. */
static gint by_badness(gconstpointer a, gconstpointer b)
{
    const struct cause_sum *x = a, *y = b;

    if ((x->fate == FATE_ESTABLISHED) != (y->fate == FATE_ESTABLISHED))
        return x->fate == FATE_ESTABLISHED ? 1 : -1;
    if (x->attempts != y->attempts)
        return x->attempts > y->attempts ? -1 : 1;
    if (x->lost != y->lost)
        return x->lost > y->lost ? -1 : 1;
    return (x->first->attempt > y->first->attempt) - (x->first->attempt < y->first->attempt);
}

static void count_cause(struct cause_sum *sum, const struct result *o)
{
    sum->fate = o->fate;
    sum->cause = o->cause;
    sum->attempts++;
    sum->lost = add_durations(sum->lost, o->lost);
    if (sum->first == NULL || o->begin < sum->first->begin)
        sum->first = o;
    if (sum->last == NULL || o->begin >= sum->last->begin)
        sum->last = o;
    if (sum->worst == NULL || o->lost > sum->worst->lost)
        sum->worst = o;
}

static void count(struct report *r)
{
    struct cause_sum(*sums)[CAUSE_COUNT] = g_malloc0_n(FATE_COUNT, sizeof *sums);

    for (guint i = 0; i < r->results->len; i++) {
        const struct result *o = result_at(r, i);
        r->failed += result_failed(o);
        r->late += o->delayed;
        r->pending += o->fate == FATE_PENDING;
        if (result_failed(o) || o->delayed)
            count_cause(&sums[o->fate][o->cause], o);
    }
    for (guint i = 0; i < FATE_COUNT * CAUSE_COUNT; i++) {
        const struct cause_sum *sum = &sums[i / CAUSE_COUNT][i % CAUSE_COUNT];
        if (sum->attempts > 0)
            g_array_append_vals(r->causes, sum, 1);
    }
    g_array_sort(r->causes, by_badness);
    g_free(sums);
}

/* ---- the page's head ------------------------------------------------------------------------------- */

static void print_what(struct report *r)
{
    GString *text = g_string_new(NULL);

    if (r->in->t == NULL) {
        g_string_append(text, "not known: nothing was tracked");
    } else if (r->causes->len == 0) {
        g_string_append(text, r->results->len == 0 ? "nothing: there are no connection attempts"
                                                   : "nothing: no connection attempt failed or came late");
    } else {
        const struct cause_sum *sum = &g_array_index(r->causes, struct cause_sum, 0);
        g_string_append_printf(text, "%s (%s, %s)", verdict_row(sum->fate, sum->cause)->sentence, fate_token(sum->fate),
                               cause_token(sum->cause));
    }
    print_wrapped(r->out, "What is wrong:", 15, text->str);
    g_string_free(text, TRUE);
}

static void print_how_often(struct report *r)
{
    const struct cause_sum *sum = r->causes->len == 0 ? NULL : &g_array_index(r->causes, struct cause_sum, 0);
    uint32_t all = r->results->len;

    g_string_append_printf(r->out, "How often:     ");
    if (sum != NULL)
        g_string_append_printf(r->out, "%u of %u attempts (%.1f %%); in all ", sum->attempts, all,
                               percent(sum->attempts, all));
    g_string_append_printf(r->out, "%u of %u failed, %u came late\n", r->failed, all, r->late);
}

static void print_since(struct report *r)
{
    const struct cause_sum *sum = r->causes->len == 0 ? NULL : &g_array_index(r->causes, struct cause_sum, 0);

    g_string_append(r->out, "Since when:    ");
    if (sum == NULL) {
        g_string_append(r->out, "-\n");
        return;
    }
    append_date(r->out, sum->first->begin);
    g_string_append_printf(r->out, " (frame %u) till ", frame_of(r, sum->first));
    append_date(r->out, sum->last->begin);
    g_string_append_printf(r->out, " (frame %u) UTC\n", frame_of(r, sum->last));
}

static guint frames_of_bad_attempts(const struct report *r)
{
    GHashTable *bad = g_hash_table_new(NULL, NULL);
    guint frames = 0;

    for (guint i = 0; i < r->results->len; i++)
        if (result_failed(result_at(r, i)) || result_at(r, i)->delayed)
            g_hash_table_add(bad, GUINT_TO_POINTER(result_at(r, i)->attempt));
    for (guint i = 0; i < r->in->frames->len; i++) {
        const struct report_frame *frame = &g_array_index(r->in->frames, struct report_frame, i);
        frames += g_hash_table_contains(bad, GUINT_TO_POINTER(frame->attempt));
    }
    g_hash_table_destroy(bad);
    return frames;
}

static void print_totals(struct report *r)
{
    const struct report_totals *totals = &r->in->totals;
    guint bad = frames_of_bad_attempts(r);

    g_string_append_printf(r->out,
                           "\nCapture: %" PRIu64 " TCP segments, %" PRIu64
                           " bytes of data, %u streams; %u attempts, "
                           "%u failed or late.\n",
                           totals->segments, totals->bytes, totals->streams, r->results->len, r->failed + r->late);
    if (bad > 0)
        g_string_append_printf(r->out,
                               "SYNs of attempts that failed or came late, and their answers: %u segments "
                               "(%.1f %%).\n",
                               bad, percent(bad, totals->segments));
    if (r->in->filter != NULL)
        g_string_append_printf(r->out, "Only what passes the filter: %s\n", r->in->filter);
}

static void print_causes(struct report *r)
{
    if (r->causes->len == 0)
        return;
    g_string_append_printf(r->out, "\nCauses\n  %-11s %-28s %8s %6s %9s  %s\n", "fate", "cause", "attempts", "share",
                           "lost", "first");
    for (guint i = 0; i < r->causes->len && (i < CAUSES_SHOWN || r->in->attempts_shown != 0); i++) {
        const struct cause_sum *sum = &g_array_index(r->causes, struct cause_sum, i);
        g_string_append_printf(r->out, "  %-11s %-28s %8u %5.1f%% %8.1fs  frame %u\n", fate_token(sum->fate),
                               cause_token(sum->cause), sum->attempts, percent(sum->attempts, r->results->len),
                               (double)sum->lost / 1e9, frame_of(r, sum->first));
    }
    if (r->causes->len > CAUSES_SHOWN && r->in->attempts_shown == 0)
        g_string_append_printf(r->out, "  and %u more causes\n", r->causes->len - CAUSES_SHOWN);
}

/* ---- the frames of an attempt ---------------------------------------------------------------------- */

struct step {
    struct timed_event event;
    uint32_t frame;
    const char *text;
};

static gint by_attempt(gconstpointer a, gconstpointer b)
{
    const struct report_frame *x = a, *y = b;

    if (x->attempt != y->attempt)
        return x->attempt > y->attempt ? 1 : -1;
    return (x->frame > y->frame) - (x->frame < y->frame);
}

static gint by_frame(gconstpointer a, gconstpointer b)
{
    const struct step *x = a, *y = b;

    return (x->frame > y->frame) - (x->frame < y->frame);
}

/* The first frame of an attempt among the sorted frames. */
static guint first_frame_of(const GArray *frames, uint32_t attempt)
{
    guint low = 0, high = frames->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(frames, struct report_frame, middle).attempt < attempt)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What an answer to the SYN is. */
static void name_answer(const struct evidence *e, const struct report_frame *f, struct step *step)
{
    static const struct {
        enum handshake_event event;
        const char *text;
    } answers[SEEN_KINDS] = {
        [SEEN_SYN_ACK] = { EVENT_SYN_ACK, "SYN/ACK" },
        [SEEN_ACK] = { EVENT_END, "ACK" },
        [SEEN_BARE_ACK] = { EVENT_REJECTION, "ACK of the old connection: rejects the SYN" },
        [SEEN_WRONG_SYN_ACK] = { EVENT_REJECTION, "SYN/ACK that does not acknowledge this SYN" },
        [SEEN_RST] = { EVENT_END, "RST" },
        [SEEN_CLIENT_RST] = { EVENT_END, "RST" },
        [SEEN_ICMP] = { EVENT_END, "ICMP error" },
        [SEEN_STRAY] = { EVENT_END, "an answer from elsewhere" },
    };

    step->event.event = answers[f->kind].event;
    step->text = answers[f->kind].text;
    if (e != NULL && f->frame == e->frame[EV_ACK]) {
        step->event.event = EVENT_END;
        step->text = "ACK: established";
    }
}

/* The steps of the attempt, up to the one that established it. */
static GArray *collect_steps(const struct report *r, const struct result *o)
{
    GArray *steps = g_array_new(FALSE, FALSE, sizeof(struct step));
    const struct attempt *a = tracker_attempt(r->in->t, o->attempt);
    const struct evidence *e = tracker_evidence(r->in->t, a);
    const GArray *frames = r->in->frames;
    bool connected = o->fate == FATE_ESTABLISHED && e != NULL && e->frame[EV_ACK] != 0;
    uint32_t last = connected ? e->frame[EV_ACK] : UINT32_MAX;
    bool again = false;

    for (guint i = first_frame_of(frames, o->attempt); i < frames->len; i++) {
        const struct report_frame *f = &g_array_index(frames, struct report_frame, i);
        struct step step = { .event = { f->time, EVENT_SYN }, .frame = f->frame };
        if (f->attempt != o->attempt || f->frame > last)
            break;
        if (f->role == NOTE_DUPLICATE)
            continue;
        if (f->role == NOTE_ANSWER)
            name_answer(e, f, &step);
        else
            step.text = again ? "SYN again" : "SYN";
        again = true;
        g_array_append_val(steps, step);
    }
    const struct packets_seen *resets = tracker_packets(r->in->t, a, SEEN_CLIENT_RST_OLD);
    if (resets != NULL) {
        struct step step = { { resets->last.time, EVENT_CLIENT_RESET },
                             resets->last.frame,
                             "RST of the client, for that ACK" };
        g_array_append_val(steps, step);
        g_array_sort(steps, by_frame);
    }
    return steps;
}

static void print_steps(const struct report *r, const GArray *steps)
{
    for (guint i = 0; i < steps->len; i++) {
        const struct step *step = &g_array_index(steps, struct step, i);
        if (i == FRAMES_SHOWN - 2 && steps->len > FRAMES_SHOWN && !r->all_frames) {
            g_string_append_printf(r->out, "   ... %u more frames\n", steps->len - FRAMES_SHOWN + 1);
            i = steps->len - 2;
            continue;
        }
        int64_t since = step->event.time - g_array_index(steps, struct step, 0).event.time;
        g_string_append_printf(r->out, "   frame %-10u %+13.6f s  %s\n", step->frame, (double)since / 1e9, step->text);
    }
}

static void print_bill(const struct report *r, const GArray *steps)
{
    struct timed_event *events = g_new(struct timed_event, steps->len + 1);
    int64_t parts[WAIT_COUNT], all = 0;
    const char *separator = ": ";
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < steps->len; i++)
        events[i] = g_array_index(steps, struct step, i).event;
    bill(events, steps->len, parts);
    for (guint i = 0; i < WAIT_COUNT; i++)
        all = add_durations(all, parts[i]);
    append_duration(text, all);
    for (guint i = 0; i < WAIT_COUNT; i++) {
        if (parts[i] == 0)
            continue;
        g_string_append_printf(text, "%s%s ", separator, waiting_name((enum waiting)i));
        append_duration(text, parts[i]);
        separator = ", ";
    }
    print_wrapped(r->out, "   Waited:   ", 13, text->str);
    g_string_free(text, TRUE);
    g_free(events);
}

/* ---- an attempt ------------------------------------------------------------------------------------ */

static void append_old_connection(GString *text, const struct report *r, const struct result *o, const struct past *h)
{
    const struct attempt *a = tracker_attempt(r->in->t, o->attempt);
    const char *state = tcp_state_name((enum tcp_state)h->state);

    append_frame(text, "The old connection on this port pair is in frames ", h->first);
    append_frame(text, " to ", h->last);
    if (h->closed_in != 0) {
        append_frame(text, ", closed in frame ", h->closed_in);
        if (h->closer != SIDE_NONE) {
            g_string_append(text, " by ");
            append_address(text, o->family, h->closer == attempt_side(a) ? &o->client : &o->server, true);
        }
    }
    if (h->idle >= 0) {
        g_string_append(text, " after ");
        append_duration(text, h->idle);
        g_string_append(text, " without data");
    }
    g_string_append(text, "; ");
    append_duration(text, h->age);
    g_string_append(text, " after its last segment this SYN came. ");
    if (state != NULL)
        g_string_append_printf(text, "The peer was in %s", state);
    if (h->state == STATE_TIME_WAIT && h->tw_frame != 0) {
        append_frame(text, " (since frame ", h->tw_frame);
        g_string_append(text, ", for ");
        append_duration(text, h->tw_elapsed);
        g_string_append_c(text, ')');
    }
    g_string_append(text, state == NULL ? "" : ". ");
}

static void append_numbers(GString *text, const struct attempt *a, const struct past *h)
{
    if (h->flags & PAST_RCV_NXT)
        g_string_append_printf(text, "ISN - RCV.NXT = %+" PRId32 ". ", (int32_t)(a->isn - h->rcv_nxt));
    if ((h->flags & PAST_SYN_TS) && (h->flags & PAST_TS_RECENT))
        g_string_append_printf(text, "TSval - TS.Recent = %+" PRId32 ". ", h->tsval_delta);
    if ((h->flags & PAST_RCV_NXT) && (h->flags & PAST_FROM_ANSWER))
        g_string_append(text, "(The peer's numbers are read from its ACK.) ");
}

/* The same SYN at another capture point, or on the other side of a NAT. */
static void append_siblings(GString *text, const struct report *r, const struct result *o)
{
    uint32_t sibling = tracker_sibling(r->in->t, o->attempt);

    for (guint n = 0; sibling != 0 && sibling != o->attempt && n < SIBLINGS_SHOWN; n++) {
        const struct attempt *a = tracker_attempt(r->in->t, sibling);
        struct tcp_address client, server;
        uint8_t family = tracker_addresses(r->in->t, a, &client, &server);
        append_frame(text, "The same SYN is in frame ", a->frame[SYN_FIRST]);
        g_string_append(text, ", from ");
        append_address(text, family, &client, true);
        g_string_append(text, " to ");
        append_address(text, family, &server, true);
        if (tracker_point_name(r->in->t, tracker_point(r->in->t, a)) != NULL)
            g_string_append_printf(text, " at interface %s", tracker_point_name(r->in->t, tracker_point(r->in->t, a)));
        g_string_append(text, ". ");
        sibling = tracker_sibling(r->in->t, sibling);
    }
}

static void print_evidence(const struct report *r, const struct result *o, const struct verdict *v)
{
    const struct attempt *a = tracker_attempt(r->in->t, o->attempt);
    const struct packets_seen *strays = tracker_packets(r->in->t, a, SEEN_STRAY);
    struct past past;
    bool has_past = tracker_past(r->in->t, a, &past);
    GString *text = g_string_new(v->inferred ? "inferred. " : "observed. ");

    if (has_past && (past.flags & PAST_CONNECTION))
        append_old_connection(text, r, o, &past);
    if (has_past)
        append_numbers(text, a, &past);
    if (v->decided_by != 0)
        g_string_append_printf(text, "Decided by frame %u. ", v->decided_by);
    else if (v->fate == FATE_NO_ANSWER)
        g_string_append_printf(text, "No frame answers its %u SYNs. ", a->retries + 1U);
    if (strays != NULL) {
        append_frame(text, "The answer from elsewhere is frame ", strays->first.frame);
        g_string_append(text, ". ");
    }
    append_siblings(text, r, o);
    print_wrapped(r->out, "   Evidence: ", 13, g_strchomp(text->str));
    g_string_free(text, TRUE);
}

/* The table's advice ends with "Next: ", what to check. */
static void print_advice(struct report *r, const struct verdict *v)
{
    const char *advice = verdict_advice(v);
    const char *next = strstr(advice, " Next: ");

    if (g_ptr_array_find_with_equal_func(r->advices, advice, g_str_equal, NULL))
        return;
    g_ptr_array_add(r->advices, (gpointer)advice);
    char *first = next == NULL ? g_strdup(advice) : g_strndup(advice, (gsize)(next - advice));
    print_wrapped(r->out, "   Advice:   ", 13, first);
    if (next != NULL)
        print_wrapped(r->out, "   Next:     ", 13, next + strlen(" Next: "));
    g_free(first);
}

static void print_who_and_when(const struct report *r, guint rank, const struct result *o)
{
    char *label = g_strdup_printf("%u. ", rank);
    GString *text = g_string_new(NULL);

    append_address(text, o->family, &o->client, true);
    g_string_append(text, " -> ");
    append_address(text, o->family, &o->server, true);
    g_string_append_printf(text, ", attempt %u, ", tracker_attempt(r->in->t, o->attempt)->number);
    append_date(text, o->begin);
    g_string_append(text, " UTC");
    g_string_append_c(r->out, '\n');
    print_wrapped(r->out, label, 3, text->str);
    g_string_free(text, TRUE);
    g_free(label);
}

static void print_attempt(struct report *r, guint rank, const struct result *o)
{
    GArray *steps = collect_steps(r, o);
    GString *text = g_string_new(NULL);
    struct verdict v;

    tracker_verdict(r->in->t, o->attempt, true, &v);
    print_who_and_when(r, rank, o);
    tracker_summary(r->in->t, o->attempt, &v, text);
    print_wrapped(r->out, "", 3, text->str);
    print_steps(r, steps);
    print_evidence(r, o, &v);
    print_bill(r, steps);
    print_advice(r, &v);
    g_string_free(text, TRUE);
    g_array_free(steps, TRUE);
}

/* ---- the worst attempts ---------------------------------------------------------------------------- */

static gint by_loss(gconstpointer a, gconstpointer b)
{
    const struct result *x = *(const struct result *const *)a, *y = *(const struct result *const *)b;

    if (result_failed(x) != result_failed(y))
        return result_failed(x) ? -1 : 1;
    if (x->lost != y->lost)
        return x->lost > y->lost ? -1 : 1;
    return (x->attempt > y->attempt) - (x->attempt < y->attempt);
}

/* The worst of each of the worst causes, or the worst of all. */
static GPtrArray *choose_attempts(const struct report *r)
{
    GPtrArray *chosen = g_ptr_array_new();

    if (r->in->attempts_shown == 0) {
        for (guint i = 0; i < r->causes->len && i < WORST_SHOWN; i++)
            g_ptr_array_add(chosen, (gpointer)g_array_index(r->causes, struct cause_sum, i).worst);
        return chosen;
    }
    for (guint i = 0; i < r->results->len; i++)
        if (result_failed(result_at(r, i)) || result_at(r, i)->delayed)
            g_ptr_array_add(chosen, (gpointer)result_at(r, i));
    g_ptr_array_sort(chosen, by_loss);
    if (r->in->attempts_shown != REPORT_ALL && chosen->len > r->in->attempts_shown)
        g_ptr_array_set_size(chosen, r->in->attempts_shown);
    return chosen;
}

static void print_worst(struct report *r)
{
    GPtrArray *chosen = choose_attempts(r);

    if (chosen->len > 0)
        g_string_append_printf(r->out, "\nThe worst attempts (%u of %u; -z synfate,report,all prints all)\n",
                               chosen->len, r->failed + r->late);
    for (guint i = 0; i < chosen->len; i++)
        print_attempt(r, i + 1, g_ptr_array_index(chosen, i));
    g_ptr_array_free(chosen, TRUE);
}

void report_write(const struct report_input *in, GString *out)
{
    struct report r = { .in = in, .out = out, .all_frames = in->attempts_shown != 0 };

    r.results = results_collect(in->t, in->attempts);
    r.causes = g_array_new(FALSE, FALSE, sizeof(struct cause_sum));
    r.advices = g_ptr_array_new();
    g_array_sort(in->frames, by_attempt);
    count(&r);
    print_what(&r);
    print_how_often(&r);
    print_since(&r);
    print_totals(&r);
    print_causes(&r);
    print_worst(&r);
    g_ptr_array_free(r.advices, TRUE);
    g_array_free(r.causes, TRUE);
    g_array_free(r.results, TRUE);
}
