/* story.h - stories: a connection's packets and the verdict expected of them, as text; docs/stories.md is their language
 *
 *     GPtrArray *stories = stories_new();
 *     stories_read(stories, "rejected.story", errors);
 *     stories_play(stories, story, &(struct story_way){ 0 }, &listener, errors);
 *
 * What is wrong is appended to `errors`, a line for each, with its file and line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_STORY_H
#define SYNFATE_STORY_H

#include "tracker.h"

struct story_line {
    unsigned number; /* in its file */
    char **words;    /* ends with NULL; a text in quotes is one word that keeps the first quote */
};

struct story {
    char *file, *name;
    bool is_beginning; /* only for others to use */
    GPtrArray *lines;  /* struct story_line; empty lines too */
};

/* An empty list of stories (struct story). */
GPtrArray *stories_new(void);

/* Adds the stories of a file. Returns false if something is wrong. */
bool stories_read(GPtrArray *stories, const char *path, GString *errors);

/* Stories, ends, labels and numbers are called by letters, digits, _ and . only. */
bool stories_is_name(const char *text);

/* The story or beginning of that name, or NULL. */
const struct story *stories_find(const GPtrArray *stories, const char *name);

/* How a story is played. All zero: as it is written. */
struct story_way {
    bool twice;             /* each frame is captured twice, as by a mirror port */
    bool mirrored;          /* what was the lower one of two addresses is the higher one */
    bool unchecked;         /* what it expects need not be so */
    bool ipv6;              /* 10.9.N.H becomes fd09:N::H */
    unsigned network;       /* 10.9.0.H becomes 10.9.N.H, and first numbers differ a little */
    unsigned hz;            /* ticks of timestamp clocks in a second; 0: 1000 */
    const uint32_t *isns;   /* the first ones of client and server, or NULL */
    const uint32_t *clocks; /* their first TSvals, or NULL */
};

/* A frame: a packet from its IP header on. */
struct story_frame {
    struct sighting seen;
    const uint8_t *data;
    size_t captured, on_wire;
};

/* What a line "=> FATE CAUSE ..." says. */
struct story_verdict {
    char fate[32], cause[48];
    bool inferred, delayed;
    unsigned retries;
    uint32_t syn;        /* first frame of the attempt */
    uint32_t decided_by; /* frame; 0: none */
};

/* Hears what is played; each function may be NULL. */
struct story_listener {
    void *user;
    void (*frame)(void *user, const struct story_frame *frame);
    void (*option)(void *user, const char *name, const char *value);
    void (*point)(void *user, uint16_t point, const char *name); /* a capture point, before its first frame */
    void (*verdict)(void *user, const struct story_verdict *verdict);
};

/* Plays a story to the engine and to a listener (or NULL), and checks what it expects. Returns false if something is
 * not as the story says. */
bool stories_play(const GPtrArray *stories, const struct story *story, const struct story_way *way,
                  const struct story_listener *listener, GString *errors);

#endif
