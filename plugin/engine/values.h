/* values.h - what is known of a connection attempt and its call, under the names that are a contract
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_VALUES_H
#define SYNFATE_VALUES_H

#include "contrast.h"
#include "tracker.h"

/* An attempt, and all that the engine says of it on the frame of its first SYN: after the whole capture, or after a part
 * of it. */
struct view {
    const struct tracker *t;
    uint32_t record;
    const struct attempt *a;
    struct past past;
    bool has_past;
    const struct evidence *e; /* NULL: no answer */
    const struct note *note;  /* of its first SYN; NULL: a filter left that out */
    struct verdict verdict;
    struct call call;
    struct tcp_address client, server;
    uint8_t family;
    bool final;
    GString *text; /* room for values that are texts */
};

/* t must stay. */
void view_init(struct view *v, const struct tracker *t);
void view_free(struct view *v);

/* final: nothing more comes. */
void view_set(struct view *v, uint32_t attempt, bool final);

enum value_kind {
    VALUE_NONE, /* the attempt has no such value */
    VALUE_NUMBER,
    VALUE_FRAME, /* number */
    VALUE_TIME,  /* number: ns */
    VALUE_FLAG,  /* number: 0 or 1 */
    VALUE_TEXT,
};

struct value {
    enum value_kind kind;
    int64_t number;
    const char *text; /* holds until the next value is asked for */
};

struct value_field {
    const char *name;
    struct value (*get)(struct view *v);
};

/* Field i, NULL after the last. */
const struct value_field *value_field_at(size_t i);

/* The field of a name, with or without "synfate." before it; NULL: there is none. */
const struct value_field *value_field_named(const char *name);

#endif
