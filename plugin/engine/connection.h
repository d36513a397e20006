/* connection.h - one use of a port pair: what both endpoints know, as far as the packets show it
 *
 * States are not stepped through: they are derived from what was sent and acknowledged, so that missing,
 * duplicated and reordered frames do no lasting harm.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_CONNECTION_H
#define SYNFATE_CONNECTION_H

#include "segment.h"

/* RFC 9293, 3.3.2; UNKNOWN: the packets do not tell. */
enum tcp_state {
    STATE_UNKNOWN,
    STATE_CLOSED,
    STATE_LISTEN,
    STATE_SYN_SENT,
    STATE_SYN_RECEIVED,
    STATE_ESTABLISHED,
    STATE_FIN_WAIT_1,
    STATE_FIN_WAIT_2,
    STATE_CLOSE_WAIT,
    STATE_CLOSING,
    STATE_LAST_ACK,
    STATE_TIME_WAIT,
    STATE_COUNT
};

/* The name as RFC 9293 spells it, with underscores; NULL for STATE_UNKNOWN. */
const char *tcp_state_name(enum tcp_state state);

enum endpoint_bits {
    END_SENT = 0x01,      /* sent anything: snd_nxt holds */
    END_ALIVE = 0x02,     /* sent a SYN, data or FIN: had not closed before, snd_end holds */
    END_ACKED = 0x04,     /* sent an acknowledgment: rcv_nxt holds */
    END_FIN = 0x08,       /* sent a FIN: fin_end and ack_at_fin hold */
    END_TS_RECENT = 0x10, /* ts_recent holds */
    END_IP_ID = 0x20,     /* sent segments with an IP ID other than 0: a socket of Linux counts */
    END_TS_SENT = 0x40,   /* sent timestamps */
    END_ZERO_ID = 0x80,   /* sent data or a FIN with IP ID 0 */
};

/* One end. Sequence numbers are absolute. */
struct endpoint {
    uint32_t snd_nxt;    /* SND.NXT: the furthest that it, or an acknowledgment to it, showed */
    uint32_t snd_end;    /* the end of the last data, SYN or FIN that was seen of it */
    uint32_t rcv_nxt;    /* RCV.NXT: the furthest that it acknowledged */
    uint32_t fin_end;    /* the number after its FIN */
    uint32_t ack_at_fin; /* what its first FIN acknowledged */
    uint32_t ts_recent;  /* TS.Recent: the last TSval that it accepted in order */
    uint16_t window;     /* last window it sent, not scaled */
    uint8_t wscale;      /* shift that applies to window */
    uint8_t bits;        /* enum endpoint_bits */
};

enum { SIDE_NONE = 2 };

/* What is less far from the numbers seen before may be of the same connection although frames between are missing;
 * what is farther hardly is. */
#define NUMBERS_NEAR (UINT32_C(1) << 24)

/* A number that a side may have come to behind its ISN. */
static inline bool is_near(uint32_t number, uint32_t isn)
{
    return number - isn - 1 < NUMBERS_NEAR;
}

enum connection_flags {
    CONN_SYN_ACK = 0x01,        /* its SYN/ACK was seen, or what acknowledged it: server_isn holds */
    CONN_OPEN = 0x02,           /* the handshake is complete */
    CONN_RESET = 0x04,          /* ended by a RST */
    CONN_MIDSTREAM = 0x08,      /* no handshake in the capture: client_isn and server_isn mean nothing */
    CONN_SETTLED = 0x10,        /* the attempt that it came from needs no more evidence */
    CONN_SCALE_UNKNOWN = 0x20,  /* the SYNs' window scales are not in the capture */
    CONN_TIMESTAMPS_CUT = 0x40, /* the captured bytes end before options did: timestamps may be missing */
    CONN_UNSEEN_SYN = 0x80, /* known only by numbers that cannot be the old connection's: its SYN was not captured */
    CONN_TIME_WAIT_RESET = 0x100, /* a RST with the next number met its TIME_WAIT: the stack's rule says if that went */
    CONN_SYN_RESET = 0x200,       /* half open, it answered another SYN in its window with a RST: the request is gone */
    CONN_LACKS_DATA = 0x400,      /* between data that was captured, some was acknowledged that was not */
};

/* The frames that are kept of a connection; 0: none. */
enum connection_frame {
    CONN_FIRST,
    CONN_LAST,
    CONN_CLOSE,     /* the first FIN or RST */
    CONN_TIME_WAIT, /* what put an end into TIME_WAIT */
    CONN_FRAMES
};

