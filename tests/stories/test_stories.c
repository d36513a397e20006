/* test_stories.c - every story: as it is written, with each frame captured twice, and with the order of addresses reversed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "story.h"

#include <glib/gstdio.h>
#include <string.h>

static GPtrArray *stories;

struct play_test {
    const struct story *story;
    struct story_way way;
};

static void test_story(gconstpointer data)
{
    const struct play_test *test = data;
    GString *errors = g_string_new(NULL);

    if (!stories_play(stories, test->story, &test->way, NULL, errors)) {
        g_printerr("%s", errors->str);
        g_test_fail();
    }
    g_string_free(errors, TRUE);
}

static void add_test(const struct story *story, const char *how, struct story_way way)
{
    char *path = g_strdup_printf("/stories/%s/%s", how, story->name);
    struct play_test *test = g_new(struct play_test, 1);

    *test = (struct play_test){ .story = story, .way = way };
    g_test_add_data_func_full(path, test, test_story, g_free);
    g_free(path);
}

/* A story of that name for each row of the engine's table. */
static void test_each_verdict_has_a_story(void)
{
    const struct verdict_row *row;

    for (size_t i = 0; (row = verdict_row_at(i)) != NULL; i++) {
        char *name = g_strdup_printf("%s.%s", fate_token(row->fate), cause_token(row->cause));
        if (stories_find(stories, name) == NULL) {
            g_printerr("there is no story %s\n", name);
            g_test_fail();
        }
        g_free(name);
    }
}

/* What a bad story is told. */
static const struct bad_story {
    const char *text, *error;
} bad_stories[] = {
    { "> S\n", "1: no story has begun" },
    { "story a\n\nstory a\n", "3: " },
    { "story a b\n", "1: story NAME, and nothing else" },
    { "story a\n> S\n# comment\nuse b\n", "4: a: there is no beginning \"b\"" },
    { "story ../a\n> S\n", "1: a name has letters, digits, _ and . only" },
    { "beginning b\n> Q\nstory a\nuse b\n", "2: b: \"Q\" are no flags, in story a\n" },
    { "beginning b\nuse b\nstory a\nuse b\n", "2: b: b cannot be used here, in story a\n" },
    { "story a\n> S M+1\n", "2: a: \"M+1\" is no number, and not the name of one" },
    { "story a\n> S sack\n", "2: a: \"sack\" is no number, and not the name of one" },
    { "story a\n> S ttl\n", "2: a: something is missing at the end" },
    { "story a\n> S (70000)\n", "2: a: (70000) is more than a packet holds" },
    { "story a\n=> refused closed_port\n", "2: a: there is no attempt" },
    { "story a\n> S\n=> retries 0\n", "3: a: retries comes behind a fate and a cause" },
    { "story a\n> S\n=> colour red\n", "3: a: nothing is known of \"colour\"" },
    { "story a\nagain +1\n", "2: a: there is no packet directly above" },
    { "story a\nend b 10.9.0.300:1\n", "2: a: \"10.9.0.300:1\" is no address with a port" },
    { "story a\n> S\n=> refused closed_port\n", "3: a: the verdict is pending capture_ended, not refused closed_port" },
};

static void check_bad_story(const struct bad_story *bad)
{
    char *path = g_build_filename(g_get_tmp_dir(), "synfate-bad-XXXXXX", NULL);
    GPtrArray *read = stories_new();
    GString *errors = g_string_new(NULL);
    const struct story_way way = { .mirrored = false };
    const int file = g_mkstemp(path);

    g_assert_true(file >= 0 && g_file_set_contents(path, bad->text, -1, NULL));
    if (stories_read(read, path, errors))
        stories_play(read, read->pdata[read->len - 1], &way, NULL, errors);
    char *expected = g_strdup_printf("%s:%s", path, bad->error);
    if (!g_str_has_prefix(errors->str, expected))
        g_test_message("%s instead of %s", errors->str, expected);
    g_assert_true(g_str_has_prefix(errors->str, expected));
    g_assert_true(g_unlink(path) == 0 && g_close(file, NULL));
    g_free(expected);
    g_free(path);
    g_ptr_array_unref(read);
    g_string_free(errors, TRUE);
}

static void test_errors(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(bad_stories); i++)
        check_bad_story(&bad_stories[i]);
}

/* test_stories [--complete] FILE...; the options of GLib's tests may follow. --complete: each verdict has a story in them. */
int main(int argc, char **argv)
{
    GString *errors = g_string_new(NULL);

    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    stories = stories_new();
    bool is_complete = argc > 1 && strcmp(argv[1], "--complete") == 0;
    for (int i = is_complete ? 2 : 1; i < argc; i++) {
        if (!stories_read(stories, argv[i], errors)) {
            g_printerr("%s", errors->str);
            return 1;
        }
    }
    for (guint i = 0; i < stories->len; i++) {
        const struct story *story = stories->pdata[i];
        if (story->is_beginning)
            continue;
        add_test(story, "as_written", (struct story_way){ 0 });
        add_test(story, "twice", (struct story_way){ .twice = true });
        add_test(story, "mirrored", (struct story_way){ .mirrored = true });
    }
    g_test_add_func("/stories/errors", test_errors);
    if (is_complete)
        g_test_add_func("/stories/each_verdict_has_a_story", test_each_verdict_has_a_story);
    int failed = g_test_run();
    g_ptr_array_unref(stories);
    g_string_free(errors, TRUE);
    return failed;
}
