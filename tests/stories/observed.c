/* observed.c - reads from the engine what stories expect of an attempt
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "observed.h"

#include "advice.h"
#include "call.h"
#include "siblings.h"

static void connect_time(const struct judged *j, struct observed *fact)
{
    fact->number = j->verdict.connect_time;
    fact->none = fact->number == -1;
}

static void waiting_time(const struct judged *j, struct observed *fact)
{
    fact->number = j->verdict.wait;
}

static void attempt_number(const struct judged *j, struct observed *fact)
{
    fact->number = j->attempt->number;
}

static void use_number(const struct judged *j, struct observed *fact)
{
    fact->number = j->attempt->use;
}

static void as_rules(const struct judged *j, struct observed *fact)
{
    fact->number = j->verdict.not_as_rules;
}

static void reuse_of(const struct judged *j, struct observed *fact)
{
    fact->none = j->verdict.reuse == NULL;
    g_string_assign(fact->text, fact->none ? "" : j->verdict.reuse);
}

static void decided_at(const struct judged *j, struct observed *fact)
{
    g_string_assign(fact->text, j->verdict.from_twin ? "point" : j->verdict.source != j->record ? "leg" : "here");
}

static void stack_token(const struct judged *j, struct observed *fact)
{
    g_string_assign(fact->text, tracker_peer_rules(j->t, j->attempt).stack->token);
}

static void point_name(const struct judged *j, struct observed *fact)
{
    const char *name = tracker_point_name(j->t, tracker_point(j->t, j->attempt));

    fact->none = name == NULL;
    g_string_assign(fact->text, name == NULL ? "" : name);
}

static void is_twin(const struct judged *j, struct observed *fact)
{
    fact->number = (j->attempt->flags & ATTEMPT_TWIN) != 0;
}

static void leg_frame(const struct judged *j, struct observed *fact)
{
    fact->number = tracker_leg(j->t, j->attempt->frame[SYN_FIRST]);
}

static void new_client(const struct judged *j, struct observed *fact)
{
    fact->none = !leg_of_attempt(j->t, j->record, &fact->address);
}

static void old_client(const struct judged *j, struct observed *fact)
{
    fact->none = !leg_of_old(j->t, j->attempt, &fact->address);
}

static void is_other_host(const struct judged *j, struct observed *fact)
{
    uint8_t signs = tracker_other_host_signs(j->t, j->record);

    fact->none = signs_are_unsure(signs);
    fact->number = signs_suffice(signs);
}

static void signs_of_other_host(const struct judged *j, struct observed *fact)
{
    static const char *const names[] = { "clock", "ttl", "options", "sizes", "leg", "maybe", "old_data" };
    const uint8_t signs = tracker_other_host_signs(j->t, j->record);

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (signs >> i & 1)
            g_string_append_printf(fact->text, "%s%s", fact->text->len > 0 ? "," : "", names[i]);
    fact->none = signs == 0;
}

static void stray_frame(const struct judged *j, struct observed *fact)
{
    const struct packets_seen *strays = tracker_packets(j->t, j->attempt, SEEN_STRAY);

    fact->number = strays == NULL ? 0 : strays->first.frame;
}

/* ---- the call ---- */

static struct call call_of(const struct judged *j)
{
    struct call call;

    tracker_call(j->t, j->record, true, &call);
    return call;
}

static void call_outcome(const struct judged *j, struct observed *fact)
{
    g_string_assign(fact->text, outcome_token(call_of(j).outcome));
}

static void call_lost(const struct judged *j, struct observed *fact)
{
    fact->number = call_of(j).lost;
}

static void call_retry_of(const struct judged *j, struct observed *fact)
{
    fact->number = call_of(j).retry_of;
}

/* ---- the old connection ---- */

static void old_number(const struct judged *j, struct observed *fact, unsigned flag, size_t offset)
{
    struct past past;

    fact->none = !tracker_past(j->t, j->attempt, &past) || (flag != 0 && !(past.flags & flag));
    if (!fact->none)
        fact->number = *(const uint32_t *)(const void *)((const char *)&past + offset);
}

