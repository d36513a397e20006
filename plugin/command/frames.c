/* frames.c - which record of which file a frame is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "frames.h"

/* Consecutive records of a file. */
struct run {
    const char *path;
    uint32_t frame, record; /* the first */
    uint32_t n;
};

void frames_init(struct frames *f)
{
    f->runs = g_array_new(FALSE, FALSE, sizeof(struct run));
    f->several = false;
}

void frames_free(struct frames *f)
{
    g_array_free(f->runs, TRUE);
}

void frames_add(struct frames *f, uint32_t frame, const char *path, uint32_t record)
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

/* The run that a frame is in; NULL: none. */
static const struct run *find_run(const struct frames *f, uint32_t frame)
{
    guint low = 0, high = f->runs->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(f->runs, struct run, middle).frame <= frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? NULL : &g_array_index(f->runs, struct run, low - 1);
}

void frames_append_name(const struct frames *f, uint32_t frame, GString *out)
{
    const struct run *run = !f->several ? NULL : find_run(f, frame);

    if (run == NULL)
        g_string_append_printf(out, "%u", frame);
    else
        g_string_append_printf(out, "%s:%u", run->path, run->record + (frame - run->frame));
}

void frames_append_legend(const struct frames *f, guint most, GString *out)
{
    if (!f->several || f->runs->len > most)
        return;
    for (guint i = 0; i < f->runs->len; i++) {
        const struct run *run = &g_array_index(f->runs, struct run, i);
        g_string_append_printf(out, "frames %u to %u: %s from %u on\n", run->frame, run->frame + run->n - 1, run->path,
                               run->record);
    }
}
