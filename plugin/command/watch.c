/* watch.c - which calls are to be told of while a stream is followed: each that has failed or come late, once
 *
 * An answer is a reason to look at its attempt, and so is time, while there is no answer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "watch.h"

#define LOOK_INTERVAL (NS_PER_SECOND / 4)
/* What is as old as that does not change any more: SYNs are repeated for up to 127 s. */
#define LONG_AGO (130 * NS_PER_SECOND)

void watch_init(struct watch *w, const struct tracker *t)
{
    *w = (struct watch){ .t = t, .next_look = INT64_MIN, .next_clean = INT64_MIN };
    w->pending = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    w->told = g_hash_table_new(NULL, NULL);
}

void watch_free(struct watch *w)
{
    g_array_free(w->pending, TRUE);
    g_hash_table_destroy(w->told);
}

/* Returns whether the attempt still waits for an answer. A verdict that has changed is told again. */
static bool look(struct watch *w, uint32_t attempt, watch_tell tell, void *data)
{
    struct verdict v;
    struct call call;

    tracker_verdict(w->t, attempt, false, &v);
    tracker_call_of(w->t, attempt, false, &v, &call);
    gpointer verdict = GUINT_TO_POINTER((guint)call.outcome << 24 | (guint)call.verdict.fate << 16
                                        | (guint)call.verdict.cause << 1 | 1);
    if (call_failed(&call) || call_was_late(&call)) {
        if (g_hash_table_lookup(w->told, GUINT_TO_POINTER(call.carrier)) != verdict)
            tell(data, call.carrier);
        g_hash_table_insert(w->told, GUINT_TO_POINTER(call.carrier), verdict);
    }
    return v.fate == FATE_PENDING;
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
        if (look(w, attempt, tell, data) && begins)
            g_array_append_val(w->pending, attempt);
    }
}

static gboolean is_old(gpointer attempt, gpointer verdict, gpointer data)
{
    const struct watch *w = data;

    (void)verdict;
    return tracker_attempt(w->t, GPOINTER_TO_UINT(attempt))->last_time < w->next_clean - LONG_AGO;
}

void watch_time(struct watch *w, int64_t now, watch_tell tell, void *data)
{
    uint32_t *pending = (uint32_t *)(void *)w->pending->data;
    guint kept = 0;

    if (now < w->next_look)
        return;
    w->next_look = now + LOOK_INTERVAL;
    for (guint i = 0; i < w->pending->len; i++)
        if (look(w, pending[i], tell, data) && tracker_attempt(w->t, pending[i])->last_time > now - LONG_AGO)
            pending[kept++] = pending[i];
    g_array_set_size(w->pending, kept);
    if (now < w->next_clean)
        return;
    w->next_clean = now + LONG_AGO;
    g_hash_table_foreach_remove(w->told, is_old, w);
}
