/* values.c - what is known of a connection attempt and its call, under the names that are a contract
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "values.h"

#include "advice.h"
#define PREFIX "synfate."

void view_init(struct view *v, const struct tracker *t)
{
    *v = (struct view){ .t = t, .text = g_string_new(NULL) };
}

void view_free(struct view *v)
{
    g_string_free(v->text, TRUE);
}

static const struct note *first_note(const struct view *v)
{
    size_t n = 0;
    const struct note *notes = tracker_notes(v->t, v->a->frame[SYN_FIRST], &n);

    for (size_t i = 0; i < n; i++)
        if (notes[i].attempt == v->record && notes[i].role == NOTE_SYN)
            return &notes[i];
    return NULL;
}

void view_set(struct view *v, uint32_t attempt, bool final)
{
    v->record = attempt;
    v->a = tracker_attempt(v->t, attempt);
    v->has_past = tracker_past(v->t, v->a, &v->past);
    v->e = tracker_evidence(v->t, v->a);
    v->note = first_note(v);
    v->family = tracker_addresses(v->t, v->a, &v->client, &v->server);
    v->final = final;
    tracker_verdict(v->t, attempt, final, &v->verdict);
    tracker_call_of(v->t, attempt, final, &v->verdict, &v->call);
}

/* ---- kinds of values ------------------------------------------------------------------------------- */

static struct value none(void)
{
    return (struct value){ .kind = VALUE_NONE };
}

static struct value number(int64_t n)
{
    return (struct value){ .kind = VALUE_NUMBER, .number = n };
}

static struct value flag(bool set)
{
    return (struct value){ .kind = VALUE_FLAG, .number = set };
}

/* ns below 0: not known. */
static struct value duration(int64_t ns)
{
    return ns < 0 ? none() : (struct value){ .kind = VALUE_TIME, .number = ns };
}

static struct value token(const char *text)
{
    return text == NULL ? none() : (struct value){ .kind = VALUE_TEXT, .text = text };
}

static struct value frame(uint32_t number_of_frame)
{
    if (number_of_frame == 0 || number_of_frame == FRAME_HIDDEN)
        return none();
    return (struct value){ .kind = VALUE_FRAME, .number = number_of_frame };
}

static struct value address(struct view *v, const struct tcp_address *a, bool with_port)
{
    g_string_truncate(v->text, 0);
    append_address(v->text, v->family, a, with_port);
    return token(v->text->str);
}

/* ---- the attempt ----------------------------------------------------------------------------------- */

static struct value get_time(struct view *v)
{
    int64_t ns = v->a->first_time % NS_PER_SECOND;
    ns += ns < 0 ? NS_PER_SECOND : 0;
    GDateTime *begin = g_date_time_new_from_unix_utc((v->a->first_time - ns) / NS_PER_SECOND);
    if (begin == NULL)
        return none();
    char *text = g_date_time_format(begin, "%Y-%m-%dT%H:%M:%S");
    g_string_printf(v->text, "%s.%09" G_GINT64_FORMAT "Z", text, ns);
    g_free(text);
    g_date_time_unref(begin);
    return token(v->text->str);
}

static struct value get_client(struct view *v)
{
    return address(v, &v->client, false);
}

static struct value get_client_port(struct view *v)
{
    return number(v->client.port);
}

static struct value get_server(struct view *v)
{
    return address(v, &v->server, false);
}

static struct value get_server_port(struct view *v)
{
    return number(v->server.port);
}

static struct value get_point(struct view *v)
{
    return token(tracker_point_name(v->t, tracker_point(v->t, v->a)));
}

static struct value get_attempt_number(struct view *v)
{
    return number(v->a->number);
}

static struct value get_use(struct view *v)
{
    return number(v->a->use);
}

static struct value get_retries(struct view *v)
{
    return number(v->a->retries);
}

static struct value get_syn(struct view *v)
{
    return frame(v->a->frame[SYN_FIRST]);
}

static struct value get_predicted(struct view *v)
{
    return v->note == NULL ? none() : token(peer_answer_name((enum peer_answer)v->note->predicted));
}

/* ---- the call -------------------------------------------------------------------------------------- */

static struct value get_call(struct view *v)
{
    return number(v->call.number);
}

/* On one attempt of a call only: counting these counts calls. */
static struct value get_outcome(struct view *v)
{
    return v->call.carrier == v->record ? token(outcome_token(v->call.outcome)) : none();
}

static struct value get_failed(struct view *v)
{
    return flag(call_failed(&v->call));
}

static struct value get_delayed(struct view *v)
{
    return flag(call_was_late(&v->call));
}

static struct value get_lost(struct view *v)
{
    return call_failed(&v->call) || call_was_late(&v->call) ? duration(v->call.lost) : none();
}

