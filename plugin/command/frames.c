/* frames.c - which record of which file a frame is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "frames.h"

#include "lower.h"
#include "search.h"
#include "text.h"

/* Consecutive records of a file. */
struct run {
    const char *path;
    uint64_t record; /* the first */
    uint32_t frame;  /* ... and its number here */
    uint32_t n;
};

void frames_init(struct frames *f)
{
    f->runs = g_array_new(FALSE, FALSE, sizeof(struct run));
    f->several = f->lowered = false;
}

void frames_free(struct frames *f)
{
    g_array_free(f->runs, TRUE);
}

void frames_add(struct frames *f, uint32_t frame, const char *path, uint64_t record)
{
    struct run *last = f->runs->len == 0 ? NULL : &g_array_index(f->runs, struct run, f->runs->len - 1);

    if (last != NULL && last->path == path && last->record + last->n == record && last->frame + last->n == frame) {
        last->n++;
        return;
    }
    f->several = f->several || (last != NULL && last->path != path);
    struct run run = { .path = path, .frame = frame, .record = record, .n = 1 };
    g_array_append_val(f->runs, run);
}

static bool begins_not_after(gconstpointer run, int64_t frame)
{
    return ((const struct run *)run)->frame <= frame;
}

/* The run that a frame is in; NULL: none. */
static const struct run *find_run(const struct frames *f, uint32_t frame)
{
    const guint n = count_before(f->runs->data, f->runs->len, sizeof(struct run), begins_not_after, frame);

    return n == 0 ? NULL : &g_array_index(f->runs, struct run, n - 1);
}

void frames_append_name(const struct frames *f, uint32_t frame, GString *out)
{
    const struct run *run = f->several || f->lowered ? find_run(f, frame) : NULL;
    uint64_t record = run == NULL ? frame : run->record + (frame - run->frame);

    if (run != NULL && f->several) {
        char *name = plain_name(run->path);
        g_string_append_printf(out, "%s:", name);
        g_free(name);
    }
    g_string_append_printf(out, "%" G_GUINT64_FORMAT, record);
}

void frames_lower(struct frames *f, const struct lowering *l)
{
    struct frames other;

    frames_init(&other);
    for (guint i = 0; i < l->old->len; i++) {
        uint32_t frame = g_array_index(l->old, uint32_t, i);
        const struct run *run = find_run(f, frame);
        frames_add(&other, i + 1, run->path, run->record + (frame - run->frame));
    }
    for (guint i = 0; i < f->runs->len; i++) {
        struct run run = g_array_index(f->runs, struct run, i);
        uint32_t gone = MIN(run.n, l->before - MIN(l->before, run.frame));
        run.record += gone;
        run.frame += gone - l->by;
        run.n -= gone;
        if (run.n > 0)
            g_array_append_val(other.runs, run);
    }
    other.lowered = true;
    frames_free(f);
    *f = other;
}

static void append_name(const void *frames, uint32_t frame, GString *out)
{
    frames_append_name(frames, frame, out);
}

struct frame_names frames_names(const struct frames *f)
{
    return (struct frame_names){ .append = f->several ? append_name : NULL, .data = f };
}

void frames_append_legend(const struct frames *f, GString *out)
{
    if (!f->lowered)
        return;
    const struct run *run = &g_array_index(f->runs, struct run, f->runs->len - 1);
    g_string_append_printf(out, "frames %u to %u: %s from %" G_GUINT64_FORMAT " on\n", run->frame,
                           run->frame + run->n - 1, run->path, run->record);
}
