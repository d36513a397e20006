/* tracker.h - takes packets in the order of the capture and tells the fate of every SYN
 *
 * With segment.h all that is needed to hand packets in and to ask about attempts. All memory belongs to the tracker.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_TRACKER_H
#define SYNFATE_TRACKER_H

#include "alarms.h"
#include "call.h"
#include "frame_name.h"
#include "lacks.h"
#include "notes.h"
#include "options.h"
#include "other_host.h"
#include "past.h"
#include "recognise.h"
#include "ring.h"
#include "setup_packet.h"
#include "summary.h"
#include "text.h"
#include "verdict.h"

#include <glib.h>

struct tracker;

/* Nothing was seen yet; frees all. options: copied. */
struct tracker *tracker_new(const struct tracker_options *options);
void tracker_free(struct tracker *t);

/* From what time on (ns) a handshake without a repetition is late. */
int64_t tracker_slow_connect(const struct tracker *t);

/* Begins a frame: before anything of it is taken in. If it has the number of the frame before, that one turned out
 * not to be in the file (a read filter): what was noted about it is dropped. */
void tracker_begin_frame(struct tracker *t, const struct sighting *seen);

/* Takes in a TCP segment of the frame. */
void tracker_segment(struct tracker *t, const struct segment *seg);

/* Takes into account a TCP segment that could not be read: its header, at tcp_offset, may not have been captured whole. */
void tracker_segment_unread(struct tracker *t, const struct packet_bytes *bytes, size_t tcp_offset);

/* Takes in an ICMP error that quotes a TCP segment. */
void tracker_icmp_error(struct tracker *t, const struct icmp_error *error);

/* Takes in an ICMP (family 4) or ICMPv6 (6) message, whose header is at icmp_offset: an error about a TCP segment tells. */
void tracker_icmp(struct tracker *t, const struct sighting *seen, uint8_t family, const struct packet_bytes *bytes,
                  size_t icmp_offset);

/* Takes into account an ICMP error of which the captured bytes do not show what it quotes. */
void tracker_icmp_cut(struct tracker *t);

/* Takes into account what the UDP datagram at udp_offset says, if it is a DNS answer. */
void tracker_udp(struct tracker *t, const struct packet_bytes *bytes, size_t udp_offset);

/* Takes in ARP (proto: PROTO_ARP), neighbour discovery (58) or IKE (17), if it is that; its header is at offset. */
void tracker_setup(struct tracker *t, const struct sighting *seen, uint8_t proto, const struct packet_bytes *bytes,
                   size_t offset, const struct envelope *envelope);

/* Takes in any other packet, ICMP or not: its sender exists. */
void tracker_other_packet(struct tracker *t, const struct sighting *seen, uint8_t family, const uint8_t ip[16],
                          bool icmp);

/* Whether a capture point has a name; if not, tracker_name_point gives it one (copied). What one program recorded in one go
 * has one recorder. */
bool tracker_point_is_named(const struct tracker *t, uint16_t point);
void tracker_name_point(struct tracker *t, uint16_t point, const char *name, uint32_t recorder);

/* Gives frames names in texts; without this they are called by their numbers. What names->data points to must stay. */
void tracker_name_frames(struct tracker *t, const struct frame_names *names);
const struct frame_names *tracker_frame_names(const struct tracker *t);

/* The attempts are records 1 to tracker_attempts(). Those with ATTEMPT_TWIN are counted at another capture point. */
uint32_t tracker_attempts(const struct tracker *t);
const struct attempt *tracker_attempt(const struct tracker *t, uint32_t attempt);

/* NULL if there is no answer yet, no packet of the kind. */
const struct evidence *tracker_evidence(const struct tracker *t, const struct attempt *a);
const struct packets_seen *tracker_packets(const struct tracker *t, const struct attempt *a, enum seen_kind kind);

/* Client and server of an attempt. Returns the family: 4 or 6. */
uint8_t tracker_addresses(const struct tracker *t, const struct attempt *a, struct tcp_address *client,
                          struct tcp_address *server);

/* The rules of the peer that an attempt calls. */
struct peer_rules tracker_peer_rules(const struct tracker *t, const struct attempt *a);

/* Whether the last connection on an attempt's port pair was left in TIME_WAIT, on which side, and since when (ns). */
bool tracker_left_time_wait(const struct tracker *t, const struct attempt *a, uint8_t *side, int64_t *since);

/* Whether DNS answers of the capture gave the servers of both attempts to one name. */
bool tracker_have_one_name(const struct tracker *t, const struct attempt *a, const struct attempt *b);

/* The name of a capture point, or NULL. */
const char *tracker_point_name(const struct tracker *t, uint16_t point);
uint16_t tracker_point(const struct tracker *t, const struct attempt *a);

#endif
