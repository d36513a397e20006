/* reader.c - one or several files as one capture, frame by frame in the order of time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "reader.h"

#include "encap.h"
#include "text.h"

#include <string.h>

enum { OPEN_MAX_FILES = 64, POINTS_MAX = 65536 };

/* Files that follow each other. */
struct chain {
    bool in_use;       /* a file of it is open */
    int64_t last_time; /* of its newest record */
    const char *path;  /* of its newest file */
    uint64_t lost;     /* packets, as the statistics of its files say: these go on from one to the next */
};

/* An interface of a section of a chain's files: a capture point's number is its place in the array. */
struct point {
    uint32_t chain, section, interface_id;
};

struct reader {
    GPtrArray *waiting; /* struct source, by first time; not open yet */
    guint next_waiting;
    GPtrArray *open;    /* struct source, each with a record at hand */
    GArray *chains;     /* struct chain */
    GArray *points;     /* struct point */
    GArray *interfaces; /* wtap_block_t, one for each point */
    guint last_point;   /* of the frame before, as these */
    int last_encap;
    enum link_type last_link;
    struct frames frames;
    uint32_t frame;
    int64_t size, done; /* bytes: of all files, of those that were closed */
    struct reading reading;
    reader_say say;
    void *data;
};

/* What went wrong, if anything did; *files counts those of which that is so. */
static void say_error(const struct reader *c, const struct source *s, uint32_t *files)
{
    if (s->error == NULL)
        return;
    (*files)++;
    c->say(c->data, s->path, s->error, true);
}

/* ---- which files there are ------------------------------------------------------------------------- */

static gint by_first_time(gconstpointer a, gconstpointer b)
{
    const struct source *x = *(const struct source *const *)a, *y = *(const struct source *const *)b;

    return (x->first_time > y->first_time) - (x->first_time < y->first_time);
}

/* Opens the file for long enough to know when it begins. */
static bool look_at(struct reader *c, struct source *s)
{
    bool has_frames = source_open(s) && source_find_first_time(s);

    if (!has_frames)
        say_error(c, s, &c->reading.unread);
    c->size += s->size;
    source_close(s);
    return has_frames;
}

struct reader *reader_new(const char *const *paths, size_t n, reader_say say, void *data)
{
    struct reader *c = g_new0(struct reader, 1);

    c->say = say;
    c->data = data;
    c->reading.files = (uint32_t)n;
    c->last_encap = WTAP_ENCAP_UNKNOWN; /* whose link type is LINK_UNKNOWN, 0 */
    c->waiting = g_ptr_array_new();
    c->open = g_ptr_array_new();
    c->chains = g_array_new(FALSE, TRUE, sizeof(struct chain));
    c->points = g_array_new(FALSE, FALSE, sizeof(struct point));
    c->interfaces = g_array_new(FALSE, FALSE, sizeof(wtap_block_t));
    frames_init(&c->frames);
    for (size_t i = 0; i < n; i++) {
        struct source *s = source_new(paths[i]);
        if (n == 1 || look_at(c, s))
            g_ptr_array_add(c->waiting, s);
        else
            source_free(s);
    }
    g_ptr_array_sort(c->waiting, by_first_time);
    return c;
}

void reader_free(struct reader *c)
{
    if (c == NULL)
        return;
    for (guint i = c->next_waiting; i < c->waiting->len; i++)
        source_free(g_ptr_array_index(c->waiting, i));
    for (guint i = 0; i < c->open->len; i++)
        source_free(g_ptr_array_index(c->open, i));
    g_ptr_array_free(c->waiting, TRUE);
    g_ptr_array_free(c->open, TRUE);
    g_array_free(c->chains, TRUE);
    g_array_free(c->points, TRUE);
    wtap_block_array_free(c->interfaces);
    frames_free(&c->frames);
    g_free(c);
}

/* ---- chains ---------------------------------------------------------------------------------------- */

