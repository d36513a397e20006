/* main.c - the command: reads captures, judges them, writes what was asked for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "arguments.h"
#include "follow.h"
#include "forget.h"
#include "matching.h"
#include "progress.h"
#include "remark.h"
#include "results.h"
#include "stop.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

enum { ALL_WELL = 0, SOME_FAILED = 1, TROUBLE = 2 };
enum { FRAMES_BETWEEN_LOOKS = 4096 }; /* at the clock */

/* What was read, and what became of it. */
struct session {
    const struct arguments *options;
    struct tracker *t;
    struct reader *capture; /* NULL: a stream is followed */
    struct frames stream;   /* the frames of a stream */
    struct collection *collected;
    struct progress progress;
    struct reading reading;
    bool failed_before; /* a call did that is forgotten */
    bool trouble;       /* something could not be read or written */
};

static void say(void *data, const char *path, const char *text, bool is_error)
{
    struct session *s = data;

    if (is_error && stop_asked()) /* that is what ended it */
        return;
    progress_end(&s->progress);
    complain("%s: %s", g_str_equal(path, "-") ? "standard input" : path, text);
    s->trouble = s->trouble || is_error;
}

static void name_point(struct session *s, const struct reader_frame *frame)
{
    char *name = reader_point_name(s->capture, frame);

    if (name != NULL)
        tracker_name_point(s->t, frame->seen.point, name, reader_recorder(frame));
    g_free(name);
}

static void read_capture(struct session *s)
{
    struct reader_frame frame;
    struct taken taken;

    while (!stop_asked() && reader_next(s->capture, &frame)) {
        if (frame.is_new_point)
            name_point(s, &frame);
        tracker_note_drops(s->t, frame.drops);
        intake_frame(s->t, &frame.seen, frame.link, &frame.bytes, &taken);
        collection_add(s->collected, s->t, &frame, &taken);
        if (frame.seen.frame % FRAMES_BETWEEN_LOOKS == 0)
            progress_show(&s->progress, s->capture, s->t, s->collected);
    }
    progress_end(&s->progress);
}

static const struct frames *frames_of(const struct session *s)
{
    return s->capture != NULL ? reader_frames(s->capture) : &s->stream;
}

/* The attempts that count: each once, however many points saw it, and only those that the filter lets through. */
static GArray *select_attempts(const struct session *s)
{
    GArray *selected = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    GByteArray *numbers = g_byte_array_new();
    struct view v;

    view_init(&v, s->t);
    for (guint i = 0; i < s->collected->attempts->len; i++) {
        uint32_t attempt = g_array_index(s->collected->attempts, uint32_t, i);
        if (!comes_first(numbers, tracker_attempt(s->t, attempt)->number))
            continue;
        if (s->options->filter != NULL) {
            view_set(&v, attempt, true);
            if (!filter_matches(s->options->filter, &v))
                continue;
        }
        g_array_append_val(selected, attempt);
    }
    view_free(&v);
    g_byte_array_free(numbers, TRUE);
    return selected;
}

static bool any_failed(const struct session *s, const GArray *attempts)
{
    struct call call;

    for (guint i = 0; i < attempts->len; i++) {
        uint32_t attempt = g_array_index(attempts, uint32_t, i);
        if (tracker_is_uneventful(s->t, attempt, true))
            continue;
        tracker_call(s->t, attempt, true, &call);
        if (call_failed(&call))
            return true;
    }
    return false;
}

static void say_unread(const struct session *s)
{
    GString *text = g_string_new(NULL);

    collection_append_unread(s->collected, text);
    char **lines = g_strsplit(text->str, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if (**line != '\0')
            complain("%s", *line);
    g_strfreev(lines);
    g_string_free(text, TRUE);
}

static void write_results(struct session *s, GArray *attempts)
{
    char *remark = remark_text(&s->reading, s->collected->forgotten != INT64_MIN);
    struct output output = {
        .statistic = s->options->statistic,
        .t = s->t,
        .frames = frames_of(s),
        .collected = s->collected,
        .attempts = attempts,
        .filter_text = s->options->filter_text,
        .remark = remark,
        .shown = s->options->shown,
    };

    if (!output_write(&output, s->options->format)) {
        complain("standard output: %s", g_strerror(errno));
        s->trouble = true;
    }
    g_free(remark);
}

/* All that was asked for. */
static void write_all(struct session *s, GArray *attempts)
{
    const struct arguments *options = s->options;

    write_results(s, attempts);
    say_unread(s);
    if (options->write_to != NULL && !matching_write(options, s->t, attempts, reader_interfaces(s->capture)))
        s->trouble = true;
}

static int run(const struct arguments *options)
{
    struct session s = { .options = options };
    GArray *attempts;

    progress_init(&s.progress, options->quiet);
    s.t = tracker_new(&options->tracker);
    s.collected = collection_new();
    frames_init(&s.stream);
    if (options->follow) {
        s.trouble = !follow_stream(options, s.t, s.collected, &s.stream, &s.reading, &s.failed_before);
    } else {
        s.capture = reader_new((const char *const *)options->paths, options->n_paths, say, &s);
        read_capture(&s);
        tracker_note_lost(s.t, reader_lost(s.capture));
        s.reading = *reader_reading(s.capture);
    }
    const struct frame_names names = frames_names(frames_of(&s));
    tracker_name_frames(s.t, &names);
    tracker_end(s.t);
    collection_end(s.collected, s.t);
    attempts = select_attempts(&s);
    if (stop_asked() || !nothing_was_read(&s.reading))
        write_all(&s, attempts);
    int status = s.trouble ? TROUBLE : s.failed_before || any_failed(&s, attempts) ? SOME_FAILED : ALL_WELL;
    g_array_free(attempts, TRUE);
    reader_free(s.capture);
    frames_free(&s.stream);
    collection_free(s.collected);
    tracker_free(s.t);
    return status;
}

int main(int argc, char **argv)
{
    struct arguments options;
    int status = TROUBLE;

    setlocale(LC_CTYPE, ""); /* names of files; numbers are written as everywhere */
    if (arguments_read(&options, argc, argv, &status)) {
        stop_on_interrupt();
        wtap_begin();
        status = run(&options);
        wtap_cleanup();
    }
    arguments_free(&options);
    return status;
}
