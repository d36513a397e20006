/* page_style.h - how the page looks: light and dark, on a screen of any width and on paper
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_PAGE_STYLE_H
#define SYNFATE_PAGE_STYLE_H

/* CSS. Text has a contrast of 4.5 at least to what is below it, in both themes. */
extern const char page_style[];

#endif
