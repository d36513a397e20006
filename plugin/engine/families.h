/* families.h - the one table of known reasons why calls that share something fail: what names them, and what to do
 *
 * What calls share is observed; which box makes them fail is inferred.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_FAMILIES_H
#define SYNFATE_FAMILIES_H

#include <glib.h>
#include <limits.h>

struct tracker;

struct family_row {
    const char *token;
    const char *text;   /* who is likely to be behind it, as an end of a sentence */
    const char *advice; /* what to do, and what to check next */
    const char *page;   /* where it is explained */
};

/* Stands for a feature: the service takes a constant number of SYNs a second. */
#define LEVEL_OF_SERVICE UINT_MAX

/* The family that a feature (enum feature) names if these calls (struct result *) have it, or NULL. */
const struct family_row *family_of(const struct tracker *t, unsigned feature, const GPtrArray *bad);

#endif
