/* peer_end.h - an end of a connection at a time, by the rules of its stack
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_PEER_END_H
#define SYNFATE_PEER_END_H

#include "recognise.h"
#include "work.h"

/* Whether a RST has removed TIME_WAIT. */
bool time_wait_is_removed(const struct peer_rules *rules, const struct connection *c);

/* When TIME_WAIT began, or was restarted (ns). */
int64_t time_wait_start(const struct peer_rules *rules, const struct connection *c);

/* The state of an end at a time (ns): TIME_WAIT runs out, a RST may have removed it, and a FIN that is not repeated has
 * been acknowledged. */
enum tcp_state state_at(const struct peer_rules *rules, const struct connection *c, uint8_t side, int64_t now);

/* What becomes of a state while no rule is asked: a FIN that is not repeated has been acknowledged. */
enum tcp_state fin_state_at(const struct connection *c, uint8_t side, enum tcp_state state, int64_t now);

/* The end of a connection as the rules take it, at a time (ns). */
struct peer peer_at(const struct peer_rules *rules, const struct connection *c, uint8_t side, int64_t now);

/* Whether a segment has the next numbers that an end sends and acknowledges. */
bool has_next_numbers(const struct connection *c, uint8_t side, uint32_t seq, uint32_t ack);

/* A copy of the connection, corrected by an ACK with which its end at side rejected a SYN (NULL: there is none). That ACK
 * shows that TIME_WAIT still holds: a RST that seemed to remove it did not reach it, or did not remove it (tcp_rfc1337). */
struct connection as_answered(const struct connection *c, uint8_t side, const struct packet_seen *ack);

/* Takes TS.Recent from an ACK of an end in TIME_WAIT, whose TSecr is always that (NULL: there is none). */
void peer_by_ack(struct peer *peer, const struct packet_seen *ack);

/* Notes for how long the peer of the segment in work has been in TIME_WAIT. reason: for which it rejects
 * that; REASON_NONE: it is no SYN. */
void note_time_wait(const struct work *w, const struct peer_rules *rules, uint32_t attempt,
                    const struct connection *old, enum peer_reason reason);

/* The attempt's SYN, the first or the latest. */
struct syn first_syn(const struct tracker *t, const struct attempt *a);
struct syn last_syn(const struct attempt *a);

/* Whether the rules cannot be asked: of a SYN or of the old connection, timestamps may have been cut off. */
bool timestamps_are_cut(const struct attempt *a, const struct peer *peer, bool old_cut);

#endif
