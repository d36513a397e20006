/* report_json.c - the report as JSON: the same problems, sentences and calls as the text has
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report_json.h"

#include "engine/proof.h"
#include "engine/values.h"
#include "json.h"

/* ---- the capture and its totals -------------------------------------------------------------------- */

static void write_totals(json_dumper *json, const struct report_input *in, const struct problems *p)
{
    char *remark = report_remark(in);

    json_text(json, "filter", in->filter);
    json_flag(json, "tracked", in->t != NULL);
    json_text(json, "remark", remark);
    g_free(remark);
    json_count(json, "segments", in->totals.segments);
    json_count(json, "data_bytes", in->totals.bytes);
    json_count(json, "streams", in->totals.streams);
    json_count(json, "attempts", p->attempts);
    json_count(json, "calls", p->calls);
    json_count(json, "failed", p->failed);
    json_count(json, "late", p->late);
    json_count(json, "open_ended", p->open_ended);
    json_count(json, "unknown", p->unknown);
    json_count(json, "half_open_probes", p->probes);
    json_seconds(json, "lost_s", p->lost);
}

/* FILE:N where there are several files. */
static void write_frame(json_dumper *json, const char *name, const struct tracker *t, uint32_t frame)
{
    const struct frame_names *names = tracker_frame_names(t);

    if (!frames_have_names(names)) {
        json_frame(json, name, frame);
    } else if (frame != 0 && frame != FRAME_HIDDEN) {
        GString *text = g_string_new(NULL);
        append_frame_name(text, names, frame);
        json_text(json, name, text->str);
        g_string_free(text, TRUE);
    }
}

static void write_moment(json_dumper *json, const char *name, const struct tracker *t, const struct result *r)
{
    json_dumper_set_member_name(json, name);
    json_dumper_begin_object(json);
    json_time(json, "time", r->begin);
    write_frame(json, "frame", t, tracker_attempt(t, r->attempt)->frame[SYN_FIRST]);
    json_dumper_end_object(json);
}

/* ---- problems -------------------------------------------------------------------------------------- */

/* Frees the text. */
static void write_sentence(json_dumper *json, const char *name, GString *text)
{
    json_text(json, name, text->str);
    g_string_free(text, TRUE);
}

static void write_advice(json_dumper *json, const struct tracker *t, const struct problem *problem)
{
    const char *next;
    char *advice = problem_advice(t, problem, &next);

    json_text(json, "advice", advice);
    json_text(json, "next", next);
    g_free(advice);
}

static void write_shared(json_dumper *json, const struct contrast *contrast)
{
    if (contrast == NULL)
        return;
    json_text(json, "shared", contrast->sentence);
    if (contrast->family == NULL)
        return;
    json_text(json, "family", contrast->family->token);
    json_text(json, "family_advice", contrast->family->advice);
}

static void write_problem(json_dumper *json, const struct problems *p, const struct problem *problem)
{
    const struct tcp_address server = result_server(p->t, problem->worst);
    GString *headline = g_string_new(NULL);

    json_dumper_begin_object(json);
    problem_headline(p, problem, headline);
    write_sentence(json, "headline", headline);
    json_end_of(json, "service", problem->worst->family, &server, true);
    json_text(json, "fate", fate_token(problem->worst->call_fate));
    json_text(json, "cause", cause_token(problem->worst->call_cause));
    json_count(json, "calls", problem->service_calls);
    json_count(json, "failed", problem->failed);
    json_count(json, "late", problem->late);
    json_count(json, "open_ended", problem->open_ended);
    json_seconds(json, "lost_s", problem->lost);
    json_seconds(json, "median_lost_s", problem->median_lost);
    json_seconds(json, "largest_lost_s", problem->largest_lost);
    json_flag(json, "overcome", problem->overcome);
    write_moment(json, "first", p->t, problem->first);
    write_moment(json, "last", p->t, problem->last);
    json_count(json, "worst_call", problem->worst->call);
    write_shared(json, problem_contrast(p, problem));
    write_advice(json, p->t, problem);
    json_dumper_end_object(json);
}

