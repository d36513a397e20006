/* peers.h - which hosts were seen at all, and which services answered when
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_PEERS_H
#define SYNFATE_PEERS_H

#include "index.h"
#include "segment.h"
#include "stacks.h"

#include <glib.h>

/* A host that sent any packet, or is known by its clients' word, at one capture point. */
struct host {
    uint8_t ip[16];
    uint16_t point;
    uint16_t layout;          /* of options in its first SYN/ACK with timestamps, else without; 0: none seen */
    uint8_t ttl_min, ttl_max; /* of its packets other than RSTs; 0: not known */
    uint16_t marks;           /* enum host_marks */
    uint8_t family : 4;
    uint8_t refuted : 4; /* how often it has answered as the stack of its marks, or Linux, would not; up to 15 */
    uint8_t window;      /* of its SYN/ACKs, if it is a stack's mark: stack_window_mark; 0: no mark */
};

enum host_marks {
    HOST_SYN_ACK_DF = 0x01,      /* its SYN/ACKs have "don't fragment" */
    HOST_SYN_ACK_ID_ZERO = 0x02, /* ... IP ID 0 */
    HOST_SYN_ACK_ID = 0x04,      /* ... another IP ID */
    HOST_ID_ZERO = 0x08,         /* IP ID 0 in segments of open connections */
    HOST_ID = 0x10,              /* another IP ID in those */
    HOST_RECYCLES = 0x20,        /* a SYN/ACK had the number with which its stack reopens a TIME_WAIT */
    HOST_REACHED = 0x40,         /* the host that captured forwards packets to it */
    HOST_WINDOW_FULL = 0x80,     /* its SYN/ACKs offer a window of 65535 */
    HOST_SENT = 0x100,           /* it sent a packet */
    HOST_UNHEARD = 0x200,        /* its clients acknowledged what the capture lacks of it */
    HOST_CHECKSUM = 0x400,   /* a SYN or SYN/ACK of it had a right TCP checksum: no network card fills it in later */
    HOST_IN_USE = 0x800,     /* while the others are forgotten */
    HOST_PASSED_ON = 0x1000, /* what went to it was seen at its point and again at another: see between.c */
    HOST_ISN_LARGE = 0x2000, /* a SYN/ACK had an ISN that is not near 0 */
    HOST_NEAR = 0x4000,      /* a SYN/ACK came sooner after its SYN than it could from afar, and had passed no router */
    HOST_LAYOUT_TS = 0x8000, /* the layout is that of a SYN/ACK with timestamps */
};

/* SYN/ACKs that follow each other within twice ANSWER_WINDOW; to is before from if there are none. */
struct answer_span {
    int64_t from, to; /* ns */
};

/* An address and port that answered a SYN. */
struct service {
    struct answer_span last;
    GArray *earlier; /* of struct answer_span, in order; NULL: none */
    uint8_t ip[16];
    uint64_t keys;        /* SIGNED_BY_KEY that its SYN/ACKs had */
    uint32_t refused_isn; /* of the first SYN that it refused on a port pair that was new to the capture */
    uint16_t port, point;
    uint8_t family;
    uint8_t answer;       /* enum peer_answer: the last one */
    bool refused;         /* refused_isn holds */
    bool refused_another; /* ... and it refused another such SYN, on another pair */
    bool in_use;          /* while the others are forgotten */
};

struct peers {
    GArray *hosts, *services;
    struct index host_index, service_index;
    struct hash_key key;
    uint32_t latest; /* the host that was noted last; 0: none */
};

/* "The same service answered others": within 10 s. */
#define ANSWER_WINDOW (10 * NS_PER_SECOND)

/* Nobody is known; frees all. */
void peers_init(struct peers *p);
void peers_free(struct peers *p);

/* Notes that a host sent a packet. ttl 0: not to be remembered. */
void peers_note_host(struct peers *p, uint8_t family, uint16_t point, const uint8_t ip[16], uint8_t ttl);

/* A host, made if it is not known yet. */
struct host *peers_need_host(struct peers *p, uint8_t family, uint16_t point, const uint8_t ip[16]);

/* A packet of the host had this TTL; 0: not to be remembered. */
void host_note_ttl(struct host *host, uint8_t ttl);

/* What its packet's checksum shows. */
static inline void host_note_checksum(struct host *host, const struct segment *seg)
{
    if (seg->checksum == CHECKSUM_RIGHT)
        host->marks |= HOST_CHECKSUM;
}

/* Whether there are so many that some are to be forgotten: that needs peers_use for all that are in use, then
 * peers_forget. Hosts that have only sent go first, then those that answered; `before`: ns, no answer before it matters. */
bool peers_are_many(const struct peers *p);
void peers_use(struct peers *p, uint8_t family, uint16_t point, const struct tcp_address *address);
void peers_forget(struct peers *p, int64_t before);

/* The host, or NULL if it sent nothing. */
const struct host *peers_host(const struct peers *p, uint8_t family, uint16_t point, const uint8_t ip[16]);

/* Marks a host, which may have sent nothing; whether one has the mark. */
void peers_mark_host(struct peers *p, uint8_t family, uint16_t point, const uint8_t ip[16], enum host_marks mark);
bool peers_host_has(const struct peers *p, uint8_t family, uint16_t point, const uint8_t ip[16], enum host_marks mark);

/* Notes that a service answered a SYN. */
void peers_note_answer(struct peers *p, uint8_t family, uint16_t point, const struct tcp_address *server, int64_t time,
                       enum peer_answer answer);

/* Notes that a service, which has answered, refused a SYN with this ISN, the first on its port pair. */
void peers_note_refusal(struct peers *p, uint8_t family, uint16_t point, const struct tcp_address *server,
                        uint32_t isn);

/* Notes that a SYN/ACK of a service that has answered was signed. */
void peers_note_key(struct peers *p, uint8_t family, uint16_t point, const struct tcp_address *server,
                    uint64_t option_kinds);

/* The service, or NULL if it answered nothing. */
const struct service *peers_service(const struct peers *p, uint8_t family, uint16_t point,
                                    const struct tcp_address *server);

/* Whether it answered with a SYN/ACK between two times (ns) or at most ANSWER_WINDOW before or after. */
bool service_accepted_near(const struct service *service, int64_t from, int64_t to);

/* Whether it did so before the first and after the second time, and went on in between. */
bool service_accepted_around(const struct service *service, int64_t from, int64_t to);

#endif
