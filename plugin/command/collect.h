/* collect.h - what the statistics need to know of the frames that were read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_COLLECT_H
#define SYNFATE_COLLECT_H

#include "lower.h"
#include "reader.h"
#include "report.h"
#include "streams.h"

struct collection {
    GArray *attempts; /* uint32_t: records, each with a first SYN */
    GArray *frames;   /* struct report_frame: of calls that may have failed or come late */
    struct streams streams;
    uint32_t port_pairs; /* that the tracker had */
    int64_t forgotten;   /* ns since the epoch: of what began before, not all is known any more; INT64_MIN: all is */
    guint next_prune;    /* frames are looked through when there are so many */
    uint64_t unread[UNREAD_COUNT];
    GHashTable *unread_types; /* Wireshark's number of a link type -> frames */
};

/* Nothing was collected yet; frees all. */
struct collection *collection_new(void);
void collection_free(struct collection *c);

/* Takes in a frame that was handed to the tracker. */
void collection_add(struct collection *c, const struct tracker *t, const struct reader_frame *frame,
                    const struct taken *taken);

/* The tracker has forgotten; `before`: ns since the epoch. From then on streams are counted that begin with a SYN. */
void collection_forget(struct collection *c, const struct tracker *t, int64_t before);

/* The frames that it knows, and their lower numbers. */
void collection_name_frames(const struct collection *c, struct lowering *l);
void collection_lower(struct collection *c, const struct lowering *l);

/* No more frames come: frees what only they needed, and what no statistic shows. */
void collection_end(struct collection *c, const struct tracker *t);

/* Appends a line for each kind of frames that were not looked at. */
void collection_append_unread(const struct collection *c, GString *out);

#endif