static struct value get_call_fate(struct view *v)
{
    return token(fate_token(v->call.verdict.fate));
}

static struct value get_call_cause(struct view *v)
{
    return token(cause_token(v->call.verdict.cause));
}

/* On which the call lost most: fate and cause are of this one. */
static struct value get_call_attempt(struct view *v)
{
    return number(tracker_attempt(v->t, v->call.worst)->number);
}

static struct value get_retry_of(struct view *v)
{
    return frame(v->call.retry_of);
}

static struct value get_retried_as(struct view *v)
{
    return frame(v->call.retried_as);
}

/* ---- the verdict ----------------------------------------------------------------------------------- */

static struct value get_fate(struct view *v)
{
    return token(fate_token(v->verdict.fate));
}

static struct value get_cause(struct view *v)
{
    return token(cause_token(v->verdict.cause));
}

static struct value get_basis(struct view *v)
{
    return token(v->verdict.inferred ? "inferred" : "observed");
}

static struct value get_summary(struct view *v)
{
    g_string_truncate(v->text, 0);
    tracker_summary(v->t, v->record, &v->verdict, v->text);
    return token(v->text->str);
}

static struct value get_advice(struct view *v)
{
    return token(tracker_advice(v->t, v->record, &v->verdict));
}

/* How other calls end is not known before the end of the capture. */
static struct value get_shared(struct view *v)
{
    bool known = v->final && (call_failed(&v->call) || call_was_late(&v->call));

    return token(known ? tracker_shared(v->t, v->record) : NULL);
}

static struct value get_decided_by(struct view *v)
{
    return frame(v->verdict.decided_by);
}

static struct value get_connect_time(struct view *v)
{
    return duration(v->verdict.connect_time);
}

static struct value get_wait(struct view *v)
{
    return duration(v->verdict.wait);
}

static struct value get_served(struct view *v)
{
    return duration(v->verdict.served);
}

static struct value get_reuse(struct view *v)
{
    return token(v->verdict.reuse);
}

static struct value get_stack(struct view *v)
{
    return token(tracker_peer_rules(v->t, v->a).stack->token);
}

static struct value get_stray_answer(struct view *v)
{
    const struct packets_seen *strays = tracker_packets(v->t, v->a, SEEN_STRAY);

    return strays == NULL ? none() : frame(strays->first.frame);
}

static struct value get_leg(struct view *v)
{
    return frame(tracker_leg(v->t, v->a->frame[SYN_FIRST]));
}

/* ---- the old connection ---------------------------------------------------------------------------- */

static bool has_old(const struct view *v)
{
    return v->has_past && (v->past.flags & PAST_CONNECTION);
}

static bool knows(const struct view *v, uint16_t flags)
{
    return v->has_past && (v->past.flags & flags) == flags;
}

static struct value get_old_first(struct view *v)
{
    return has_old(v) ? frame(v->past.first) : none();
}

static struct value get_old_last(struct view *v)
{
    return has_old(v) ? frame(v->past.last) : none();
}

static struct value get_old_closed_in(struct view *v)
{
    return has_old(v) ? frame(v->past.closed_in) : none();
}

static struct value get_old_closed_by(struct view *v)
{
    if (!has_old(v) || v->past.closer == SIDE_NONE)
        return none();
    return address(v, v->past.closer == attempt_side(v->a) ? &v->client : &v->server, true);
}

static struct value get_old_idle(struct view *v)
{
    return has_old(v) ? duration(v->past.idle) : none();
}

static struct value get_old_age(struct view *v)
{
    return has_old(v) ? duration(v->past.age) : none();
}

static struct value get_old_peer_state(struct view *v)
{
    return has_old(v) ? token(tcp_state_name((enum tcp_state)v->past.state)) : none();
}

/* Absent where a clock may be that of another host, or of another port. */
static struct value get_other_host(struct view *v)
{
    uint8_t signs = tracker_other_host_signs(v->t, v->record);

    return has_old(v) && !signs_are_unsure(signs) ? flag(signs_suffice(signs)) : none();
}

/* ---- TIME_WAIT of the peer ------------------------------------------------------------------------- */

static const struct time_wait_clock *clock_of(const struct view *v)
{
    return !v->has_past || v->past.tw_frame == 0 || v->note == NULL ? NULL : tracker_time_wait(v->t, v->note);
}

static struct value get_time_wait_since(struct view *v)
{
    return clock_of(v) == NULL ? none() : frame(v->past.tw_frame);
}

static struct value get_time_wait_elapsed(struct view *v)
{
    const struct time_wait_clock *clock = clock_of(v);

    return clock == NULL ? none() : duration(clock->elapsed);
}

static struct value get_time_wait_remaining(struct view *v)
{
    const struct time_wait_clock *clock = clock_of(v);

