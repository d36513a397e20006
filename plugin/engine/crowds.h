/* crowds.h - floods and scans: many SYNs of which no caller waits for an answer
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_CROWDS_H
#define SYNFATE_CROWDS_H

#include "results.h"

/* Calls that are in a crowd are in no problem. */
enum crowd_kind {
    CROWD_FLOOD, /* one service, a single SYN each from many addresses, and nothing after the server's answer */
    CROWD_SCAN,  /* one address, many services, called once each */
};

struct crowd {
    enum crowd_kind kind;
    const struct result *first, *last; /* by time; CROWD_FLOOD: whose server, CROWD_SCAN: whose client it is */
    uint32_t calls, failed, answered;  /* of CROWD_FLOOD: single SYNs; answered: by a SYN/ACK */
    uint32_t refused, unanswered;      /* of those that failed: by a RST, by nothing */
    uint32_t sources, targets;         /* addresses that called; services that were called */
    uint32_t hosts;                    /* addresses that were called */
};

/* Finds the crowds (struct crowd, appended, the largest first) among results, and marks those that are in one. */
void crowds_find(GArray *results, GArray *crowds);

/* Marks them only. */
void crowds_mark(GArray *results);

/* "12000 addresses sent 10.9.0.2:80 a single SYN each ...", without an end; appended. */
void crowd_headline(const struct crowd *crowd, const struct tracker *t, GString *out);

/* What to check next. */
const char *crowd_next(const struct crowd *crowd);

#endif
