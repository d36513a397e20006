/* follow.c - follows a stream of packets and tells of a call as soon as it has failed or come late
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "follow.h"

#include "encap.h"
#include "forget.h"
#include "stop.h"
#include "stream.h"
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <wiretap/pcap-encap.h>
#ifndef _WIN32
#include <unistd.h>
#endif

enum { CHUNK = 65536, TICK = 250 /* ms */ };

/* A frame, and when it came (ns). */
struct mark {
    int64_t time;
    uint32_t frame;
};

struct follower {
    const struct arguments *options;
    const char *name; /* of the stream */
    struct tracker *t;
    struct collection *collected;
    struct frames *frames;
    struct stream *stream;
    struct watch watch;
    struct view view;
    uint32_t frame;               /* of the last packet, as the tracker has it; */
    uint64_t record;              /* and in the stream */
    GArray *marks;                /* struct mark */
    int64_t last_time, last_came; /* of the last packet: its own, ns, and ours, monotonic us */
    bool failed_to_write;
};

static bool tell(void *data, uint32_t attempt)
{
    struct follower *f = data;

    view_set(&f->view, attempt, false);
    if (f->options->filter != NULL && !filter_matches(f->options->filter, &f->view))
        return false;
    GString *line = g_string_new(NULL);
    f->options->format->call(&f->view, f->frames, line);
    f->failed_to_write |= !output_text(line);
    g_string_free(line, TRUE);
    return true;
}

/* As capture points are numbered in the plugin, but for those beyond 256 interfaces or sections. */
static uint16_t point_of(struct follower *f, const struct stream_packet *packet)
{
    uint16_t point = (uint16_t)((packet->section & 0xff) << 8 | (packet->interface & 0xff));

    if (packet->interface_name != NULL && !tracker_point_is_named(f->t, point))
        tracker_name_point(f->t, point, packet->interface_name, packet->section);
    return point;
}

/* Half a gigabyte of records, or 2^27 frames. Beyond that, what no rule looks back at is forgotten. */
static bool is_much(const struct follower *f)
{
    const uint32_t records = 1000000, frames = UINT32_C(1) << 27;

    return tracker_records(f->t) > records || f->frame - g_array_index(f->marks, struct mark, 0).frame > frames;
}

static void forget(struct follower *f, uint32_t before)
{
    const struct forget_limits limits = { .idle = 86400 * NS_PER_SECOND, .port_pairs = 2500000 };

    tracker_forget(f->t, before, &limits);
    watch_forget(&f->watch);
    collection_forget(f->collected, f->t, g_array_index(f->marks, struct mark, 0).time);
}

/* Of the frames of the last minutes, one in a while is marked: notes about what came before the first are not needed. */
static void pass_mark(struct follower *f)
{
    const int64_t apart = 20 * NS_PER_SECOND, far = 2 * FORGET_NOTHING_WITHIN;
    const struct mark mark = { f->last_time, f->frame };

    if (f->marks->len > 0 && f->last_time - g_array_index(f->marks, struct mark, f->marks->len - 1).time < apart)
        return;
    g_array_append_val(f->marks, mark);
    while (g_array_index(f->marks, struct mark, 0).time < f->last_time - far)
        g_array_remove_index(f->marks, 0);
    if (is_much(f))
        forget(f, g_array_index(f->marks, struct mark, 0).frame);
}

/* The tracker has no more numbers: earlier frames make room, as far as nothing refers to them. */
static void lower_frames(struct follower *f)
{
    struct lowering l;

    lowering_init(&l, MAX(g_array_index(f->marks, struct mark, 0).frame, f->frame / 2));
    forget(f, l.before);
    collection_name_frames(f->collected, &l);
    tracker_lower(f->t, &l);
    collection_lower(f->collected, &l);
    frames_lower(f->frames, &l);
    for (guint i = 0; i < f->marks->len; i++) {
        struct mark *mark = &g_array_index(f->marks, struct mark, i);
        mark->frame = mark->frame < l.before ? 1 : lowered(&l, mark->frame);
    }
    f->frame -= l.by;
    lowering_free(&l);
}

