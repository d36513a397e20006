/* test_stories.c - every story: as it is written, with each frame captured twice, and with the order of addresses reversed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "story.h"

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

/* test_stories FILE...; the options of GLib's tests may follow. */
int main(int argc, char **argv)
{
    GString *errors = g_string_new(NULL);

    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    stories = stories_new();
    for (int i = 1; i < argc; i++) {
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
    g_test_add_func("/stories/each_verdict_has_a_story", test_each_verdict_has_a_story);
    int failed = g_test_run();
    g_ptr_array_unref(stories);
    g_string_free(errors, TRUE);
    return failed;
}
