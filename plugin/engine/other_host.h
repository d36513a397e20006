/* other_host.h - whether a SYN comes from another host than the old connection on its port pair
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_OTHER_HOST_H
#define SYNFATE_OTHER_HOST_H

#include "attempt.h"

struct tracker;

/* Why this SYN seems to come from another host than the old connection's. */
enum other_host_sign {
    SIGN_CLOCK = 0x01,    /* the timestamp clock does not go on */
    SIGN_TTL = 0x02,      /* another TTL */
    SIGN_OPTIONS = 0x04,  /* other options, or another order */
    SIGN_SIZES = 0x08,    /* another MSS, window or window scale */
    SIGN_LEG = 0x10,      /* before the translation, the addresses differ */
    SIGN_OLD_DATA = 0x40, /* the old connection's client goes on after the SYN */
    SIGN_MAYBE = 0x20,    /* the timestamp clock does not go on, but each port may have one of its own */
};

/* The signs that are seen of an attempt: enum other_host_sign. */
uint8_t tracker_other_host_signs(const struct tracker *t, uint32_t attempt);

/* Whether the signs suffice to say so. */
bool signs_suffice(uint8_t signs);

/* Whether they say neither that nor the contrary. */
static inline bool signs_are_unsure(uint8_t signs)
{
    return (signs & SIGN_MAYBE) && !signs_suffice(signs);
}

#endif
