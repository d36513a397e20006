/* tracker_impl.h - the tracker's inside, shared by the files that it is made of
 *
 *     tracker.c     its life, what a frame hands to it, and what the user of the engine reads
 *     syn.c         what a SYN means to the attempts of its port pair
 *     syn_ack.c     what a SYN/ACK means
 *     reset.c       what a RST means
 *     ack.c         what any other segment means
 *     use.c         the uses of a port pair: the connection in progress and the old one
 *     rejection.c   why a peer rejected or refused a SYN
 *     sightings.c   the same SYN elsewhere: NAT legs, capture points, stray answers
 *     other_host.c  whether a SYN comes from another host than the old connection
 *     notes.c       what is remembered for each frame
 *     judge.c       the verdict
 *     summary.c     the verdict in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_TRACKER_IMPL_H
#define SYNFATE_TRACKER_IMPL_H

#include "connection.h"
#include "peers.h"
#include "port_pair.h"
#include "tracker.h"

/* Mirror ports and the "any" device show a frame twice, at most this much apart; nothing retransmits so soon. */
#define DUPLICATE_WINDOW (5 * NS_PER_SECOND / 1000)
/* Linux ends TIME_WAIT up to 1.7 s late: measured 60.0 to 61.7 s on 6.18. */
#define TIME_WAIT_LATE (17 * NS_PER_SECOND / 10)

/* Records are numbered from 1 in each array; 0 is none. */
struct tracker {
    struct tracker_options options;
    struct port_pairs pairs;
    struct peers peers;
    GArray *connections;      /* struct connection */
    GArray *free_connections; /* uint32_t: records to use again */
    GArray *attempts;         /* struct attempt */
    GArray *evidence;         /* struct evidence */
    GArray *troubles;         /* struct trouble */
    GArray *histories;        /* struct history */
    uint32_t last_number;     /* of an attempt */

    struct index by_isn;    /* the newest attempt with an ISN */
    struct index by_client; /* the newest attempt of a client's address and port */
    struct hash_key key;
    struct closing *closings; /* FINs seen of late, to link the legs of a NAT */

    GArray *notes;      /* struct note, by frame */
    GArray *clocks;     /* struct time_wait_clock, by frame */
    GByteArray *noted;  /* a bit for each frame: it has notes, as few have */
    GByteArray *states; /* of sender << 4 | receiver, by frame */
    GHashTable *legs;   /* frame -> frame */
    GPtrArray *points;  /* names of capture points */

    int64_t now;            /* ns: the newest time seen */
    uint32_t frame;         /* the frame in work */
    uint32_t pair_in_frame; /* the port pair of its last segment */
};

static inline struct attempt *get_attempt(const struct tracker *t, uint32_t record)
{
    return &g_array_index(t->attempts, struct attempt, record - 1);
}

static inline struct connection *get_connection(const struct tracker *t, uint32_t record)
{
    return record == 0 ? NULL : &g_array_index(t->connections, struct connection, record - 1);
}

static inline struct history *get_history(const struct tracker *t, const struct attempt *a)
{
    return a->history == 0 ? NULL : &g_array_index(t->histories, struct history, a->history - 1);
}

static inline struct evidence *get_evidence(const struct tracker *t, const struct attempt *a)
{
    return a->evidence == 0 ? NULL : &g_array_index(t->evidence, struct evidence, a->evidence - 1);
}

static inline struct trouble *get_trouble(const struct tracker *t, const struct attempt *a)
{
    const struct evidence *e = get_evidence(t, a);

    return e == NULL || e->trouble == 0 ? NULL : &g_array_index(t->troubles, struct trouble, e->trouble - 1);
}

static inline struct port_pair *pair_of(const struct tracker *t, const struct attempt *a)
{
    return port_pairs_get(&t->pairs, a->pair);
}

static inline uint8_t server_side(const struct attempt *a)
{
    return !attempt_side(a);
}

/* The segment in work. Pointers hold until a record is added. */
struct work {
    struct tracker *t;
    uint32_t pair_record;
    struct port_pair *pair;
    uint8_t side; /* of the sender */
    const struct segment *seg;
};

/* The attempt of a side as a record, or NULL. */
static inline struct attempt *attempt_of(const struct work *w, uint8_t side)
{
    return w->pair->attempt[side] == 0 ? NULL : get_attempt(w->t, w->pair->attempt[side]);
}

