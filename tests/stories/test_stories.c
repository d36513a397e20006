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

/* What a bad story is told: one line, in which %s is the path of its file. */
static const struct bad_story {
    const char *text, *error;
} bad_stories[] = {
    /* what the reader sees */
    { "> S\n", "1: no story has begun" },
    { "story a\n\nstory a\n", "3: %s has a a already" },
    { "story a\n> S\nbeginning a\n", "3: %s has a a already" },
    { "story a b\n", "1: story NAME, and nothing else" },
    { "story\n", "1: story NAME, and nothing else" },
    { "story ../a\n> S\n", "1: a name has letters, digits, _ and . only" },
    { "story a\n> S\n=> summary \"open\n", "3: a text in quotes ends with a quote and a blank" },
    { "story a\n=> summary \"a\"b\n", "2: a text in quotes ends with a quote and a blank" },
    /* lines */
    { "story a\nsay no\n", "2: a: no line begins with \"say\"" },
    { "story a\n+1x > S\n", "2: a: \"+1x\" is no number of seconds" },
    { "story a\n+nan1 > S\n", "2: a: \"+nan1\" is no number of seconds" },
    { "story a\n-999999999\n-999999999\n", "3: a: the clock leaves the years 1970 to 2106" },
    { "story a\n> S\n# comment\nuse b\n", "4: a: there is no beginning \"b\"" },
    { "beginning b\n> Q\nstory a\nuse b\n", "2: b: \"Q\" are no flags, in story a" },
    { "beginning b\nuse b\nstory a\nuse b\n", "2: b: b cannot be used here, in story a" },
    { "beginning b\nstory a\nuse b hidden\n", "3: a: use NAME hide, not \"hidden\"" },
    { "story a\nagain +1\n", "2: a: there is no packet directly above" },
    { "story a\n> S\nagain\n", "3: a: again comes with a time" },
    { "story a\n> S\nagain soon\n", "3: a: \"soon\" is no number of seconds" },
    { "story a\nhz 0\n", "2: a: a clock must tick" },
    { "story a\nhz 1 2\n", "2: a: hz has 1 words, no more" },
    { "story a\nhz\n", "2: a: something is missing at the end" },
    { "story a\nonly zz\n", "2: a: no story is played \"zz\"" },
    { "story a\nonly as_written zz\n", "2: a: no story is played \"zz\"" },
    { "story a\ntimestamps maybe\n", "2: a: timestamps are \"on\" or \"off\"" },
    { "story a\noptions color red\n", "2: a: there is no option \"color\"" },
    { "story a\noptions time_wait -5\n", "2: a: \"-5\" is no number of 32 bits" },
    { "story a\noptions peer_rules vms\n", "2: a: there are no rules of \"vms\"" },
    { "story a\n> S\noptions time_wait 5\n", "3: a: options come before the first packet" },
    { "story a\nlet N 5\n", "2: a: a number cannot be called \"N\"" },
    { "story a\nlet 5 5\n", "2: a: a number cannot be called \"5\"" },
    /* ends */
    { "story a\nend b\n", "2: a: something is missing at the end" },
    { "story a\nend b 10.9.0.9\nb > s S\n", "3: a: b has no port" },
    { "story a\nend b 10.9.0.300:1\n", "2: a: \"10.9.0.300:1\" is no address with a port" },
    { "story a\nend b 10.9.0.3:\n", "2: a: \"10.9.0.3:\" is no address with a port" },
    { "story a\nend b 10.9.0.3:1x\n", "2: a: \"10.9.0.3:1x\" is no address with a port" },
    { "story a\nend b 10.9.0.3:65536\n", "2: a: \"10.9.0.3:65536\" is no address with a port" },
    { "story a\nend b [::1\n", "2: a: \"[::1\" is no address with a port" },
    { "story a\nend b [::1]\n", "2: a: \"[::1]\" is no address with a port" },
    { "story a\nend b [\n", "2: a: \"[\" is no address with a port" },
    { "story a\nend b 10.9.0.3:1 ttl 999\n", "2: a: end NAME ADDRESS:PORT ttl N, where N is at most 255" },
    { "story a\nend b 10.9.0.3:1 zz\n", "2: a: end NAME ADDRESS:PORT ttl N, where N is at most 255" },
    { "story a\nend \"b\" 10.9.0.3:1\n", "2: a: no end can be called \"\"b\"" },
    { "story a\n> S\nend c 10.9.0.3:1\n", "3: a: c has sent a packet already" },
    { "story a\nend b [::1]:1\nb > s S\n", "3: a: b and s cannot talk to each other" },
    { "story a\nend b [::1]:1\nother b\n", "3: a: b and c cannot talk to each other" },
    { "story a\nx > s S\n", "2: a: there is no end \"x\"" },
    /* packets */
    { "story a\n>\n", "2: a: something is missing at the end" },
    { "story a\n> SS\n", "2: a: \"SS\" are no flags" },
    { "story a\n> S M+1\n", "2: a: \"M+1\" is no number, and not the name of one" },
    { "story a\n> S 1+\n", "2: a: \"1+\" is no number, and not the name of one" },
    { "story a\n> S 4294967296\n", "2: a: \"4294967296\" is no number of 32 bits" },
    { "story a\n> S 08\n", "2: a: \"08\" is no number of 32 bits" },
    { "story a\n> S sack\n", "2: a: \"sack\" is no number, and not the name of one" },
    { "story a\n> S 1 sack\n", "2: a: no packet has \"sack\"" },
    { "story a\n> S ttl\n", "2: a: something is missing at the end" },
    { "story a\n> S ttl 999\n", "2: a: \"999\" is 999, more than 255" },
    { "story a\n> S ttl 5 ttl 6\n", "2: a: ttl is said twice" },
    { "story a\n> S win 999999\n", "2: a: \"999999\" is 999999, more than 65535" },
    { "story a\n> S wscale 256\n", "2: a: \"256\" is 256, more than 255" },
    { "story a\n> S mss 65536\n", "2: a: \"65536\" is 65536, more than 65535" },
    { "story a\n> S id 0x10000\n", "2: a: \"0x10000\" is 65536, more than 65535" },
    { "story a\n> S opts ZZZ\n", "2: a: \"ZZZ\" are no options" },
    { "story a\n> S opts TTTTT\n", "2: a: a TCP header has no room for these options" },
    { "story a\n> S opts nnnnnnnnnnnnnnnn\n", "2: a: \"nnnnnnnnnnnnnnnn\" are no options" },
    { "story a\n> S quote 8\n", "2: a: no packet has \"quote\"" },
    { "story a\n> S (70000)\n", "2: a: (70000) is more than a packet holds" },
    { "story a\n> S (7\n", "2: a: no packet has \"(7\"" },
    { "story a\n> S (7)x\n", "2: a: no packet has \"(7)x\"" },
    { "story a\n> S hide predicts ack\n", "2: a: of a packet that is hidden nothing is expected" },
    { "story a\n> S as b\n< S. as b\n", "3: a: another packet is called \"b\"" },
    { "story a\n> S as -\n", "2: a: no packet can be called \"-\"" },
    { "story a\n> S restarts x time_wait 1\n", "2: a: the peer's state is another, not TIME_WAIT" },
    /* ICMP errors */
    { "story a\nicmp host\n", "2: a: no SYN has been sent that an ICMP error could be about" },
    { "story a\n> S\nicmp flood\n", "3: a: there is no ICMP error \"flood\"" },
    { "story a\n> S\nicmp host quote 999999999\n", "3: a: the SYN has only 40 bytes behind its IP header" },
    { "story a\n> S\nicmp host ttl 5\n", "3: a: no ICMP error has \"ttl\"" },
    { "story a\nend b ::1\n> S\nicmp host from b\n", "4: a: b and c cannot talk to each other" },
    /* what is expected */
    { "story a\n> S\n=>\n", "3: a: something is missing at the end" },
    { "story a\n> S as b\n=> b:\n", "3: a: nothing is expected of it" },
    { "story a\n> S\n=> x: attempts 1\n", "3: a: no packet is called \"x\"" },
    { "story a\n=> refused closed_port\n", "2: a: there is no attempt" },
    { "story a\n> S\n=> declined\n", "3: a: nothing is known of \"declined\"" },
    { "story a\n> S\n=> refused\n", "3: a: something is missing at the end" },
    { "story a\n> S\n=> refused ok\n", "3: a: there is no verdict \"refused ok\"" },
    { "story a\n> S\n=> retries 0\n", "3: a: retries comes behind a fate and a cause" },
    { "story a\n> S\n=> colour red\n", "3: a: nothing is known of \"colour\"" },
    { "story a\n> S\n=> not_as_rules maybe\n", "3: a: whether it is not as the rules are is no, not maybe" },
    { "story a\n> S\n=> refused closed_port\n", "3: a: the verdict is pending capture_ended, not refused closed_port" },
};

