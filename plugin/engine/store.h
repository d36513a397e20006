/* store.h - the tracker's memory: all records, and how they are reached
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_STORE_H
#define SYNFATE_STORE_H

#include "attempt.h"
#include "capture.h"
#include "frame_name.h"
#include "options.h"
#include "peers.h"
#include "pool.h"
#include "port_pair.h"
#include "prints.h"
#include "setup_packet.h"

/* Mirror ports and the "any" device show a frame twice, at most this much apart; nothing retransmits so soon. */
#define DUPLICATE_WINDOW (5 * NS_PER_SECOND / 1000)
/* The same timestamp or IP ID so soon are the same packet, even where two clocks differ: what is sent again has new ones. */
#define SAME_STAMP_WINDOW NS_PER_SECOND

/* What calls have in common. contrast.c works it out when somebody asks, and keeps it here. */
struct shared {
    struct contrasts *all; /* NULL: not read yet */
    void (*release)(struct contrasts *all);
    uint32_t frame; /* after which it was read */
    bool never;     /* attempts were forgotten: those that are left cannot be compared */
};

/* A recent attempt, with enough to see that it is none of a race (races.c): for most of them, such as those of a flood,
 * nobody has to look at their records. */
struct recent_attempt {
    uint64_t client, server; /* family and port_pair.ip */
    uint32_t attempt, link;  /* link 0: none, or one that many addresses share */
};

/* What came in tunnels with UDP checksums: see tunnels.c. */
struct tunnels {
    GHashTable *ends;    /* GBytes: tunnel ends of which something had a right one, or none; NULL: no tunnel was seen */
    GHashTable *damaged; /* attempt -> struct damaged */
    bool ignored;        /* a SYN with a wrong one was answered */
};

/* Recent packets that set up a way, and which of them came while a SYN waited: see setup.c. */
struct setups {
    struct setup_packet *recent; /* NULL: none has come */
    uint32_t count;              /* that have come */
    GHashTable *of_attempt;      /* attempt -> struct setup; NULL: none */
};

/* Records are reached by handles from 1; 0 is none. */
struct tracker {
    struct tracker_options options;
    struct port_pairs pairs;
    struct peers peers;
    struct pool connections; /* struct connection */
    struct pool attempts;    /* struct attempt */
    struct pool evidence;    /* struct evidence */
    struct pool troubles;    /* struct trouble */
    struct pool packets;     /* struct packets_seen */
    struct pool histories;   /* struct history */
    uint32_t last_number;    /* of an attempt */
    uint32_t last_call;

    struct index by_isn;    /* the newest attempt with an ISN */
    struct index by_client; /* the newest attempt of a client's address and port */
    struct hash_key key;
    GArray *recent;           /* struct recent_attempt: see races.c */
    GArray *expecting;        /* uint32_t: attempts in their order, see alarms.c */
    guint expected;           /* how many of these have had their time */
    GArray *alarms;           /* uint32_t: attempts whose alarm the frame in work carries */
    GHashTable *races;        /* attempt -> the unanswered one of the same client that it may have raced */
    GHashTable *racers;       /* the other way round */
    GHashTable *probers;      /* see probes.c; NULL: none */
    GHashTable *translated;   /* port pair -> attempt that it answers: see translated.c */
    GHashTable *renumbered;   /* port pair -> its numbers: see renumbered.c */
    GHashTable *shared_isns;  /* ISN -> when (s) another address had sent it too: see siblings.c */
    GHashTable *links;        /* link address -> its IPv4 address, if it has one only: see races.c */
    GHashTable *names;        /* see names.c; NULL: none */
    struct clock_pairs *skew; /* see clocks.c; NULL: one point saw all */
    struct tunnels tunnels;
    struct setups setups;
    struct closing *closings; /* FINs seen of late, to link the legs of a NAT */

    struct prints prints;
    GArray *notes;        /* struct note, by frame */
    GArray *clocks;       /* struct time_wait_clock, by frame */
    GByteArray *noted;    /* a bit for each frame: it has notes, as few have */
    GByteArray *states;   /* of sender << 4 | receiver, by frame */
    uint32_t first_frame; /* of these two: frames before it have been forgotten; a multiple of 8 */
    GHashTable *legs;     /* frame -> frame */
    struct frame_names frame_names;
    GPtrArray *points; /* names of capture points */
    GArray *recorders; /* uint32_t: which program recorded each point, in one go */

