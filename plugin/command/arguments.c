/* arguments.c - the command line
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "arguments.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WRONG_USE = 2 };

/* As they stand on the command line. */
static struct {
    gboolean services, reuse, tree, calls, attempts, report, follow, force, quiet, version;
    char *format, *filter, *write_to, *show, *peer_rules;
    int time_wait, no_answer_retries, slow_connect;
    char **paths;
} given;

static const GOptionEntry entries[] = {
    { "report", 0, 0, G_OPTION_ARG_NONE, &given.report, "What went wrong, what to change (the default)", NULL },
    { "services", 0, 0, G_OPTION_ARG_NONE, &given.services, "A row for each server address and port", NULL },
    { "reuse", 0, 0, G_OPTION_ARG_NONE, &given.reuse, "A row for each client and service: its ports", NULL },
    { "tree", 0, 0, G_OPTION_ARG_NONE, &given.tree, "How many attempts had each fate and cause", NULL },
    { "calls", 0, 0, G_OPTION_ARG_NONE, &given.calls, "Each call", NULL },
    { "attempts", 0, 0, G_OPTION_ARG_NONE, &given.attempts, "Each connection attempt that the calls took", NULL },
    { "show", 0, 0, G_OPTION_ARG_STRING, &given.show, "How many calls or rows are shown, or \"all\"", "N" },
    { "format", 'T', 0, G_OPTION_ARG_STRING, &given.format, "text (the default), html, json, ndjson or csv", "FORMAT" },
    { "filter", 'Y', 0, G_OPTION_ARG_STRING, &given.filter, "Only what is so, as in \"failed and lost > 3\"",
      "CONDITION" },
    { "write", 'w', 0, G_OPTION_ARG_FILENAME, &given.write_to, "Write the frames of these attempts as pcapng", "FILE" },
    { "force", 0, 0, G_OPTION_ARG_NONE, &given.force, "Overwrite that file", NULL },
    { "follow", 'f', 0, G_OPTION_ARG_NONE, &given.follow, "Follow a stream, and tell of calls as they fail", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &given.quiet, "Do not show how far it is", NULL },
    { "time-wait", 0, 0, G_OPTION_ARG_INT, &given.time_wait, "Length of TIME_WAIT (default: as it is there)",
      "SECONDS" },
    { "peer-rules", 0, 0, G_OPTION_ARG_STRING, &given.peer_rules, "The servers' stack (default: as packets show)",
      "STACK" },
    { "no-answer-retries", 0, 0, G_OPTION_ARG_INT, &given.no_answer_retries,
      "SYNs repeated until it is no answer (default: 1)", "N" },
    { "slow-connect", 0, 0, G_OPTION_ARG_INT, &given.slow_connect, "A handshake that takes so long is late (1000)",
      "MS" },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &given.version, "Say which version this is", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &given.paths, NULL, NULL },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
};

void complain(const char *format, ...)
{
    GString *line = g_string_new("synfate: ");
    va_list arguments;

    va_start(arguments, format);
    g_string_append_vprintf(line, format, arguments);
    va_end(arguments);
    g_string_append_c(line, '\n');
    (void)fputs(line->str, stderr);
    g_string_free(line, TRUE);
}

static const char *const statistics[] = {
    [STATISTIC_REPORT] = "--report", [STATISTIC_SERVICES] = "--services", [STATISTIC_REUSE] = "--reuse",
    [STATISTIC_TREE] = "--tree",     [STATISTIC_CALLS] = "--calls",       [STATISTIC_ATTEMPTS] = "--attempts",
};

