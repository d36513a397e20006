/* statistics.h - the tables and the report of whatever was tracked
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_FUZZ_STATISTICS_H
#define SYNFATE_FUZZ_STATISTICS_H

#include "promise.h"
#include "report.h"
#include "table.h"

#include <string.h>

/* What the report is made of, beside the tracker. */
struct collected {
    GArray *frames, *attempts; /* struct report_frame, uint32_t */
};

static inline struct collected collected_new(void)
{
    return (struct collected){
        .frames = g_array_new(FALSE, FALSE, sizeof(struct report_frame)),
        .attempts = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
    };
}

static inline void collected_free(struct collected *c)
{
    g_array_free(c->frames, TRUE);
    g_array_free(c->attempts, TRUE);
}

/* Takes in what the tracker noted about a frame, as the plugin's tap does. */
static inline void collect_frame(struct collected *c, const struct tracker *t, const struct sighting *seen)
{
    size_t n = 0;
    const struct note *notes = tracker_notes(t, seen->frame, &n);

    for (size_t i = 0; i < n; i++) {
        struct report_frame frame = { seen->time, seen->frame, notes[i].attempt, notes[i].role,
                                      notes[i].role == NOTE_ANSWER ? notes[i].kind : 0 };
        g_array_append_val(c->frames, frame);
        if (notes[i].role == NOTE_SYN && notes[i].syn_number == 1)
            g_array_append_val(c->attempts, notes[i].attempt);
    }
}

/* Drops what came after a frame: a read filter left it out. */
static inline void drop_frames(struct collected *c, const struct tracker *t, uint32_t last)
{
    while (c->frames->len > 0 && g_array_index(c->frames, struct report_frame, c->frames->len - 1).frame > last)
        g_array_set_size(c->frames, c->frames->len - 1);
    while (c->attempts->len > 0
           && tracker_attempt(t, g_array_index(c->attempts, uint32_t, c->attempts->len - 1))->frame[SYN_FIRST] > last)
        g_array_set_size(c->attempts, c->attempts->len - 1);
}

/* "nan", and no part of a word such as "unanswered". */
static inline bool has_nan(const char *text)
{
    const char *at = text;

    while ((at = strstr(at, "nan")) != NULL) {
        if ((at == text || !g_ascii_isalpha(at[-1])) && !g_ascii_isalpha(at[3]))
            return true;
        at++;
    }
    return false;
}

static inline void check_text(const GString *text)
{
    PROMISE(strstr(text->str, "4294967295") == NULL); /* FRAME_HIDDEN is no number */
    PROMISE(text->len > 0 && g_utf8_validate(text->str, (gssize)text->len, NULL));
    PROMISE(strstr(text->str, "(null)") == NULL && !has_nan(text->str));
    PROMISE(strstr(text->str, ".-") == NULL); /* a time before 1970 */
}

static inline void check_table(const struct table_kind *kind, const struct tracker *t, const GArray *attempts)
{
    struct table *table = table_new(kind, t, attempts);
    GString *text = g_string_new(NULL);

    PROMISE(attempts->len > 0 || table_rows(table) == 0 || kind == &table_fates);
    table_print(table, &(struct table_frame){ .rows_shown = TABLE_ALL }, text);
    table_print_csv(table, text);
    check_text(text);
    g_string_free(text, TRUE);
    table_free(table);
}

static inline void check_report(struct collected *c, const struct tracker *t, uint16_t calls_shown)
{
    GString *text = g_string_new(NULL);
    struct report_input input = {
        .t = t,
        .attempts = c->attempts,
        .frames = c->frames,
        .totals = { .segments = c->frames->len, .bytes = c->frames->len, .streams = 1 },
        .calls_shown = calls_shown,
    };

    report_write(&input, text);
    check_text(text);
    g_string_free(text, TRUE);
}

static inline void check_statistics(struct collected *c, const struct tracker *t)
{
    check_table(&table_services, t, c->attempts);
    check_table(&table_reuse, t, c->attempts);
    check_table(&table_fates, t, c->attempts);
    check_report(c, t, 0);
    check_report(c, t, REPORT_ALL);
}

#endif
