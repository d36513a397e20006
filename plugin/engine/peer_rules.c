/* peer_rules.c - what a peer does with a SYN for a port pair that it has used before
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peer_rules.h"

#include "seq.h"

/* RFC 7323, 5.5: a TS.Recent that old is not compared. Linux: TCP_PAWS_24DAYS. */
#define PAWS_AGE_LIMIT (24 * 24 * 3600 * NS_PER_SECOND)

typedef struct peer_decision (*peer_rule)(const struct peer *peer, const struct syn *syn);

static struct peer_decision decide(enum peer_answer what, enum peer_reason why)
{
    return (struct peer_decision){ .answer = what, .reason = why };
}

/* RFC 5961, 4.2: a SYN on a synchronized connection gets a challenge ACK whatever its number.
 * Linux 6.18, FreeBSD, macOS. */
static struct peer_decision challenge(const struct peer *peer, const struct syn *syn)
{
    (void)peer;
    (void)syn;
    return decide(ANSWER_ACK, REASON_LIVE);
}

/* RFC 7323, 5.3 R1, as Linux has it (tcp_paws_reject), without its allowance for RSTs. A TS.Recent of 0 says
 * nothing: some stacks send it with their SYNs only (measured on 6.18). */
static bool paws_rejects(const struct peer *peer, const struct syn *syn)
{
    return peer->timestamps && syn->has_ts && peer->ts_recent != 0 && seq_delta(peer->ts_recent, syn->tsval) > 0
           && peer->ts_recent_age < PAWS_AGE_LIMIT;
}

static bool timestamp_is_newer(const struct peer *peer, const struct syn *syn)
{
    return peer->timestamps && syn->has_ts && seq_after(syn->tsval, peer->ts_recent);
}

/* RFC 9293, 3.10.7.4, first check: the SYN's number is inside the receive window. */
static bool in_window(const struct peer *peer, const struct syn *syn)
{
    return syn->isn - peer->rcv_nxt < peer->rcv_wnd;
}

/* Linux 6.18, tcp_timewait_state_process. A PAWS rejection restarts the timer, a sequence rejection does not. */
static struct peer_decision linux_time_wait(const struct peer *peer, const struct syn *syn)
{
    if (paws_rejects(peer, syn))
        return (struct peer_decision){ ANSWER_ACK, REASON_PAWS, .restarts_time_wait = true };
    if (timestamp_is_newer(peer, syn))
        return decide(ANSWER_SYN_ACK, REASON_NEW_TIMESTAMP);
    if (seq_after(syn->isn, peer->rcv_nxt))
        return decide(ANSWER_SYN_ACK, REASON_NEW_SEQUENCE);
    return decide(ANSWER_ACK, REASON_OLD_SEQUENCE);
}

/* Linux 6.18: an orphaned FIN_WAIT_2 is kept without a socket, as TIME_WAIT is, but compares with the window. */
static struct peer_decision linux_fin_wait_2(const struct peer *peer, const struct syn *syn)
{
    if (peer->has_socket)
        return challenge(peer, syn);
    if (paws_rejects(peer, syn))
        return decide(ANSWER_ACK, REASON_PAWS);
    return in_window(peer, syn) ? decide(ANSWER_RST, REASON_IN_WINDOW) : decide(ANSWER_ACK, REASON_OLD_SEQUENCE);
}

/* Linux 6.18, tcp_check_req: the connection request has no socket yet. */
static struct peer_decision linux_syn_received(const struct peer *peer, const struct syn *syn)
{
    if (paws_rejects(peer, syn))
        return decide(ANSWER_ACK, REASON_PAWS);
    return in_window(peer, syn) ? decide(ANSWER_RST, REASON_IN_WINDOW) : decide(ANSWER_ACK, REASON_OLD_SEQUENCE);
}

/* FreeBSD, tcp_twcheck: S > N is accepted, everything else is dropped; timestamps are not looked at. */
static struct peer_decision freebsd_time_wait(const struct peer *peer, const struct syn *syn)
{
    if (seq_delta(syn->isn, peer->rcv_nxt) > 0)
        return decide(ANSWER_SYN_ACK, REASON_NEW_SEQUENCE);
    return decide(ANSWER_SILENCE, REASON_OLD_SEQUENCE);
}