/* One statistic at a time. */
static bool read_statistic(struct arguments *o)
{
    const gboolean asked[] = {
        [STATISTIC_REPORT] = given.report, [STATISTIC_SERVICES] = given.services, [STATISTIC_REUSE] = given.reuse,
        [STATISTIC_TREE] = given.tree,     [STATISTIC_CALLS] = given.calls,       [STATISTIC_ATTEMPTS] = given.attempts,
    };
    int n = 0;

    o->statistic = o->write_to != NULL ? STATISTIC_NONE : STATISTIC_REPORT;
    for (size_t i = 0; i < G_N_ELEMENTS(asked); i++)
        if (asked[i]) {
            o->statistic = (enum statistic)i;
            n++;
        }
    if (n > 1)
        complain(
            "only one of --report, --services, --reuse, --tree, --calls and --attempts can be asked for at a time");
    return n <= 1;
}

static void complain_of_form(const struct format *format)
{
    GString *for_these = g_string_new(NULL);
    const char *last = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(statistics); i++) {
        if (!format_has(format, (enum statistic)i))
            continue;
        if (last != NULL)
            g_string_append_printf(for_these, "%s%s", for_these->len > 0 ? ", " : "", last);
        last = statistics[i];
    }
    complain("-T %s is for %s%s%s", format->name, for_these->str, for_these->len > 0 ? " and " : "", last);
    g_string_free(for_these, TRUE);
}

static bool read_format(struct arguments *o)
{
    const char *name = given.format != NULL ? given.format : "text";

    o->format = format_named(name);
    if (o->format == NULL) {
        complain("there is no format %s: they are text, html, json, ndjson and csv", name);
        return false;
    }
    if (o->follow && o->format->call == NULL) {
        complain("-f writes text or ndjson, not %s", name);
        return false;
    }
    /* What is followed as objects has no page behind it. */
    if (o->follow && o->statistic == STATISTIC_REPORT && !g_str_equal(name, "text"))
        o->statistic = STATISTIC_NONE;
    if (!format_has(o->format, o->statistic)) {
        complain_of_form(o->format);
        return false;
    }
    return true;
}

static bool read_filter(struct arguments *o)
{
    char *error = NULL;
    /* What is looked at when nothing else is said. */
    const char *text = given.filter == NULL && o->write_to != NULL ? "failed or delayed" : given.filter;

    if (text == NULL)
        return true;
    o->filter_text = g_strdup(text);
    o->filter = filter_parse(text, &error);
    if (o->filter == NULL)
        complain("-Y \"%s\": %s", text, error);
    g_free(error);
    return o->filter != NULL;
}

static bool read_show(struct arguments *o)
{
    char *end = given.show;

    if (given.show == NULL)
        return true;
    o->shown = REPORT_ALL;
    if (g_str_equal(given.show, "all"))
        return true;
    if (o->statistic == STATISTIC_ATTEMPTS) {
        complain("--show=N is for calls and rows, not for attempts");
        return false;
    }
    o->shown = (uint16_t)CLAMP(g_ascii_strtoull(given.show, &end, 10), 1, REPORT_ALL - 1);
    if (end == given.show || *end != '\0')
        complain("--show takes a number or \"all\", not %s", given.show);
    return end != given.show && *end == '\0';
}

static void append_stacks(GString *out)
{
    for (int i = 0; i < PEER_UNKNOWN; i++)
        g_string_append_printf(out, "%s%s", i == 0 ? "" : ", ", stack_row((enum peer_stack)i)->token);
}

/* "auto", or a stack that is a user's to choose. */
static bool read_peer_rules(struct arguments *o)
{
    const char *name = given.peer_rules;

    o->tracker.peer = PEER_AUTO;
    if (name == NULL || g_str_equal(name, "auto"))
        return true;
    for (int i = 0; i < PEER_UNKNOWN; i++)
        if (g_str_equal(name, stack_row((enum peer_stack)i)->token)) {
            o->tracker.peer = (enum peer_stack)i;
            return true;
        }
    GString *known = g_string_new("auto, ");
    append_stacks(known);
    complain("--peer-rules: there is no %s: they are %s", name, known->str);
    g_string_free(known, TRUE);
    return false;
}

