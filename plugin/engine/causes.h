/* causes.h - the one table of fates and causes
 *
 * Fields, expert infos, statistics, documentation and tests read this table; no other place lists them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_CAUSES_H
#define SYNFATE_CAUSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where advice of PAWS ends: the counters that tell whether it was that. */
#define PAWS_COUNTERS " Next: nstat -az TcpExtPAWSTimewait (Linux 6.16 and later) or TcpExtPAWSEstab on the server."

enum fate {
    FATE_ESTABLISHED,
    FATE_REJECTED,
    FATE_REFUSED,
    FATE_UNREACHABLE,
    FATE_NO_ANSWER,
    FATE_STUCK,
    FATE_ABORTED,
    FATE_PENDING,
    FATE_COUNT
};

enum cause {
    /* established */
    CAUSE_OK,
    CAUSE_SYN_RETRANSMITTED,
    CAUSE_SYNACK_RETRANSMITTED,
    CAUSE_ACK_RETRANSMITTED,
    CAUSE_AFTER_WRONG_ACK,
    CAUSE_AFTER_TIME_WAIT_RESET,
    CAUSE_AFTER_OLD_CONNECTION_RESET,
    CAUSE_TIME_WAIT_RECYCLED_TIMESTAMP,
    CAUSE_TIME_WAIT_RECYCLED_SEQUENCE,
    CAUSE_TIME_WAIT_EXPIRED,
    CAUSE_REUSE_AFTER_CLOSE,
    CAUSE_REUSE_AFTER_RESET,
    CAUSE_FAST_OPEN,
    CAUSE_SIMULTANEOUS_OPEN,
    CAUSE_SLOW_ANSWER,
    CAUSE_ACCEPTED_LATE,
    CAUSE_AFTER_REFUSAL,
    CAUSE_RESET_BY_CLIENT,
    /* any other fate */
    CAUSE_TIME_WAIT_PAWS,
    CAUSE_TIME_WAIT_SEQUENCE,
    CAUSE_TIME_WAIT_NO_LISTENER,
    CAUSE_OLD_ESTABLISHED,
    CAUSE_OLD_CLOSE_WAIT,
    CAUSE_OLD_LAST_ACK,
    CAUSE_OLD_FIN_WAIT_1,
    CAUSE_OLD_FIN_WAIT_2,
    CAUSE_OLD_SYN_RECEIVED,
    CAUSE_OLD_UNKNOWN,
    CAUSE_WRONG_ACK,
    CAUSE_REFUSED_THOUGH_OPEN,
    CAUSE_RESET_AFTER_HANDSHAKE,
    CAUSE_CLOSED_PORT,
    CAUSE_RESET_IN_PATH,
    CAUSE_ICMP_NET,
    CAUSE_ICMP_HOST,
    CAUSE_ICMP_PORT,
    CAUSE_ICMP_ADMIN_PROHIBITED,
    CAUSE_ICMP_OTHER,
    CAUSE_SYNACK_LOST,
    CAUSE_SILENT_FLOW,
    CAUSE_SILENT_PORT,
    CAUSE_SILENT_HOST,
    CAUSE_DROPPED_HERE,
    CAUSE_IGNORED_RESET,
    CAUSE_ANSWERED_FROM_ELSEWHERE,
    CAUSE_ACCEPT_QUEUE_FULL,
    CAUSE_UNANSWERED_DATA,
    CAUSE_CLIENT_GAVE_UP,
    CAUSE_UNACKNOWLEDGED,
    CAUSE_CAPTURE_ENDED,
    CAUSE_IN_PROGRESS,
    CAUSE_COUNT
};

enum severity { SEVERITY_CHAT, SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };

/* Expert infos: the groups in which Wireshark's dialog shows the verdicts. */
enum expert_kind {
    EXPERT_ESTABLISHED,
    EXPERT_REUSED,
    EXPERT_DELAYED,
    EXPERT_AFTER_REJECTION,
    EXPERT_TIME_WAIT,
    EXPERT_OLD_CONNECTION,
    EXPERT_WRONG_ACK,
    EXPERT_REFUSED,
    EXPERT_UNREACHABLE,
    EXPERT_NO_ANSWER,
    EXPERT_STUCK,
    EXPERT_ABORTED,
    EXPERT_PENDING,
    EXPERT_COUNT
};

/* One row of the table: a cause under the fate that it explains. */
struct verdict_row {
    enum fate fate;
    enum cause cause;
    enum severity severity;
    enum expert_kind expert;
    const char *sentence; /* for the summary, without an end */
    const char *advice;   /* what to change, what to check next */
};

struct expert_row {
    const char *token;   /* synfate.expert.TOKEN */
    const char *summary; /* as registered: short and self-explaining */
    enum severity severity;
};

/* "no_answer", "silent_port": names that are a contract. */
const char *fate_token(enum fate fate);
const char *cause_token(enum cause cause);

/* The row of a fate and cause; NULL if the table has no such pair. */
const struct verdict_row *verdict_row(enum fate fate, enum cause cause);

/* Row i of the table, NULL after the last. */
const struct verdict_row *verdict_row_at(size_t i);

/* The row of an expert info; EXPERT_COUNT has none. */
const struct expert_row *expert_row(enum expert_kind kind);

#endif