/* macOS, tcp_input: accepted beyond the window, else a challenge ACK. */
static struct peer_decision macos_time_wait(const struct peer *peer, const struct syn *syn)
{
    if (seq_delta(syn->isn, peer->rcv_nxt) > 0 && !in_window(peer, syn))
        return decide(ANSWER_SYN_ACK, REASON_NEW_SEQUENCE);
    return decide(ANSWER_ACK, REASON_OLD_SEQUENCE);
}

/* RFC 6191, 2. */
static struct peer_decision rfc_time_wait(const struct peer *peer, const struct syn *syn)
{
    bool sequence_is_newer = seq_delta(syn->isn, peer->rcv_nxt) > 0;

    if (peer->timestamps && syn->has_ts) {
        int32_t delta = seq_delta(syn->tsval, peer->ts_recent);
        if (delta > 0)
            return decide(ANSWER_SYN_ACK, REASON_NEW_TIMESTAMP);
        if (delta == 0 && sequence_is_newer)
            return decide(ANSWER_SYN_ACK, REASON_NEW_SEQUENCE);
        return decide(ANSWER_SILENCE, delta < 0 ? REASON_PAWS : REASON_OLD_SEQUENCE);
    }
    if (syn->has_ts)
        return decide(ANSWER_SYN_ACK, REASON_NEW_TIMESTAMP);
    return sequence_is_newer ? decide(ANSWER_SYN_ACK, REASON_NEW_SEQUENCE)
                             : decide(ANSWER_SILENCE, REASON_OLD_SEQUENCE);
}

/* RFC 9293, 3.10.7.4, fourth check: a SYN in SYN-RECEIVED of a passive open returns it to LISTEN; RFC 5961 says
 * challenge ACK. Stacks differ: nothing is foretold. */
static struct peer_decision not_known(const struct peer *peer, const struct syn *syn)
{
    (void)peer;
    (void)syn;
    return decide(ANSWER_UNKNOWN, REASON_NONE);
}

static const struct peer_rule_set {
    const char *name;
    peer_rule time_wait;
    peer_rule fin_wait_2;
    peer_rule syn_received;
} rule_sets[PEER_STACK_COUNT] = {
    [PEER_LINUX] = { "Linux", linux_time_wait, linux_fin_wait_2, linux_syn_received },
    [PEER_FREEBSD] = { "FreeBSD", freebsd_time_wait, challenge, not_known },
    [PEER_MACOS] = { "macOS", macos_time_wait, challenge, not_known },
    [PEER_RFC] = { "RFC 6191", rfc_time_wait, challenge, not_known },
};

struct peer_decision peer_decide(enum peer_stack stack, const struct peer *peer, const struct syn *syn)
{
    const struct peer_rule_set *rules = &rule_sets[stack];

    switch (peer->state) {
    case STATE_TIME_WAIT:
        return rules->time_wait(peer, syn);
    case STATE_FIN_WAIT_2:
        return rules->fin_wait_2(peer, syn);
    case STATE_SYN_RECEIVED:
        return rules->syn_received(peer, syn);
    case STATE_ESTABLISHED:
    case STATE_FIN_WAIT_1:
    case STATE_CLOSE_WAIT:
    case STATE_CLOSING:
    case STATE_LAST_ACK:
        return challenge(peer, syn);
    default:
        return decide(ANSWER_UNKNOWN, REASON_NONE);
    }
}

/* RFC 1337 warns of it, Linux 6.18 does it (unless tcp_rfc1337 is set); FreeBSD ignores the RST. */
bool peer_time_wait_removed_by_reset(enum peer_stack stack, uint32_t rcv_nxt, uint32_t seq)
{
    return stack != PEER_FREEBSD && seq == rcv_nxt;
}

const char *peer_answer_name(enum peer_answer answer)
{
    static const char *const names[] = {
        [ANSWER_UNKNOWN] = "unknown", [ANSWER_SYN_ACK] = "syn_ack", [ANSWER_ACK] = "ack",
        [ANSWER_RST] = "rst",         [ANSWER_SILENCE] = "silence",
    };

    return names[answer];
}

const char *peer_stack_name(enum peer_stack stack)
{
    return rule_sets[stack].name;
}
