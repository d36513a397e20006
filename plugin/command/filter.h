/* filter.h - which attempts are meant: a condition on their values, such as "cause == time_wait_paws and wait > 3"
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_FILTER_H
#define SYNFATE_FILTER_H

#include "values.h"

struct filter;

/* Returns NULL, and says what is wrong with the text in *error (free it). */
struct filter *filter_parse(const char *text, char **error);
void filter_free(struct filter *f);

/* Whether it is true of an attempt. */
bool filter_matches(const struct filter *f, struct view *v);

#endif
