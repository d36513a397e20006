/* tracker.h - takes packets in the order of the capture and tells the fate of every SYN
 *
 * The only header that a user of the engine needs, with segment.h and verdict.h. All memory belongs to the tracker.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_TRACKER_H
#define SYNFATE_TRACKER_H

#include "attempt.h"

#include <glib.h>

struct tracker;

struct tracker_options {
    enum peer_stack peer;
    int64_t time_wait;          /* length of TIME_WAIT in ns */
    unsigned no_answer_retries; /* retransmissions after which "no answer" is said */
};

struct tracker *tracker_new(const struct tracker_options *options);
void tracker_free(struct tracker *t);

/* Begins a frame: before anything of it is taken in. If it has the number of the frame before, that one turned out
 * not to be in the file (a read filter): what was noted about it is dropped. */
void tracker_begin_frame(struct tracker *t, const struct sighting *seen);

/* Takes in a TCP segment of the frame. */
void tracker_segment(struct tracker *t, const struct segment *seg);

/* Takes in an ICMP error that quotes a TCP segment. */
void tracker_icmp_error(struct tracker *t, const struct icmp_error *error);

/* Takes in any other packet: its sender exists. */
void tracker_other_packet(struct tracker *t, const struct sighting *seen, uint8_t family, const uint8_t ip[16]);

/* Whether a capture point has a name; if not, tracker_name_point gives it one (copied). */
bool tracker_point_is_named(const struct tracker *t, uint16_t point);
void tracker_name_point(struct tracker *t, uint16_t point, const char *name);

/* The states of sender and receiver after a frame. */
void tracker_states(const struct tracker *t, uint32_t frame, enum tcp_state *src, enum tcp_state *dst);

enum note_role { NOTE_SYN, NOTE_DUPLICATE, NOTE_ANSWER };

/* What is notable about a frame. */
struct note {
    uint32_t frame;
    uint32_t attempt;    /* record, not number */
    uint16_t syn_number; /* NOTE_SYN: 1, 2...; up to UINT16_MAX */
    uint8_t role;        /* enum note_role */
    uint8_t predicted;   /* NOTE_SYN: enum peer_answer */
};

/* The notes of a frame, *n of them (a tunnel may carry several segments in one frame), or NULL. */
const struct note *tracker_notes(const struct tracker *t, uint32_t frame, size_t *n);

/* The last note of all, or NULL. */
const struct note *tracker_last_note(const struct tracker *t);

/* TIME_WAIT of the peer at a notable frame. */
struct time_wait_clock {
    uint32_t frame, attempt;
    uint32_t restarts; /* by SYNs, so far */
    int64_t elapsed;   /* ns since it began, or since the last restart */
};

/* NULL if the peer was not in TIME_WAIT. */
const struct time_wait_clock *tracker_time_wait(const struct tracker *t, const struct note *note);

/* The frame of the same SYN on the other side of a NAT, or 0. */
uint32_t tracker_leg(const struct tracker *t, uint32_t frame);

/* The verdict on an attempt, after all that was seen so far. */
struct verdict {
    enum fate fate;
    enum cause cause;
    bool inferred;        /* basis: the rules say it; else the packets prove it */
    bool delayed;         /* established, but only after a retry or a rejection */
    bool not_as_rules;    /* the peer answered as the chosen rules would not */
    bool from_twin;       /* decided by what another capture point saw */
    bool from_leg;        /* decided by what the other leg of a NAT shows */
    uint32_t decided_by;  /* frame; 0: none */
    uint32_t source;      /* the attempt whose evidence decided: this one, a twin, or another leg */
    int64_t wait;         /* ns: first SYN to the deciding frame, or to the last SYN */
    int64_t connect_time; /* ns: first SYN to established; -1: not established, or not seen */
};

/* final: the whole capture has been seen, so that "in progress" becomes "capture ended". */
void tracker_verdict(const struct tracker *t, uint32_t attempt, bool final, struct verdict *verdict);

static inline bool verdict_is_failure(const struct verdict *v)
{
    return v->fate != FATE_ESTABLISHED && v->fate != FATE_PENDING;
}

/* The attempts are records 1 to tracker_attempts(). Those with ATTEMPT_TWIN are counted at another capture point. */
uint32_t tracker_attempts(const struct tracker *t);
const struct attempt *tracker_attempt(const struct tracker *t, uint32_t attempt);

/* NULL if there is no old connection, no answer yet, nothing wrong. */
const struct history *tracker_history(const struct tracker *t, const struct attempt *a);
const struct evidence *tracker_evidence(const struct tracker *t, const struct attempt *a);
const struct trouble *tracker_trouble(const struct tracker *t, const struct attempt *a);

/* Client and server of an attempt. Returns the family: 4 or 6. */
uint8_t tracker_addresses(const struct tracker *t, const struct attempt *a, struct tcp_address *client,
                          struct tcp_address *server);

/* The length of TIME_WAIT, ns. */
int64_t tracker_time_wait_length(const struct tracker *t);

/* Whether the last connection on an attempt's port pair was left in TIME_WAIT, on which side, and since when (ns). */
bool tracker_left_time_wait(const struct tracker *t, const struct attempt *a, uint8_t *side, int64_t *since);

/* The next attempt that is the same SYN elsewhere (another capture point, or the other side of a NAT);
 * returns to the first one in a ring. 0: none. */
uint32_t tracker_sibling(const struct tracker *t, uint32_t attempt);

/* The name of a capture point, or NULL. */
const char *tracker_point_name(const struct tracker *t, uint16_t point);
uint16_t tracker_point(const struct tracker *t, const struct attempt *a);

/* The client on the other side of a NAT, when that leg is in the capture: of the old connection, of the attempt. */
bool tracker_old_leg(const struct tracker *t, const struct attempt *a, struct tcp_address *client);
bool tracker_new_leg(const struct tracker *t, uint32_t attempt, struct tcp_address *client);

/* Why the SYN seems to come from another host than the old connection: enum other_host_sign. */
uint8_t tracker_other_host_signs(const struct tracker *t, uint32_t attempt);

/* Whether the signs suffice to say so. */
bool signs_suffice(uint8_t signs);

/* Appends an address as text; IPv6 is in brackets before a port. */
void append_address(GString *out, uint8_t family, const struct tcp_address *address, bool with_port);

/* One line for people about an attempt, for a column. Append it to out. */
void tracker_summary(const struct tracker *t, uint32_t attempt, const struct verdict *verdict, GString *out);

#endif
