/* progress.h - shows on a terminal how far the files have been read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_PROGRESS_H
#define SYNFATE_PROGRESS_H

#include "collect.h"

struct progress {
    bool shown;
    int64_t begin, next; /* monotonic time, us */
    guint settled;       /* attempts whose verdict does not change any more: of the collected ones, the first so many */
    uint32_t failed;     /* of these */
};

/* Shown only if the standard error output is a terminal, and not if quiet. */
void progress_init(struct progress *p, bool quiet);

/* Is called often, and shows something twice a second. */
void progress_show(struct progress *p, const struct reader *c, const struct tracker *t,
                   const struct collection *collected);

/* Takes the line away. */
void progress_end(struct progress *p);

#endif
