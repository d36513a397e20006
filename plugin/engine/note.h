/* note.h - what is notable about one frame
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_NOTE_H
#define SYNFATE_NOTE_H

#include "attempt.h"

enum note_role { NOTE_SYN, NOTE_DUPLICATE, NOTE_ANSWER };

struct note {
    uint32_t frame;
    uint32_t attempt;    /* record, not number */
    uint16_t syn_number; /* NOTE_SYN: 1, 2...; up to UINT16_MAX */
    uint8_t role;        /* enum note_role */
    union {
        uint8_t predicted; /* NOTE_SYN: enum peer_answer */
        uint8_t kind;      /* NOTE_ANSWER: enum seen_kind */
    };
};

/* TIME_WAIT of the peer at a notable frame, by the rules of its stack as it was known then. */
struct time_wait_clock {
    uint32_t frame, attempt;
    uint32_t restarts; /* by SYNs before this frame */
    bool is_restarted; /* the frame is a SYN that restarts it once more */
    int64_t elapsed;   /* ns since it began, or since the last restart */
};

#endif