/* Whether ack acknowledges the attempt's SYN and nothing beyond it but data that came with it (RFC 7413). */
static inline bool acknowledges_syn(const struct attempt *a, uint32_t ack)
{
    return ack - a->isn - 1 <= a->syn_data;
}

/* The records, made if there are none yet. */
struct history *need_history(struct tracker *t, struct attempt *a);
struct evidence *need_evidence(struct tracker *t, struct attempt *a);
struct trouble *need_trouble(struct tracker *t, struct attempt *a);

/* tracker.c: remembers how the sender's service answers SYNs. */
void note_service(const struct work *w, enum peer_answer answer);

/* syn.c, syn_ack.c, reset.c, ack.c: what the segment means, by its kind. */
void on_syn(const struct work *w);
void on_syn_ack(const struct work *w);
void on_reset(const struct work *w);
void on_segment(const struct work *w);

/* use.c */

/* Begins the connection of an attempt whose SYN is answered. */
struct connection *begin_connection(const struct work *w, uint32_t attempt);

/* Begins a use whose SYN the capture lacks. One forged segment must not hide the connection before: until both ends have
 * spoken, it gives way to that one. */
struct connection *begin_unseen_use(const struct work *w);

/* The same, when its SYN/ACK tells who the client is. syn_end: the number after the SYN. */
struct connection *begin_use_of_client(const struct work *w, uint8_t client, uint32_t syn_end);

/* The connection in progress, or NULL, after an unseen use has given way if the segment continues the one before. */
struct connection *connection_in_progress(const struct work *w);

/* A SYN follows: an unseen use gives way if both ends are captured and only one has spoken. */
void settle_unseen_use(const struct work *w);

/* The connection in progress becomes the old one, or never was. */
void retire_connection(const struct work *w);
void forget_connection(const struct work *w);

/* notes.c */
void note_answer(const struct work *w, uint32_t attempt);
void note_frame(struct tracker *t, uint32_t frame, uint32_t attempt, enum note_role role, uint32_t syn_number,
                enum peer_answer predicted);
void note_time_wait_clock(struct tracker *t, uint32_t frame, uint32_t attempt, const struct connection *old,
                          int64_t now);
void note_states(struct tracker *t, uint32_t frame, enum tcp_state src, enum tcp_state dst);
void hide_frame(struct tracker *t, uint32_t frame);

/* rejection.c */

/* The peer of the old connection as the rules take it; now: ns. */
struct peer old_peer(const struct tracker *t, const struct connection *old, uint8_t side, int64_t now);

/* The state of an end at the time now: TIME_WAIT runs out, and a FIN that is not repeated has been acknowledged. */
enum tcp_state state_at(const struct tracker *t, const struct connection *c, uint8_t side, int64_t now);

/* Remembers the old connection as it is when the attempt's first SYN comes. old: may be NULL. */
void remember_old_connection(struct tracker *t, struct attempt *a, const struct connection *old,
                             const struct segment *syn);

/* Takes in a bare ACK that answers an attempt's SYN and does not acknowledge it. */
void take_rejecting_ack(struct tracker *t, struct attempt *a, const struct connection *old, const struct segment *seg);

/* Takes in a SYN/ACK that does not acknowledge the attempt's SYN. */
void take_wrong_syn_ack(struct tracker *t, struct attempt *a, const struct connection *old, const struct segment *seg);

/* Takes in a RST that acknowledges the attempt's SYN. */
void take_refusal(struct tracker *t, struct attempt *a, const struct connection *old, const struct segment *seg);

/* sightings.c */
void sightings_init(struct tracker *t);
void sightings_free(struct tracker *t);
void sightings_add(struct tracker *t, uint32_t attempt);

/* Links a SYN with the same SYN on another port pair or at another point. */
void sightings_link_syn(struct tracker *t, uint32_t attempt, const struct segment *syn);

/* Links connections that are two legs of one, by their FIN. */
void sightings_link_fin(struct tracker *t, uint32_t pair, uint8_t side, const struct segment *fin);

/* A segment that begins a port pair and is no SYN may answer somebody else's SYN. */
void sightings_stray(struct tracker *t, const struct segment *seg);

/* other_host.c */
uint8_t other_host_signs(const struct tracker *t, const struct attempt *a, const struct connection *old);

#endif
