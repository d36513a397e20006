/* rules.c - which facts make which verdict: one ordered table, of which the first rule that holds decides
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rules.h"

#define ALL(...) .all = { __VA_ARGS__ }
#define NONE(...) .none = { __VA_ARGS__ }
#define PROOF(...) .proof = { __VA_ARGS__ }
#define INFERRED .never_proven = true
#define WHY(TEXT) .why = TEXT

#define RULE(FATE, CAUSE, DECIDER, ...)                  \
    {                                                    \
        FATE_##FATE, CAUSE_##CAUSE, DECIDER, __VA_ARGS__ \
    }
#define ESTABLISHED(CAUSE, ...) RULE(ESTABLISHED, CAUSE, BY_ACK, __VA_ARGS__)
#define REFUSED(CAUSE, ...) RULE(REFUSED, CAUSE, BY_RST, __VA_ARGS__)
#define UNREACHABLE(CAUSE, ...) RULE(UNREACHABLE, CAUSE, BY_ICMP, __VA_ARGS__)
#define REJECTED(CAUSE, ...) RULE(REJECTED, CAUSE, BY_REJECTION, __VA_ARGS__)
#define NO_ANSWER(CAUSE, ...) RULE(NO_ANSWER, CAUSE, BY_NOTHING, __VA_ARGS__)

static const struct rule rules[] = {
    RULE(STUCK, ACCEPT_QUEUE_FULL, BY_SYN_ACK_LATE, ALL(F_CONNECTED, F_IGNORED),
         WHY("Linux 6.18, tcp_v4_syn_recv_sock: with a full accept queue the ACK is dropped, the SYN/ACK repeated")),

    /* A rejection was overcome. */
    ESTABLISHED(TIME_WAIT_RECYCLED_TIMESTAMP, ALL(F_CONNECTED, F_REJECTED, F_TAKEN_LATER, F_NEWER_TIMESTAMP),
                NONE(F_FORBIDDEN), PROOF(F_RECYCLED_ISN), WHY("RFC 6191; measured on Linux 6.18")),
    ESTABLISHED(TIME_WAIT_RECYCLED_SEQUENCE, ALL(F_CONNECTED, F_REJECTED, F_TAKEN_LATER, F_HIGHER_SEQUENCE),
                NONE(F_FORBIDDEN), PROOF(F_RECYCLED_ISN), WHY("RFC 1122, 4.2.2.13; measured on Linux 6.18")),
    ESTABLISHED(TIME_WAIT_EXPIRED, ALL(F_CONNECTED, F_BY_TIME_WAIT, F_RAN_OUT_SINCE),
                NONE(F_TAKEN_LATER, F_CLIENT_RESET), PROOF(F_STATE_CERTAIN),
                WHY("RFC 9293, 3.6.1: TIME_WAIT lasts 2 MSL")),
    ESTABLISHED(TIME_WAIT_EXPIRED, ALL(F_CONNECTED, F_MAYBE_TIME_WAIT, F_RAN_OUT_SINCE),
                NONE(F_TAKEN_LATER, F_CLIENT_RESET), INFERRED, WHY("RFC 9293, 3.6.1: TIME_WAIT lasts 2 MSL")),
    ESTABLISHED(AFTER_TIME_WAIT_RESET, ALL(F_CONNECTED, F_BY_TIME_WAIT), NONE(F_TAKEN_LATER),
                PROOF(F_CLIENT_RESET, F_STATE_CERTAIN),
                WHY("RFC 1337: a RST removes TIME_WAIT; measured on Linux 6.18")),
    ESTABLISHED(AFTER_TIME_WAIT_RESET, ALL(F_CONNECTED, F_MAYBE_TIME_WAIT), NONE(F_TAKEN_LATER), INFERRED,
                WHY("RFC 1337: a RST removes TIME_WAIT; measured on Linux 6.18")),
    ESTABLISHED(AFTER_OLD_CONNECTION_RESET, ALL(F_CONNECTED, F_REJECTED, F_BY_SYN_RECEIVED), NONE(F_TAKEN_LATER),
                PROOF(F_CLIENT_RESET, F_STATE_CERTAIN), WHY("RFC 9293, 3.10.7.4: a RST ends SYN-RECEIVED")),
    ESTABLISHED(AFTER_WRONG_ACK, ALL(F_CONNECTED, F_REJECTED, F_BY_SYN_ACK), NONE(F_TAKEN_LATER),
                WHY("RFC 9293, 3.10.7.3: the client resets what acknowledges another number, and tries again")),
    ESTABLISHED(AFTER_OLD_CONNECTION_RESET, ALL(F_CONNECTED, F_BY_ESTABLISHED), NONE(F_TAKEN_LATER),
                PROOF(F_CLIENT_RESET, F_STATE_CERTAIN), WHY("RFC 5961, 4.2: challenge ACK, then the client's RST")),
    ESTABLISHED(AFTER_OLD_CONNECTION_RESET, ALL(F_CONNECTED, F_BY_CLOSE_WAIT), NONE(F_TAKEN_LATER),
                PROOF(F_CLIENT_RESET, F_STATE_CERTAIN), WHY("RFC 5961, 4.2: challenge ACK, then the client's RST")),
    ESTABLISHED(AFTER_OLD_CONNECTION_RESET, ALL(F_CONNECTED, F_BY_LAST_ACK), NONE(F_TAKEN_LATER),
                PROOF(F_CLIENT_RESET, F_STATE_CERTAIN), WHY("RFC 5961, 4.2: challenge ACK, then the client's RST")),
    ESTABLISHED(AFTER_OLD_CONNECTION_RESET, ALL(F_CONNECTED, F_BY_FIN_WAIT_1), NONE(F_TAKEN_LATER),
                PROOF(F_CLIENT_RESET, F_STATE_CERTAIN), WHY("RFC 5961, 4.2: challenge ACK, then the client's RST")),
    ESTABLISHED(AFTER_OLD_CONNECTION_RESET, ALL(F_CONNECTED, F_BY_FIN_WAIT_2), NONE(F_TAKEN_LATER),
                PROOF(F_CLIENT_RESET, F_STATE_CERTAIN), WHY("RFC 5961, 4.2: challenge ACK, then the client's RST")),
    ESTABLISHED(AFTER_OLD_CONNECTION_RESET, ALL(F_CONNECTED, F_REJECTED, F_BY_SOCKET), NONE(F_TAKEN_LATER), INFERRED,
                WHY("a counting IP ID is that of a socket; measured on Linux 6.18")),
    ESTABLISHED(AFTER_WRONG_ACK, ALL(F_CONNECTED, F_REJECTED), NONE(F_TAKEN_LATER), INFERRED,
                WHY("RFC 9293, 3.10.7.3; what made the ACK is not known")),

    /* The rejection was not captured, the client's RST was. */
    ESTABLISHED(AFTER_TIME_WAIT_RESET, ALL(F_CONNECTED, F_OLD_RESET_NOW, F_IN_TIME_WAIT),
                NONE(F_REJECTED, F_RECYCLED_ISN), INFERRED,
                WHY("RFC 1337: a RST removes TIME_WAIT; measured on Linux 6.18")),
    ESTABLISHED(AFTER_OLD_CONNECTION_RESET, ALL(F_CONNECTED, F_OLD_RESET_NOW, F_OLD_STATE),
                NONE(F_REJECTED, F_RECYCLED_ISN), INFERRED, WHY("RFC 5961, 4.2: challenge ACK, then the client's RST")),

    /* The old connection was over, or TIME_WAIT let the SYN in. */
    ESTABLISHED(TIME_WAIT_EXPIRED, ALL(F_CONNECTED, F_RAN_OUT), PROOF(F_SURELY_RAN_OUT),
                WHY("RFC 9293, 3.6.1: TIME_WAIT lasts 2 MSL; measured on Linux 6.18: 60.0 to 61.7 s")),
    ESTABLISHED(TIME_WAIT_RECYCLED_TIMESTAMP, ALL(F_CONNECTED, F_HAD_TIME_WAIT, F_NEWER_TIMESTAMP), NONE(F_FORBIDDEN),
                PROOF(F_RECYCLED_ISN), WHY("RFC 6191; measured on Linux 6.18")),
    ESTABLISHED(TIME_WAIT_RECYCLED_SEQUENCE, ALL(F_CONNECTED, F_HAD_TIME_WAIT, F_HIGHER_SEQUENCE), NONE(F_FORBIDDEN),
                PROOF(F_RECYCLED_ISN), WHY("RFC 1122, 4.2.2.13; measured on Linux 6.18")),
    ESTABLISHED(REUSE_AFTER_RESET, ALL(F_CONNECTED, F_OLD_RESET), NONE(F_HAD_TIME_WAIT),
                WHY("RFC 9293, 3.10.7.4: a RST ends the connection at once")),
    ESTABLISHED(REUSE_AFTER_CLOSE, ALL(F_CONNECTED, F_OLD_CLOSED), NONE(F_HAD_TIME_WAIT),
                WHY("RFC 9293, 3.6: who closes second holds no TIME_WAIT")),

    /* Nothing but the handshake. */
    ESTABLISHED(SYN_RETRANSMITTED, ALL(F_CONNECTED, F_RETRIED_UNANSWERED), WHY("RFC 6298, 2.1 and 5.5")),
    ESTABLISHED(SYNACK_RETRANSMITTED, ALL(F_CONNECTED, F_ANSWERED_AGAIN), WHY("RFC 6298, 5.5")),
    ESTABLISHED(ACK_RETRANSMITTED, ALL(F_CONNECTED, F_ACK_LATE), WHY("RFC 9293, 3.10.7.4: SYN-RECEIVED until the ACK")),
    ESTABLISHED(FAST_OPEN, ALL(F_CONNECTED, F_DATA_TAKEN), WHY("RFC 7413, 3")),
    ESTABLISHED(SIMULTANEOUS_OPEN, ALL(F_CONNECTED, F_CROSSED), WHY("RFC 9293, 3.5, figure 7")),
    ESTABLISHED(OK, ALL(F_CONNECTED), WHY("RFC 9293, 3.5, figure 6")),

    /* It ended otherwise. */
    RULE(ABORTED, CLIENT_GAVE_UP, BY_CLIENT_RST, ALL(F_CLIENT_RST), WHY("RFC 9293, 3.10.5: ABORT")),
    REFUSED(OLD_FIN_WAIT_2, ALL(F_REFUSED, F_RST_BY_FIN_WAIT_2), PROOF(F_RST_MAKER_CERTAIN),
            WHY("measured on Linux 6.18: an orphaned FIN_WAIT_2 resets a SYN in its window")),
    REFUSED(OLD_SYN_RECEIVED, ALL(F_REFUSED, F_RST_BY_SYN_RECEIVED), PROOF(F_RST_MAKER_CERTAIN),
            WHY("Linux 6.18, tcp_check_req: a SYN in the window resets the request")),
    REFUSED(RESET_IN_PATH, ALL(F_REFUSED, F_TTL_ODD), INFERRED, WHY("a host's packets take one way, and lose one TTL")),
    REFUSED(CLOSED_PORT, ALL(F_REFUSED), WHY("RFC 9293, 3.10.7.1")),
    UNREACHABLE(ICMP_NET, ALL(F_ICMP_NET), WHY("RFC 1122, 4.2.3.9")),
    UNREACHABLE(ICMP_HOST, ALL(F_ICMP_HOST), WHY("RFC 1122, 4.2.3.9")),
    UNREACHABLE(ICMP_PORT, ALL(F_ICMP_PORT), WHY("RFC 1122, 4.2.3.9")),
    UNREACHABLE(ICMP_ADMIN_PROHIBITED, ALL(F_ICMP_ADMIN_PROHIBITED), WHY("RFC 1812, 5.2.7.1")),
    UNREACHABLE(ICMP_OTHER, ALL(F_ICMP_OTHER), WHY("RFC 1122, 4.2.3.9")),

    /* Rejected, and nothing came of it. */
    REJECTED(TIME_WAIT_PAWS, ALL(F_BY_TIME_WAIT, F_TIMESTAMP_BEHIND), NONE(F_ANSWERED), PROOF(F_STATE_CERTAIN),
             WHY("RFC 7323, 5.3; Linux 6.18, tcp_timewait_state_process")),
    REJECTED(TIME_WAIT_SEQUENCE, ALL(F_BY_TIME_WAIT, F_SEQUENCE_BEHIND), NONE(F_ANSWERED), PROOF(F_STATE_CERTAIN),
             WHY("RFC 1122, 4.2.2.13; Linux 6.18, tcp_timewait_state_process")),
    REJECTED(TIME_WAIT_NO_LISTENER, ALL(F_BY_TIME_WAIT, F_WOULD_TAKE), NONE(F_ANSWERED), PROOF(F_STATE_CERTAIN),
             WHY("measured on Linux 6.18: no RST comes from a port pair in TIME_WAIT")),
    REJECTED(OLD_ESTABLISHED, ALL(F_BY_ESTABLISHED), NONE(F_ANSWERED), PROOF(F_STATE_CERTAIN), WHY("RFC 5961, 4.2")),
    REJECTED(OLD_CLOSE_WAIT, ALL(F_BY_CLOSE_WAIT), NONE(F_ANSWERED), PROOF(F_STATE_CERTAIN), WHY("RFC 5961, 4.2")),
    REJECTED(OLD_LAST_ACK, ALL(F_BY_LAST_ACK), NONE(F_ANSWERED), PROOF(F_STATE_CERTAIN), WHY("RFC 5961, 4.2")),
    REJECTED(OLD_FIN_WAIT_1, ALL(F_BY_FIN_WAIT_1), NONE(F_ANSWERED), PROOF(F_STATE_CERTAIN), WHY("RFC 5961, 4.2")),
    REJECTED(OLD_FIN_WAIT_2, ALL(F_BY_FIN_WAIT_2), NONE(F_ANSWERED), PROOF(F_STATE_CERTAIN), WHY("RFC 5961, 4.2")),
    REJECTED(OLD_SYN_RECEIVED, ALL(F_BY_SYN_RECEIVED), NONE(F_ANSWERED), PROOF(F_STATE_CERTAIN),
             WHY("Linux 6.18, tcp_check_req: a SYN out of the window gets the ACK of the old one")),
    REJECTED(WRONG_ACK, ALL(F_REJECTED, F_BY_SYN_ACK), NONE(F_ANSWERED), WHY("RFC 9293, 3.10.7.3")),
    REJECTED(OLD_UNKNOWN, ALL(F_REJECTED), NONE(F_ANSWERED), INFERRED, WHY("RFC 5961, 4.2; the state is not known")),

    /* Silence. */
    NO_ANSWER(SYNACK_LOST, ALL(F_GIVEN_UP, F_ANSWERED), WHY("RFC 9293, 3.10.7.3: a client acknowledges it at once")),
    NO_ANSWER(ANSWERED_FROM_ELSEWHERE, ALL(F_GIVEN_UP, F_STRAY), WHY("RFC 9293, 3.10.7: the port pair must match")),
    NO_ANSWER(TIME_WAIT_PAWS, ALL(F_GIVEN_UP, F_FORBIDDEN_STILL, F_TIMESTAMP_BEHIND), INFERRED,
              WHY("RFC 7323, 5.3; Linux 6.18 limits such ACKs to one in 500 ms (RFC 5961, 10)")),
    NO_ANSWER(TIME_WAIT_SEQUENCE, ALL(F_GIVEN_UP, F_FORBIDDEN_STILL, F_SEQUENCE_BEHIND), INFERRED,
              WHY("RFC 1122, 4.2.2.13; Linux 6.18 limits such ACKs to one in 500 ms (RFC 5961, 10)")),
    NO_ANSWER(SILENT_FLOW, ALL(F_GIVEN_UP, F_SERVICE_ANSWERS), WHY("Linux 6.18: a full accept queue drops SYNs")),
    NO_ANSWER(SILENT_PORT, ALL(F_GIVEN_UP, F_HOST_SEEN), WHY("RFC 9293, 3.10.7.1: a closed port answers with RST")),
    NO_ANSWER(SILENT_HOST, ALL(F_GIVEN_UP), WHY("RFC 9293, 3.10.7.1")),
    RULE(PENDING, CAPTURE_ENDED, BY_NOTHING, ALL(F_ENDED), WHY("the answer may come")),
    RULE(PENDING, IN_PROGRESS, BY_NOTHING, WHY("the answer may come")),
};

