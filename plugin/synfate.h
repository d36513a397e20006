/* synfate.h - what the files of the Wireshark side share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_H
#define SYNFATE_H

#include "compat.h"
#include "engine/contrast.h"
#include "engine/tracker.h"

#include <epan/tap.h>

extern int proto_synfate;

/* plugin.c: the tracker of the file that is open; NULL while tracking is off or no file is open. */
extern struct tracker *synfate_tracker;

/* headers.c: where a TCP, ICMP, ICMPv6 or ARP header lies, or the UDP header of a DNS answer or of IKE. */
struct header {
    tvbuff_t *tvb; /* a data source of the frame: its bytes, or what was reassembled or decrypted */
    int offset;
    uint8_t ip_proto; /* or PROTO_ARP */
};

/* Registers the protocols of the watchers; puts them into the dissector table, before a file is read, and takes them out
 * again when all of it has been read. */
void headers_register(void);
void headers_watch(void);
void headers_unwatch(void);

/* The headers of a frame on its first pass, *n of them, in order; they are given only once. */
const struct header *headers_take(uint32_t frame, size_t *n);

/* frame.c: hands what a frame carries to the tracker; its time in ns since the epoch. */
void frame_track(struct tracker *t, tvbuff_t *frame, packet_info *pinfo);
int64_t frame_time(const packet_info *pinfo);

/* fields.c */
void fields_register(void);

/* details.c: registers subtrees and expert infos; shows what the tracker knows about a frame that has these notes. */
void details_register(void);

/* The file is closed. */
void details_forget(void);

void details_show(const struct tracker *t, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                  const struct note *notes, size_t n);

/* rescan.c: called when a file has been read; in Wireshark only, applies the display filter again if it asks for a verdict. */
void rescan_queue(void);

/* conversation_filter.c: Analyze > Conversation Filter. */
void conversation_filter_register(void);

/* tap.c: registers the tap "synfate", whose data are the notes of a frame (struct note); queues them. */
void tap_register(void);
void tap_notes(packet_info *pinfo, const struct note *notes, size_t n);

/* An attempt counts when its first SYN passes the filter: adds its record to attempts (uint32_t) for that note. */
void tap_count_attempt(GArray *attempts, const struct note *note);

/* Whether statistics are printed, by tshark; or shown in windows, by Wireshark. Neither: sharkd hands them out. */
bool stat_in_terminal(void);
bool stat_in_windows(void);

enum stat_format { STAT_TEXT, STAT_HTML, STAT_JSON, STAT_NDJSON, STAT_CSV };

/* -z COMMAND[,FORMAT][,all|N][,FILTER] */
struct stat_request {
    enum stat_format format;
    uint16_t shown;     /* 0: as many as the statistic thinks fit; UINT16_MAX: all */
    const char *filter; /* or NULL */
};

/* Reads the argument of -z. formats: a bit for each enum stat_format that the statistic has; the lowest is its own. Returns
 * false, and says so, if there is no such statistic or format, or nothing is to be shown. */
bool stat_arguments(const char *argument, const char *command, unsigned formats, struct stat_request *request);

/* Whether a filter (NULL: none) asks for what only a later frame may decide. */
bool filter_asks_for_verdict(const char *filter);

/* What a reader has to know where a filter asks for a verdict and tshark reads the file only once; NULL: nothing. */
const char *stat_remark(const char *filter);

/* Registers a listener. Returns false, and says why, if the filter is invalid. */
bool stat_listen(const char *tap_name, void *data, const char *filter, unsigned flags, tap_reset_cb reset,
                 tap_packet_cb packet, tap_draw_cb draw);

/* stat_tables.c: services, reuse, tree. */
void stat_tables_register(void);
void stat_tables_register_menu(void);

/* stat_report.c: what is written of all packets that pass a filter (NULL: all), after they have been read again; to be
 * freed. NULL, and said why, if the filter is invalid. */
void stat_report_register(void);
char *report_collect(enum stat_format format, const char *filter, uint16_t calls_shown);

/* report_window.c: the report in Wireshark. */
void report_window_register(void);
void report_window_show(const char *filter, uint16_t calls_shown);

/* prefs.c */
void prefs_register(void);
bool prefs_tracking(void);
bool prefs_append_info(void);
struct tracker_options prefs_tracker_options(void);

#endif
