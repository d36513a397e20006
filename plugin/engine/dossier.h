/* dossier.h - all records about one attempt
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_DOSSIER_H
#define SYNFATE_DOSSIER_H

#include "past.h"
#include "recognise.h"
#include "store.h"

/* All that is known about one attempt. Pointers are NULL where there is nothing. */
struct dossier {
    const struct tracker *t;
    uint32_t attempt;
    const struct attempt *a;
    const struct evidence *e;
    const struct trouble *trouble;
    const struct packets_seen *seen[SEEN_KINDS];
    const struct connection *old;      /* when the first SYN came */
    const struct connection *old_then; /* when the first answer came that did not accept */
    const struct past *past;
    struct past past_buffer;
    struct peer_rules rules;
    bool final; /* the capture is complete */
};

/* Collects them. d->past may point into d: it must not be copied. */
void dossier_open(const struct tracker *t, uint32_t attempt, bool final, struct dossier *d);

/* The client repeats its SYN behind a RST that seemed to be its own: another has sent that in its name. */
bool outlives_resets(const struct dossier *d);

/* The client's RST that acknowledges the SYN/ACK, its first segment behind that: it had connected. NULL: there is none. */
const struct packet_seen *reset_that_connects(const struct dossier *d);

#endif
