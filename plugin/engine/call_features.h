/* call_features.h - the one table of what calls are compared by: how each feature is read, and how it is said
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_CALL_FEATURES_H
#define SYNFATE_CALL_FEATURES_H

#include "results.h"
#include "setup.h"
#include "surroundings.h"

/* A call as it is compared: by one attempt of it. */
struct subject {
    const struct tracker *t;
    const struct result *result;
    uint32_t attempt;
    const struct attempt *a;
    const struct evidence *e;     /* NULL: no answer */
    const struct syn_print *syn;  /* of its first SYN */
    const struct syn_print *back; /* of the SYN/ACK; NULL: none was seen */
    const struct surrounding *around;
};

/* The order is that in which features are said: what a box can act upon comes first. */
enum feature {
    FEATURE_DAMAGED,
    FEATURE_HAIRPIN,
    FEATURE_ELSEWHERE,
    FEATURE_REUSED,
    FEATURE_REUSED_LATER,
    FEATURE_ECN,
    FEATURE_SYN_DATA,
    FEATURE_FAST_OPEN,
    FEATURE_MPTCP,
    FEATURE_AO,
    FEATURE_MD5,
    FEATURE_TIMESTAMPS,
    FEATURE_SACK,
    FEATURE_SCALE,
    FEATURE_DSCP,
    FEATURE_FLOW_LABEL,
    FEATURE_REQUEST,
    FEATURE_FIRST_CONTACT,
    FEATURE_OPEN,
    FEATURE_RECENT,
    FEATURE_NODE_PORT,
    FEATURE_SERVICE_PORT,
    FEATURE_WAY_BACK,
    FEATURE_BACKEND,
    FEATURE_BACK_MAC,
    FEATURE_BACK_TTL,
    FEATURE_VLAN,
    FEATURE_INTERFACE,
    FEATURE_GATEWAY,
    FEATURE_CLIENT_MAC,
    FEATURE_CLIENT,
    FEATURE_TTL,
    FEATURE_OPTION_ORDER,
    FEATURE_BACK_WINDOW, /* the server's window depends on the client's SYN as well, so it does not name a server */
    FEATURE_GRANTS,
    FEATURE_FRESH,
    FEATURE_PORT_RANGE, /* any number has some range, so that this is said only where nothing else is */
    FEATURE_COUNT
};

enum feature_form {
    FORM_HAS,   /* 1 is said, 0 is not */
    FORM_TOKEN, /* any value is said that all of one side share, and none of the other has */
    FORM_LEAST, /* the smallest value of one side is said, if that of each on the other is smaller */
    FORM_RANGE, /* the smallest and the largest value of one side are said, if none on the other is between them */
};

/* What separates: the value that all share; or, of FORM_LEAST, their smallest, and the largest of the others; or, of
 * FORM_RANGE, their smallest and their largest. Of
 * FEATURE_BACKEND, others is the time (ns) from the last call that it took to the first bad one; 0: it took none. Of
 * FEATURE_ELSEWHERE, it counts the other connections that were ended by a RST after that; frame: where the first began;
 * met: the calls of which two repeated SYNs or more were followed there by an ACK at once; met_frame: the first of them. Of
 * FEATURE_FIRST_CONTACT, met: the calls that waited while something was set up (setup.h), all as the first one did: setup. */
struct found {
    uint64_t value, others;
    uint32_t frame, met_frame;
    const struct setup *setup;
    guint met;
    enum feature feature;
};

struct feature_row {
    const char *token;
    enum feature_form form;
    /* Returns false if the packets do not tell. */
    bool (*read)(const struct subject *s, uint64_t *value);
    /* In the words that stand behind "all 3 calls: ", appended. any: one of them. */
    void (*say)(GString *out, const struct found *found, const struct subject *any);
};

/* The row of a feature; FEATURE_COUNT has none. */
const struct feature_row *feature_row(enum feature feature);

#endif
