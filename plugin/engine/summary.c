/* summary.c - the verdict in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "summary.h"

#include "between.h"
#include "company.h"
#include "fast_open.h"
#include "keys.h"
#include "lacks.h"
#include "other_host.h"
#include "past.h"
#include "rejection.h"
#include "seq.h"
#include "shapes.h"
#include "siblings.h"
#include "text.h"
#include "ways.h"

#include <inttypes.h>

/* What the comparison with the old connection showed, in parentheses. */
static void append_comparison(GString *out, const struct tracker *t, const struct verdict *v)
{
    const struct attempt *a = get_attempt(t, v->source);
    struct past past, *h = &past;
    bool known = tracker_past(t, a, &past);

    if (v->cause == CAUSE_TIME_WAIT_PAWS) {
        g_string_append(out, " (PAWS");
        if (known && (h->flags & PAST_SYN_TS) && h->tsval_delta < 0)
            g_string_append_printf(out, ": TSval %" PRIu32 " behind", 0U - (uint32_t)h->tsval_delta);
        g_string_append(out, v->inferred ? ", inferred)" : ")");
    } else if (v->cause == CAUSE_TIME_WAIT_SEQUENCE) {
        g_string_append(out, " (old sequence number");
        if (known && (h->flags & PAST_RCV_NXT) && h->rcv_nxt == a->isn)
            g_string_append(out, ": the same");
        else if (known && (h->flags & PAST_RCV_NXT) && seq_delta(h->rcv_nxt, a->isn) > 0)
            g_string_append_printf(out, ": %" PRIu32 " behind", h->rcv_nxt - a->isn);
        g_string_append(out, v->inferred ? ", inferred)" : ")");
    } else if (v->cause == CAUSE_OLD_UNKNOWN) {
        const struct packets_seen *acks = packets_of(t, get_trouble(t, a), SEEN_BARE_ACK);
        if (known && h->state == STATE_TIME_WAIT && (a->flags & ATTEMPT_TIMESTAMP_CUT))
            g_string_append(out, " (in TIME_WAIT; the captured bytes end before the timestamps)");
        else if (acks != NULL && is_made_by_socket(&acks->first))
            g_string_append(out, " (of a live socket, its state is not in the capture)");
        else
            g_string_append(out, " (its state is not in the capture)");
    }
}

static void append_other_host(GString *out, uint8_t signs)
{
    static const struct {
        uint8_t sign;
        const char *name;
    } names[] = {
        { SIGN_LEG, "address before NAT" },
        { SIGN_CLOCK, "timestamp clock" },
        { SIGN_TTL, "TTL" },
        { SIGN_OPTIONS, "TCP options" },
        { SIGN_SIZES, "MSS or window" },
        { SIGN_OLD_DATA, "the old connection goes on" },
    };
    const char *separator = "; another host than before (";

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!(signs & names[i].sign))
            continue;
        g_string_append_printf(out, "%s%s", separator, names[i].name);
        separator = ", ";
    }
    g_string_append_c(out, ')');
}

/* Two clients became one translated port pair. translated: the attempt on the side of the server. */
static bool append_collision(GString *out, const struct tracker *t, uint32_t translated)
{
    const struct attempt *a = get_attempt(t, translated);
    struct tcp_address before, after, client;
    const struct port_pair *pair = pair_of(t, a);

    if (!leg_of_old(t, a, &before) || !leg_of_attempt(t, translated, &after)
        || memcmp(before.ip, after.ip, sizeof before.ip) == 0)
        return false;
    g_string_append(out, "; ");
    append_address(out, pair->family, &after, false);
    g_string_append(out, " and ");
    append_address(out, pair->family, &before, false);
    g_string_append(out, " both became ");
    port_pairs_address(&t->pairs, pair, attempt_side(a), &client);
    append_address(out, pair->family, &client, true);
    return true;
}

/* The collision may show on another leg, or at another capture point. */
static bool append_collisions(GString *out, const struct tracker *t, uint32_t attempt)
{
    uint32_t r = attempt;

    while (r != 0 && !append_collision(out, t, r))
        r = sibling_after(t, attempt, r);
    return r != 0;
}

/* Who used the port pair before, if it was somebody else: the two addresses say more than a sign does. */
static void append_others(GString *out, const struct tracker *t, uint32_t attempt)
{
    uint8_t signs = tracker_other_host_signs(t, attempt);

    if (append_collisions(out, t, attempt))
        return;
    if (signs_suffice(signs))
        append_other_host(out, signs);
    else if (signs_are_unsure(signs))
        g_string_append(out, "; another clock than before (of another host or port)");
}

