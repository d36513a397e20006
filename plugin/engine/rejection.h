/* rejection.h - the bare ACK, or the SYN/ACK with a wrong number, that rejected a SYN, and what made it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_REJECTION_H
#define SYNFATE_REJECTION_H

#include "dossier.h"

/* The first segment that rejected the SYN, or NULL. */
const struct packet_seen *rejection_of(const struct dossier *d);

/* Whether that was a SYN/ACK. */
bool is_by_syn_ack(const struct dossier *d);

/* Whether the client answered the last rejection with a RST. */
bool client_reset_rejection(const struct dossier *d);

/* Whether the client's RST ended the old connection while the SYN waited. */
bool old_was_reset(const struct dossier *d);

/* Whether the IP ID of an answer says that a socket made it; 0 alone does not say that none did. */
bool is_made_by_socket(const struct packet_seen *answer);

/* The end of the old connection that made an answer, and what its rules said to the SYN. */
struct maker {
    enum tcp_state state; /* STATE_UNKNOWN: the packets do not tell */
    enum peer_answer answer;
    enum peer_reason reason;
    bool certain; /* the packets prove the state */
};

/* Who made a rejecting segment, and a RST that acknowledges the SYN. */
struct maker maker_of_ack(const struct dossier *d, const struct packet_seen *ack);
struct maker maker_of_reset(const struct dossier *d, const struct packet_seen *reset);

/* Whether an old connection may have made a RST that acknowledges the SYN: by the rules of its stack, or, where that is not
 * known, by those of any. */
bool old_may_have_reset(const struct dossier *d, const struct packet_seen *reset);

#endif