static void say_gap(const struct reader *c, const struct chain *chain, const struct source *s)
{
    const int64_t long_gap = 60 * NS_PER_SECOND;
    int64_t gap = s->first_time - chain->last_time;

    if (gap < long_gap)
        return;
    GString *text = g_string_new("nothing was captured in the ");
    append_duration(text, gap);
    g_string_append_printf(text, " since %s ended", chain->path);
    c->say(c->data, s->path, text->str, false);
    g_string_free(text, TRUE);
}

/* The file goes on with the chain that ended last, or begins one. */
static void join_chain(struct reader *c, struct source *s)
{
    struct chain *best = NULL;

    for (guint i = 0; i < c->chains->len; i++) {
        struct chain *chain = &g_array_index(c->chains, struct chain, i);
        if (!chain->in_use && (best == NULL || chain->last_time > best->last_time))
            best = chain;
    }
    if (best == NULL) {
        g_array_set_size(c->chains, c->chains->len + 1);
        best = &g_array_index(c->chains, struct chain, c->chains->len - 1);
    } else {
        say_gap(c, best, s);
    }
    best->in_use = true;
    best->path = s->path;
    s->chain = (uint32_t)(best - (struct chain *)(void *)c->chains->data);
}

static void end_file(struct reader *c, guint index)
{
    struct source *s = g_ptr_array_remove_index_fast(c->open, index);
    struct chain *chain = &g_array_index(c->chains, struct chain, s->chain);

    chain->in_use = false;
    chain->last_time = s->last_time;
    chain->lost = MAX(chain->lost, source_lost(s));
    c->done += s->size;
    say_error(c, s, &c->reading.cut);
    source_free(s);
}

/* All files that are open end before this one begins, but for a few records: those come first. */
static bool others_end_first(const struct reader *c, const struct source *s)
{
    for (guint i = 0; i < c->open->len; i++)
        if (!source_ends_by(g_ptr_array_index(c->open, i), s->first_time))
            return false;
    return c->open->len > 0;
}

static void open_file(struct reader *c, struct source *s)
{
    if (c->open->len >= OPEN_MAX_FILES) {
        c->say(c->data, s->path, "more than 64 files overlap in time: this one is left out", true);
        c->reading.unread++;
        source_free(s);
        return;
    }
    if (!source_open(s) || !source_peek(s)) {
        say_error(c, s, &c->reading.unread);
        source_free(s);
        return;
    }
    if (c->waiting->len == 1)
        c->size = s->size;
    join_chain(c, s);
    g_ptr_array_add(c->open, s);
}

/* ---- frames ---------------------------------------------------------------------------------------- */

static struct source *open_source(const struct reader *c, guint index)
{
    return g_ptr_array_index(c->open, index);
}

/* The open file whose record comes first; c->open->len if none is open. */
static guint first_in_time(const struct reader *c)
{
    guint first = 0;

    for (guint i = 1; i < c->open->len; i++)
        if (open_source(c, i)->when < open_source(c, first)->when)
            first = i;
    return first;
}

/* Opens what begins before the next record of the open files. */
static void open_due_files(struct reader *c)
{
    while (c->next_waiting < c->waiting->len) {
        struct source *s = g_ptr_array_index(c->waiting, c->next_waiting);
        if (c->open->len > 0) {
            if (s->first_time > open_source(c, first_in_time(c))->when || others_end_first(c, s))
                return;
        }
        c->next_waiting++;
        open_file(c, s);
    }
}

static bool same_point(const struct point *point, const struct source *s)
{
    return point->chain == s->chain && point->section == source_section(s)
           && point->interface_id == source_interface(s);
}

