/* watch.c - which calls are to be told of while a stream is followed: each that has failed or come late, once
 *
 * An answer is a reason to look at its attempt, and so is time, while there is no answer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "watch.h"

#include "forget.h"

enum { OUTCOME_SHIFT = 24, WAS_MEANT = 1 << 30 }; /* in what is remembered of a verdict: see code_of */

#define LOOK_INTERVAL (NS_PER_SECOND / 4)
/* What is as old as that does not change any more: SYNs are repeated for up to 127 s. */
#define LONG_AGO (130 * NS_PER_SECOND)

void watch_init(struct watch *w, const struct tracker *t)
{
    *w = (struct watch){ .t = t, .next_look = INT64_MIN };
    w->pending = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    w->told = g_hash_table_new(NULL, NULL);
}

void watch_free(struct watch *w)
{
    g_array_free(w->pending, TRUE);
    g_hash_table_destroy(w->told);
}

/* What is remembered of a verdict; never 0. */
static guint code_of(const struct call *call)
{
    return (guint)call->outcome << OUTCOME_SHIFT | (guint)call->verdict.fate << 16 | (guint)call->verdict.cause << 1
           | 1;
}

/* A verdict that has changed is told again. Returns whether that is so. */
static bool tell_once(struct watch *w, const struct call *call, watch_tell tell, void *data)
{
    gpointer carrier = GUINT_TO_POINTER(call->carrier);
    guint code = code_of(call), before = GPOINTER_TO_UINT(g_hash_table_lookup(w->told, carrier));

    if ((before & ~(guint)WAS_MEANT) == code)
        return false;
    if (tell(data, call->carrier))
        code |= WAS_MEANT;
    g_hash_table_insert(w->told, carrier, GUINT_TO_POINTER(code));
    return true;
}

/* Returns whether the attempt still waits for an answer that no note tells of. */
static bool look(struct watch *w, uint32_t attempt, watch_tell tell, void *data)
{
    struct verdict v;
    struct call call;

    tracker_verdict(w->t, attempt, false, &v);
    tracker_call_of(w->t, attempt, false, &v, &call);
    if ((call_failed(&call) || call_was_late(&call)) && tell_once(w, &call, tell, data) && v.fate == FATE_STUCK)
        g_array_append_val(w->pending, attempt); /* the answer to its data will have no note of this attempt */
    return v.fate == FATE_PENDING || v.fate == FATE_STUCK;
}

void watch_frame(struct watch *w, uint32_t frame, watch_tell tell, void *data)
{
    size_t n = 0;
    const struct note *notes = tracker_notes(w->t, frame, &n);

    for (size_t i = 0; i < n; i++) {
        uint32_t attempt = notes[i].attempt;
        bool begins = notes[i].role == NOTE_SYN && notes[i].syn_number == 1;
        if (tracker_attempt(w->t, attempt)->flags & ATTEMPT_TWIN) /* told of at the other point */
            continue;
        if (look(w, attempt, tell, data) && begins) /* the others are there already */
            g_array_append_val(w->pending, attempt);
    }
}

static void look_at_pending(struct watch *w, int64_t now, watch_tell tell, void *data)
{
    guint kept = 0;

    for (guint i = 0; i < w->pending->len; i++) { /* look may add to them */
        uint32_t attempt = g_array_index(w->pending, uint32_t, i);
        if (look(w, attempt, tell, data) && tracker_attempt(w->t, attempt)->last_time > now - LONG_AGO)
            g_array_index(w->pending, uint32_t, kept++) = attempt;
    }
    g_array_set_size(w->pending, kept);
}

void watch_time(struct watch *w, int64_t now, watch_tell tell, void *data)
{
    if (now < w->next_look)
        return;
    w->next_look = now + LOOK_INTERVAL;
    look_at_pending(w, now, tell, data);
}

void watch_end(struct watch *w, watch_tell tell, void *data)
{
    look_at_pending(w, INT64_MIN + LONG_AGO, tell, data);
}

static gboolean is_forgotten(gpointer attempt, gpointer verdict, gpointer data)
{
    struct watch *w = data;
    bool forgotten = !tracker_keeps(w->t, GPOINTER_TO_UINT(attempt));
    guint code = GPOINTER_TO_UINT(verdict);

    if (forgotten && (code & WAS_MEANT) && (code & ~(guint)WAS_MEANT) >> OUTCOME_SHIFT == OUTCOME_FAILED)
        w->forgot_failed = true;
    return forgotten;
}

void watch_forget(struct watch *w)
{
    guint kept = 0;

    for (guint i = 0; i < w->pending->len; i++) {
        uint32_t attempt = g_array_index(w->pending, uint32_t, i);
        if (tracker_keeps(w->t, attempt))
            g_array_index(w->pending, uint32_t, kept++) = attempt;
    }
    g_array_set_size(w->pending, kept);
    g_hash_table_foreach_remove(w->told, is_forgotten, w);
}
