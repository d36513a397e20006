/* rules.c - which facts make which verdict: one ordered table, of which the first rule that holds decides
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rules.h"

#define ALL(...) .all = { __VA_ARGS__ }
#define NONE(...) .none = { __VA_ARGS__ }
#define PROOF(...) .proof = { __VA_ARGS__ }
#define INFERRED .never_proven = true
#define BY_STACK .by_stack = true
#define WHY(TEXT) .why = TEXT
#define COST(WHAT) .cost = COST_##WHAT
#define REUSE(HOW) .reuse = REUSE_##HOW

#define RULE(FATE, CAUSE, DECIDER, ...)                                              \
    {                                                                                \
        .fate = FATE_##FATE, .cause = CAUSE_##CAUSE, .decider = DECIDER, __VA_ARGS__ \
    }
#define ESTABLISHED(CAUSE, ...) RULE(ESTABLISHED, CAUSE, BY_ACK, __VA_ARGS__)
#define REFUSED(CAUSE, ...) RULE(REFUSED, CAUSE, BY_RST, __VA_ARGS__)
#define UNREACHABLE(CAUSE, ...) RULE(UNREACHABLE, CAUSE, BY_ICMP, __VA_ARGS__)
#define REJECTED(CAUSE, ...) RULE(REJECTED, CAUSE, BY_REJECTION, __VA_ARGS__)
#define NO_ANSWER(CAUSE, ...) RULE(NO_ANSWER, CAUSE, BY_NOTHING, __VA_ARGS__)

static const struct rule rules[] = {
    /* Connected for the client, and not for the server. */
    RULE(REFUSED, RESET_IN_PATH, BY_SERVER_RST, ALL(F_RST_BEFORE_DATA), INFERRED,
         WHY("RFC 9293, 3.10.7.4: who sent a RST sends nothing more of that connection")),
    RULE(REFUSED, RESET_IN_PATH, BY_SERVER_RST, ALL(F_SERVER_RST, F_TTL_ODD), NONE(F_PROXIED), INFERRED,
         WHY("a host's packets take one way, and lose one TTL")),
    RULE(REFUSED, RESET_IN_PATH, BY_SERVER_RST, ALL(F_RST_TOO_SOON), INFERRED, WHY("an answer takes a round trip")),
    RULE(REFUSED, RESET_AFTER_HANDSHAKE, BY_SERVER_RST, ALL(F_SERVER_RST, F_TTL_ODD), INFERRED,
         WHY("Linux 6.18, nf_synproxy_core.c: the server is behind what answered, and farther")),
    RULE(REFUSED, RESET_AFTER_HANDSHAKE, BY_SERVER_RST, ALL(F_SERVER_RST), PROOF(F_HEARD),
         WHY("FreeBSD 13, syncache: reset on listen overflow; Linux 6.18, tcp_abort_on_overflow")),
    RULE(STUCK, DROPPED_HERE, BY_CLIENT, ALL(F_STUCK, F_CLIENT_LOST_HERE), PROOF(F_HEARD, F_WAYS_SHOWN),
         WHY("what a host forwards, its capture shows twice")),
    RULE(STUCK, DROPPED_HERE, BY_CLIENT, ALL(F_ACK_LATE, F_CLIENT_LOST_HERE), PROOF(F_HEARD, F_WAYS_SHOWN),
         WHY("what a host forwards, its capture shows twice")),
    RULE(STUCK, ACCEPT_QUEUE_FULL, BY_SYN_ACK_LATE, ALL(F_STUCK, F_ACK_LATE), INFERRED,
         WHY("Linux 6.18, tcp_v4_syn_recv_sock: with a full accept queue the ACK is dropped, the SYN/ACK repeated")),
    RULE(STUCK, UNANSWERED_DATA, BY_DATA, ALL(F_STUCK), INFERRED,
         WHY("Linux 6.18, cookie_v4_check: with a full accept queue nothing is kept, and nothing repeated")),

    /* Late: the rule with the largest cost is the cause. */
    ESTABLISHED(SYN_RETRANSMITTED, PROOF(F_HEARD), COST(SYN), WHY("RFC 6298, 2.1 and 5.5")),
    ESTABLISHED(SYNACK_RETRANSMITTED, PROOF(F_HEARD), COST(SYN_ACK), WHY("RFC 6298, 5.5")),
    /* ... a rejection was overcome */
    ESTABLISHED(TIME_WAIT_RECYCLED_TIMESTAMP, ALL(F_TAKEN_LATER, F_NEWER_TIMESTAMP), NONE(F_FORBIDDEN),
                PROOF(F_RECYCLED_ISN), COST(REJECTION), WHY("RFC 6191; measured on Linux 6.18")),
    ESTABLISHED(TIME_WAIT_RECYCLED_SEQUENCE, ALL(F_TAKEN_LATER, F_HIGHER_SEQUENCE), NONE(F_FORBIDDEN),
                PROOF(F_RECYCLED_ISN), COST(REJECTION), WHY("RFC 1122, 4.2.2.13; measured on Linux 6.18")),
    ESTABLISHED(TIME_WAIT_EXPIRED, ALL(F_RAN_OUT_SINCE), NONE(F_TAKEN_LATER, F_CLIENT_RESET), PROOF(F_STATE_CERTAIN),
                COST(REJECTION), BY_STACK, WHY("RFC 9293, 3.6.1: TIME_WAIT lasts 2 MSL")),
    ESTABLISHED(AFTER_TIME_WAIT_RESET, ALL(F_BY_TIME_WAIT), PROOF(F_CLIENT_RESET, F_STATE_CERTAIN, F_RESET_REMOVES),
                COST(REJECTION), BY_STACK, WHY("RFC 1337: a RST removes TIME_WAIT; measured on Linux 6.18")),
    ESTABLISHED(AFTER_TIME_WAIT_RESET, ALL(F_MAYBE_TIME_WAIT), INFERRED, COST(REJECTION),
                WHY("RFC 1337: a RST removes TIME_WAIT; measured on Linux 6.18")),
    ESTABLISHED(AFTER_OLD_CONNECTION_RESET, ALL(F_BY_LIVE), PROOF(F_CLIENT_RESET, F_STATE_CERTAIN), COST(REJECTION),
                WHY("RFC 5961, 4.2: challenge ACK, then the client's RST; RFC 9293, 3.10.7.4 in SYN-RECEIVED")),
    ESTABLISHED(AFTER_WRONG_ACK, ALL(F_BY_SYN_ACK), COST(REJECTION),
                WHY("RFC 9293, 3.10.7.3: the client resets what acknowledges another number, and tries again")),
    ESTABLISHED(AFTER_OLD_CONNECTION_RESET, ALL(F_BY_SOCKET), INFERRED, COST(REJECTION),
                WHY("a counting IP ID is that of a socket; measured on Linux 6.18")),
    ESTABLISHED(AFTER_WRONG_ACK, ALL(F_REJECTED), INFERRED, COST(REJECTION),
                WHY("RFC 9293, 3.10.7.3; what made the ACK is not known")),
    /* ... which was not captured; the client's RST was */
    ESTABLISHED(AFTER_TIME_WAIT_RESET, ALL(F_IN_TIME_WAIT), NONE(F_RECYCLED_ISN), INFERRED, COST(REJECTION),
                WHY("RFC 1337: a RST removes TIME_WAIT; measured on Linux 6.18")),
    ESTABLISHED(AFTER_OLD_CONNECTION_RESET, NONE(F_RECYCLED_ISN), INFERRED, COST(REJECTION),
                WHY("RFC 5961, 4.2: challenge ACK, then the client's RST")),

    ESTABLISHED(SLOW_ANSWER, PROOF(F_HEARD), COST(SLOW), WHY("RFC 9293, 3.5: a SYN is answered at once")),
    ESTABLISHED(ACCEPTED_LATE, PROOF(F_HEARD), COST(ACCEPT),
                WHY("Linux 6.18: data is dropped until the accept queue has room; RFC 6298, 5.4")),
    ESTABLISHED(AFTER_REFUSAL, COST(REFUSAL),
                WHY("RFC 9293, 3.10.7.3; clients that try again after a RST, as Windows does")),

    /* In time. */
    RULE(ESTABLISHED, RESET_BY_CLIENT, BY_CLIENT_RST, ALL(F_CLIENT_RST_ACK), PROOF(F_ANSWERED, F_HEARD),
         WHY("RFC 9293, 3.10.7.3: who acknowledges the SYN/ACK had connected")),
    /* ... the old connection was over, or TIME_WAIT let the SYN in */
    ESTABLISHED(REUSE_AFTER_RESET, ALL(F_CONNECTED, F_OLD_RESET_NOW), NONE(F_RECYCLED_ISN), REUSE(AFTER_RESET),
                WHY("RFC 9293, 3.10.7.4: a RST ends the connection at once")),
    ESTABLISHED(TIME_WAIT_EXPIRED, ALL(F_CONNECTED, F_RAN_OUT), PROOF(F_SURELY_RAN_OUT), REUSE(EXPIRED), BY_STACK,
                WHY("RFC 9293, 3.6.1: TIME_WAIT lasts 2 MSL; measured on Linux 6.18: 60.0 to 61.7 s")),
    ESTABLISHED(REUSE_AFTER_CLOSE, ALL(F_CONNECTED, F_NOT_RECYCLED), INFERRED, REUSE(AFTER_CLOSE),
                WHY("Linux 6.18, tcp_time_wait: over tcp_max_tw_buckets there is no TIME_WAIT")),
    ESTABLISHED(TIME_WAIT_RECYCLED_TIMESTAMP, ALL(F_CONNECTED, F_HAD_TIME_WAIT, F_NEWER_TIMESTAMP), NONE(F_FORBIDDEN),
                PROOF(F_RECYCLED_ISN), REUSE(TIMESTAMP), WHY("RFC 6191; measured on Linux 6.18")),
    ESTABLISHED(TIME_WAIT_RECYCLED_SEQUENCE, ALL(F_CONNECTED, F_HAD_TIME_WAIT, F_HIGHER_SEQUENCE), NONE(F_FORBIDDEN),
                PROOF(F_RECYCLED_ISN, F_TIMESTAMP_KEPT), REUSE(SEQUENCE),
                WHY("RFC 1122, 4.2.2.13; measured on Linux 6.18")),
    ESTABLISHED(REUSE_AFTER_RESET, ALL(F_CONNECTED, F_OLD_RESET), NONE(F_HAD_TIME_WAIT), REUSE(AFTER_RESET),
                WHY("RFC 9293, 3.10.7.4: a RST ends the connection at once")),
    ESTABLISHED(REUSE_AFTER_CLOSE, ALL(F_CONNECTED, F_OLD_CLOSED), NONE(F_HAD_TIME_WAIT), REUSE(AFTER_CLOSE),
                WHY("RFC 9293, 3.6: who closes second holds no TIME_WAIT")),
    ESTABLISHED(FAST_OPEN, ALL(F_CONNECTED, F_DATA_TAKEN), WHY("RFC 7413, 3")),
    ESTABLISHED(SIMULTANEOUS_OPEN, ALL(F_CONNECTED, F_CROSSED), WHY("RFC 9293, 3.5, figure 7")),
    ESTABLISHED(ACK_RETRANSMITTED, ALL(F_CONNECTED, F_ANSWER_REPEATED),
                WHY("RFC 9293, 3.10.7.4: SYN-RECEIVED until the ACK")),
    ESTABLISHED(OK, ALL(F_CONNECTED), WHY("RFC 9293, 3.5, figure 6")),

    /* It ended otherwise. */
    RULE(ABORTED, CLIENT_GAVE_UP, BY_CLIENT_RST, ALL(F_CLIENT_RST), PROOF(F_HEARD, F_ACKS_KEPT),
         WHY("RFC 9293, 3.10.5: ABORT")),
    UNREACHABLE(ICMP_NET, ALL(F_ICMP_NET), WHY("RFC 1122, 4.2.3.9")),
    UNREACHABLE(ICMP_HOST, ALL(F_ICMP_HOST), WHY("RFC 1122, 4.2.3.9")),
    UNREACHABLE(ICMP_PORT, ALL(F_ICMP_PORT), WHY("RFC 1122, 4.2.3.9")),
    UNREACHABLE(ICMP_ADMIN_PROHIBITED, ALL(F_ICMP_ADMIN_PROHIBITED), WHY("RFC 1812, 5.2.7.1")),
    UNREACHABLE(ICMP_OTHER, ALL(F_ICMP_OTHER), WHY("RFC 1122, 4.2.3.9")),

    /* The server answered, and that is the last word of it. */
    RULE(NO_ANSWER, DROPPED_HERE, BY_SYN_ACK, ALL(F_ANSWERED, F_GIVEN_UP, F_SYN_ACK_LOST_HERE),
         PROOF(F_HEARD, F_WAYS_SHOWN), WHY("what a host forwards, its capture shows twice")),
    NO_ANSWER(SYNACK_LOST, ALL(F_ANSWER_REPEATED), PROOF(F_HEARD, F_ACKS_KEPT),
              WHY("RFC 9293, 3.10.7.3: a client acknowledges it at once")),
    RULE(PENDING, UNACKNOWLEDGED, BY_NOTHING, ALL(F_ANSWERED, F_ENDED),
         WHY("RFC 6298, 5: who misses an answer repeats")),
    RULE(PENDING, IN_PROGRESS, BY_NOTHING, ALL(F_ANSWERED), WHY("the answer may come")),

    /* Refused, and nothing came of it. */
    REFUSED(TIME_WAIT_SEQUENCE, ALL(F_RST_BY_TIME_WAIT), PROOF(F_RST_MAKER_CERTAIN),
            WHY("measured on lwIP 2.1.3: TIME_WAIT resets a SYN in its window")),
    REFUSED(OLD_FIN_WAIT_2, ALL(F_RST_BY_FIN_WAIT_2), PROOF(F_RST_MAKER_CERTAIN), BY_STACK,
            WHY("measured on Linux 6.18: an orphaned FIN_WAIT_2 resets a SYN in its window")),
    REFUSED(OLD_SYN_RECEIVED, ALL(F_RST_BY_SYN_RECEIVED), PROOF(F_RST_MAKER_CERTAIN, F_ACKS_KEPT), BY_STACK,
            WHY("Linux 6.18, tcp_check_req: a SYN in the window resets the request")),
    REFUSED(RESET_IN_PATH, ALL(F_TTL_ODD), INFERRED, WHY("a host's packets take one way, and lose one TTL")),
    REFUSED(REFUSED_THOUGH_OPEN, ALL(F_REFUSED, F_SERVICE_ANSWERS, F_OLD), PROOF(F_HEARD, F_RST_OF_NO_OLD),
            WHY("stacks that answer with RST when the backlog is full (Windows); RFC 9293, 3.10.7.1")),
    REFUSED(REFUSED_THOUGH_OPEN, ALL(F_REFUSED, F_SERVICE_ANSWERS), PROOF(F_OTHERS_REFUSED),
            WHY("as above; an old connection that the capture lacks can have made one such RST")),
    REFUSED(CLOSED_PORT, ALL(F_REFUSED, F_OLD), PROOF(F_HEARD, F_RST_OF_NO_OLD), WHY("RFC 9293, 3.10.7.1")),
    REFUSED(
        CLOSED_PORT, ALL(F_REFUSED), PROOF(F_OTHERS_REFUSED),
        WHY("RFC 9293, 3.10.7.1; an old connection that the capture lacks can have made one such RST (Linux: FIN_WAIT_2; "
            "lwIP: TIME_WAIT)")),

    /* Rejected, and nothing came of it. */
    REJECTED(TIME_WAIT_PAWS, ALL(F_BY_TIME_WAIT, F_TIMESTAMP_BEHIND), PROOF(F_STATE_CERTAIN), BY_STACK,
             WHY("RFC 7323, 5.3; Linux 6.18, tcp_timewait_state_process")),
    REJECTED(TIME_WAIT_SEQUENCE, ALL(F_BY_TIME_WAIT, F_SEQUENCE_BEHIND), PROOF(F_STATE_CERTAIN), BY_STACK,
             WHY("RFC 1122, 4.2.2.13; Linux 6.18, tcp_timewait_state_process")),
    REJECTED(TIME_WAIT_SEQUENCE, ALL(F_BY_TIME_WAIT, F_WOULD_TAKE, F_SERVICE_GOES_ON), INFERRED,
             WHY("somebody listens: the peer's TIME_WAIT rejects what that of its supposed stack takes")),
    REJECTED(TIME_WAIT_NO_LISTENER, ALL(F_WOULD_TAKE, F_HIDES_CLOSED_PORT), PROOF(F_STATE_CERTAIN), BY_STACK,
             WHY("measured on Linux 6.18: no RST comes from a port pair in TIME_WAIT")),
    REJECTED(OLD_ESTABLISHED, ALL(F_BY_ESTABLISHED), PROOF(F_STATE_CERTAIN), WHY("RFC 5961, 4.2")),
    REJECTED(OLD_CLOSE_WAIT, ALL(F_BY_CLOSE_WAIT), WHY("RFC 5961, 4.2")),
    REJECTED(OLD_LAST_ACK, ALL(F_BY_LAST_ACK), PROOF(F_STATE_CERTAIN), WHY("RFC 5961, 4.2")),
    REJECTED(OLD_FIN_WAIT_1, ALL(F_BY_FIN_WAIT_1), PROOF(F_STATE_CERTAIN, F_HEARD), WHY("RFC 5961, 4.2")),
    REJECTED(OLD_FIN_WAIT_2, ALL(F_BY_FIN_WAIT_2), PROOF(F_STATE_CERTAIN), WHY("RFC 5961, 4.2")),
    REJECTED(OLD_SYN_RECEIVED, ALL(F_BY_SYN_RECEIVED), PROOF(F_STATE_CERTAIN),
             WHY("Linux 6.18, tcp_check_req: a SYN out of the window gets the ACK of the old one")),
    REJECTED(WRONG_ACK, ALL(F_BY_SYN_ACK), WHY("RFC 9293, 3.10.7.3")),
    REJECTED(TIME_WAIT_PAWS, ALL(F_MAYBE_TIME_WAIT, F_TIMESTAMPS_CUT, F_HIGHER_SEQUENCE, F_SERVICE_GOES_ON),
             NONE(F_BY_SOCKET), INFERRED, BY_STACK,
             WHY("a TIME_WAIT that rejects a higher sequence number rejects the timestamp (RFC 7323, 5.3)")),
    REJECTED(OLD_UNKNOWN, ALL(F_REJECTED), INFERRED, WHY("RFC 5961, 4.2; the state is not known")),

    RULE(PENDING, UNACKNOWLEDGED, BY_NOTHING, ALL(F_CROSSED, F_ENDED), NONE(F_GIVEN_UP),
         WHY("RFC 9293, 3.5, figure 7; RFC 6298, 5: who misses an answer repeats")),

    /* Silence. */
    RULE(NO_ANSWER, DROPPED_HERE, BY_SYN, ALL(F_GIVEN_UP, F_SYN_LOST_HERE), PROOF(F_HEARD, F_WAYS_SHOWN),
         WHY("what a host forwards, its capture shows twice")),
    RULE(NO_ANSWER, DROPPED_HERE, BY_SYN_ACK, ALL(F_GIVEN_UP, F_SYN_ACK_LOST_HERE), PROOF(F_HEARD),
         WHY("what a host forwards, its capture shows twice")),
    NO_ANSWER(IGNORED_RESET, ALL(F_GIVEN_UP, F_RST_IGNORED), PROOF(F_HEARD, F_ACKS_KEPT),
              WHY("RFC 9293, 3.10.7.3: a RST must acknowledge the SYN")),
    NO_ANSWER(ANSWERED_FROM_ELSEWHERE, ALL(F_GIVEN_UP, F_STRAY), PROOF(F_HEARD),
              WHY("RFC 9293, 3.10.7: the port pair must match")),
    NO_ANSWER(TIME_WAIT_PAWS, ALL(F_GIVEN_UP, F_FORBIDDEN_STILL, F_TIMESTAMP_BEHIND), INFERRED, BY_STACK,
              WHY("RFC 7323, 5.3; Linux 6.18 limits such ACKs to one in 500 ms (RFC 5961, 10)")),
    NO_ANSWER(TIME_WAIT_SEQUENCE, ALL(F_GIVEN_UP, F_FORBIDDEN_STILL), INFERRED, BY_STACK,
              WHY("RFC 1122, 4.2.2.13; Linux 6.18 limits such ACKs to one in 500 ms (RFC 5961, 10)")),
    NO_ANSWER(TIME_WAIT_SEQUENCE, ALL(F_GIVEN_UP, F_MAY_DROP), INFERRED,
              WHY("measured on FreeBSD 13 and gVisor: TIME_WAIT drops what is not beyond RCV.NXT")),
    NO_ANSWER(SILENT_FLOW, ALL(F_GIVEN_UP, F_SERVICE_ANSWERS), PROOF(F_HEARD, F_ACKS_KEPT, F_TIMESTAMP_KEPT),
              WHY("Linux 6.18: a full accept queue drops SYNs")),
    NO_ANSWER(SILENT_PORT, ALL(F_GIVEN_UP, F_HOST_SEEN), PROOF(F_HEARD, F_ACKS_KEPT),
              WHY("RFC 9293, 3.10.7.1: a closed port answers with RST")),
    NO_ANSWER(SILENT_HOST, ALL(F_GIVEN_UP), PROOF(F_HEARD, F_ANSWERS_KEPT), WHY("RFC 9293, 3.10.7.1")),
    RULE(PENDING, CAPTURE_ENDED, BY_NOTHING, ALL(F_ENDED), WHY("the answer may come")),
    RULE(PENDING, IN_PROGRESS, BY_NOTHING, WHY("the answer may come")),
};