static void write_crowd(json_dumper *json, const struct tracker *t, const struct crowd *crowd)
{
    GString *headline = g_string_new(NULL);
    bool flood = crowd->kind == CROWD_FLOOD;
    const struct tcp_address client = result_client(t, crowd->first), server = result_server(t, crowd->first);

    json_dumper_begin_object(json);
    crowd_headline(crowd, t, headline);
    write_sentence(json, "headline", headline);
    json_text(json, "kind", flood ? "flood" : "scan");
    if (flood)
        json_end_of(json, "service", crowd->first->family, &server, true);
    else
        json_end_of(json, "client", crowd->first->family, &client, false);
    json_count(json, "calls", crowd->calls);
    json_count(json, "failed", crowd->failed);
    json_count(json, "answered", crowd->answered);
    json_count(json, "refused", crowd->refused);
    json_count(json, "unanswered", crowd->unanswered);
    json_count(json, "clients", crowd->sources);
    json_count(json, "services", crowd->targets);
    json_count(json, "hosts", crowd->hosts);
    write_moment(json, "first", t, crowd->first);
    write_moment(json, "last", t, crowd->last);
    json_text(json, "next", crowd_next(crowd));
    json_dumper_end_object(json);
}

static void write_what(json_dumper *json, const struct problems *p)
{
    GString *text = g_string_new(NULL);
    guint named = problems_to_name(p);

    json_dumper_set_member_name(json, "what_is_wrong");
    json_dumper_begin_array(json);
    for (guint i = 0; i < named; i++) {
        g_string_truncate(text, 0);
        problem_headline(p, problem_at(p, i), text);
        json_dumper_value_string(json, text->str);
    }
    json_dumper_end_array(json);
    g_string_truncate(text, 0);
    if (named == 0)
        problems_all_is_well(p, text);
    json_text(json, "nothing_is_wrong", text->len > 0 ? text->str : NULL);
    g_string_truncate(text, 0);
    json_text(json, "overcome", problems_overcome(p, text) ? text->str : NULL);
    g_string_free(text, TRUE);
}

static void write_problems(json_dumper *json, const struct problems *p)
{
    write_what(json, p);
    json_dumper_set_member_name(json, "problems");
    json_dumper_begin_array(json);
    for (guint i = 0; i < p->list->len; i++)
        write_problem(json, p, problem_at(p, i));
    json_dumper_end_array(json);
    json_dumper_set_member_name(json, "crowds");
    json_dumper_begin_array(json);
    for (guint i = 0; i < p->crowds->len; i++)
        write_crowd(json, p->t, &g_array_index(p->crowds, struct crowd, i));
    json_dumper_end_array(json);
}

/* ---- calls ----------------------------------------------------------------------------------------- */

static void write_steps(json_dumper *json, const struct tracker *t, const GArray *steps)
{
    json_dumper_set_member_name(json, "frames");
    json_dumper_begin_array(json);
    for (guint i = 0; i < steps->len; i++) {
        const struct step *step = &g_array_index(steps, struct step, i);
        json_dumper_begin_object(json);
        write_frame(json, "frame", t, step->frame);
        json_time(json, "time", step->event.time);
        json_text(json, "from", step->of_client ? "client" : "server");
        json_text(json, "what", step->text);
        json_dumper_end_object(json);
    }
    json_dumper_end_array(json);
}

static void write_value(json_dumper *json, const struct tracker *t, const char *name, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NONE:
        break;
    case VALUE_NUMBER:
        json_number(json, name, value->number);
        break;
    case VALUE_FRAME:
        write_frame(json, name, t, (uint32_t)value->number);
        break;
    case VALUE_TIME:
        json_seconds(json, name, value->number);
        break;
    case VALUE_FLAG:
        json_flag(json, name, value->number != 0);
        break;
    case VALUE_TEXT:
        json_text(json, name, value->text);
        break;
    }
}

