/* remark.c - what a reader of a report has to know first: that not all is in it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "remark.h"

static void append_unread(GString *out, const struct reading *r)
{
    const char *const not_all = "could not be read to the end";

    if (r->unread > 0)
        g_string_append_printf(out, "%u of %u files could not be read", r->unread, r->files);
    if (r->unread > 0 && r->cut > 0)
        g_string_append_printf(out, ", and %u not to the end", r->cut);
    else if (r->cut > 0 && r->files > 1)
        g_string_append_printf(out, "%u of %u files %s", r->cut, r->files, not_all);
    else if (r->cut > 0)
        g_string_append_printf(out, "the capture %s", not_all);
}

char *remark_text(const struct reading *r, bool is_forgotten)
{
    GString *out = g_string_new(NULL);

    append_unread(out, r);
    if (is_forgotten)
        g_string_append_printf(out,
                               "%sthe stream was long: this is about its last minutes; calls that failed before were "
                               "told of then",
                               out->len > 0 ? "; " : "");
    return g_string_free(out, out->len == 0);
}
