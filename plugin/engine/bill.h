/* bill.h - where the waiting time of an attempt went
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_BILL_H
#define SYNFATE_BILL_H

#include <stddef.h>
#include <stdint.h>

enum handshake_event {
    EVENT_SYN,
    EVENT_SYN_ACK,
    EVENT_REJECTION,    /* a bare ACK or a wrong SYN/ACK */
    EVENT_CLIENT_RESET, /* the client's RST for it */
    EVENT_DATA,         /* the client's data again, which nothing acknowledged */
    EVENT_END,          /* the client's ACK, a RST, an ICMP error */
    EVENT_AFTER,        /* whatever came when the client no longer waited */
};

struct timed_event {
    int64_t time; /* ns */
    enum handshake_event event;
};

enum waiting {
    WAIT_NETWORK,   /* for an answer that came */
    WAIT_REJECTION, /* for a rejection, and for the SYN that follows it at once */
    WAIT_TIMER,     /* for the next SYN although there was an answer; for the next SYN/ACK */
    WAIT_SILENCE,   /* for the next SYN, or data again, because nothing answered */
    WAIT_COUNT
};

/* For people: "silence". */
const char *waiting_name(enum waiting waiting);

/* Splits the time between the first and the last of n events, in their order, up to the first EVENT_AFTER. */
void bill(const struct timed_event *events, size_t n, int64_t parts[WAIT_COUNT]);

#endif
