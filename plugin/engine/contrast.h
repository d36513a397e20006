/* contrast.h - what failed and late calls have in common, and none of those has that got in at once
 *
 * Calls are compared that have a service in common, else a client, else two networks. A feature is said only if at least
 * three calls are on each side and none is on the wrong one, and if the calls with it alternate with the others:
 * what one short failure of a server hits has many things in common by chance.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_CONTRAST_H
#define SYNFATE_CONTRAST_H

#include "families.h"

#include <stdint.h>

/* What some calls have in common. */
struct contrast {
    char *sentence;                  /* with both counts, and the family */
    const struct family_row *family; /* NULL: none is known */
};

struct contrasts {
    GPtrArray *list;     /* struct contrast */
    GHashTable *of_call; /* number of a call -> struct contrast */
};

/* Of calls among results (struct result) that are in no crowd. */
struct contrasts *contrasts_new(const struct tracker *t, const GArray *results);
void contrasts_free(struct contrasts *c);

/* What a call has in common with others, or NULL. */
const struct contrast *contrasts_of_call(const struct contrasts *c, uint32_t call);

/* The same for an attempt's call, of the whole capture as it was seen so far; the sentence, or NULL. It is kept until
 * more packets come. */
const char *tracker_shared(const struct tracker *t, uint32_t attempt);

#endif