enum { RULES = sizeof rules / sizeof rules[0] };

/* The lists of a rule as sets. */
struct masks {
    struct facts all, none;
    size_t next; /* the first row below that does not begin with the same fact */
};

struct facts rule_facts(const uint8_t list[RULE_FACTS_MAX])
{
    struct facts set = { { 0 } };

    for (size_t i = 0; i < RULE_FACTS_MAX && list[i] != F_NONE; i++)
        facts_add(&set, (enum fact)list[i], true);
    return set;
}

static const struct masks *masks_of_rules(void)
{
    static struct masks masks[RULES];
    static bool made;

    for (size_t i = RULES; !made && i-- > 0;) {
        bool same = i + 1 < RULES && rules[i].all[0] != F_NONE && rules[i].all[0] == rules[i + 1].all[0];
        masks[i] = (struct masks){ .all = rule_facts(rules[i].all),
                                   .none = rule_facts(rules[i].none),
                                   .next = same ? masks[i + 1].next : i + 1 };
    }
    made = true;
    return masks;
}

static bool holds(const struct masks *mask, const struct facts *facts)
{
    return facts_have_all(facts, &mask->all) && !facts_have_any(facts, &mask->none);
}

/* A rule with a cost holds for an attempt that got in, and paid it. */
static bool fits(const struct rule *rule, const struct facts *facts, const struct costs *costs)
{
    return rule->cost == COST_NONE || (costs->of[rule->cost] > 0 && facts_have(facts, F_CONNECTED));
}