/* What the answer was that decided; NULL if the attempt's own capture point does not show it. */
static const char *answer_name(const struct tracker *t, const struct attempt *a, uint32_t decided_by)
{
    static const struct {
        enum seen_kind kind;
        const char *name;
    } answers[] = {
        { SEEN_BARE_ACK, "the peer's ACK" }, { SEEN_WRONG_SYN_ACK, "the peer's SYN/ACK" },
        { SEEN_RST, "the peer's RST" },      { SEEN_SERVER_RST, "the peer's RST" },
        { SEEN_ICMP, "the ICMP error" },
    };

    for (size_t i = 0; decided_by != 0 && i < G_N_ELEMENTS(answers); i++) {
        const struct packets_seen *packets = packets_of(t, get_trouble(t, a), answers[i].kind);
        if (packets != NULL && packets->first.frame == decided_by)
            return answers[i].name;
    }
    return NULL;
}

static bool has_denial(const struct tracker *t, const struct attempt *a)
{
    static const enum seen_kind denials[] = { SEEN_BARE_ACK, SEEN_WRONG_SYN_ACK, SEEN_RST, SEEN_ICMP, SEEN_CLIENT_RST };

    for (size_t i = 0; i < G_N_ELEMENTS(denials); i++)
        if (packets_of(t, get_trouble(t, a), denials[i]) != NULL)
            return true;
    return false;
}

static const char *point_of(const struct tracker *t, const struct attempt *a)
{
    uint16_t point = pair_of(t, a)->point;

    return point < t->points->len ? g_ptr_array_index(t->points, point) : NULL;
}

/* Two interfaces may be those of two hosts whose captures were merged. */
static void append_lost_between(GString *out, const struct tracker *t, uint32_t attempt)
{
    g_string_append_printf(out, "; it was seen at interface %s only, others go on to another (if that is of this host)",
                           point_of(t, get_attempt(t, attempt)));
}

/* Where another capture point saw the answer that this one did not. */
static void append_points(GString *out, const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    const struct attempt *a = get_attempt(t, attempt);

    for (uint32_t s = sibling_after(t, attempt, attempt); s != 0; s = sibling_after(t, attempt, s)) {
        const struct attempt *b = get_attempt(t, s);
        const struct attempt *blind = v->from_twin ? a : b, *seeing = v->from_twin ? b : a;
        const char *answer = answer_name(t, seeing, v->decided_by);
        const char *from = point_of(t, seeing), *to = point_of(t, blind);
        if (answer == NULL || has_denial(t, blind) || are_retries(t, a, b)
            || pair_of(t, a)->point == pair_of(t, b)->point || from == NULL || to == NULL)
            continue;
        g_string_append_printf(out, "; %s was seen at interface %s and never reached interface %s", answer, from, to);
        return;
    }
}

/* The same rejection came again after the client's RST, to a SYN that was sent after it. */
static bool is_reset_survived(const struct tracker *t, const struct attempt *a)
{
    const struct trouble *trouble = get_trouble(t, a);
    const struct packets_seen *acks = packets_of(t, trouble, SEEN_BARE_ACK);

    return acks != NULL && trouble->frame[TROUBLE_OLD_RESET] != 0
           && a->frame[SYN_LAST] > trouble->frame[TROUBLE_OLD_RESET] && acks->last.frame > a->frame[SYN_LAST]
           && acks->last.seq == acks->first.seq && acks->last.ack == acks->first.ack;
}

static void append_survived_reset(GString *out, const struct tracker *t, const struct attempt *a)
{
    if (!is_reset_survived(t, a))
        return;
    g_string_append(out, "; the client's RST in frame ");
    append_frame_name(out, &t->frame_names, get_trouble(t, a)->frame[TROUBLE_OLD_RESET]);
    g_string_append(out, " did not remove the old connection");
}

static void append_damage(GString *out, const struct verdict *v)
{
    static const char *const what[] = {
        [DAMAGE_SYN] = "its SYN",
        [DAMAGE_SYNS] = "each SYN before the last",
        [DAMAGE_SYN_ACK] = "its SYN/ACK",
    };

    if (v->damage == DAMAGE_NONE)
        return;
    g_string_append_printf(out, "; %s came ", what[v->damage]);
    if (v->tunnel_damaged)
        g_string_append(out, "in a tunnel with a wrong UDP checksum, which the tunnel's far end drops");
    else
        g_string_append_printf(out, "with a wrong TCP checksum, which the %s drops",
                               v->damage == DAMAGE_SYN_ACK ? "client" : "server");
}