static void take_packet(struct follower *f, const struct stream_packet *packet)
{
    struct reader_frame frame = { .bytes = packet->bytes, .is_packet = true };
    struct taken taken;

    if (f->frame >= FRAMES_OF_STREAM)
        lower_frames(f);
    frame.seen.frame = ++f->frame;
    frame.seen.point = point_of(f, packet);
    frame.seen.direction = (uint8_t)packet->direction;
    frame.seen.time = intake_time(packet->seconds, packet->nanoseconds);
    frame.encap = wtap_pcap_encap_to_wtap_encap((int)packet->link_type);
    frame.link = encap_link_type(frame.encap);
    tracker_note_drops(f->t, packet->drops);
    intake_frame(f->t, &frame.seen, frame.link, &frame.bytes, &taken);
    collection_add(f->collected, f->t, &frame, &taken);
    frames_add(f->frames, f->frame, f->name, ++f->record);
    f->last_time = MAX(f->last_time, frame.seen.time);
    watch_frame(&f->watch, f->frame, tell, f);
    watch_time(&f->watch, frame.seen.time, tell, f);
    pass_mark(f);
}

/* While no packet comes, the capture's clock goes on as ours does: a frame is begun for this time. The next packet takes its
 * number, as if a read filter had left this frame out. */
static void pass_time(struct follower *f)
{
    int64_t now = f->last_time + (g_get_monotonic_time() - f->last_came) * 1000;
    struct sighting nothing = { .frame = f->frame + 1, .time = now };

    if (f->frame == 0)
        return;
    tracker_begin_frame(f->t, &nothing);
    watch_time(&f->watch, now, tell, f);
}

/* Waits a moment for packets. Returns false at the end of the stream, with *error set if that is not its end. */
static bool take_what_comes(struct follower *f, int fd, int *error)
{
    static uint8_t chunk[CHUNK];
    GPollFD poll = { .fd = fd, .events = G_IO_IN };
    struct stream_packet packet;

    *error = 0;
    int ready = g_poll(&poll, 1, TICK);
    if (ready == 0) {
        pass_time(f);
        return true;
    }
    ssize_t n = ready < 0 ? -1 : read(fd, chunk, sizeof chunk);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (n <= 0) {
        *error = n < 0 ? errno : 0;
        return false;
    }
    stream_feed(f->stream, chunk, (size_t)n);
    f->last_came = g_get_monotonic_time();
    while (stream_next(f->stream, &packet))
        take_packet(f, &packet);
    return stream_error(f->stream, false) == NULL;
}

static bool follow(struct follower *f, int fd, struct reading *reading)
{
    int error = 0;

    while (!stop_asked() && !f->failed_to_write && take_what_comes(f, fd, &error))
        ;
    const char *problem = error != 0 ? g_strerror(error) : stream_error(f->stream, !stop_asked());
    if (problem != NULL)
        complain("%s: %s", f->name, problem);
    reading->unread = problem != NULL && f->frame == 0;
    reading->cut = problem != NULL && f->frame > 0;
    if (f->failed_to_write)
        complain("standard output: %s", g_strerror(errno));
    watch_end(&f->watch, tell, f);
    return problem == NULL && !f->failed_to_write;
}

bool follow_stream(const struct arguments *options, struct tracker *t, struct collection *collected,
                   struct frames *frames, struct reading *reading, bool *failed_before)
{
    struct follower f = { .options = options, .t = t, .collected = collected, .frames = frames };
    bool is_input = g_str_equal(options->paths[0], "-");
    const char *name = is_input ? "standard input" : options->paths[0];
    int fd = is_input ? STDIN_FILENO : g_open(name, O_RDONLY, 0);

    reading->files = 1;
    if (fd < 0) {
        complain("%s: %s", name, g_strerror(errno));
        reading->unread = 1;
        return false;
    }
    f.name = name;
    f.last_time = INT64_MIN;
    f.stream = stream_new();
    watch_init(&f.watch, t);
    view_init(&f.view, t);
    f.marks = g_array_new(FALSE, FALSE, sizeof(struct mark));
    bool good = follow(&f, fd, reading);
    *failed_before = f.watch.forgot_failed;
    g_array_free(f.marks, TRUE);
    view_free(&f.view);
    watch_free(&f.watch);
    stream_free(f.stream);
    if (!is_input)
        (void)g_close(fd, NULL);
    return good;
}
