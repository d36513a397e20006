/* proof.c - what a verdict rests on, in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "proof.h"

#include <inttypes.h>

enum { SIBLINGS_SHOWN = 3 };

/* A frame; a read filter may have left it out of the file. */
static void append_frame(GString *out, const struct tracker *t, const char *before, uint32_t frame)
{
    g_string_append(out, before);
    if (frame == FRAME_HIDDEN)
        g_string_append_c(out, '?');
    else
        append_frame_name(out, tracker_frame_names(t), frame);
}

static void append_end(GString *out, const struct tracker *t, const struct attempt *a, bool client)
{
    struct tcp_address ends[2];
    uint8_t family = tracker_addresses(t, a, &ends[0], &ends[1]);

    append_address(out, family, &ends[client ? 0 : 1], true);
}

/* How often SYNs had restarted the peer's TIME_WAIT when the attempt's first one came. */
static uint32_t restarts_before(const struct tracker *t, uint32_t attempt)
{
    size_t n = 0;
    const struct note *notes = tracker_notes(t, tracker_attempt(t, attempt)->frame[SYN_FIRST], &n);

    for (size_t i = 0; i < n; i++) {
        const struct time_wait_clock *clock = tracker_time_wait(t, &notes[i]);
        if (notes[i].attempt == attempt && clock != NULL)
            return clock->restarts;
    }
    return 0;
}

/* The time that the peer spent in TIME_WAIT is not that since the old connection, if SYNs restarted it. */
static void append_time_wait(GString *out, const struct tracker *t, const struct past *h, uint32_t restarts)
{
    append_frame(out, t, " (since frame ", h->tw_frame);
    g_string_append(out, ", for ");
    append_duration(out, h->tw_elapsed);
    if (restarts > 0)
        g_string_append_printf(out, ", restarted by %u %s", restarts, restarts == 1 ? "SYN" : "SYNs");
    g_string_append_c(out, ')');
}

static void append_old_connection(GString *out, const struct tracker *t, uint32_t attempt, const struct past *h)
{
    const struct attempt *a = tracker_attempt(t, attempt);
    const char *state = tcp_state_name((enum tcp_state)h->state);

    append_frame(out, t, "The old connection on this port pair is in frames ", h->first);
    append_frame(out, t, " to ", h->last);
    if (h->closed_in != 0) {
        append_frame(out, t, ", closed in frame ", h->closed_in);
        if (h->closer != SIDE_NONE) {
            g_string_append(out, " by ");
            append_end(out, t, a, h->closer == attempt_side(a));
        }
    }
    if (h->idle >= 0) {
        g_string_append(out, " after ");
        append_duration(out, h->idle);
        g_string_append(out, " without data");
    }
    g_string_append(out, "; ");
    append_duration(out, h->age);
    g_string_append(out, " after its last segment this SYN came. ");
    if (state != NULL)
        g_string_append_printf(out, "The peer was in %s", state);
    if (h->state == STATE_TIME_WAIT && h->tw_frame != 0)
        append_time_wait(out, t, h, restarts_before(t, attempt));
    g_string_append(out, state == NULL ? "" : ". ");
}

static void append_numbers(GString *out, const struct attempt *a, const struct past *h)
{
    if (h->flags & PAST_RCV_NXT)
        g_string_append_printf(out, "ISN - RCV.NXT = %+" PRId32 ". ", (int32_t)(a->isn - h->rcv_nxt));
    if ((h->flags & PAST_SYN_TS) && (h->flags & PAST_TS_RECENT))
        g_string_append_printf(out, "TSval - TS.Recent = %+" PRId32 ". ", h->tsval_delta);
    if ((h->flags & PAST_RCV_NXT) && (h->flags & PAST_FROM_ANSWER))
        g_string_append(out, "(The peer's numbers are read from its ACK.) ");
}

/* The same SYN at another capture point, on the other side of a NAT, or sent again by it. */
static void append_siblings(GString *out, const struct tracker *t, uint32_t attempt)
{
    uint32_t s = attempt;

    for (guint n = 0; n < SIBLINGS_SHOWN && (s = sibling_after(t, attempt, s)) != 0; n++) {
        const struct attempt *a = tracker_attempt(t, s);
        const char *point = tracker_point_name(t, tracker_point(t, a));
        append_frame(out, t, "The same SYN is in frame ", a->frame[SYN_FIRST]);
        g_string_append(out, ", from ");
        append_end(out, t, a, true);
        g_string_append(out, " to ");
        append_end(out, t, a, false);
        if (point != NULL)
            g_string_append_printf(out, " at interface %s", point);
        g_string_append(out, ". ");
    }
}

/* One call tried several addresses. Where the capture does not show what name was looked up, its SYNs alone tell. */
static void append_race(GString *out, const struct tracker *t, uint32_t attempt)
{
    struct call call;

    tracker_call(t, attempt, true, &call);
    if (call.rival == 0)
        return;
    if (tracker_have_one_name(t, tracker_attempt(t, attempt), tracker_attempt(t, call.rival)))
        g_string_append(out, "That its addresses are of one name is observed: DNS answers give them. ");
    else
        g_string_append(out,
                        "That its addresses were tried for one call is inferred: from one client to one port, one soon "
                        "after the other. ");
}

/* What is missing, and what came instead. */
static void append_silence(GString *out, const struct tracker *t, const struct attempt *a)
{
    const struct evidence *e = tracker_evidence(t, a);
    const struct packets_seen *resets = tracker_packets(t, a, SEEN_RST_OTHER);

    if (shows_syn_ack(e)) {
        g_string_append(out, "A SYN/ACK came, and no frame of the client acknowledges it. ");
        return;
    }
    g_string_append_printf(out, a->retries == 0 ? "No frame answers its SYN" : "No frame answers its %u SYNs",
                           a->retries + 1U);
    if (resets != NULL)
        g_string_append_printf(out, " but %" PRIu32 " %s of another number", resets->count,
                               resets->count == 1 ? "RST" : "RSTs");
    g_string_append(out, ". ");
}

void append_proof(GString *out, const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    const struct attempt *a = tracker_attempt(t, attempt);
    const struct packets_seen *strays = tracker_packets(t, a, SEEN_STRAY);
    struct past past;
    bool has_past = tracker_past(t, a, &past);

    g_string_append(out, v->inferred ? "inferred. " : "observed. ");
    if (has_past && (past.flags & PAST_CONNECTION))
        append_old_connection(out, t, attempt, &past);
    if (has_past)
        append_numbers(out, a, &past);
    if (v->decided_by != 0) {
        append_frame(out, t, "Decided by frame ", v->decided_by);
        g_string_append(out, ". ");
    } else if (v->fate == FATE_NO_ANSWER) {
        append_silence(out, t, a);
    }
    if (strays != NULL) {
        append_frame(out, t, "The answer from elsewhere is frame ", strays->first.frame);
        g_string_append(out, ". ");
    }
    append_siblings(out, t, attempt);
    append_race(out, t, attempt);
    g_strchomp(out->str);
    g_string_truncate(out, strlen(out->str));
}