static void append_key(GString *out, const struct tracker *t, const struct attempt *a, const struct verdict *v)
{
    const char *option = NULL;
    enum key_doubt doubt = key_doubt_of(t, a, v, &option);

    if (doubt == KEY_SIGNED)
        g_string_append_printf(out, "; its SYN is signed (%s): a wrong key looks so", option);
    else if (doubt == KEY_MISSING)
        g_string_append_printf(out, "; its SYN is not signed (%s), and the service has keys with others", option);
}

static void append_stack(GString *out, const struct tracker *t, const struct attempt *a, const struct verdict *v)
{
    if (!v->assumed && !v->not_as_rules)
        return;
    const struct stack *stack = rules_of_host(t, pair_of(t, a), server_side(a)).stack;
    if (v->assumed)
        g_string_append_printf(out, "; if it is %s", stack->name);
    if (v->not_as_rules)
        g_string_append_printf(out, "; answered as %s would not", stack->name);
}

static bool never_got_first_segment(const struct tracker *t, const struct verdict *v)
{
    return v->cause == CAUSE_UNANSWERED_DATA && lacks_first_segment(t, v->source) && !is_stuck_by_errors(t, v);
}

static const char *sentence_of(const struct tracker *t, uint32_t attempt, const struct verdict *v, bool probe)
{
    if (probe)
        return "Half-open probe (health check): the client resets what the server answers, at a constant period";
    if (v->fate == FATE_ESTABLISHED && is_to_itself(t, attempt))
        return "Connected to itself: nobody listened, and the client's port happened to be the one that it called";
    if (never_got_first_segment(t, v))
        return "Stuck: the client is connected, the server has later data and never the first segment";
    if (is_stuck_by_errors(t, v))
        return "Stuck: the client is connected, and ICMP errors say that what it sends does not arrive";
    return verdict_row(v->fate, v->cause)->sentence;
}

static void append_lacking(GString *out, const struct tracker *t, const struct verdict *v)
{
    if (!never_got_first_segment(t, v))
        return;
    g_string_append_printf(out, " of %u bytes", get_evidence(t, get_attempt(t, v->source))->request);
}

/* The client was connected, and its data taken later. */
static void append_served(GString *out, const struct verdict *v)
{
    if (v->served < 0)
        return;
    g_string_append(out, ", its data taken after ");
    append_duration(out, v->served);
}

void tracker_summary(const struct tracker *t, uint32_t attempt, const struct verdict *v, GString *out)
{
    const struct attempt *a = get_attempt(t, attempt);
    struct call call;
    bool has_company = company_of(t, attempt, v, &call);

    g_string_append(out, sentence_of(t, attempt, v, has_company && call.probe));
    append_comparison(out, t, v);
    append_shape(out, t, attempt, v);
    append_lacking(out, t, v);
    if (a->retries > 0)
        g_string_append_printf(out, ", %u %s", a->retries, a->retries == 1 ? "retry" : "retries");
    if (v->fate == FATE_ESTABLISHED && v->connect_time >= 0) {
        g_string_append(out, ", ");
        append_duration(out, v->connect_time);
        append_served(out, v);
    } else if (v->fate != FATE_ESTABLISHED && a->last_time > a->first_time) {
        g_string_append(out, ", ");
        append_duration(out, a->last_time - a->first_time);
    }
    if (v->fate == FATE_REJECTED)
        append_survived_reset(out, t, a);
    if (is_fast_open_lost(t, a, v))
        g_string_append(out, "; only the SYN without Fast Open data was answered");
    append_key(out, t, a, v);
    append_damage(out, v);
    if (v->fate == FATE_REFUSED
        && was_made_here(t, a, packets_of(t, get_trouble(t, a), SEEN_RST), v->cause == CAUSE_RESET_IN_PATH))
        g_string_append(out, "; the host that captured made the RST");
    if (v->cause == CAUSE_DROPPED_HERE && lost_between(t, v->source) != 0)
        append_lost_between(out, t, v->source);
    if (is_further_path(t, a))
        g_string_append(out, "; a further path of an MPTCP connection");
    append_stack(out, t, a, v);
    append_others(out, t, attempt);
    if (has_company)
        append_company(out, t, attempt, &call);
    if (v->fate == FATE_NO_ANSWER && capture_lacks_server(t, a))
        g_string_append(out, "; the capture lacks what the server sends");
    append_points(out, t, attempt, v);
}
