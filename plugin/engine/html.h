/* html.h - text as HTML and SVG have it: nothing from a capture becomes markup
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_HTML_H
#define SYNFATE_HTML_H

#include <glib.h>

/* Appends a text, in which < > & " ' are written as references; what is no UTF-8, or is a character
 * that cannot be seen, becomes U+FFFD. The result can stand between tags, and in an attribute's quotes. */
void html_text(GString *out, const char *text);

/* Appends formatted markup: "%s" is a text (html_text), "%u" a uint32_t, "%d" an int, "%t" a GString of markup that is
 * appended as it is, "%%" a percent sign. */
void html_printf(GString *out, const char *format, ...);

#endif
