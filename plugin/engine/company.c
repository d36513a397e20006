/* company.c - what an attempt's summary says of the other attempts of its call
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "company.h"

#include "races.h"
#include "siblings.h"
#include "text.h"

bool company_of(const struct tracker *t, uint32_t attempt, const struct verdict *v, struct call *call)
{
    bool raced = raced_by(t, attempt) != 0 || racer_of(t, attempt) != 0;

    if (get_attempt(t, attempt)->sibling == 0 && !raced && v->fate != FATE_ABORTED)
        return false;
    tracker_call_of(t, attempt, true, v, call);
    return true;
}

static void append_client_port(GString *out, const struct tracker *t, const struct attempt *a)
{
    struct tcp_address client;

    port_pairs_address(&t->pairs, pair_of(t, a), attempt_side(a), &client);
    g_string_append_printf(out, " from port %u", client.port);
}

static void append_got_in(GString *out, const struct tracker *t, uint32_t attempt)
{
    struct verdict v;

    tracker_verdict(t, attempt, true, &v);
    if (v.fate == FATE_ESTABLISHED)
        g_string_append(out, " and got in");
}

/* A NAT gave the flow up, and sent the same SYN again through another port. */
static void append_retries(GString *out, const struct tracker *t, uint32_t attempt, const struct call *call)
{
    const struct attempt *own = get_attempt(t, attempt);

    for (uint32_t s = sibling_after(t, attempt, attempt); s != 0; s = sibling_after(t, attempt, s)) {
        const struct attempt *a = get_attempt(t, s);
        uint32_t frame = a->frame[SYN_FIRST];
        bool before = frame == call->retry_of, after = frame == call->retried_as;
        if ((!before && !after) || frame == FRAME_HIDDEN || !are_retries(t, own, a))
            continue;
        g_string_append_printf(out, "; %s as frame ", before ? "was sent before" : "came again");
        append_frame_name(out, &t->frame_names, frame);
        append_client_port(out, t, a);
        if (after)
            append_got_in(out, t, s);
    }
}

/* Nothing of a frame that a read filter left out. */
static void append_first_frame(GString *out, const struct tracker *t, const struct attempt *a)
{
    if (a->frame[SYN_FIRST] == FRAME_HIDDEN)
        return;
    g_string_append(out, " (frame ");
    append_frame_name(out, &t->frame_names, a->frame[SYN_FIRST]);
    g_string_append_c(out, ')');
}

static void append_server(GString *out, const struct tracker *t, const struct attempt *a)
{
    const struct port_pair *pair = pair_of(t, a);
    struct tcp_address server;

    port_pairs_address(&t->pairs, pair, server_side(a), &server);
    append_address(out, pair->family, &server, true);
}

/* Two addresses of a service were tried one after the other, and the second one got in (RFC 8305). */
static void append_race(GString *out, const struct tracker *t, uint32_t attempt, const struct call *call)
{
    const struct attempt *own = get_attempt(t, attempt), *other = get_attempt(t, call->rival);
    const struct attempt *loser = own->first_time < other->first_time ? own : other;
    int64_t gap = ABS(other->first_time - own->first_time);
    bool families = pair_of(t, own)->family != pair_of(t, other)->family;

    if (own == loser) {
        g_string_append(out, "; its caller tried ");
        append_server(out, t, other);
        g_string_append(out, " after ");
        append_duration(out, gap);
        append_first_frame(out, t, other);
        g_string_append(out, " and got in there");
        return;
    }
    g_string_append(out, "; ");
    if (call->rivals > 1)
        g_string_append_printf(out, "%u other addresses", call->rivals);
    else if (families)
        g_string_append(out, pair_of(t, loser)->family == 6 ? "IPv6" : "IPv4");
    else
        append_server(out, t, loser);
    g_string_append(out, " cost this call ");
    append_duration(out, gap);
    g_string_append(out, call->rivals > 1 ? ": the first SYN" : ": its SYN");
    append_first_frame(out, t, loser);
    g_string_append(out, " got no connection");
}

void append_company(GString *out, const struct tracker *t, uint32_t attempt, const struct call *call)
{
    if (call->retry_of != 0 || call->retried_as != 0)
        append_retries(out, t, attempt, call);
    if (call->rival != 0)
        append_race(out, t, attempt, call);
}
