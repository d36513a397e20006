/* paragraph.h - paragraphs of a page of text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_PARAGRAPH_H
#define SYNFATE_PARAGRAPH_H

#include <glib.h>

enum { LINE_WIDTH = 80 }; /* of a terminal */

/* Where lines are appended. */
struct lines {
    GString *out;
    int lacking; /* characters that a line has less than a terminal's */
};

/* Appends a paragraph of which all lines begin with the indent, the first one with the label. */
void print_wrapped(const struct lines *l, const char *label, int indent, const char *text);

/* The same, and frees the text. */
void print_paragraph(const struct lines *l, const char *label, int indent, GString *text);

#endif