struct connection {
    struct endpoint end[2]; /* by the side of the port pair */
    int64_t last_time;      /* ns: its last segment */
    union {
        int64_t data_time; /* ns: its last data, until it is closed; 0: none seen */
        int64_t idle;      /* ns from the last data to the first FIN or RST, from then on; -1: not known */
    };
    int64_t tw_time;       /* ns: when TIME_WAIT began, or a segment that is no SYN met it */
    int64_t paws_time;     /* ns: the last SYN with an older timestamp that met TIME_WAIT */
    int64_t tsval_time;    /* ns: when the client sent client_tsval */
    uint32_t client_tsval; /* the client's newest TSval; holds with END_TS_SENT */
    uint32_t client_isn, server_isn;
    uint32_t frame[CONN_FRAMES];
    uint32_t paws_syns;       /* SYNs with an older timestamp that met TIME_WAIT */
    uint32_t paws_gap;        /* ms: the longest time between tw_time, and each of them since then */
    uint32_t attempt;         /* that it came from; 0: its SYN was not seen */
    uint32_t leg;             /* the same on the other side of a NAT: pair * 2 + what side 0 is there; 0: none */
    uint16_t flags;           /* enum connection_flags */
    uint8_t client : 2;       /* side that sent the SYN; SIDE_NONE: not known */
    uint8_t first_close : 2;  /* side that sent the frame CONN_CLOSE */
    uint8_t fin_repeated : 2; /* sides that sent their FIN, or data before it, again: 1 << side */
};

/* Begins a connection in the middle: no handshake was seen. */
void connection_init(struct connection *c, const struct sighting *seen);

/* Begins a connection whose SYN, sent by the side client, was answered. syn_end: the number after the SYN and
 * the data with it; wscale: the SYN's shift, or NO_WSCALE. Set CONN_SCALE_UNKNOWN if it was not seen. */
void connection_init_client(struct connection *c, uint8_t client, uint32_t isn, uint32_t syn_end, uint8_t wscale,
                            const struct sighting *seen);

/* Another SYN/ACK than the first turns out to be the one that counts: its ISN. The handshake is not complete yet. */
void connection_change_server_isn(struct connection *c, uint32_t isn);

/* Takes in a segment that side sent, other than a SYN without ACK. A RST that the receiver would not accept
 * (RFC 9293, 3.10.7.4; RFC 5961, 3.2: its number is not RCV.NXT) changes nothing. */
void connection_segment(struct connection *c, uint8_t side, const struct segment *seg);

/* Whether a number of the segment, which has an ACK, is too far from the connection's to belong to it. */
bool connection_is_far(const struct connection *c, uint8_t side, const struct segment *seg);

/* Whether a segment cannot belong to c: it has an ACK and is far in both numbers, as no gap in a capture makes it. When
 * c is over, one of them is enough, or one beyond a FIN. */
bool connection_is_foreign(const struct connection *c, uint8_t side, const struct segment *seg);

/* Whether c is newer than the segment, which has an ACK and no SYN: its numbers are before those of the handshake.
 * False if the handshake was not captured. */
bool connection_is_newer(const struct connection *c, uint8_t side, const struct segment *seg);

/* Whether the connection has ended: by a RST, or by the FINs of both ends. */
bool connection_is_over(const struct connection *c);

/* State of one end after all that was seen, without what only the rules of its stack tell: TIME_WAIT never ends here. */
enum tcp_state connection_state(const struct connection *c, uint8_t side);

/* Whether the state of both ends is ESTABLISHED: quicker than to ask for each, as for most packets it is. */
bool connection_is_established(const struct connection *c);

/* Whether the FIN of side is still to be acknowledged at the time now (ns), as far as one can say without its
 * acknowledgment: it would be repeated (RFC 9293, 3.8.1), so that after a while one was missed in the capture. */
bool connection_awaits_ack_of_fin(const struct connection *c, uint8_t side, int64_t now);

/* The side that closed first, or SIDE_NONE while open or not known. */
uint8_t connection_closer(const struct connection *c);

/* Whether both ends use timestamps (RFC 7323, 3.2). */
bool connection_uses_timestamps(const struct connection *c);

/* RCV.NXT of side: what it acknowledged, or must have received; holds with END_ACKED. */
uint32_t connection_rcv_nxt(const struct connection *c, uint8_t side);

/* The receive window of side in bytes, as it last advertised it; the largest it may be if its scale is unknown. */
uint32_t connection_rcv_wnd(const struct connection *c, uint8_t side);

/* Whether side closed second: it cannot be in TIME_WAIT. */
bool connection_closed_second(const struct connection *c, uint8_t side);

/* The time from its last data to its close, ns; -1: not known, or not closed. */
int64_t connection_idle(const struct connection *c);

/* Notes that a SYN met the TIME_WAIT of side: whether that restarts it is the rule of its stack. */
void connection_syn_in_time_wait(struct connection *c, uint8_t side, const struct segment *syn);

/* Whether the packets prove that side reached TIME_WAIT: its FIN was acknowledged, and it acknowledged the
 * other's FIN. */
bool connection_time_wait_proven(const struct connection *c, uint8_t side);

#endif
