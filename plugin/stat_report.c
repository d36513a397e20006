/* stat_report.c - the report and the calls, in each of their formats: -z synfate,report and -z synfate,calls in tshark; what
 * Wireshark's window shows
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "engine/page.h"
#include "report_json.h"
#include "synfate.h"

#include <epan/dissectors/packet-tcp.h>
#include <epan/funnel.h>
#include <epan/stat_tap_ui.h>
#include <stdio.h>
#include <string.h>

/* What writes a report, or calls, by the format: each format has one of them only. */
static void (*const writers[])(const struct report_input *in, GString *out) = {
    [STAT_TEXT] = report_write,
    [STAT_HTML] = page_write,
    [STAT_JSON] = report_write_json,
    [STAT_NDJSON] = calls_write_ndjson,
};

#define REPORT "synfate,report"
#define REPORT_FORMATS (1U << STAT_TEXT | 1U << STAT_HTML | 1U << STAT_JSON)
#define CALLS "synfate,calls"
#define CALLS_FORMATS (1U << STAT_NDJSON)

/* Characters of a line that Wireshark does not break again in its text window, as wide as that comes. */
enum { WINDOW_WIDTH = 70 };

/* What the taps hand out, for one report. */
struct tapped {
    enum stat_format format;
    const char *filter;   /* or NULL */
    uint16_t calls_shown; /* as report.h has it */
    GArray *attempts;     /* uint32_t: records */
    GArray *frames;       /* struct report_frame */
    GByteArray *streams;  /* a bit for each stream that was seen */
    struct report_totals totals;
};

static struct tapped *collection_new(void)
{
    struct tapped *c = g_new0(struct tapped, 1);

    c->attempts = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    c->frames = g_array_new(FALSE, FALSE, sizeof(struct report_frame));
    c->streams = g_byte_array_new();
    return c;
}

static void collection_free(struct tapped *c)
{
    g_array_free(c->attempts, TRUE);
    g_array_free(c->frames, TRUE);
    g_byte_array_free(c->streams, TRUE);
    g_free(c);
}

static void reset(void *data)
{
    struct tapped *c = data;

    g_array_set_size(c->attempts, 0);
    g_array_set_size(c->frames, 0);
    g_byte_array_set_size(c->streams, 0);
    memset(&c->totals, 0, sizeof c->totals);
}

static void count_stream(struct tapped *c, uint32_t stream)
{
    guint size = c->streams->len, byte = stream / 8;
    uint8_t bit = (uint8_t)(1U << stream % 8);

    if (byte >= size) {
        g_byte_array_set_size(c->streams, byte + 1);
        memset(c->streams->data + size, 0, byte + 1 - size);
    }
    c->totals.streams += !(c->streams->data[byte] & bit);
    c->streams->data[byte] |= bit;
}

/* The filter limits what is counted. The frames of an attempt are all collected. */
static tap_packet_status take_segment(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *segment,
                                      tap_flags_t flags)
{
    const tcp_info_t *tcp = segment;
    struct tapped *c = data;

    (void)pinfo, (void)edt;
    if (flags & TL_DISPLAY_FILTER_IGNORED)
        return TAP_PACKET_DONT_REDRAW;
    c->totals.segments++;
    c->totals.bytes += tcp->th_have_seglen ? tcp->th_seglen : 0;
    count_stream(c, tcp->th_stream);
    return TAP_PACKET_REDRAW;
}

static tap_packet_status take_note(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *noted,
                                   tap_flags_t flags)
{
    const struct note *note = noted;
    struct tapped *c = data;
    struct report_frame frame = {
        .time = frame_time(pinfo),
        .frame = note->frame,
        .attempt = note->attempt,
        .role = note->role,
        .kind = note->role == NOTE_ANSWER ? note->kind : 0,
    };

    (void)edt;
    g_array_append_val(c->frames, frame);
    if (!(flags & TL_DISPLAY_FILTER_IGNORED))
        tap_count_attempt(c->attempts, note);
    return TAP_PACKET_REDRAW;
}

static bool listen_to_taps(struct tapped *c, tap_draw_cb draw)
{
    const unsigned flags = TL_IGNORE_DISPLAY_FILTER | TL_REQUIRES_ERROR_PACKETS;

    return stat_listen("tcp", c, c->filter, TL_IGNORE_DISPLAY_FILTER, NULL, take_segment, NULL)
           && stat_listen("synfate", c, c->filter, flags, reset, take_note, draw);
}

static char *write_report(const struct tapped *c)
{
    GString *out = g_string_new(NULL);
    struct report_input input = {
        .t = synfate_tracker,
        .remark = stat_remark(c->filter),
        .attempts = c->attempts,
        .frames = c->frames,
        .totals = c->totals,
        .filter = c->filter,
        .show_all = stat_in_terminal() ? "-z " REPORT ",all" : NULL,
        .line_width = stat_in_terminal() ? 0 : WINDOW_WIDTH,
        .calls_shown = c->calls_shown,
    };

    if (synfate_tracker != NULL && c->filter == NULL) { /* the tap misses segments whose options are cut */
        const struct capture *capture = tracker_capture(synfate_tracker);
        input.totals.segments = capture->segments;
        input.totals.bytes = capture->bytes;
    }
    writers[c->format](&input, out);
    return g_string_free(out, FALSE);
}

/* ---- tshark ---------------------------------------------------------------------------------------- */

static void draw(void *data)
{
    char *text = write_report(data);

    (void)fputs(text, stdout);
    g_free(text);
}

static bool start_printing(const struct stat_request *request)
{
    struct tapped *c = collection_new();

    c->format = request->format;
    c->filter = request->filter;
    c->calls_shown = request->shown;
    return listen_to_taps(c, draw);
}

static bool begin_report(const char *argument, void *data)
{
    struct stat_request request;

    (void)data;
    if (!stat_arguments(argument, REPORT, REPORT_FORMATS, &request))
        return false;
    if (stat_in_terminal())
        return start_printing(&request);
    report_window_show(request.filter, request.shown);
    return true;
}

static bool begin_calls(const char *argument, void *data)
{
    struct stat_request request;

    (void)data;
    return stat_arguments(argument, CALLS, CALLS_FORMATS, &request) && start_printing(&request);
}

STAT_STARTER(start_report, begin_report)
STAT_STARTER(start_calls, begin_calls)

/* ---- Wireshark ------------------------------------------------------------------------------------- */

/* Reads all packets again. */
char *report_collect(enum stat_format format, const char *filter, uint16_t calls_shown)
{
    const funnel_ops_t *ops = funnel_get_funnel_ops();
    struct tapped *c = collection_new();
    char *text = NULL;

    c->format = format;
    c->filter = filter;
    c->calls_shown = calls_shown;
    if (listen_to_taps(c, NULL)) {
        ops->retap_packets(ops->ops_id);
        text = write_report(c);
        remove_tap_listener(c); /* of either tap */
        remove_tap_listener(c);
    }
    collection_free(c);
    return text;
}

void stat_report_register(void)
{
    stat_tap_ui report = {
        .group = REGISTER_STAT_GROUP_GENERIC,
        .title = "SYN fate: report",
        .cli_string = REPORT,
        .tap_init_cb = start_report,
    };
    stat_tap_ui calls = {
        .group = REGISTER_STAT_GROUP_GENERIC,
        .title = "SYN fate: calls",
        .cli_string = CALLS,
        .tap_init_cb = start_calls,
    };

    register_stat_tap_ui(&report, NULL);
    if (stat_in_terminal())
        register_stat_tap_ui(&calls, NULL);
}
