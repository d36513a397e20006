/* attempt.h - one connection attempt and its evidence: what was seen, and no conclusion
 *
 * An attempt is one ISN on one port pair; its retransmitted SYNs belong to it. What was seen of it is kept raw; what it
 * means is told by facts.c, and a later packet can change any of it. The parts that most attempts never need are
 * records of their own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_ATTEMPT_H
#define SYNFATE_ATTEMPT_H

#include "connection.h"

enum attempt_flags {
    ATTEMPT_SIDE = 0x01,          /* the side of the port pair that sent the SYN */
    ATTEMPT_HAS_TS = 0x02,        /* tsval holds */
    ATTEMPT_TIMESTAMP_CUT = 0x04, /* a SYN may have had a timestamp: the captured bytes end before its options do */
    ATTEMPT_CROSSED = 0x08,       /* both sides sent SYNs, and each took the other's */
    ATTEMPT_DATA_TAKEN = 0x10,    /* the SYN/ACK acknowledged data that came with the SYN (RFC 7413) */
    ATTEMPT_TWIN = 0x20,          /* seen at another capture point before: counted there */
    ATTEMPT_MIRRORED = 0x40,      /* the capture shows its SYN twice */
    ATTEMPT_CAME_IN = 0x80,       /* the host that captured received the newest SYN, before it sent it on if it did */
    ATTEMPT_FORWARDED = 0x100,    /* ... received a SYN, and sent it on */
    ATTEMPT_PROXIED = 0x200,      /* its SYN came again after the client had acknowledged the SYN/ACK */
    ATTEMPT_APART = 0x400, /* its SYN is shown twice, so far apart that two clocks timed it, or two places saw it */
    ATTEMPT_PLAIN_RETRY = 0x800, /* SYNs with data were not answered, and were followed by one without */
    ATTEMPT_DAMAGED = 0x1000,    /* each SYN seen had a wrong checksum, or came in a tunnel that has */
    ATTEMPT_SYN_IN = 0x2000,     /* the host that captured received its SYN */
    ATTEMPT_SYN_OUT = 0x4000,    /* ... sent it */
    ATTEMPT_TOO_BIG = 0x8000,    /* an ICMP error said of the client's data that it is too big */
};

/* Stands for a frame that was read but is not in the file: a read filter left it out. */
#define FRAME_HIDDEN UINT32_MAX

enum attempt_frame { SYN_FIRST, SYN_LAST, ATTEMPT_FRAMES };

struct attempt {
    uint32_t pair;
    uint32_t number; /* in the capture, from 1; the same at each capture point */
    uint32_t call;   /* in the capture, from 1; the same for each attempt of a call */
    uint32_t use;    /* of the port pair, from 1 */
    uint32_t isn;
    uint32_t tsval;                 /* of the newest SYN */
    uint32_t frame[ATTEMPT_FRAMES]; /* SYNs */
    uint32_t history;               /* record of the old connection; 0: none */
    uint32_t evidence;              /* record of the answers; 0: none yet */
    uint32_t sibling;               /* ring of the attempts that are the same SYN elsewhere, or again; 0: alone */
    uint32_t print;                 /* record of what the first SYN looks like: see prints.h */
    int64_t first_time, last_time;  /* ns: SYNs */
    uint16_t retries;               /* retransmitted SYNs, up to UINT16_MAX */
    uint16_t mark;                  /* of the newest SYN: see segment_mark */
    uint16_t syn_data;              /* bytes of data with the SYN */
    uint16_t flags;                 /* enum attempt_flags */
};

/* The old connection on the port pair as it was when the attempt's first SYN came. A second record holds it as it was when
 * the first answer came that did not accept that SYN. */
struct history {
    struct connection old;
};

