/* watch.h - which calls are to be told of while a stream is followed: each that has failed or come late, once
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_WATCH_H
#define SYNFATE_WATCH_H

#include "values.h"

struct watch {
    const struct tracker *t;
    GArray *pending;  /* uint32_t: attempts that nothing has decided yet, in the order of their first SYN */
    GHashTable *told; /* attempt -> its verdict when it was told of */
    int64_t next_look;
    bool forgot_failed; /* a call that had failed was told of, and has been forgotten */
};

/* Is called for an attempt that has failed or come late. Returns whether it is one that the user asks for. */
typedef bool (*watch_tell)(void *data, uint32_t attempt);

/* t must stay. */
void watch_init(struct watch *w, const struct tracker *t);
void watch_free(struct watch *w);

/* A frame has been taken in. */
void watch_frame(struct watch *w, uint32_t frame, watch_tell tell, void *data);

/* The tracker has forgotten. */
void watch_forget(struct watch *w);

/* The stream has ended. */
void watch_end(struct watch *w, watch_tell tell, void *data);

/* It is that late by the capture's clock (ns): looks at what waits for an answer, several times a second. */
void watch_time(struct watch *w, int64_t now, watch_tell tell, void *data);

#endif