    return clock == NULL ? none() : duration(MAX(tracker_peer_rules(v->t, v->a).time_wait - clock->elapsed, 0));
}

static struct value get_time_wait_restarts(struct view *v)
{
    const struct time_wait_clock *clock = clock_of(v);

    return clock == NULL ? none() : number(clock->restarts);
}

/* ---- the peer's numbers ---------------------------------------------------------------------------- */

static struct value get_rcv_nxt(struct view *v)
{
    return knows(v, PAST_RCV_NXT) ? number(v->past.rcv_nxt) : none();
}

static struct value get_snd_nxt(struct view *v)
{
    return knows(v, PAST_SND_NXT) ? number(v->past.snd_nxt) : none();
}

static struct value get_ts_recent(struct view *v)
{
    return knows(v, PAST_TS_RECENT) ? number(v->past.ts_recent) : none();
}

static struct value get_isn_delta(struct view *v)
{
    return knows(v, PAST_RCV_NXT) ? number((int32_t)(v->a->isn - v->past.rcv_nxt)) : none();
}

static struct value get_tsval_delta(struct view *v)
{
    return knows(v, PAST_SYN_TS | PAST_TS_RECENT) ? number(v->past.tsval_delta) : none();
}

static struct value get_synack_isn_delta(struct view *v)
{
    if (!knows(v, PAST_SND_NXT) || !shows_syn_ack(v->e))
        return none();
    return number((int32_t)(v->e->syn_ack_isn - v->past.snd_nxt));
}

/* ---- the table ------------------------------------------------------------------------------------- */

static const struct value_field fields[] = {
    { "time", get_time },
    { "client.ip", get_client },
    { "client.port", get_client_port },
    { "server.ip", get_server },
    { "server.port", get_server_port },
    { "point", get_point },
    { PREFIX "attempt", get_attempt_number },
    { PREFIX "use", get_use },
    { PREFIX "retries", get_retries },
    { PREFIX "call", get_call },
    { PREFIX "outcome", get_outcome },
    { PREFIX "failed", get_failed },
    { PREFIX "delayed", get_delayed },
    { PREFIX "lost", get_lost },
    { PREFIX "retry_of", get_retry_of },
    { PREFIX "retried_as", get_retried_as },
    { PREFIX "fate", get_fate },
    { PREFIX "cause", get_cause },
    { PREFIX "basis", get_basis },
    { PREFIX "summary", get_summary },
    { PREFIX "advice", get_advice },
    { PREFIX "syn", get_syn },
    { PREFIX "decided_by", get_decided_by },
    { PREFIX "connect_time", get_connect_time },
    { PREFIX "wait", get_wait },
    { PREFIX "served", get_served },
    { PREFIX "reuse", get_reuse },
    { PREFIX "predicted", get_predicted },
    { PREFIX "isn_delta", get_isn_delta },
    { PREFIX "tsval_delta", get_tsval_delta },
    { PREFIX "synack_isn_delta", get_synack_isn_delta },
    { PREFIX "old.first", get_old_first },
    { PREFIX "old.last", get_old_last },
    { PREFIX "old.closed_in", get_old_closed_in },
    { PREFIX "old.closed_by", get_old_closed_by },
    { PREFIX "old.idle_before_close", get_old_idle },
    { PREFIX "old.age", get_old_age },
    { PREFIX "old.peer_state", get_old_peer_state },
    { PREFIX "peer.stack", get_stack },
    { PREFIX "peer.rcv_nxt", get_rcv_nxt },
    { PREFIX "peer.snd_nxt", get_snd_nxt },
    { PREFIX "peer.ts_recent", get_ts_recent },
    { PREFIX "time_wait.since", get_time_wait_since },
    { PREFIX "time_wait.elapsed", get_time_wait_elapsed },
    { PREFIX "time_wait.remaining", get_time_wait_remaining },
    { PREFIX "time_wait.restarts", get_time_wait_restarts },
    { PREFIX "other_host", get_other_host },
    { PREFIX "leg", get_leg },
    { PREFIX "stray_answer", get_stray_answer },
    { PREFIX "shared", get_shared },
    { "call.fate", get_call_fate },
    { "call.cause", get_call_cause },
    { "call.attempt", get_call_attempt },
};

const struct value_field *value_field_at(size_t i)
{
    return i < G_N_ELEMENTS(fields) ? &fields[i] : NULL;
}

const struct value_field *value_field_named(const char *name)
{
    const size_t prefix = sizeof PREFIX - 1;

    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        const char *full = fields[i].name;
        if (g_str_equal(full, name) || (g_str_has_prefix(full, PREFIX) && g_str_equal(full + prefix, name)))
            return &fields[i];
    }
    return NULL;
}