enum evidence_flags {
    EV_SYN_ACK = 0x01,       /* a SYN/ACK was seen: syn_ack_isn holds */
    EV_CLIENT_DATA = 0x02,   /* the client sent data, or a FIN, that begins behind its SYN: data_time holds */
    EV_EXACT = 0x04,         /* the client's first acknowledgment is behind its SYN, and of the SYN/ACK alone */
    EV_ACK_OF_FIRST = 0x08,  /* it echoes the timestamp of the first SYN/ACK */
    EV_ECHOES_OTHER = 0x10,  /* the first SYN/ACK echoes another TSval than the newest SYN's: it answers another SYN */
    EV_DAMAGED = 0x20,       /* each SYN/ACK seen had a wrong checksum, or came in a tunnel that has */
    EV_SELECTIVE_ACK = 0x40, /* the server has data of the client behind some that it lacks */
    EV_SYN_ACK_IN = 0x100,   /* the host that captured received a SYN/ACK */
    EV_SYN_ACK_OUT = 0x200,  /* ... sent one */
    EV_CLIENT_IN = 0x400,    /* ... received what the client sends behind its SYN */
    EV_CLIENT_OUT = 0x800,   /* ... sent that */
    EV_DATA_IN = 0x1000,     /* ... received the data, or FIN, that begins behind the SYN */
    EV_DATA_OUT = 0x2000,    /* ... sent that */
};

enum evidence_frame {
    EV_ACK,      /* the client's first acknowledgment of the SYN/ACK */
    EV_ACCEPTED, /* the first segment that shows that the server accepted: it acknowledges or sends data */
    EV_FRAMES
};

/* The handshake. Most attempts never need more. Frames are 0 while not seen. */
struct evidence {
    int64_t syn_ack_time; /* ns: the first SYN/ACK */
    int64_t ack_time;
    int64_t data_time; /* the client's data, or FIN, that begins behind its SYN, for the first time */
    uint32_t frame[EV_FRAMES];
    uint32_t syn_ack_isn;   /* of the latest SYN/ACK before the client's ACK */
    uint32_t syn_ack_tsval; /* of the first SYN/ACK */
    uint32_t trouble;       /* record of what else was seen; 0: nothing */
    uint32_t answer;        /* record of what the first SYN/ACK looks like; 0: none was seen */
    uint16_t flags;         /* enum evidence_flags */
    uint16_t request;       /* bytes of the client's data of data_time, up to UINT16_MAX */
    uint32_t data_stamp;    /* is another if that data is sent again: see segment_stamp */
};

/* e may be NULL. */
static inline bool shows_syn_ack(const struct evidence *e)
{
    return e != NULL && (e->flags & EV_SYN_ACK);
}

/* Kinds of packets that an attempt shows: those of the handshake, which are only noted by frame, and of trouble. */
enum seen_kind {
    SEEN_SYN_ACK,
    SEEN_ACK,             /* the client's to it. Only one to a repeated SYN/ACK is kept as a packet */
    SEEN_BARE_ACK,        /* of the server, does not acknowledge the SYN */
    SEEN_WRONG_SYN_ACK,   /* does not acknowledge the SYN */
    SEEN_WRONG_ACK_TAKEN, /* the client acknowledges that SYN/ACK all the same */
    SEEN_SYN_ACK_AGAIN,   /* repeated before the client acknowledged it */
    SEEN_SYN_ACK_LATE,    /* repeated after the client had acknowledged it */
    SEEN_SYN_ACK_OTHER,   /* a good one with another ISN than the first */
    SEEN_ODD_ACK,         /* of the client, acknowledges what the server has not sent */
    SEEN_RST,             /* of the server, acknowledges the SYN */
    SEEN_RST_OTHER,       /* of the server, acknowledges something else */
    SEEN_SERVER_RST,      /* of the server, after the client's ACK, before the server showed that it accepted */
    SEEN_ICMP,            /* an error that quotes the SYN */
    SEEN_ICMP_LATE,       /* ... what the client sent behind it, before the server showed that it accepted */
    SEEN_CLIENT_RST,      /* of the client, with the number after its SYN, before it acknowledged a SYN/ACK */
    SEEN_CLIENT_RST_OLD,  /* of the client, with another number: meant for an old connection */
    SEEN_DATA_AGAIN,      /* the client's data, or FIN, behind its SYN, repeated before the server accepted */
    SEEN_CLIENT_END,      /* the client's FIN or RST after that */
    SEEN_STRAY,           /* an answer that came from another address or port */
    SEEN_KINDS
};

