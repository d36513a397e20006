/* story_capture.c - writes stories as captures, and what they expect as a table
 *
 *     story_capture [--ipv6] [--networks] [--hz N] [--isns N,N] [--clocks N,N] OUTDIR FILE.story...
 *
 * OUTDIR/NAME.pcap, or .pcapng where the story names capture points. The table goes to the standard output, with tabs: after
 * a line with the columns' names one for each verdict that stands behind the last packet of its story.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "capture_file.h"

#include <stdio.h>

static gboolean ipv6, networks;
static gint hz;
static gchar *isns, *clocks;
static gchar **arguments;

static GOptionEntry entries[] = {
    { "ipv6", '6', 0, G_OPTION_ARG_NONE, &ipv6, "10.9.N.H becomes fd09:N::H", NULL },
    { "networks", 0, 0, G_OPTION_ARG_NONE, &networks, "each story between hosts of its own", NULL },
    { "hz", 0, 0, G_OPTION_ARG_INT, &hz, "ticks of timestamp clocks in a second", "N" },
    { "isns", 0, 0, G_OPTION_ARG_STRING, &isns, "first ISNs of client and server", "N,N" },
    { "clocks", 0, 0, G_OPTION_ARG_STRING, &clocks, "first TSvals of client and server", "N,N" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
};

struct writer {
    GByteArray *frames[2]; /* as pcap and as pcapng has them: which it is shows when the story names a capture point */
    GPtrArray *points;
    GArray *verdicts;     /* struct story_verdict */
    GString *preferences; /* name:value, each after a space */
    bool pcapng;
};

static void add_frame(void *user, const struct story_frame *frame)
{
    struct writer *w = user;

    for (int pcapng = 0; pcapng < 2; pcapng++)
        capture_file_frame(w->frames[pcapng], pcapng, frame);
    g_array_set_size(w->verdicts, 0);
}

static void add_option(void *user, const char *name, const char *value)
{
    struct writer *w = user;

    g_string_append_printf(w->preferences, " %s:%s", name, value);
}

static void add_point(void *user, uint16_t point, const char *name)
{
    struct writer *w = user;

    (void)point;
    w->pcapng = true;
    g_ptr_array_add(w->points, g_strdup(name));
}

static void add_verdict(void *user, const struct story_verdict *verdict)
{
    struct writer *w = user;

    g_array_append_vals(w->verdicts, verdict, 1);
}

static bool write_capture(const struct writer *w, const char *folder, const char *name)
{
    GByteArray *file = g_byte_array_new();
    char *path = g_strdup_printf("%s/%s.%s", folder, name, w->pcapng ? "pcapng" : "pcap");
    GError *error = NULL;

    capture_file_begin(file, w->pcapng);
    for (guint i = 0; i < w->points->len; i++)
        capture_file_interface(file, w->points->pdata[i]);
    g_byte_array_append(file, w->frames[w->pcapng]->data, w->frames[w->pcapng]->len);
    const bool written = g_file_set_contents(path, (const char *)file->data, (gssize)file->len, &error);
    if (!written) {
        fprintf(stderr, "%s\n", error->message);
        g_error_free(error);
    }
    g_byte_array_unref(file);
    g_free(path);
    return written;
}

/* A story that expects no verdict at its end has a line without one. */
static void print_verdicts(const struct writer *w, const char *name)
{
    const char *kind = w->pcapng ? "pcapng" : "pcap";

    if (w->verdicts->len == 0)
        printf("%s\t%s\t%s\t\t\t\t\t\t\t\n", name, kind, w->preferences->str);
    for (guint i = 0; i < w->verdicts->len; i++) {
        const struct story_verdict *v = &g_array_index(w->verdicts, struct story_verdict, i);
        printf("%s\t%s\t%s\t%s\t%s\t%s\t%d\t%u\t%u\t%u\n", name, kind, w->preferences->str, v->fate, v->cause,
               v->inferred ? "inferred" : "observed", v->delayed, v->retries, v->syn, v->decided_by);
    }
}

static bool capture_story(const GPtrArray *stories, const struct story *story, const struct story_way *way,
                          const char *folder)
{
    struct writer w = { .frames = { g_byte_array_new(), g_byte_array_new() },
                        .points = g_ptr_array_new_with_free_func(g_free),
                        .verdicts = g_array_new(FALSE, FALSE, sizeof(struct story_verdict)),
                        .preferences = g_string_new(NULL) };
    const struct story_listener listener = { &w, add_frame, add_option, add_point, add_verdict };
    GString *errors = g_string_new(NULL);

    const bool told = stories_play(stories, story, way, &listener, errors);
    fputs(errors->str, stderr);
    const bool written = write_capture(&w, folder, story->name);
    print_verdicts(&w, story->name);
    g_string_free(errors, TRUE);
    g_byte_array_unref(w.frames[0]);
    g_byte_array_unref(w.frames[1]);
    g_ptr_array_unref(w.points);
    g_array_unref(w.verdicts);
    g_string_free(w.preferences, TRUE);
    return told && written;
}

/* "1,2", or NULL: as stories have it. Returns what to use. */
static const uint32_t *two_numbers(const char *text, uint32_t numbers[2])
{
    if (text == NULL)
        return NULL;
    const char *comma = strchr(text, ',');
    numbers[0] = (uint32_t)g_ascii_strtoull(text, NULL, 0);
    numbers[1] = comma == NULL ? 0 : (uint32_t)g_ascii_strtoull(comma + 1, NULL, 0);
    return numbers;
}

static bool capture_all(const GPtrArray *stories, const char *folder)
{
    uint32_t two_isns[2], two_clocks[2];
    struct story_way way = { .unchecked = true,
                             .ipv6 = ipv6,
                             .hz = (unsigned)hz,
                             .isns = two_numbers(isns, two_isns),
                             .clocks = two_numbers(clocks, two_clocks) };
    bool good = true;

    puts("name\tkind\tpreferences\tfate\tcause\tbasis\tdelayed\tretries\tsyn\tdecided_by");
    for (guint i = 0; i < stories->len; i++) {
        const struct story *story = stories->pdata[i];
        if (story->is_beginning)
            continue;
        good = capture_story(stories, story, &way, folder) && good;
        way.network += networks;
    }
    return good;
}

int main(int argc, char **argv)
{
    GOptionContext *context = g_option_context_new("OUTDIR FILE.story...");
    GError *error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || arguments == NULL || arguments[1] == NULL) {
        fprintf(stderr, "%s\n", error == NULL ? "story_capture: OUTDIR FILE.story..." : error->message);
        return 2;
    }
    GPtrArray *stories = stories_new();
    GString *errors = g_string_new(NULL);
    bool good = true;
    for (char **file = arguments + 1; good && *file != NULL; file++)
        good = stories_read(stories, *file, errors);
    fputs(errors->str, stderr);
    good = good && capture_all(stories, arguments[0]);
    g_string_free(errors, TRUE);
    g_ptr_array_unref(stories);
    g_option_context_free(context);
    g_strfreev(arguments);
    return good ? 0 : 1;
}
