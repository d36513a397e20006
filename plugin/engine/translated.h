/* translated.h - answers to the address that a NAT on the capturing host has put back already
 *
 * On a bridge whose packets are translated on their way (Linux: br_netfilter, as on hosts of containers) a SYN is seen
 * after its source was translated, and the answers go to the address before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_TRANSLATED_H
#define SYNFATE_TRANSLATED_H

#include "work.h"

/* If the segment in work is such an answer, or a later segment of its sender, the port pair in work becomes that of the
 * attempt. */
bool follow_translation(struct work *w);

#endif