    struct shared *shared;
    struct capture capture;
    bool checksums_lie;     /* a SYN with a wrong one was answered: something changed the capture */
    int64_t now;            /* ns: the newest time seen */
    uint32_t frame;         /* the frame in work */
    uint32_t pair_in_frame; /* the port pair of its last segment */
};

/* No records; frees all. */
void store_init(struct tracker *t, const struct tracker_options *options);
void store_clear(struct tracker *t);

/* The record of a handle. That of a connection may be 0, and an attempt may have no record of these: NULL. */
static inline struct attempt *get_attempt(const struct tracker *t, uint32_t record)
{
    return pool_get(&t->attempts, record);
}

static inline struct connection *get_connection(const struct tracker *t, uint32_t record)
{
    return record == 0 ? NULL : pool_get(&t->connections, record);
}

static inline struct evidence *get_evidence(const struct tracker *t, const struct attempt *a)
{
    return a->evidence == 0 ? NULL : pool_get(&t->evidence, a->evidence);
}

static inline struct trouble *get_trouble(const struct tracker *t, const struct attempt *a)
{
    const struct evidence *e = get_evidence(t, a);

    return e == NULL || e->trouble == 0 ? NULL : pool_get(&t->troubles, e->trouble);
}

/* The old connection of a history, or NULL. */
static inline const struct connection *get_history(const struct tracker *t, uint32_t record)
{
    const struct history *h = record == 0 ? NULL : pool_get(&t->histories, record);

    return h == NULL ? NULL : &h->old;
}

/* The port pair of an attempt, and what its first SYN looks like. */
static inline struct port_pair *pair_of(const struct tracker *t, const struct attempt *a)
{
    return port_pairs_get(&t->pairs, a->pair);
}

/* The connection in progress on a port pair, else the old one, or NULL. */
static inline struct connection *latest_connection(const struct tracker *t, const struct port_pair *pair)
{
    return get_connection(t, pair->current != 0 ? pair->current : pair->old);
}

/* The service that it calls, or NULL: it has answered nobody. */
static inline const struct service *called_service(const struct tracker *t, const struct attempt *a)
{
    const struct port_pair *pair = pair_of(t, a);
    struct tcp_address server;

    port_pairs_address(&t->pairs, pair, server_side(a), &server);
    return peers_service(&t->peers, pair->family, pair->point, &server);
}

static inline const struct syn_print *print_of(const struct tracker *t, const struct attempt *a)
{
    return prints_get(&t->prints, a->print);
}

/* Its SYN asks to join an open MPTCP connection: no program waits for it. */
static inline bool is_further_path(const struct tracker *t, const struct attempt *a)
{
    return print_of(t, a)->option_kinds & OPTION_JOIN;
}

/* The records, made if there are none yet. */
struct evidence *need_evidence(struct tracker *t, struct attempt *a);
struct trouble *need_trouble(struct tracker *t, struct attempt *a);

/* The first SYN/ACK, with this TSecr, answers the latest SYN before it, or an earlier one. */
void note_taken_syn(const struct attempt *a, struct trouble *trouble, uint32_t tsecr);

/* A copy of a connection as it is now. Returns its record. */
uint32_t keep_history(struct tracker *t, const struct connection *c);

/* Keeps a packet among those of its kind. Returns the copy, until the next packet. */
struct packet_seen *see_packet(struct tracker *t, struct attempt *a, enum seen_kind kind,
                               const struct packet_seen *packet);

/* The same of a segment. Where it is a copy of the one before, that one is returned, and no other is kept. */
struct packet_seen *see_segment(struct tracker *t, struct attempt *a, enum seen_kind kind, const struct segment *seg);

/* The packets of a kind, or NULL if there are none. */
struct packets_seen *packets_of(const struct tracker *t, const struct trouble *trouble, enum seen_kind kind);

#endif
