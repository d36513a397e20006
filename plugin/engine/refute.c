/* refute.c - answers of a TIME_WAIT that show that a host does not run the stack that it is taken for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "refute.h"

#include "peer_end.h"

enum { REFUTED_MAX = 15 };

/* A SYN/ACK reopened the TIME_WAIT with an ISN that only one stack chooses: the one that is assumed by default. */
static bool is_recycled(const struct work *w, const struct connection *old)
{
    return (old->end[w->side].bits & END_SENT)
           && w->seg->seq - old->end[w->side].snd_nxt == stack_row(PEER_UNKNOWN)->recycled_isn_step;
}

/* Whether the stack may have given this answer. A host that once reopened a TIME_WAIT as Linux does may accept the SYN
 * against the rules: it had too many TIME_WAITs, and kept none here (tcp_max_tw_buckets). */
static bool is_possible(const struct work *w, const struct host *host, const struct stack *stack,
                        enum peer_answer expected, enum peer_answer answer)
{
    if (expected == ANSWER_UNKNOWN)
        return true;
    if (answer == ANSWER_ACK)
        return stack_may_give_ack(stack, expected, w->seg->has_ip_id && w->seg->ip_id != 0);
    return answer == expected || (answer == ANSWER_SYN_ACK && (host->marks & HOST_RECYCLES));
}

void refute_by_answer(const struct work *w, const struct attempt *a, enum peer_answer answer)
{
    const struct connection *old = get_history(w->t, a->history);
    struct syn syn = last_syn(a);

    if (old == NULL || connection_state(old, w->side) != STATE_TIME_WAIT || !connection_time_wait_proven(old, w->side))
        return;
    struct host *host = peers_need_host(&w->t->peers, w->seg->family, w->seg->seen.point, w->seg->src.ip);
    if (answer == ANSWER_SYN_ACK && is_recycled(w, old))
        host->marks |= HOST_RECYCLES;
    struct peer_rules rules = rules_of_host(w->t, w->pair, w->side);
    struct peer peer = peer_at(&rules, old, w->side, a->first_time);
    if (a->retries > 0 || peer.state != STATE_TIME_WAIT
        || timestamps_are_cut(a, &peer, old->flags & CONN_TIMESTAMPS_CUT))
        return;
    enum peer_answer expected = stack_decide(rules.stack, &peer, &syn).answer;
    if (host->refuted < REFUTED_MAX && !is_possible(w, host, rules.stack, expected, answer))
        host->refuted++;
}