enum { RULES = sizeof rules / sizeof rules[0] };

/* The lists of a rule as bits. */
struct masks {
    uint64_t all, none, proof;
};

static uint64_t bits_of(const uint8_t facts[RULE_FACTS_MAX])
{
    uint64_t bits = 0;

    for (size_t i = 0; i < RULE_FACTS_MAX && facts[i] != F_NONE; i++)
        bits |= fact_bit((enum fact)facts[i]);
    return bits;
}

static const struct masks *masks_of_rules(void)
{
    static struct masks masks[RULES];
    static bool made;

    for (size_t i = 0; !made && i < RULES; i++)
        masks[i] = (struct masks){ bits_of(rules[i].all), bits_of(rules[i].none), bits_of(rules[i].proof) };
    made = true;
    return masks;
}

static bool holds(const struct masks *mask, uint64_t facts)
{
    return !(mask->all & ~facts) && !(mask->none & facts);
}

const struct rule *rule_for(uint64_t facts)
{
    const struct masks *masks = masks_of_rules();
    size_t i = 0;

    while (!holds(&masks[i], facts))
        i++;
    return &rules[i];
}

const struct rule *rule_of_fate(uint64_t facts, enum fate fate)
{
    const struct masks *masks = masks_of_rules();

    for (size_t i = 0; i < RULES; i++)
        if (rules[i].fate == fate && holds(&masks[i], facts))
            return &rules[i];
    return NULL;
}

bool rule_is_proven(const struct rule *rule, uint64_t facts)
{
    return !rule->never_proven && !(bits_of(rule->proof) & ~facts);
}

const struct rule *rule_at(size_t i)
{
    return i < RULES ? &rules[i] : NULL;
}
