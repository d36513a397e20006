/* page.h - the report as one HTML file that loads nothing
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_PAGE_H
#define SYNFATE_PAGE_H

#include "report.h"

/* Appends it. in->frames gets sorted. */
void page_write(const struct report_input *in, GString *out);

#endif