/* Those beyond the last number share it. */
static bool find_point(struct reader *c, const struct source *s, uint16_t *number)
{
    if (c->last_point < c->points->len && same_point(&g_array_index(c->points, struct point, c->last_point), s)) {
        *number = (uint16_t)c->last_point;
        return false;
    }
    for (guint i = 0; i < c->points->len; i++)
        if (same_point(&g_array_index(c->points, struct point, i), s)) {
            *number = (uint16_t)(c->last_point = i);
            return false;
        }
    if (c->points->len < POINTS_MAX) {
        struct point point = { s->chain, source_section(s), source_interface(s) };
        wtap_block_t description = source_interface_description(s);
        g_array_append_val(c->points, point);
        g_array_append_val(c->interfaces, description);
    }
    *number = (uint16_t)(c->last_point = c->points->len - 1);
    return true;
}

static void fill_frame(struct reader *c, struct source *s, struct reader_frame *frame)
{
    bool is_packet = source_is_packet(s);
    int encap = is_packet ? source_encap(s) : WTAP_ENCAP_UNKNOWN;

    if (encap != c->last_encap) {
        c->last_encap = encap;
        c->last_link = encap_link_type(encap);
    }
    frame->seen = (struct sighting){ .frame = ++c->frame, .time = s->time };
    frame->is_new_point = find_point(c, s, &frame->seen.point);
    frame->bytes = is_packet ? source_bytes(s) : (struct packet_bytes){ .data = NULL };
    frame->drops = 0;
    if (s->has_options || encap == WTAP_ENCAP_PPP_WITH_PHDR) {
        frame->drops = source_drops(s);
        frame->seen.direction = (uint8_t)source_direction(s);
    }
    frame->is_packet = is_packet;
    frame->encap = encap;
    frame->link = c->last_link;
    frame->source = s;
    source_take(s);
    frames_add(&c->frames, c->frame, s->path, s->records);
}

/* Frames have numbers of 32 bits, as in Wireshark. */
static bool is_too_much(struct reader *c)
{
    if (c->frame < FRAMES_OF_FILES)
        return false;
    c->say(c->data, open_source(c, first_in_time(c))->path,
           "there are more frames than numbers for them: the rest is not read", true);
    c->reading.cut += c->open->len;
    c->reading.unread += c->waiting->len - c->next_waiting;
    return true;
}

bool reader_next(struct reader *c, struct reader_frame *frame)
{
    /* The record that was handed out last is not at hand any more. */
    for (guint i = c->open->len; i > 0; i--)
        if (!source_peek(open_source(c, i - 1)))
            end_file(c, i - 1);
    if (c->next_waiting < c->waiting->len)
        open_due_files(c);
    if (c->open->len == 0 || is_too_much(c))
        return false;
    fill_frame(c, open_source(c, first_in_time(c)), frame);
    return true;
}

char *reader_point_name(const struct reader *c, const struct reader_frame *frame)
{
    const char *name = source_interface_name(frame->source);

    if (c->waiting->len == 1 || frame->source->chain == 0)
        return g_strdup(name);
    return g_strdup_printf("%s of %s", name == NULL ? "packets" : name, frame->source->path);
}

uint32_t reader_recorder(const struct reader_frame *frame)
{
    return frame->source->chain << 16 | (source_section(frame->source) & 0xffffU);
}

uint64_t reader_lost(const struct reader *c)
{
    uint64_t lost = 0;

    for (guint i = 0; i < c->chains->len; i++)
        lost += g_array_index(c->chains, struct chain, i).lost;
    return lost;
}

const struct reading *reader_reading(const struct reader *c)
{
    return &c->reading;
}

const struct frames *reader_frames(const struct reader *c)
{
    return &c->frames;
}

const GArray *reader_interfaces(const struct reader *c)
{
    return c->interfaces;
}

int64_t reader_position(const struct reader *c)
{
    int64_t position = c->done;

    for (guint i = 0; i < c->open->len; i++)
        position += source_position(g_ptr_array_index(c->open, i));
    return position;
}

int64_t reader_size(const struct reader *c)
{
    return c->size;
}