static int64_t cost_of(const struct rule *rule, const struct costs *costs)
{
    return rule->cost == COST_NONE ? 0 : costs->of[rule->cost];
}

const struct rule *rule_for(const struct facts *facts, const struct costs *costs)
{
    const struct masks *masks = masks_of_rules();
    const struct rule *best = NULL;

    for (size_t i = 0, next; i < RULES; i = next) {
        bool begins = rules[i].all[0] == F_NONE || facts_have(facts, (enum fact)rules[i].all[0]);
        next = begins ? i + 1 : masks[i].next; /* most attempts lack what whole groups of rows begin with */
        if (!begins || !fits(&rules[i], facts, costs) || !holds(&masks[i], facts))
            continue;
        if (best == NULL || cost_of(&rules[i], costs) > cost_of(best, costs))
            best = &rules[i];
        if (rules[i].cost == COST_NONE)
            break;
    }
    return best;
}

enum reuse reuse_for(const struct facts *facts)
{
    const struct masks *masks = masks_of_rules();

    if (facts_have(facts, F_CLIENT_RESET))
        return REUSE_AFTER_RESET;
    for (size_t i = 0; i < RULES; i++)
        if (rules[i].reuse != REUSE_NONE && holds(&masks[i], facts))
            return rules[i].reuse;
    return REUSE_NONE;
}

const char *reuse_token(enum reuse reuse)
{
    static const char *const tokens[] = {
        [REUSE_NONE] = NULL,
        [REUSE_TIMESTAMP] = "time_wait_recycled_timestamp",
        [REUSE_SEQUENCE] = "time_wait_recycled_sequence",
        [REUSE_EXPIRED] = "time_wait_expired",
        [REUSE_AFTER_CLOSE] = "after_close",
        [REUSE_AFTER_RESET] = "after_reset",
    };

    return tokens[reuse];
}

bool rule_is_proven(const struct rule *rule, const struct facts *facts)
{
    struct facts proof = rule_facts(rule->proof);

    if (rule->by_stack && !facts_have(facts, F_STACK_KNOWN))
        return false;
    return !rule->never_proven && facts_have_all(facts, &proof);
}

const struct rule *rule_at(size_t i)
{
    return i < RULES ? &rules[i] : NULL;
}