enum packet_bits {
    PACKET_HAS_TS = 0x01,
    PACKET_HAS_IP_ID = 0x02, /* IPv4: ip_id and PACKET_DF hold */
    PACKET_DF = 0x04,
    PACKET_HAS_ACK = 0x08,
    PACKET_IN = 0x10,  /* the host that captured received it */
    PACKET_OUT = 0x20, /* ... sent it */
};

/* One packet, as it was seen. */
struct packet_seen {
    int64_t time; /* ns */
    uint32_t frame;
    uint32_t seq, ack;
    uint32_t tsval, tsecr;
    uint16_t ip_id;
    uint8_t ttl;
    uint8_t bits; /* enum packet_bits; of an ICMP error: enum icmp_kind */
};

/* The packets of one kind that an attempt shows: the first, the last, and how many. */
struct packets_seen {
    struct packet_seen first, last;
    uint32_t count;
    uint32_t next; /* record of another kind of the same attempt; 0: none */
    uint8_t kind;  /* enum seen_kind */
};

/* The last one. `last` is filled in only if there are two or more. */
static inline const struct packet_seen *packets_last(const struct packets_seen *packets)
{
    return packets->count == 1 ? &packets->first : &packets->last;
}

/* As segment_stamp. */
static inline uint32_t packet_stamp(const struct packet_seen *packet)
{
    if ((packet->bits & PACKET_HAS_IP_ID) && packet->ip_id != 0)
        return packet->ip_id;
    return packet->bits & PACKET_HAS_TS ? packet->tsval : 0;
}

enum trouble_frame {
    TROUBLE_TAKEN,     /* the SYN of taken_time */
    TROUBLE_OLD_RESET, /* the client's RST that ended the old connection, or met its TIME_WAIT with the next number */
    TROUBLE_THIRD,     /* the client's data, sent for the third time */
    TROUBLE_ELSEWHERE, /* the first of elsewhere_acks */
    TROUBLE_OLD_DATA,  /* new data that the old connection's client sent after the SYN */
    TROUBLE_FRAMES
};

/* What an attempt shows that did not get in at once. */
struct trouble {
    int64_t taken_time;                /* ns: the latest SYN before the first SYN/ACK */
    int64_t previous_time;             /* ns: the SYN before the latest; holds with retries */
    int64_t unanswered_time;           /* ns: the latest SYN before any answer; holds with retries */
    int64_t third_time;                /* ns: of the frame TROUBLE_THIRD */
    int64_t served_time;               /* ns: the frame EV_ACCEPTED, if data was repeated before */
    int64_t client_time;               /* ns: the client's latest segment while repeated data was not answered */
    uint32_t taken_tsval, taken_tsecr; /* TSval of the SYN of taken_time, TSecr of the SYN/ACK that came then */
    uint32_t frame[TROUBLE_FRAMES];
    uint32_t first_tsval; /* of the first SYN; holds with retries */
    uint32_t history;     /* record of the old connection when the first answer came that did not accept; 0: none */
    uint32_t packets;     /* record of packets_seen; 0: none */
    bool damaged;         /* each SYN before the latest was as ATTEMPT_DAMAGED says, and that one not */
    /* How many repeated SYNs were followed at once by the same ACK again, on the connection of the client's port to another
     * address; and the time (ns) of the latest such SYN. */
    uint32_t elsewhere_acks;
    int64_t elsewhere_time;
};

/* The side of the port pair that sent the SYN, and the one that it calls: 0 or 1. */
static inline uint8_t attempt_side(const struct attempt *a)
{
    return a->flags & ATTEMPT_SIDE ? 1 : 0;
}

static inline uint8_t server_side(const struct attempt *a)
{
    return !attempt_side(a);
}

/* Whether ack acknowledges the attempt's SYN and nothing beyond it but data that came with it (RFC 7413). */
static inline bool acknowledges_syn(const struct attempt *a, uint32_t ack)
{
    return ack - a->isn - 1 <= a->syn_data;
}

#endif
