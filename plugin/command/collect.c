/* collect.c - what the statistics need to know of the frames that were read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "collect.h"

#include "forget.h"

enum { PRUNE_FIRST = 65536 };

struct collection *collection_new(void)
{
    struct collection *c = g_new0(struct collection, 1);

    c->attempts = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    c->frames = g_array_new(FALSE, FALSE, sizeof(struct report_frame));
    c->unread_types = g_hash_table_new(NULL, NULL);
    c->next_prune = PRUNE_FIRST;
    c->forgotten = INT64_MIN;
    streams_init(&c->streams);
    return c;
}

void collection_free(struct collection *c)
{
    g_array_free(c->attempts, TRUE);
    g_array_free(c->frames, TRUE);
    g_hash_table_destroy(c->unread_types);
    streams_free(&c->streams);
    g_free(c);
}

/* Of a call that got in at once, long ago: nothing can come that makes the report show its frames. */
static bool is_settled(const struct tracker *t, uint32_t attempt, int64_t now)
{
    const int64_t long_ago = 130 * NS_PER_SECOND;
    struct call call;

    if (now - tracker_attempt(t, attempt)->last_time < long_ago)
        return false;
    if (tracker_is_uneventful(t, attempt, true))
        return true;
    tracker_call(t, attempt, false, &call);
    return call.outcome == OUTCOME_IN_TIME;
}

/* Frames are 24 bytes each, and most are of attempts that the report never shows. */
static void prune(struct collection *c, const struct tracker *t, int64_t now)
{
    struct report_frame *frames = (struct report_frame *)(void *)c->frames->data;
    guint kept = 0;

    for (guint i = 0; i < c->frames->len; i++)
        if (!is_settled(t, frames[i].attempt, now))
            frames[kept++] = frames[i];
    g_array_set_size(c->frames, kept);
    c->next_prune = kept * 2 + PRUNE_FIRST;
}

static void add_note(struct collection *c, const struct note *note, int64_t time)
{
    struct report_frame frame = {
        .time = time,
        .frame = note->frame,
        .attempt = note->attempt,
        .role = note->role,
        .kind = note->role == NOTE_ANSWER ? note->kind : 0,
    };

    g_array_append_val(c->frames, frame);
    if (note->role == NOTE_SYN && note->syn_number == 1)
        g_array_append_val(c->attempts, note->attempt);
}

/* The attempt that the frame begins, for the first time at any point; NULL: none. */
static const struct attempt *begun_attempt(const struct tracker *t, const struct note *notes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct attempt *a = tracker_attempt(t, notes[i].attempt);
        if (notes[i].role == NOTE_SYN && notes[i].syn_number == 1)
            return a->flags & ATTEMPT_TWIN ? NULL : a;
    }
    return NULL;
}

/* The first use of a port pair begins with whatever its first segment is. Each capture point has its own port pairs. */
static void count_stream(struct collection *c, const struct tracker *t, const struct segment *seg,
                         const struct attempt *begun)
{
    uint32_t port_pairs = tracker_port_pairs(t);

    if (c->forgotten != INT64_MIN)
        c->streams.n += begun != NULL;
    else if (port_pairs != c->port_pairs)
        streams_add(&c->streams, seg, begun != NULL && begun->use > 1);
    else
        c->streams.n += begun != NULL && begun->use > 1;
    c->port_pairs = port_pairs;
}

static void count_unread(struct collection *c, const struct reader_frame *frame, enum link_unread unread)
{
    c->unread[unread]++;
    if (unread == UNREAD_LINK_TYPE) {
        gpointer type = GINT_TO_POINTER(frame->encap);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(c->unread_types, type));
        g_hash_table_insert(c->unread_types, type, GUINT_TO_POINTER(n + 1));
    }
}

void collection_add(struct collection *c, const struct tracker *t, const struct reader_frame *frame,
                    const struct taken *taken)
{
    size_t n = 0;
    const struct note *notes = tracker_notes(t, frame->seen.frame, &n);

    for (size_t i = 0; i < n; i++)
        add_note(c, &notes[i], frame->seen.time);
    if (taken->has_segment)
        count_stream(c, t, &taken->segment, begun_attempt(t, notes, n));
    if (taken->link.unread != UNREAD_NOTHING && frame->is_packet)
        count_unread(c, frame, (enum link_unread)taken->link.unread);
    if (c->frames->len >= c->next_prune)
        prune(c, t, frame->seen.time);
}

void collection_forget(struct collection *c, const struct tracker *t, int64_t before)
{
    struct report_frame *frames = (struct report_frame *)(void *)c->frames->data;
    uint32_t *attempts = (uint32_t *)(void *)c->attempts->data;
    guint n_frames = 0, n_attempts = 0;

    for (guint i = 0; i < c->frames->len; i++)
        if (tracker_keeps(t, frames[i].attempt))
            frames[n_frames++] = frames[i];
    g_array_set_size(c->frames, n_frames);
    for (guint i = 0; i < c->attempts->len; i++)
        if (tracker_keeps(t, attempts[i]))
            attempts[n_attempts++] = attempts[i];
    g_array_set_size(c->attempts, n_attempts);
    c->next_prune = n_frames * 2 + PRUNE_FIRST;
    c->forgotten = before;
    streams_forget(&c->streams);
}

void collection_name_frames(const struct collection *c, struct lowering *l)
{
    for (guint i = 0; i < c->frames->len; i++)
        lowering_add(l, g_array_index(c->frames, struct report_frame, i).frame);
}

void collection_lower(struct collection *c, const struct lowering *l)
{
    for (guint i = 0; i < c->frames->len; i++) {
        struct report_frame *frame = &g_array_index(c->frames, struct report_frame, i);
        frame->frame = lowered(l, frame->frame);
    }
}

/* What got in at once is on no page of the report, and most calls did. The others get an array of their own: one that
 * has grown does not shrink, and the statistics need room. */
static void drop_uneventful(struct collection *c, const struct tracker *t)
{
    GArray *kept = g_array_new(FALSE, FALSE, sizeof(struct report_frame));

    for (guint i = 0; i < c->frames->len; i++) {
        struct report_frame frame = g_array_index(c->frames, struct report_frame, i);
        if (!tracker_is_uneventful(t, frame.attempt, true))
            g_array_append_val(kept, frame);
    }
    g_array_free(c->frames, TRUE);
    c->frames = kept;
}

void collection_end(struct collection *c, const struct tracker *t)
{
    drop_uneventful(c, t);
    streams_free(&c->streams);
    c->streams.slots = NULL;
}

static void append_line(GString *out, uint64_t n, const char *what)
{
    g_string_append_printf(out, "%" G_GUINT64_FORMAT " frame%s not read, of type %s: use tshark\n", n,
                           n == 1 ? " was" : "s were", what);
}

void collection_append_unread(const struct collection *c, GString *out)
{
    GHashTableIter types;
    gpointer type, n;

    g_hash_table_iter_init(&types, c->unread_types);
    while (g_hash_table_iter_next(&types, &type, &n))
        append_line(out, GPOINTER_TO_UINT(n), wtap_encap_description(GPOINTER_TO_INT(type)));
    for (int i = UNREAD_LINK_TYPE + 1; i < UNREAD_COUNT; i++)
        if (c->unread[i] > 0)
            append_line(out, c->unread[i], link_unread_name((enum link_unread)i));
}
