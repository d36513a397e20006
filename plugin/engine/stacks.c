/* stacks.c - the TCP stacks: what each does with a SYN for a port pair that it has used before
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stacks.h"

#include "seq.h"

/* RFC 7323, 5.5: a TS.Recent that old is not compared. Linux: TCP_PAWS_24DAYS. */
#define PAWS_AGE_LIMIT (24 * 24 * 3600 * NS_PER_SECOND)

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

/* Linux 6.18, tcp_timewait_state_process. */
static struct peer_decision linux_time_wait(const struct peer *peer, const struct syn *syn)
{
    if (paws_rejects(peer, syn))
        return decide(ANSWER_ACK, REASON_PAWS);
    if (timestamp_is_newer(peer, syn))
        return decide(ANSWER_SYN_ACK, REASON_NEW_TIMESTAMP);
    if (seq_after(syn->isn, peer->rcv_nxt))
        return decide(ANSWER_SYN_ACK, REASON_NEW_SEQUENCE);
    return decide(ANSWER_ACK, REASON_OLD_SEQUENCE);
}

/* Linux 6.18: an orphaned FIN_WAIT_2 is kept without a socket, as TIME_WAIT is, but compares with the window. */
static struct peer_decision linux_fin_wait_2(const struct peer *peer, const struct syn *syn)
{
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

/* FreeBSD, tcp_twcheck (measured on 13), and gVisor, handleTimeWaitSegment (measured): S > N is accepted, everything else
 * is dropped; timestamps are not looked at. */
static struct peer_decision sequence_or_silence(const struct peer *peer, const struct syn *syn)
{
    if (seq_delta(syn->isn, peer->rcv_nxt) > 0)
        return decide(ANSWER_SYN_ACK, REASON_NEW_SEQUENCE);
    return decide(ANSWER_SILENCE, REASON_OLD_SEQUENCE);
}

/* RFC 9293, 3.10.7.4, first check, with both ends of the window: XNU, illumos and lwIP take N + W as inside. */
static bool in_closed_window(const struct peer *peer, const struct syn *syn)
{
    return syn->isn - peer->rcv_nxt <= peer->rcv_wnd;
}

/* XNU, tcp_input: an older timestamp is dropped before any number is looked at, as in all states but ESTABLISHED. */
static struct peer_decision xnu_time_wait(const struct peer *peer, const struct syn *syn)
{
    if (paws_rejects(peer, syn))
        return decide(ANSWER_SILENCE, REASON_PAWS);
    if (seq_delta(syn->isn, peer->rcv_nxt) > 0 && !in_closed_window(peer, syn))
        return decide(ANSWER_SYN_ACK, REASON_NEW_SEQUENCE);
    return decide(ANSWER_ACK, REASON_OLD_SEQUENCE);
}

/* XNU, tcp_input, TCPS_SYN_RECEIVED: a number before the one that began the connection is answered with RST. */
static struct peer_decision xnu_syn_received(const struct peer *peer, const struct syn *syn)
{
    if (paws_rejects(peer, syn))
        return decide(ANSWER_SILENCE, REASON_PAWS);
    return seq_delta(syn->isn, peer->rcv_nxt) < 0 ? decide(ANSWER_RST, REASON_OLD_SEQUENCE)
                                                  : decide(ANSWER_ACK, REASON_OLD_SEQUENCE);
}

static struct peer_decision xnu_closing(const struct peer *peer, const struct syn *syn)
{
    return paws_rejects(peer, syn) ? decide(ANSWER_SILENCE, REASON_PAWS) : decide(ANSWER_ACK, REASON_LIVE);
}

/* illumos, tcp_time_wait_processing: what falls into the old window gets a RST. */
static struct peer_decision illumos_time_wait(const struct peer *peer, const struct syn *syn)
{
    if (paws_rejects(peer, syn))
        return decide(ANSWER_ACK, REASON_PAWS);
    if (in_closed_window(peer, syn))
        return decide(ANSWER_RST, REASON_IN_WINDOW);
    if (seq_delta(syn->isn, peer->rcv_nxt) > 0)
        return decide(ANSWER_SYN_ACK, REASON_NEW_SEQUENCE);
    return decide(ANSWER_ACK, REASON_OLD_SEQUENCE);
}

/* illumos, tcp_input_data: no challenge ACK, but as RFC 793 has it: a SYN in the window ends the connection with RST. */
static struct peer_decision illumos_live(const struct peer *peer, const struct syn *syn)
{
    if (!paws_rejects(peer, syn) && in_closed_window(peer, syn))
        return decide(ANSWER_RST, REASON_IN_WINDOW);
    return decide(ANSWER_ACK, REASON_LIVE);
}

/* lwIP, tcp_timewait_input (measured on 2.1.3): RST to what falls into the old window, an ACK to all else; never reopened. */
static struct peer_decision lwip_time_wait(const struct peer *peer, const struct syn *syn)
{
    if (in_closed_window(peer, syn))
        return decide(ANSWER_RST, REASON_IN_WINDOW);
    return decide(ANSWER_ACK, REASON_OLD_SEQUENCE);
}

/* OpenBSD, tcp_input: a newer timestamp or a newer number is taken, an older timestamp dropped. Where the old connection
 * had no timestamps, TS.Recent is 0. */
static struct peer_decision openbsd_time_wait(const struct peer *peer, const struct syn *syn)
{
    if (syn->has_ts && seq_after(syn->tsval, peer->timestamps ? peer->ts_recent : 0))
        return decide(ANSWER_SYN_ACK, REASON_NEW_TIMESTAMP);
    if (seq_delta(syn->isn, peer->rcv_nxt) > 0)
        return decide(ANSWER_SYN_ACK, REASON_NEW_SEQUENCE);
    return paws_rejects(peer, syn) ? decide(ANSWER_SILENCE, REASON_PAWS) : decide(ANSWER_ACK, REASON_OLD_SEQUENCE);
}

/* smoltcp, tcp.rs: a segment without ACK is dropped in every state but LISTEN. */
static struct peer_decision drops_all(const struct peer *peer, const struct syn *syn)
{
    (void)peer;
    (void)syn;
    return decide(ANSWER_SILENCE, REASON_OLD_SEQUENCE);
}

/* gVisor, synRcvdState (measured). */
static struct peer_decision gvisor_syn_received(const struct peer *peer, const struct syn *syn)
{
    return in_window(peer, syn) ? decide(ANSWER_RST, REASON_IN_WINDOW) : decide(ANSWER_ACK, REASON_OLD_SEQUENCE);
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
    if (syn->has_ts && !peer->declined)
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

/* What it answers is not known; what it can reject a SYN for is. */
static struct peer_decision unknown_time_wait(const struct peer *peer, const struct syn *syn)
{
    return decide(ANSWER_UNKNOWN, paws_rejects(peer, syn) ? REASON_PAWS : REASON_OLD_SEQUENCE);
}

/* clang-format off */
/* What is the same on Linux and on a peer that nothing is known of. */
#define LINUX_RULES                                                                                                   \
    .time_wait = linux_time_wait, .fin_wait_2 = linux_fin_wait_2, .syn_received = linux_syn_received,                 \
    .established = challenge, .closing = challenge, .time_wait_length = 60 * NS_PER_SECOND, /* TCP_TIMEWAIT_LEN */    \
        .time_wait_late = 17 * NS_PER_SECOND / 10, /* measured on 6.18: 60.0 to 61.7 s */                             \
        .paws_restarts_time_wait = true,           /* a sequence rejection does not: measured on 6.18 */              \
        .reset_removes_time_wait = true,    /* RFC 1337 warns of it; unless tcp_rfc1337 is set. Measured on 6.18 */   \
        .time_wait_hides_closed_port = true, /* measured on 6.18 */                                                   \
        .socketless_id_is_zero = true, /* RFC 6864 allows it for what is not fragmented; measured on 6.18 */          \
        /* Measured on 6.18, also with SYN cookies. Kernels before 6.10 lose it on the way (commit 41eecbd712b7; */   \
        /* measured on 6.1.192): there another ISN shows nothing. */                                                  \
        .recycled_isn_step = 65537

#define SECONDS(N) ((N) * NS_PER_SECOND)
#define LATE SECONDS(2) /* timers of half a second, and what is lost between them */

static const struct stack stacks[PEER_STACK_COUNT] = {
    [PEER_LINUX] = {
        .token = "linux", .name = "Linux", .known = true,
        LINUX_RULES,
        .marks = { { "MSTNW", "MNNSNW", "MNNTNW", "MST", "MNNS" }, 64, .df = true, .id_zero = true },
    },
    [PEER_FREEBSD] = { /* measured on 13 */
        .token = "freebsd", .name = "FreeBSD", .known = true,
        .time_wait = sequence_or_silence, .fin_wait_2 = challenge, .syn_received = not_known,
        .established = challenge, .closing = challenge,
        .time_wait_length = SECONDS(60), .time_wait_late = LATE, /* 2 * net.inet.tcp.msl */
        .marks = { { "MNWST", "MNWS" }, 64, .df = true, .id_zero = true, .id_zero_always = true, .window_full = true },
    },
    [PEER_MACOS] = { /* XNU, bsd/netinet/tcp_input.c and tcp_timer.h: read, not measured */
        .token = "macos", .name = "macOS", .known = true,
        .time_wait = xnu_time_wait, .fin_wait_2 = xnu_closing, .syn_received = xnu_syn_received,
        .established = challenge, .closing = xnu_closing,
        .time_wait_length = SECONDS(30), .time_wait_late = LATE, /* 2 * TCPTV_MSL */
        .marks = { { "MNWNNTS", "MNWS" }, 64, .df = true, .id_zero = true, .id_zero_always = true, .window_full = true,
                   .ipv4_only = true }, /* FreeBSD 6, Juniper and ESXi differ in nothing but the ID (nmap-os-db) */
    },
    [PEER_RFC] = {
        .token = "rfc", .name = "RFC 6191", .known = true,
        .time_wait = rfc_time_wait, .fin_wait_2 = challenge, .syn_received = not_known,
        .established = challenge, .closing = challenge,
        .time_wait_length = SECONDS(60), .time_wait_late = LATE,
        .reset_removes_time_wait = true, /* RFC 9293, 3.10.7.4 */
    },
    [PEER_WINDOWS] = { /* TcpTimedWaitDelay is documented as 120 s; of its rules no source was found */
        .token = "windows", .name = "Windows",
        .time_wait = unknown_time_wait, .fin_wait_2 = not_known, .syn_received = not_known,
        .established = not_known, .closing = not_known,
        .time_wait_length = SECONDS(120), .time_wait_late = LATE,
        .marks = { { "MNWNNS", "MNWST" }, 128, .df = true },
    },
    [PEER_GVISOR] = { /* measured, release 20221219 */
        .token = "gvisor", .name = "gVisor", .known = true,
        .time_wait = sequence_or_silence, .fin_wait_2 = challenge, .syn_received = gvisor_syn_received,
        .established = challenge, .closing = challenge,
        .time_wait_length = SECONDS(60), .time_wait_late = LATE,
        /* Over IPv6 its SYN/ACKs look like those of Linux, but for their window. */
        .marks = { { "MSTNW", "MNNSNW", "MNNTNW", "MNW" }, 64, .window = 29184 },
    },
    [PEER_LWIP] = { /* measured on 2.1.3 */
        .token = "lwip", .name = "lwIP", .known = true,
        .time_wait = lwip_time_wait, .fin_wait_2 = challenge, .syn_received = drops_all,
        .established = challenge, .closing = challenge,
        .time_wait_length = SECONDS(120), .time_wait_late = 3 * NS_PER_SECOND, /* measured: 122.7 s */
        /* tcp_next_iss: 6510, and with each connection the half seconds that have passed. Routers, which have its TTL and
         * options too, choose theirs at random. */
        .marks = { { "M", "MNW", "MNNT", "MNWNNT" }, .ttl = 255, .isn_small = true },
    },
    [PEER_ILLUMOS] = { /* tcp_time_wait.c, tcp_input.c: read, not measured; Solaris 11 is of the same descent */
        .token = "illumos", .name = "illumos", .known = true,
        .time_wait = illumos_time_wait, .fin_wait_2 = illumos_live, .syn_received = not_known,
        .established = illumos_live, .closing = illumos_live,
        .time_wait_length = SECONDS(60), .time_wait_late = LATE,
        .reset_removes_time_wait = true, /* one inside the window */
        .marks = { { "STMNW" }, 64, .df = true }, /* nmap-os-db: OpenIndiana, SmartOS, Solaris 11, and no others */
    },
    [PEER_OPENBSD] = { /* sys/netinet/tcp_input.c: read, not measured */
        .token = "openbsd", .name = "OpenBSD", .known = true,
        .time_wait = openbsd_time_wait, .fin_wait_2 = xnu_closing, .syn_received = not_known,
        .established = xnu_closing, .closing = xnu_closing,
        .time_wait_length = SECONDS(60), .time_wait_late = LATE,
        .reset_removes_time_wait = true,
        /* NetApp's filers order theirs so, too, with other windows (nmap-os-db). */
        .marks = { { "MNNSNWNNT" }, 64, .df = true, .window = 16384 },
    },
    [PEER_SMOLTCP] = { /* src/socket/tcp.rs: read, not measured */
        .token = "smoltcp", .name = "smoltcp", .known = true,
        .time_wait = drops_all, .fin_wait_2 = drops_all, .syn_received = drops_all,
        .established = drops_all, .closing = drops_all,
        .time_wait_length = SECONDS(10), .time_wait_late = LATE,
        .reset_removes_time_wait = true, /* one inside the window */
        .marks = { { "MWST" }, 64, .df = true, .id_zero = true, .id_zero_always = true },
    },
    [PEER_UNKNOWN] = { .token = "unknown", .name = "Linux", .assumed = true, LINUX_RULES },
    [PEER_FOREIGN] = {
        .token = "unknown", .name = "an unknown stack",
        .time_wait = unknown_time_wait, .fin_wait_2 = not_known, .syn_received = not_known,
        .established = not_known, .closing = not_known,
        .time_wait_length = SECONDS(60), .time_wait_late = LATE,
    },
};

/* clang-format on */

const struct stack *stack_row(enum peer_stack stack)
{
    return &stacks[stack];
}

struct peer_decision stack_decide(const struct stack *stack, const struct peer *peer, const struct syn *syn)
{
    switch (peer->state) {
    case STATE_TIME_WAIT:
        return stack->time_wait(peer, syn);
    case STATE_FIN_WAIT_2:
        return stack->fin_wait_2(peer, syn);
    case STATE_SYN_RECEIVED:
        return stack->syn_received(peer, syn);
    case STATE_ESTABLISHED:
        return stack->established(peer, syn);
    case STATE_FIN_WAIT_1:
    case STATE_CLOSE_WAIT:
    case STATE_CLOSING:
    case STATE_LAST_ACK:
        return stack->closing(peer, syn);
    default:
        return decide(ANSWER_UNKNOWN, REASON_NONE);
    }
}

bool stack_may_give_ack(const struct stack *stack, enum peer_answer by_rules, bool has_id)
{
    if (stack->socketless_id_is_zero && has_id)
        return false;
    return by_rules == ANSWER_ACK || (by_rules == ANSWER_SYN_ACK && stack->time_wait_hides_closed_port);
}

uint8_t stack_window_mark(uint16_t window)
{
    for (uint8_t i = 0; window != 0 && i < PEER_STACK_COUNT; i++)
        if (stacks[i].marks.window == window)
            return i + 1;
    return 0;
}

uint16_t layout_digest(const char *layout)
{
    static const uint8_t kinds[] = { ['M'] = 2, ['N'] = 1, ['W'] = 3, ['S'] = 4, ['T'] = 8 };
    unsigned digest = 0;

    for (; *layout != 0; layout++)
        digest = digest * 31 + kinds[(uint8_t)*layout];
    return (uint16_t)digest;
}

const char *peer_answer_name(enum peer_answer answer)
{
    static const char *const names[] = {
        [ANSWER_UNKNOWN] = "unknown", [ANSWER_SYN_ACK] = "syn_ack", [ANSWER_ACK] = "ack",
        [ANSWER_RST] = "rst",         [ANSWER_SILENCE] = "silence",
    };

    return names[answer];
}
