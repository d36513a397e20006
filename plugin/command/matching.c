/* matching.c - writes the frames of some attempts, and of the old connections that they met, to a file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "matching.h"

#include "stop.h"
#include "whole_file.h"

#include <errno.h>
#include <glib/gstdio.h>

/* Both ends of a connection, the smaller first. */
struct end_pair {
    uint8_t family;
    struct tcp_address one, other;
};

/* Frames of a port pair. */
struct frame_span {
    uint32_t from, till;
};

/* What is written. */
struct wanted {
    const struct tracker *t;
    GHashTable *attempts; /* records */
    GHashTable *pairs;    /* struct end_pair -> GArray of struct frame_span */
};

/* ---- which frames ---------------------------------------------------------------------------------- */

static int compare_addresses(const struct tcp_address *a, const struct tcp_address *b)
{
    int order = memcmp(a->ip, b->ip, sizeof a->ip);

    return order != 0 ? order : (int)a->port - (int)b->port;
}

static struct end_pair pair_of(uint8_t family, const struct tcp_address *a, const struct tcp_address *b)
{
    bool ordered = compare_addresses(a, b) < 0;

    return (struct end_pair){ .family = family, .one = ordered ? *a : *b, .other = ordered ? *b : *a };
}

static guint hash_pair(gconstpointer key)
{
    const struct end_pair *pair = key;
    guint hash = 5381 + pair->one.port * 65537U + pair->other.port;

    for (size_t i = 0; i < sizeof pair->one.ip; i++)
        hash = hash * 33 + pair->one.ip[i] * 257U + pair->other.ip[i];
    return hash;
}

static gboolean same_pair(gconstpointer a, gconstpointer b)
{
    const struct end_pair *x = a, *y = b;

    return x->family == y->family && compare_addresses(&x->one, &y->one) == 0
           && compare_addresses(&x->other, &y->other) == 0;
}

static void free_spans(gpointer spans)
{
    g_array_free(spans, TRUE);
}

static struct end_pair pair_of_attempt(const struct wanted *w, const struct attempt *a)
{
    struct tcp_address client, server;
    uint8_t family = tracker_addresses(w->t, a, &client, &server);

    return pair_of(family, &client, &server);
}

/* An attempt, and the same SYN elsewhere. */
static void want_attempt(struct wanted *w, uint32_t attempt)
{
    for (uint32_t s = attempt; s != 0; s = sibling_after(w->t, attempt, s)) {
        struct end_pair key = pair_of_attempt(w, tracker_attempt(w->t, s));
        if (!g_hash_table_add(w->attempts, GUINT_TO_POINTER(s)) || g_hash_table_contains(w->pairs, &key))
            continue;
        struct end_pair *kept = g_new(struct end_pair, 1);
        *kept = key;
        g_hash_table_insert(w->pairs, kept, g_array_new(FALSE, FALSE, sizeof(struct frame_span)));
    }
}

/* From the old connection, or the first SYN, to the frame before the next attempt on the port pair. */
static void want_spans(struct wanted *w)
{
    for (uint32_t record = 1; record <= tracker_attempts(w->t); record++) {
        const struct attempt *a = tracker_attempt(w->t, record);
        struct past past;
        struct end_pair key = pair_of_attempt(w, a);
        GArray *spans = g_hash_table_lookup(w->pairs, &key);
        if (spans == NULL)
            continue;
        if (spans->len > 0) {
            struct frame_span *last = &g_array_index(spans, struct frame_span, spans->len - 1);
            last->till = MIN(last->till, a->frame[SYN_FIRST] - 1);
        }
        if (!g_hash_table_contains(w->attempts, GUINT_TO_POINTER(record)))
            continue;
        struct frame_span span = { a->frame[SYN_FIRST], UINT32_MAX };
        if (tracker_past(w->t, a, &past) && (past.flags & PAST_CONNECTION) && past.first != 0)
            span.from = MIN(past.first, a->frame[SYN_FIRST]);
        g_array_append_val(spans, span);
    }
}

static struct wanted wanted_new(const struct tracker *t, const GArray *attempts)
{
    struct wanted w = { .t = t };

    w.attempts = g_hash_table_new(NULL, NULL);
    w.pairs = g_hash_table_new_full(hash_pair, same_pair, g_free, free_spans);
    for (guint i = 0; i < attempts->len; i++)
        want_attempt(&w, g_array_index(attempts, uint32_t, i));
    want_spans(&w);
    return w;
}

static void wanted_free(struct wanted *w)
{
    g_hash_table_destroy(w->attempts);
    g_hash_table_destroy(w->pairs);
}

static bool is_noted(const struct wanted *w, uint32_t frame)
{
    size_t n = 0;
    const struct note *notes = tracker_notes(w->t, frame, &n);

    for (size_t i = 0; i < n; i++)
        if (g_hash_table_contains(w->attempts, GUINT_TO_POINTER(notes[i].attempt)))
            return true;
    return false;
}

static bool is_wanted(const struct wanted *w, const struct reader_frame *frame)
{
    struct taken taken;

    if (!frame->is_packet)
        return false;
    if (is_noted(w, frame->seen.frame))
        return true;
    if (!intake_segment(&frame->seen, frame->link, &frame->bytes, &taken))
        return false;
    struct end_pair key = pair_of(taken.segment.family, &taken.segment.src, &taken.segment.dst);
    const GArray *spans = g_hash_table_lookup(w->pairs, &key);
    for (guint i = 0; spans != NULL && i < spans->len; i++) {
        const struct frame_span *span = &g_array_index(spans, struct frame_span, i);
        if (span->from <= frame->seen.frame && frame->seen.frame <= span->till)
            return true;
    }
    return false;
}

