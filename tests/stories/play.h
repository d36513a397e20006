/* play.h - what the parts of the player share: the ends of a story, their numbers, and the packet that a line describes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_STORY_PLAY_H
#define SYNFATE_STORY_PLAY_H

#include "story.h"

#define NS_PER_US INT64_C(1000)
#define DECIDES "" /* the label of the frame that decides the last attempt */

struct end {
    char *name;
    uint8_t family, ttl;
    struct tcp_address address, written; /* as played, and as the story has it */
};

/* What one end of a pair knows: it writes its segments by itself, where the story does not say otherwise. */
struct side {
    uint32_t isn, snd_nxt, rcv_nxt, ts_recent;
    uint32_t syn_data, syn_tsval; /* of its SYN */
    uint32_t clock;               /* TSval when the story begins */
    uint32_t answered;            /* ISN of the peer's SYN that it took; with has_answered */
    uint32_t last_ack;            /* that it sent */
    uint16_t ip_id;
    bool used;         /* has sent or taken a SYN */
    bool has_answered; /* answered holds */
    bool syn_sent;     /* its SYN waits for an answer */
    bool timestamps;   /* its connection uses them */
};

/* Two ends. The left one, side 0, calls. */
struct pair {
    const struct end *end[2];
    struct side side[2];
    bool taken;                   /* the right end took the latest SYN: what it knew before is */
    uint32_t old_n, old_x, old_r; /* RCV.NXT, SND.NXT, TS.Recent */
};

/* What a line says of a packet. NULL, false: nothing. */
struct packet {
    const char *seq, *ack, *ts, *ecr, *win, *wscale, *mss, *id, *flow, *ttl, *options, *quote, *label, *options_left;
    const char *predicts, *states, *syn_number, *time_wait, *restarts, *restarts_it;
    bool no_ts, no_df, no_socket, fast_open, cut_options, in, out, through, loops, damaged, offloaded, lost, hide,
        forged, decides, last_copy, copy;
    uint8_t flags;
    uint32_t payload;
};

/* The numbers of a segment, ready to be written. */
struct segment_numbers {
    const struct end *src, *dst;
    uint32_t seq, ack, tsval, tsecr, payload, flow_label;
    uint16_t window, mss, ip_id;
    uint8_t flags, ttl, wscale;
    bool df;
    char options[16]; /* kinds, in their order: M S T N W F */
};

struct play {
    const GPtrArray *stories;
    const struct story *whole; /* that is played */
    const struct story *story; /* whose line is played: this one, or a beginning */
    const struct story_line *line;
    const struct story_way *way;
    const struct story_listener *listener;
    struct tracker_options options;
    struct tracker *t;
    GString *errors;
    GPtrArray *ends, *pairs;         /* struct end, struct pair */
    const struct end *left, *right;  /* of lines that name none */
    GHashTable *frames;              /* label -> frame */
    GHashTable *values;              /* name -> number */
    GPtrArray *points;               /* names of capture points */
    GArray *at;                      /* uint16_t: the points that see the next frames */
    GByteArray *last_syn;            /* packet of the latest SYN; for ICMP errors to quote */
    bool in, out, loops;             /* which way the next frames go through the host that captures them */
    int64_t time;                    /* of the next frame */
    uint32_t frame;                  /* number of the latest */
    unsigned depth, hidden, repeats; /* in beginnings, in hidden ones, in repetitions of lines */
    bool stopped;                    /* the story cannot be read further */
    bool failed;                     /* something is not as expected */
    bool timestamps;                 /* the ends use them */
    uint32_t hz;                     /* of their clocks */
};

/* Something in the current line cannot be understood: the story ends here. */
void play_stop(struct play *p, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Something is not as the current line expects. */
void play_differs(struct play *p, const char *what, const char *expected, const char *found);

/* The tracker: the story's options hold from here on. */
struct tracker *play_tracker(struct play *p);

/* A frame of a packet: seen at each point, as often as the way says. Returns the number of the first one. */
uint32_t play_frame(struct play *p, const GByteArray *packet, size_t captured);

/* The end of that name, which must exist, and the pair of two ends. */
const struct end *play_end(struct play *p, const char *name);
struct pair *play_pair(struct play *p, const struct end *left, const struct end *right);

/* A time in seconds, in ns; a number; a number as the side of a pair sees it, where by_itself is what it would send. */
int64_t play_time(struct play *p, const char *text);
uint32_t play_count(struct play *p, const char *text);
uint32_t play_number(struct play *p, const struct pair *pair, const char *text, uint32_t by_itself);
void play_let(struct play *p, const char *name, uint32_t number); /* gives a number a name */

/* The next word, which must be there. */
const char *play_argument(struct play *p, char ***words);

/* Sends what a packet's words say from one side of a pair (numbers.c), and checks what they expect. */
void play_segment(struct play *p, struct pair *pair, unsigned from, const struct packet *packet);

/* Reads the words of a segment behind its flags, or of an ICMP error. */
void play_words(struct play *p, char **words, bool icmp, struct packet *packet);

/* Checks a line "=> ...", and what a packet's words expect of a frame (expect.c). */
void expect_line(struct play *p, char **words);
void expect_of_frame(struct play *p, const struct packet *packet, uint32_t frame);

/* Packets as bytes (bytes.c), to be freed. */
GByteArray *bytes_of_segment(const struct segment_numbers *s, size_t *header_end);
void spoil_checksum(GByteArray *out, bool offloaded); /* damaged, or left to a network card */
GByteArray *bytes_of_icmp(const struct end *src, const struct end *dst, const char *kind, const GByteArray *quoted);
GByteArray *bytes_of_other(const struct end *src, const struct end *dst);

/* What the beginning of an IP packet tells. */
struct ip_facts {
    uint8_t family, protocol;
    uint8_t src[16];
    size_t header;
};
struct ip_facts ip_facts(const uint8_t *packet);

#endif
