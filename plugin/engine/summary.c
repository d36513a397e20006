/* summary.c - the verdict in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "seq.h"
#include "tracker_impl.h"

#include <inttypes.h>
#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

static void append_time(GString *out, int64_t ns)
{
    double seconds = (double)ns / (double)NS_PER_SECOND;

    if (ns >= NS_PER_SECOND)
        g_string_append_printf(out, "%.1f s", seconds);
    else
        g_string_append_printf(out, "%.3g ms", seconds * 1000);
}

void append_address(GString *out, uint8_t family, const struct tcp_address *address, bool with_port)
{
    char text[INET6_ADDRSTRLEN] = "";

    inet_ntop(family == 4 ? AF_INET : AF_INET6, address->ip, text, sizeof text);
    if (!with_port)
        g_string_append(out, text);
    else
        g_string_append_printf(out, family == 4 ? "%s:%u" : "[%s]:%u", text, address->port);
}

/* What the comparison with the old connection showed, in parentheses. */
static void append_comparison(GString *out, const struct tracker *t, const struct verdict *v)
{
    const struct attempt *a = get_attempt(t, v->source);
    const struct history *h = get_history(t, a);
    bool known = h != NULL;

    if (v->cause == CAUSE_TIME_WAIT_PAWS) {
        g_string_append(out, " (PAWS");
        if (known && (h->flags & HISTORY_SYN_TS) && h->tsval_delta < 0)
            g_string_append_printf(out, ": TSval %" PRIu32 " behind", 0U - (uint32_t)h->tsval_delta);
        g_string_append(out, v->inferred ? ", inferred)" : ")");
    } else if (v->cause == CAUSE_TIME_WAIT_SEQUENCE) {
        g_string_append(out, " (old sequence number");
        if (known && (h->flags & HISTORY_RCV_NXT) && seq_delta(h->rcv_nxt, a->isn) >= 0)
            g_string_append_printf(out, ": %" PRIu32 " behind", h->rcv_nxt - a->isn);
        g_string_append(out, v->inferred ? ", inferred)" : ")");
    } else if (v->cause == CAUSE_OLD_UNKNOWN) {
        const struct trouble *trouble = get_trouble(t, a);
        if (trouble != NULL && (trouble->flags & TROUBLE_BY_SOCKET))
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
        { SIGN_LEG, "address before NAT" }, { SIGN_CLOCK, "timestamp clock" }, { SIGN_TTL, "TTL" },
        { SIGN_OPTIONS, "TCP options" },    { SIGN_SIZES, "MSS or window" },
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
    struct tcp_address before, after, client, server;
    uint8_t family = tracker_addresses(t, a, &client, &server);

    if (!tracker_old_leg(t, a, &before) || !tracker_new_leg(t, translated, &after)
        || memcmp(before.ip, after.ip, sizeof before.ip) == 0)
        return false;
    g_string_append(out, "; ");
    append_address(out, family, &after, false);
    g_string_append(out, " and ");
    append_address(out, family, &before, false);
    g_string_append(out, " both became ");
    append_address(out, family, &client, true);
    return true;
}

/* The collision may show on another leg, or at another capture point. */
static void append_collisions(GString *out, const struct tracker *t, uint32_t attempt)
{
    uint32_t r = attempt;

    for (unsigned n = 0; r != 0 && n < 16 && !append_collision(out, t, r); n++) {
        r = get_attempt(t, r)->sibling;
        if (r == attempt)
            return;
    }
}

/* What the answer was that decided at a capture point; NULL if none did there. */
static const char *answer_name(const struct trouble *there, const struct verdict *v)
{
    if (there == NULL || v->decided_by == 0)
        return NULL;
    if (there->rejection_frame == v->decided_by)
        return there->flags & TROUBLE_SYN_ACK ? "the peer's SYN/ACK" : "the peer's ACK";
    if (there->failure_frame != v->decided_by || there->failure == FAILURE_CLIENT_RESET)
        return NULL;
    return there->failure == FAILURE_ICMP ? "the ICMP error" : "the peer's RST";
}

/* Where another capture point saw the answer that this one did not. */
static void append_points(GString *out, const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    const struct attempt *a = get_attempt(t, attempt);
    uint32_t sibling = a->sibling;

    for (unsigned n = 0; sibling != 0 && sibling != attempt && n < 16; n++) {
        const struct attempt *b = get_attempt(t, sibling);
        const struct attempt *blind = v->from_twin ? a : b, *seeing = v->from_twin ? b : a;
        const struct trouble *here = get_trouble(t, blind);
        const char *answer = answer_name(get_trouble(t, seeing), v);
        bool missed = here == NULL || (here->rejection_frame == 0 && here->failure_frame == 0);
        const char *from = tracker_point_name(t, tracker_point(t, seeing));
        const char *to = tracker_point_name(t, tracker_point(t, blind));
        sibling = b->sibling;
        if (answer == NULL || !missed || tracker_point(t, a) == tracker_point(t, b) || from == NULL || to == NULL)
            continue;
        g_string_append_printf(out, "; %s was seen at interface %s and never reached interface %s", answer, from, to);
        return;
    }
}

void tracker_summary(const struct tracker *t, uint32_t attempt, const struct verdict *v, GString *out)
{
    const struct attempt *a = get_attempt(t, attempt);
    const struct verdict_row *row = verdict_row(v->fate, v->cause);
    uint8_t signs = tracker_other_host_signs(t, attempt);

    g_string_append(out, row->sentence);
    append_comparison(out, t, v);
    if (a->retries > 0)
        g_string_append_printf(out, ", %u %s", a->retries, a->retries == 1 ? "retry" : "retries");
    if (v->fate == FATE_ESTABLISHED && v->connect_time >= 0) {
        g_string_append(out, ", ");
        append_time(out, v->connect_time);
    } else if (v->fate != FATE_ESTABLISHED && a->last_time > a->first_time) {
        g_string_append(out, ", ");
        append_time(out, a->last_time - a->first_time);
    }
    if (v->not_as_rules)
        g_string_append_printf(out, "; answered as %s would not", peer_stack_name(t->options.peer));
    if (signs_suffice(signs))
        append_other_host(out, signs);
    append_collisions(out, t, attempt);
    append_points(out, t, attempt, v);
}
