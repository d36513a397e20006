/* progress.c - shows on a terminal how far the files have been read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "progress.h"

#include <stdio.h>
#ifdef _WIN32
#include <io.h>
#define isatty _isatty
#else
#include <unistd.h>
#endif

enum { INTERVAL = 500000 /* us */, STANDARD_ERROR = 2 };

#define CLEAR_LINE "\r\033[K"

void progress_init(struct progress *p, bool quiet)
{
    *p = (struct progress){ .shown = !quiet && isatty(STANDARD_ERROR), .begin = g_get_monotonic_time() };
    p->next = p->begin + INTERVAL;
}

static bool failed(const struct tracker *t, uint32_t attempt)
{
    struct call call;

    if (tracker_is_uneventful(t, attempt, false))
        return false;
    tracker_call(t, attempt, false, &call);
    return call.carrier == attempt && call_failed(&call);
}

/* Only attempts of the last minutes are looked at again. */
static uint32_t count_failed(struct progress *p, const struct tracker *t, const GArray *attempts)
{
    const int64_t long_ago = 130 * NS_PER_SECOND;
    const uint32_t *records = (const uint32_t *)(const void *)attempts->data;
    uint32_t n;

    if (attempts->len == 0)
        return 0;
    int64_t newest = tracker_attempt(t, records[attempts->len - 1])->first_time;
    for (; p->settled < attempts->len; p->settled++) {
        if (newest - tracker_attempt(t, records[p->settled])->first_time < long_ago)
            break;
        p->failed += failed(t, records[p->settled]);
    }
    n = p->failed;
    for (guint i = p->settled; i < attempts->len; i++)
        n += failed(t, records[i]);
    return n;
}

void progress_show(struct progress *p, const struct reader *c, const struct tracker *t,
                   const struct collection *collected)
{
    int64_t now = p->shown ? g_get_monotonic_time() : 0;

    if (!p->shown || now < p->next)
        return;
    double done = (double)reader_position(c), size = (double)reader_size(c);
    double rate = done / ((double)(now - p->begin) / 1e6);
    (void)fprintf(stderr, CLEAR_LINE "%.2f GB", done / 1e9);
    if (size > 0)
        (void)fprintf(stderr, " of %.2f, %.0f %%", size / 1e9, MIN(100 * done / size, 100));
    uint32_t n = count_failed(p, t, collected->attempts);
    (void)fprintf(stderr, ", %.0f MB/s: %u call%s failed so far", rate / 1e6, n, n == 1 ? "" : "s");
    (void)fflush(stderr);
    p->next = now + INTERVAL;
}

void progress_end(struct progress *p)
{
    if (p->shown)
        (void)fputs(CLEAR_LINE, stderr);
}