/* What is said of a file with these bytes, in which the last story is played. */
static char *errors_of(const char *path, const char *text, gssize size)
{
    GPtrArray *read = stories_new();
    GString *errors = g_string_new(NULL);
    const struct story_way way = { .mirrored = false };

    g_assert_true(g_file_set_contents(path, text, size, NULL));
    if (stories_read(read, path, errors))
        stories_play(read, read->pdata[read->len - 1], &way, NULL, errors);
    g_ptr_array_unref(read);
    return g_string_free(errors, FALSE);
}

static void check_error(const char *path, const char *text, gssize size, const char *error)
{
    char **parts = g_strsplit(error, "%s", -1), *said = g_strjoinv(path, parts);
    char *expected = g_strdup_printf("%s:%s\n", path, said);
    char *found = errors_of(path, text, size);

    g_assert_cmpstr(found, ==, expected);
    g_strfreev(parts);
    g_free(said);
    g_free(expected);
    g_free(found);
}

static void test_errors(void)
{
    static const char with_zero[] = "story a\n> S\0 ttl 5\n";
    char *path = g_build_filename(g_get_tmp_dir(), "synfate-bad-XXXXXX", NULL);
    const int file = g_mkstemp(path);

    g_assert_true(file >= 0);
    for (size_t i = 0; i < G_N_ELEMENTS(bad_stories); i++)
        check_error(path, bad_stories[i].text, -1, bad_stories[i].error);
    check_error(path, with_zero, sizeof with_zero - 1, "2: a byte 0 is no text");
    g_assert_true(g_unlink(path) == 0 && g_close(file, NULL));
    g_free(path);
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
