/* steps.c - the frames of an attempt, one after the other, in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "steps.h"

#include "arithmetic.h"
#include "search.h"

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

void steps_sort(GArray *frames)
{
    g_array_sort(frames, by_attempt);
}

static bool is_of_earlier(gconstpointer frame, int64_t attempt)
{
    return ((const struct report_frame *)frame)->attempt < attempt;
}

/* The first frame of an attempt among the sorted frames. */
static guint first_frame_of(const GArray *frames, uint32_t attempt)
{
    return count_before(frames->data, frames->len, sizeof(struct report_frame), is_of_earlier, attempt);
}

/* What an answer to the SYN is. */
static void name_answer(const struct evidence *e, const struct report_frame *f, struct step *step)
{
    static const struct {
        enum handshake_event event;
        bool of_client;
        const char *text;
    } answers[SEEN_KINDS] = {
        [SEEN_SYN_ACK] = { EVENT_SYN_ACK, false, "SYN/ACK" },
        [SEEN_ACK] = { EVENT_END, true, "ACK" },
        [SEEN_BARE_ACK] = { EVENT_REJECTION, false, "ACK of the old connection: rejects the SYN" },
        [SEEN_WRONG_SYN_ACK] = { EVENT_REJECTION, false, "SYN/ACK that does not acknowledge this SYN" },
        [SEEN_RST] = { EVENT_END, false, "RST" },
        [SEEN_RST_OTHER] = { EVENT_REJECTION, false, "RST that acknowledges another number" },
        [SEEN_SERVER_RST] = { EVENT_END, false, "RST of the server" },
        [SEEN_CLIENT_RST] = { EVENT_END, true, "RST" },
        [SEEN_ICMP] = { EVENT_END, false, "ICMP error" },
        [SEEN_ICMP_LATE] = { EVENT_DATA, false, "ICMP error about what the client sent" },
        [SEEN_DATA_AGAIN] = { EVENT_DATA, true, "data again" },
        [SEEN_STRAY] = { EVENT_END, false, "an answer from elsewhere" },
    };

    step->event.event = answers[f->kind].event;
    step->of_client = answers[f->kind].of_client;
    step->text = answers[f->kind].text;
    if (e != NULL && f->frame == e->frame[EV_ACK]) {
        step->event.event = EVENT_END;
        step->of_client = true;
        step->text = "ACK: established";
    }
}

static void add_client_resets(const struct tracker *t, const struct attempt *a, GArray *steps)
{
    const struct packets_seen *resets = tracker_packets(t, a, SEEN_CLIENT_RST_OLD);

    if (resets == NULL || resets->last.frame == FRAME_HIDDEN)
        return; /* the other steps come from notes, and what is hidden has none */
    struct step step = {
        { resets->last.time, EVENT_CLIENT_RESET }, resets->last.frame, true, "RST of the client, for that ACK"
    };
    g_array_append_val(steps, step);
    g_array_sort(steps, by_frame);
}

/* Adds the segment that shows that the server took the data: it is no answer to a SYN, so no note tells of it. */
static void add_acceptance(const struct attempt *a, const struct evidence *e, const struct verdict *v, GArray *steps)
{
    if (v->served < 0 || e == NULL || e->frame[EV_ACCEPTED] == FRAME_HIDDEN)
        return;
    struct step step = {
        { a->first_time + v->served, EVENT_END }, e->frame[EV_ACCEPTED], false, "the server takes the data"
    };
    g_array_append_val(steps, step);
}

/* A router's errors about packets that had waited for an address, for one, come when the call is over. */
static void mark_after(const struct attempt *a, const struct verdict *v, GArray *steps)
{
    if (v->fate != FATE_UNREACHABLE && v->fate != FATE_REFUSED)
        return;
    for (guint i = 0; i < steps->len; i++) {
        struct timed_event *event = &g_array_index(steps, struct step, i).event;
        if (event->time > a->first_time + v->lost)
            event->event = EVENT_AFTER;
    }
}

GArray *steps_collect(const struct tracker *t, const GArray *frames, uint32_t attempt)
{
    GArray *steps = g_array_new(FALSE, FALSE, sizeof(struct step));
    const struct attempt *a = tracker_attempt(t, attempt);
    const struct evidence *e = tracker_evidence(t, a);
    struct verdict v;
    bool again = false;

    tracker_verdict(t, attempt, true, &v);
    bool connected = v.fate == FATE_ESTABLISHED && e != NULL && e->frame[EV_ACK] != 0;
    uint32_t last = v.served >= 0 && e != NULL ? e->frame[EV_ACCEPTED] : connected ? e->frame[EV_ACK] : UINT32_MAX;
    for (guint i = first_frame_of(frames, attempt); i < frames->len; i++) {
        const struct report_frame *f = &g_array_index(frames, struct report_frame, i);
        struct step step = { .event = { f->time, EVENT_SYN }, .frame = f->frame, .of_client = true };
        if (f->attempt != attempt || f->frame > last)
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
    add_acceptance(a, e, &v, steps);
    add_client_resets(t, a, steps);
    mark_after(a, &v, steps);
    return steps;
}

/* Nothing of the attempt but its SYN: what was waited for ended with another one. */
static void append_lone_syn(GString *out, int64_t call_lost)
{
    append_duration(out, call_lost);
    g_string_append(out, " on all attempts of the call; of this one there is a SYN alone");
}

void steps_bill(const GArray *steps, int64_t call_lost, GString *out)
{
    if (steps->len == 1 && call_lost > 0) {
        append_lone_syn(out, call_lost);
        return;
    }
    struct timed_event *events = g_new(struct timed_event, steps->len + 1);
    int64_t parts[WAIT_COUNT], all = 0;
    const char *separator = ": ";

    for (guint i = 0; i < steps->len; i++)
        events[i] = g_array_index(steps, struct step, i).event;
    bill(events, steps->len, parts);
    for (guint i = 0; i < WAIT_COUNT; i++)
        all = add_durations(all, parts[i]);
    append_duration(out, all);
    if (call_lost > add_durations(all, all / 10)) {
        g_string_append(out, " of the ");
        append_duration(out, call_lost);
        g_string_append(out, " that the call lost on all its attempts");
    }
    for (guint i = 0; i < WAIT_COUNT; i++) {
        if (parts[i] == 0)
            continue;
        g_string_append_printf(out, "%s%s ", separator, waiting_name((enum waiting)i));
        append_duration(out, parts[i]);
        separator = ", ";
    }
    g_free(events);
}