/* ---- the file -------------------------------------------------------------------------------------- */

static void complain_of(const char *path, int err, char *err_info)
{
    complain("%s: %s%s%s%s", path, err > 0 ? g_strerror(err) : wtap_strerror(err), err_info != NULL ? " (" : "",
             err_info != NULL ? err_info : "", err_info != NULL ? ")" : "");
    g_free(err_info);
}

/* Never one of the files that are read. */
static bool is_input(const struct arguments *options)
{
    GStatBuf output, input;

    if (g_stat(options->write_to, &output) != 0)
        return false;
    for (guint i = 0; i < options->n_paths; i++)
        if (g_stat(options->paths[i], &input) == 0 && input.st_dev == output.st_dev && input.st_ino == output.st_ino)
            return true;
    return false;
}

static void complain_of_errno(const char *path)
{
    if (errno == EEXIST)
        complain("%s: it exists; --force overwrites it", path);
    else
        complain("%s: %s", path, g_strerror(errno));
}

static int begin_file(const struct arguments *options, struct whole_file *file)
{
    const char *path = options->write_to;

    if (is_input(options)) {
        complain("%s: it is one of the files that are read", path);
        return -1;
    }
    int fd = whole_file_begin(file, path, options->force);
    if (fd < 0)
        complain_of_errno(path);
    return fd;
}

/* Of all interfaces; packets of several types can be in one file. */
static int common_type(const GArray *interfaces)
{
    int common = WTAP_ENCAP_ETHERNET; /* of an empty capture: there has to be one */

    for (guint i = 0; i < interfaces->len; i++) {
        const wtapng_if_descr_mandatory_t *interface =
            wtap_block_get_mandatory_data(g_array_index(interfaces, wtap_block_t, i));
        if (i > 0 && interface->wtap_encap != common)
            return WTAP_ENCAP_PER_PACKET;
        common = interface->wtap_encap;
    }
    return common;
}

static wtap_dumper *open_dumper(const struct arguments *options, const GArray *interfaces, struct whole_file *file)
{
    wtap_dump_params params = WTAP_DUMP_PARAMS_INIT;
    wtapng_iface_descriptions_t descriptions = { .interface_data = (GArray *)(void *)interfaces };
    char *err_info = NULL;
    int err = 0, fd = begin_file(options, file);

    if (fd < 0)
        return NULL;
    params.encap = common_type(interfaces);
    params.tsprec = WTAP_TSPREC_NSEC;
    params.idb_inf = &descriptions;
    wtap_dumper *dumper =
        wtap_dump_fdopen(fd, wtap_pcapng_file_type_subtype(), WTAP_UNCOMPRESSED, &params, &err, &err_info);
    if (dumper == NULL) {
        complain_of(options->write_to, err, err_info);
        (void)g_close(fd, NULL);
        whole_file_drop(file);
    }
    return dumper;
}

/* A record gets its capture point as its interface. */
static bool write_frame(wtap_dumper *dumper, const struct reader_frame *frame, int *err, char **err_info)
{
    struct wtap_packet *packet = frame->source->packet;

    packet->rec.presence_flags |= WTAP_HAS_INTERFACE_ID;
    packet->rec.presence_flags &= ~(uint32_t)WTAP_HAS_SECTION_NUMBER;
    packet->rec.section_number = 0;
    packet->rec.rec_header.packet_header.interface_id = frame->seen.point;
    return wtap_packet_dump(dumper, packet, err, err_info);
}

/* What could not be read was said when the files were read the first time. */
static void say_nothing(void *data, const char *path, const char *text, bool is_error)
{
    (void)data, (void)path, (void)text, (void)is_error;
}

static bool write_frames(const struct arguments *options, const struct wanted *w, wtap_dumper *dumper, uint32_t *n)
{
    struct reader *capture = reader_new((const char *const *)options->paths, options->n_paths, say_nothing, NULL);
    struct reader_frame frame;
    char *err_info = NULL;
    bool good = true;
    int err = 0;

    while (good && !stop_asked() && reader_next(capture, &frame)) {
        if (!is_wanted(w, &frame))
            continue;
        good = write_frame(dumper, &frame, &err, &err_info);
        *n += good;
    }
    if (!good)
        complain_of(options->write_to, err, err_info);
    reader_free(capture);
    return good;
}

/* A file that could not be written to its end is of no use. */
static bool end_file(const struct arguments *options, wtap_dumper *dumper, bool good, struct whole_file *file)
{
    char *err_info = NULL;
    int err = 0;

    if (!wtap_dump_close(dumper, NULL, &err, &err_info) && good) {
        complain_of(options->write_to, err, err_info);
        good = false;
    }
    if (good && stop_asked()) {
        complain("%s: interrupted, so it is not written", options->write_to);
        good = false;
    }
    if (good && !whole_file_keep(file)) {
        complain_of_errno(options->write_to);
        good = false;
    }
    if (!good)
        whole_file_drop(file);
    return good;
}

bool matching_write(const struct arguments *options, const struct tracker *t, const GArray *attempts,
                    const GArray *interfaces)
{
    struct whole_file file;
    uint32_t n = 0;
    wtap_dumper *dumper = open_dumper(options, interfaces, &file);

    if (dumper == NULL)
        return false;
    struct wanted w = wanted_new(t, attempts);
    bool good = write_frames(options, &w, dumper, &n);
    wanted_free(&w);
    good = end_file(options, dumper, good, &file);
    if (good)
        complain("%u frames of %u attempts written to %s", n, attempts->len, options->write_to);
    return good;
}