static void old_rcv_nxt(const struct judged *j, struct observed *fact)
{
    old_number(j, fact, PAST_RCV_NXT, offsetof(struct past, rcv_nxt));
}

static void old_snd_nxt(const struct judged *j, struct observed *fact)
{
    old_number(j, fact, PAST_SND_NXT, offsetof(struct past, snd_nxt));
}

static void old_ts_recent(const struct judged *j, struct observed *fact)
{
    old_number(j, fact, PAST_TS_RECENT, offsetof(struct past, ts_recent));
}

static void old_first(const struct judged *j, struct observed *fact)
{
    old_number(j, fact, 0, offsetof(struct past, first));
}

static void old_last(const struct judged *j, struct observed *fact)
{
    old_number(j, fact, 0, offsetof(struct past, last));
}

static void old_closed_in(const struct judged *j, struct observed *fact)
{
    old_number(j, fact, 0, offsetof(struct past, closed_in));
}

/* ---- texts ---- */

static void summary(const struct judged *j, struct observed *fact)
{
    tracker_summary(j->t, j->record, &j->verdict, fact->text);
}

static void advice(const struct judged *j, struct observed *fact)
{
    g_string_assign(fact->text, tracker_advice(j->t, j->record, &j->verdict));
}

static const struct observed_row rows[] = {
    { "connect", FACT_TIME, connect_time, "the connect time" },
    { "wait", FACT_TIME, waiting_time, "the waiting time" },
    { "number", FACT_NUMBER, attempt_number, "the attempt's number" },
    { "use", FACT_NUMBER, use_number, "the use" },
    { "not_as_rules", FACT_YES, as_rules, "whether it is not as the rules are" },
    { "stack", FACT_WORD, stack_token, "the peer's stack" },
    { "reuse", FACT_WORD, reuse_of, "how it got in beside the old connection" },
    { "decided_at", FACT_WORD, decided_at, "where it is decided" },
    { "point", FACT_WORD, point_name, "the capture point" },
    { "twin", FACT_YES, is_twin, "whether it is counted elsewhere" },
    { "leg", FACT_FRAME, leg_frame, "the other leg" },
    { "client", FACT_END, new_client, "the client" },
    { "old_client", FACT_END, old_client, "the old connection's client" },
    { "other_host", FACT_YES, is_other_host, "whether it is another host" },
    { "signs", FACT_WORD, signs_of_other_host, "the list of signs of another host" },
    { "stray", FACT_FRAME, stray_frame, "the answer from elsewhere" },
    { "outcome", FACT_WORD, call_outcome, "the call's outcome" },
    { "lost", FACT_TIME, call_lost, "what the call lost" },
    { "retry_of", FACT_FRAME, call_retry_of, "the attempt before it, of the same call" },
    { "rcv_nxt", FACT_NUMBER, old_rcv_nxt, "RCV.NXT" },
    { "snd_nxt", FACT_NUMBER, old_snd_nxt, "SND.NXT" },
    { "ts_recent", FACT_NUMBER, old_ts_recent, "TS.Recent" },
    { "old_first", FACT_FRAME, old_first, "the old connection's first frame" },
    { "old_last", FACT_FRAME, old_last, "the old connection's last frame" },
    { "closed_in", FACT_FRAME, old_closed_in, "the old connection's first FIN or RST" },
    { "reads", FACT_TEXT, summary, "the summary" },
    { "summary", FACT_WITH, summary, "the summary" },
    { "no_summary", FACT_WITHOUT, summary, "the summary" },
    { "advice", FACT_WITH, advice, "the advice" },
    { "no_advice", FACT_WITHOUT, advice, "the advice" },
};

const struct observed_row *observed_row(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(rows[i].word, word) == 0)
            return &rows[i];
    return NULL;
}