static bool read_tracker(struct arguments *o)
{
    bool good = given.time_wait >= 0 && given.no_answer_retries >= 1 && given.slow_connect >= 1;

    if (!good)
        complain("%s cannot be so small", given.time_wait < 0           ? "--time-wait"
                                          : given.no_answer_retries < 1 ? "--no-answer-retries"
                                                                        : "--slow-connect");
    o->tracker.time_wait = (int64_t)MIN(given.time_wait, 86400) * NS_PER_SECOND;
    o->tracker.no_answer_retries = (unsigned)given.no_answer_retries;
    o->tracker.slow_connect = (int64_t)given.slow_connect * (NS_PER_SECOND / 1000);
    return good && read_peer_rules(o);
}

/* What can be read only once. */
static bool is_stream(const char *path)
{
    return g_str_equal(path, "-")
           || (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR)
               && !g_file_test(path, G_FILE_TEST_IS_DIR));
}

static bool check_paths(const struct arguments *o)
{
    if (o->n_paths == 0) {
        complain("which file? (--help says more; - is the standard input)");
        return false;
    }
    for (guint i = 0; i < o->n_paths; i++) {
        if (!is_stream(o->paths[i]))
            continue;
        if (o->write_to != NULL) {
            complain("-w reads the files twice, which is not possible with %s",
                     g_str_equal(o->paths[i], "-") ? "the standard input" : o->paths[i]);
            return false;
        }
        if (o->n_paths > 1) {
            complain("%s cannot be read together with other files: it is no file",
                     g_str_equal(o->paths[i], "-") ? "the standard input" : o->paths[i]);
            return false;
        }
    }
    if (o->follow && o->n_paths > 1)
        complain("-f follows one stream");
    if (o->follow && o->write_to != NULL)
        complain("-f cannot be had with -w");
    return !o->follow || (o->n_paths == 1 && o->write_to == NULL);
}

static bool take_given(struct arguments *o)
{
    o->paths = given.paths;
    o->n_paths = given.paths == NULL ? 0 : g_strv_length(given.paths);
    o->follow = given.follow;
    o->quiet = given.quiet;
    o->force = given.force;
    o->write_to = given.write_to;
    if (o->write_to != NULL && g_str_equal(o->write_to, "-")) {
        complain("-w needs the name of a file");
        return false;
    }
    if (o->force && o->write_to == NULL) {
        complain("--force is for -w");
        return false;
    }
    return read_statistic(o) && read_format(o) && read_filter(o) && read_show(o) && read_tracker(o) && check_paths(o);
}

bool arguments_read(struct arguments *o, int argc, char **argv, int *status)
{
    GOptionContext *context = g_option_context_new("FILE... - the fate of every SYN in captures");
    GError *error = NULL;

    memset(o, 0, sizeof *o);
    given.slow_connect = 1000;
    given.no_answer_retries = 1;
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_description(
        context,
        "Files are read as one capture in the order of time; \"-\" is the standard input.\n"
        "Exit status: 0 no call failed, 1 some did, 2 wrong use or an unreadable file.\n"
        "synfate(1) says more: man synfate");
    bool understood = g_option_context_parse(context, &argc, &argv, &error);
    g_option_context_free(context);
    if (!understood) {
        complain("%s (--help says more)", error->message);
        g_error_free(error);
    } else if (given.version) {
        printf("synfate %s, with the file library of Wireshark %d.%d.%d\n", SYNFATE_VERSION, WIRESHARK_VERSION_MAJOR,
               WIRESHARK_VERSION_MINOR, WIRESHARK_VERSION_MICRO);
        *status = 0;
        return false;
    }
    *status = WRONG_USE;
    return understood && take_given(o);
}

void arguments_free(struct arguments *o)
{
    filter_free(o->filter);
    g_free(o->filter_text);
    g_strfreev(given.paths);
    g_free(given.format);
    g_free(given.filter);
    g_free(given.write_to);
    g_free(given.show);
    g_free(given.peer_rules);
}
