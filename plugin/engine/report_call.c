/* report_call.c - a call in the report: who, when, its packets, the evidence, and what to do
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report_call.h"

#include "proof.h"

#include <string.h>

enum { FRAMES_SHOWN = 6 };

/* Names of files are as long as they are: times stay below each other all the same. */
static gsize width_of_frames(const struct call_printer *c, const GArray *steps)
{
    const gsize least = 10;
    gsize width = least;
    GString *name = g_string_new(NULL);

    for (guint i = 0; i < steps->len; i++) {
        g_string_truncate(name, 0);
        append_frame_name(name, tracker_frame_names(c->t), g_array_index(steps, struct step, i).frame);
        width = MAX(width, name->len);
    }
    g_string_free(name, TRUE);
    return width;
}

static void print_step(const struct call_printer *c, const struct step *step, int64_t since, gsize width)
{
    GString *name = g_string_new(NULL);

    append_frame_name(name, tracker_frame_names(c->t), step->frame);
    char *when = g_strdup_printf("   frame %-*s %+13.6f s  ", (int)width, name->str, (double)since / 1e9);
    print_wrapped(&c->lines, when, (int)strlen(when), step->text);
    g_free(when);
    g_string_free(name, TRUE);
}

/* The first ones, the last one, and the one that decides. */
static bool is_shown(const struct call_printer *c, const GArray *steps, guint i, uint32_t decided_by)
{
    return c->all_steps || steps->len <= FRAMES_SHOWN || i + 2 < FRAMES_SHOWN || i + 1 == steps->len
           || g_array_index(steps, struct step, i).frame == decided_by;
}

static void print_steps(const struct call_printer *c, const GArray *steps, uint32_t decided_by)
{
    gsize width = width_of_frames(c, steps);

    for (guint i = 0, end; i < steps->len; i = end) {
        const struct step *step = &g_array_index(steps, struct step, i);
        for (end = i; end < steps->len && !is_shown(c, steps, end, decided_by);)
            end++;
        if (end - i > 1) {
            g_string_append_printf(c->lines.out, "   ... %u more frames\n", end - i);
            continue;
        }
        print_step(c, step, step->event.time - g_array_index(steps, struct step, 0).event.time, width);
        end = i + 1;
    }
}

/* The advice ends with what to check next. */
static void print_advice(struct call_printer *c, const struct result *result)
{
    struct problem of_call = { .worst = result };
    const char *next;
    char *advice = problem_advice(c->t, &of_call, &next);

    if (g_ptr_array_find_with_equal_func(c->advices, advice, g_str_equal, NULL)) {
        g_free(advice);
        return;
    }
    g_ptr_array_add(c->advices, advice);
    print_wrapped(&c->lines, "   Advice:   ", 13, advice);
    if (next != NULL && next != c->next)
        print_wrapped(&c->lines, "   Next:     ", 13, next);
}

static void print_who_and_when(const struct call_printer *c, guint rank, const struct result *result)
{
    const struct attempt *a = tracker_attempt(c->t, result->worst);
    struct tcp_address client, server;
    uint8_t family = tracker_addresses(c->t, a, &client, &server);
    char *label = g_strdup_printf("%u. ", rank);
    GString *text = g_string_new(NULL);

    append_address(text, family, &client, true);
    g_string_append(text, " -> ");
    append_address(text, family, &server, true);
    g_string_append_printf(text, ", call %u, ", result->call);
    append_date(text, a->first_time);
    g_string_append(text, " UTC");
    g_string_append_c(c->lines.out, '\n');
    print_paragraph(&c->lines, label, 3, text);
    g_free(label);
}

void print_call(struct call_printer *c, guint rank, const struct result *result)
{
    const struct tracker *t = c->t;
    GArray *steps = steps_collect(t, c->frames, result->worst);
    GString *summary = g_string_new(NULL), *proof = g_string_new(NULL), *waited = g_string_new(NULL);
    struct verdict v;

    tracker_verdict(t, result->worst, true, &v);
    print_who_and_when(c, rank, result);
    tracker_summary(t, result->worst, &v, summary);
    print_paragraph(&c->lines, "", 3, summary);
    print_steps(c, steps, v.decided_by);
    append_proof(proof, t, result->worst, &v);
    print_paragraph(&c->lines, "   Evidence: ", 13, proof);
    steps_bill(steps, result->lost, waited);
    print_paragraph(&c->lines, "   Waited:   ", 13, waited);
    print_advice(c, result);
    g_array_free(steps, TRUE);
}
