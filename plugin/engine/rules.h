/* rules.h - which facts make which verdict: one ordered table, of which the first rule that holds decides
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_RULES_H
#define SYNFATE_RULES_H

#include "causes.h"
#include "costs.h"
#include "facts.h"

enum { RULE_FACTS_MAX = 6 };

/* The packet that decides: the frame and the time of a verdict. */
enum decider {
    BY_NOTHING,
    BY_ACK,          /* the client's acknowledgment, or what shows that the server accepted */
    BY_SYN_ACK_LATE, /* the first SYN/ACK repeated after that */
    BY_DATA,         /* the repetition of the client's data that makes it stuck */
    BY_REJECTION,    /* the first rejecting segment */
    BY_RST,
    BY_SERVER_RST, /* the RST after the handshake */
    BY_ICMP,
    BY_CLIENT_RST,
    BY_SYN,     /* the last one */
    BY_SYN_ACK, /* the last one that was repeated */
    BY_CLIENT,  /* the last of the client's segments behind its SYN that were repeated, or the first */
};

/* How a SYN got in beside the old connection on its port pair. */
enum reuse {
    REUSE_NONE,
    REUSE_TIMESTAMP,
    REUSE_SEQUENCE,
    REUSE_EXPIRED,
    REUSE_AFTER_CLOSE,
    REUSE_AFTER_RESET,
};

/* Lists of facts end with F_NONE. */
struct rule {
    const char *why; /* RFC section, source, or the kernel that it was measured on */
    enum fate fate;
    enum cause cause;
    enum decider decider;
    enum cost cost;                /* of an established attempt: that made it late; COST_NONE: a rule for one in time */
    enum reuse reuse;              /* that it says as well */
    uint8_t all[RULE_FACTS_MAX];   /* that must hold */
    uint8_t none[RULE_FACTS_MAX];  /* that must not */
    uint8_t proof[RULE_FACTS_MAX]; /* without one of which the verdict is inferred */
    bool never_proven;             /* it is always inferred */
    bool by_stack;                 /* the rules of the peer's stack say it: inferred if that is not known */
};

/* The first rule that holds. There always is one. Of those of an established attempt that is late, the one whose cost is
 * the largest comes first. */
const struct rule *rule_for(const struct facts *facts, const struct costs *costs);

/* How the SYN got in beside the old connection, whatever made it late. */
enum reuse reuse_for(const struct facts *facts);

/* "after_close": a name that is a contract; NULL for REUSE_NONE. */
const char *reuse_token(enum reuse reuse);

/* Whether the facts prove what the rule says. */
bool rule_is_proven(const struct rule *rule, const struct facts *facts);

/* A list of facts as a set. */
struct facts rule_facts(const uint8_t list[RULE_FACTS_MAX]);

/* Row i of the table, NULL after the last. */
const struct rule *rule_at(size_t i);

#endif