/* The members that lines of calls and calls of a report share: all fields, as they are on the frame that tells the call's
 * outcome; and the verdict on the attempt on which the call lost most. v: room for it. */
static void write_call(json_dumper *json, struct view *v, const struct result *r)
{
    view_set(v, r->attempt, true);
    for (size_t i = 0; value_field_at(i) != NULL; i++) {
        struct value value = value_field_at(i)->get(v);
        write_value(json, v->t, value_field_at(i)->name, &value);
    }
}

static void write_worst_call(json_dumper *json, const struct report_input *in, struct view *view,
                             const struct result *r)
{
    GArray *steps = steps_collect(in->t, in->frames, r->worst);
    GString *summary = g_string_new(NULL), *proof = g_string_new(NULL), *waited = g_string_new(NULL);
    struct problem of_call = { .worst = r };
    struct verdict v;

    tracker_verdict(in->t, r->worst, true, &v);
    json_dumper_begin_object(json);
    write_call(json, view, r);
    write_steps(json, in->t, steps);
    tracker_summary(in->t, r->worst, &v, summary);
    write_sentence(json, "summary", summary);
    append_proof(proof, in->t, r->worst, &v);
    write_sentence(json, "evidence", proof);
    steps_bill(steps, r->lost, waited);
    write_sentence(json, "waited", waited);
    write_advice(json, view->t, &of_call);
    json_dumper_end_object(json);
    g_array_free(steps, TRUE);
}

static void write_worst_calls(json_dumper *json, const struct report_input *in, const struct problems *p)
{
    GPtrArray *chosen = report_choose(p, in->calls_shown);
    struct view view;

    view_init(&view, in->t);
    json_dumper_set_member_name(json, "worst_calls");
    json_dumper_begin_array(json);
    for (guint i = 0; i < chosen->len; i++)
        write_worst_call(json, in, &view, g_ptr_array_index(chosen, i));
    json_dumper_end_array(json);
    view_free(&view);
    g_ptr_array_free(chosen, TRUE);
}

void report_write_json(const struct report_input *in, GString *out)
{
    json_dumper json = { .output_string = out, .flags = JSON_DUMPER_FLAGS_PRETTY_PRINT };
    struct problems *p = problems_new(in->t, in->attempts);

    steps_sort(in->frames);
    json_dumper_begin_object(&json);
    json_text(&json, "format", "synfate-report");
    json_count(&json, "version", REPORT_JSON_VERSION);
    write_totals(&json, in, p);
    write_problems(&json, p);
    write_worst_calls(&json, in, p);
    json_dumper_end_object(&json);
    json_dumper_finish(&json);
    problems_free(p);
}

static void write_line(struct view *view, const struct result *r, GString *out)
{
    json_dumper json = { .output_string = out };

    json_dumper_begin_object(&json);
    write_call(&json, view, r);
    json_dumper_end_object(&json);
    json_dumper_finish(&json);
}

void calls_write_ndjson(const struct report_input *in, GString *out)
{
    struct problems *p = problems_new(in->t, in->attempts);
    bool all = in->calls_shown == 0 || in->calls_shown == REPORT_ALL;
    GPtrArray *worst = all ? g_ptr_array_new() : report_choose(p, in->calls_shown);
    struct view view;

    view_init(&view, in->t);
    for (guint i = 0; i < p->results->len && all; i++)
        if (g_array_index(p->results, struct result, i).carries)
            write_line(&view, &g_array_index(p->results, struct result, i), out);
    for (guint i = 0; i < worst->len; i++)
        write_line(&view, g_ptr_array_index(worst, i), out);
    view_free(&view);
    g_ptr_array_free(worst, TRUE);
    problems_free(p);
}
