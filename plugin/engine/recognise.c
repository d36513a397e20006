/* recognise.c - by whose rules a host is judged
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "recognise.h"

#include "store.h"

#include <string.h>

/* A host whose marks name a stack may seem to answer otherwise once, where the capture lacks a packet. */
enum { REFUTATIONS_OF_MARKS = 3 };

/* lwIP's ISNs stay below this until it has made about a hundred connections in its second hour. Of ISNs that are chosen at
 * random, one in 4 096 is below it. */
#define ISN_SMALL (UINT32_C(1) << 20)

void note_syn_ack_marks(struct host *host, const struct segment *seg)
{
    if (!seg->options_cut && (host->layout == 0 || (seg->has_ts && !(host->marks & HOST_LAYOUT_TS))))
        host->layout = seg->option_layout;
    if (seg->has_ts)
        host->marks |= HOST_LAYOUT_TS;
    if (stack_window_mark(seg->window) != 0)
        host->window = stack_window_mark(seg->window);
    if (seg->window == UINT16_MAX)
        host->marks |= HOST_WINDOW_FULL;
    if (seg->seq >= ISN_SMALL)
        host->marks |= HOST_ISN_LARGE;
    if (!seg->has_ip_id)
        return;
    host->marks |= seg->ip_id == 0 ? HOST_SYN_ACK_ID_ZERO : HOST_SYN_ACK_ID;
    if (seg->df)
        host->marks |= HOST_SYN_ACK_DF;
}

void note_segment_marks(struct host *host, const struct segment *seg)
{
    if (seg->has_ip_id)
        host->marks |= seg->ip_id == 0 ? HOST_ID_ZERO : HOST_ID;
}

/* The TTL that a sender began with: each router takes one off. */
static uint8_t first_ttl(uint8_t ttl)
{
    return ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
}

static bool has_layout(const struct stack_marks *marks, uint16_t layout)
{
    for (size_t i = 0; i < MARK_LAYOUTS && marks->layouts[i] != NULL; i++)
        if (layout_digest(marks->layouts[i]) == layout)
            return true;
    return false;
}

/* Proxies order their options as FreeBSD does, so such a stack's window must match too. And a host whose window is the mark
 * of another stack with the same options is not this one. */
static bool has_window(const struct stack_marks *marks, const struct host *host)
{
    if (marks->window_full && !(host->marks & HOST_WINDOW_FULL))
        return false;
    if (marks->window != 0)
        return stack_window_mark(marks->window) == host->window;
    return host->window == 0 || !has_layout(&stack_row((enum peer_stack)(host->window - 1))->marks, host->layout);
}

/* IPv6 has neither IP ID nor DF. */
static bool has_ip_marks(const struct stack_marks *marks, const struct host *host)
{
    bool df = host->marks & HOST_SYN_ACK_DF, zero = host->marks & HOST_SYN_ACK_ID_ZERO;

    if (host->family != 4)
        return !marks->ipv4_only;
    if (!(host->marks & (HOST_SYN_ACK_ID_ZERO | HOST_SYN_ACK_ID)) || df != marks->df)
        return false;
    if (marks->id_zero && (host->marks & HOST_SYN_ACK_ID))
        return false;
    if (marks->id_zero_always ? host->marks & HOST_ID : marks->id_zero && (host->marks & HOST_ID_ZERO))
        return false;
    return marks->id_zero || !zero || !marks->df;
}

static bool has_marks(const struct stack *stack, const struct host *host)
{
    const struct stack_marks *marks = &stack->marks;

    return marks->ttl != 0 && host->ttl_max != 0 && first_ttl(host->ttl_max) == marks->ttl
           && has_layout(marks, host->layout) && has_ip_marks(marks, host)
           && !(marks->isn_small && (host->marks & HOST_ISN_LARGE)) && has_window(marks, host);
}

/* The stack that a host's marks name; NULL: none, or more than one. */
static const struct stack *stack_of_marks(const struct host *host)
{
    const struct stack *found = NULL;

    for (int i = 0; host->layout != 0 && i < PEER_UNKNOWN; i++) {
        const struct stack *stack = stack_row((enum peer_stack)i);
        if (!has_marks(stack, host))
            continue;
        if (found != NULL)
            return NULL;
        found = stack;
    }
    return found;
}

/* The sockets of this host send IP ID 0, unlike those of the stack that is assumed where nothing is known. */
static bool sockets_have_no_id(const struct host *host)
{
    return stack_row(PEER_UNKNOWN)->socketless_id_is_zero && (host->marks & (HOST_ID_ZERO | HOST_ID)) == HOST_ID_ZERO;
}

static bool is_foreign(const struct host *host, const struct stack *marked)
{
    if (marked != NULL)
        return host->refuted >= REFUTATIONS_OF_MARKS;
    return host != NULL && (host->refuted > 0 || sockets_have_no_id(host));
}

/* The stack that reopens a TIME_WAIT with a number of its own, which this host has shown; NULL: it has shown none. */
static const struct stack *stack_that_recycles(const struct host *host)
{
    for (int i = 0; (host->marks & HOST_RECYCLES) && i < PEER_UNKNOWN; i++)
        if (stack_row((enum peer_stack)i)->recycled_isn_step != 0)
            return stack_row((enum peer_stack)i);
    return NULL;
}

static void recognise(const struct host *host, struct peer_rules *rules)
{
    const struct stack *marked = host == NULL ? NULL : stack_of_marks(host);

    rules->how = marked != NULL ? RECOGNISED_BY_MARKS : RECOGNISED_NOT;
    if (marked == NULL && host != NULL && (marked = stack_that_recycles(host)) != NULL)
        rules->how = RECOGNISED_BY_ISN;
    rules->stack = marked != NULL ? marked : stack_row(PEER_UNKNOWN);
    if (!is_foreign(host, marked))
        return;
    rules->stack = stack_row(PEER_FOREIGN);
    rules->how = RECOGNISED_AS_FOREIGN;
}

const char *recognised_text(enum recognised how)
{
    static const char *const texts[] = {
        [RECOGNISED_NOT] = "not recognised: the rules of Linux are assumed",
        [RECOGNISED_BY_USER] = "as the preference says",
        [RECOGNISED_BY_MARKS] = "as its SYN/ACKs show",
        [RECOGNISED_BY_ISN] = "it reopened a TIME_WAIT with a number that only this one gives",
        [RECOGNISED_AS_FOREIGN] = "its answers, or its IP IDs, are not of what it looks like: no rules are assumed",
    };

    return texts[how];
}

struct peer_rules rules_of_host(const struct tracker *t, const struct port_pair *pair, uint8_t side)
{
    struct peer_rules rules = { .time_wait = t->options.time_wait };
    struct tcp_address address;

    if (t->options.peer != PEER_AUTO) {
        rules.stack = stack_row(t->options.peer);
        rules.how = RECOGNISED_BY_USER;
    } else {
        port_pairs_address(&t->pairs, pair, side, &address);
        recognise(peers_host(&t->peers, pair->family, pair->point, address.ip), &rules);
    }
    if (rules.time_wait == 0)
        rules.time_wait = rules.stack->time_wait_length;
    return rules;
}

bool is_answered_by_proxy(const struct tracker *t, const struct attempt *a)
{
    const struct evidence *e = get_evidence(t, a);

    return (a->flags & ATTEMPT_PROXIED)
           || (e != NULL && e->answer != 0 && prints_get(&t->prints, e->answer)->window == 0);
}
