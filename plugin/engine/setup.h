/* setup.h - ARP, neighbour discovery and IKE that began while a SYN waited for its answer
 *
 * Recent packets of that kind are kept in a ring, and looked through only where a SYN is sent again, or is answered late:
 * a call that gets in at once pays nothing. That such a packet was there is observed; that the SYN waited for it is not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_SETUP_H
#define SYNFATE_SETUP_H

#include "work.h"

/* What began between an attempt's SYN and the next one, or the late answer. */
struct setup {
    uint32_t begun, answered; /* frames; answered 0: not before the SYN/ACK */
    uint32_t again;           /* the frame of the second SYN; 0: there was none before the answer */
    uint8_t kind;             /* enum setup_kind */
    uint8_t family;
    bool next_hop; /* asked is a router: its link address is the SYN's */
    uint8_t asker[16], asked[16];
};

/* Takes such a packet in. */
void setup_add(struct tracker *t, const struct setup_packet *packet);

/* A frame with this number, the latest one, turned out not to be in the file. */
void setup_hide(struct tracker *t, uint32_t frame);

/* The segment in work repeats an attempt's SYN for the first time; is the first answer to it. */
void setup_see_retry(const struct work *w, uint32_t attempt);
void setup_see_answer(const struct work *w, uint32_t attempt);

/* What began while an attempt waited, or NULL. */
const struct setup *setup_of(const struct tracker *t, uint32_t attempt);

/* Drops all, and takes no more in: attempts were forgotten, and what they share is not told any more. */
void setup_forget(struct tracker *t);

#endif
