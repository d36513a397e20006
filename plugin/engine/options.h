/* options.h - what a user chooses
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_OPTIONS_H
#define SYNFATE_OPTIONS_H

#include "stacks.h"

struct tracker_options {
    enum peer_stack peer;
    int64_t time_wait;          /* length of TIME_WAIT in ns */
    unsigned no_answer_retries; /* retransmissions after which "no answer" is said */
    int64_t slow_connect;       /* ns: a handshake that takes so long without a retransmission is late; 0: a second */
};

#endif
