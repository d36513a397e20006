/* company.h - what an attempt's summary says of the other attempts of its call
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_COMPANY_H
#define SYNFATE_COMPANY_H

#include "call.h"

#include <glib.h>

/* The call of an attempt that may have company, or be a probe. Returns false where it is alone. */
bool company_of(const struct tracker *t, uint32_t attempt, const struct verdict *v, struct call *call);

/* Appends how the call went on, or began, on another port pair. */
void append_company(GString *out, const struct tracker *t, uint32_t attempt, const struct call *call);

#endif
