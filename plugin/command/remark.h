/* remark.h - what a reader of a report has to know first: that not all is in it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_REMARK_H
#define SYNFATE_REMARK_H

#include "reader.h"

/* Whether a report would be about nothing. */
static inline bool nothing_was_read(const struct reading *r)
{
    return r->unread == r->files;
}

/* is_forgotten: of a long stream, the begin. NULL: all is in it. To be freed. */
char *remark_text(const struct reading *r, bool is_forgotten);

#endif
