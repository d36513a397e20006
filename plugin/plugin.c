/* plugin.c - the plugin's entry: registers the post-dissector and follows the life of a capture file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "synfate.h"

#include <epan/proto.h>
#include <gmodule.h>

#ifdef _WIN32
#define SYNFATE_EXPORT __declspec(dllexport)
#else
#define SYNFATE_EXPORT __attribute__((visibility("default")))
#endif

int proto_synfate = -1;
/* The post-dissector's protocol "in name only": Wireshark does not keep account of it as a layer of each frame, which
 * would cost more than to find that a frame has nothing to show. It is switched off together with proto_synfate. */
static int proto_frame = -1;
struct tracker *synfate_tracker;

static int dissect(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    (void)data;
    if (synfate_tracker == NULL)
        return 0;
    if (!pinfo->fd->visited)
        frame_track(synfate_tracker, tvb, pinfo);
    size_t n = 0;
    const struct note *notes = tracker_notes(synfate_tracker, pinfo->num, &n);
    if (n > 0)
        tap_notes(pinfo, notes, n);
    if (n > 0 || tree != NULL)
        details_show(synfate_tracker, tvb, pinfo, tree, notes, n);
    return (int)tvb_captured_length(tvb);
}

static void begin_file(void)
{
    struct tracker_options options = prefs_tracker_options();

    if (!prefs_tracking())
        return;
    synfate_tracker = tracker_new(&options);
    headers_watch();
}

static void end_first_pass(void)
{
    headers_unwatch();
    rescan_queue();
}

static void end_file(void)
{
    headers_unwatch();
    details_forget();
    tracker_free(synfate_tracker);
    synfate_tracker = NULL;
}

static void register_protocol(void)
{
    proto_synfate = proto_register_protocol("TCP SYN Fate", "SYN fate", "synfate");
    proto_frame = proto_register_protocol_in_name_only("SYN fate, frame by frame", "SYN fate frame", "synfate_frame",
                                                       proto_synfate, FT_PROTOCOL);
    headers_register();
    fields_register();
    details_register();
    prefs_register();
    tap_register();
    stat_tables_register();
    stat_report_register();
    report_window_register();
    conversation_filter_register();
    register_init_routine(begin_file);
    register_postseq_cleanup_routine(end_first_pass);
    register_cleanup_routine(end_file);
}

static void register_handoff(void)
{
    dissector_handle_t handle = create_dissector_handle(dissect, proto_frame);

    register_postdissector(handle);
    stat_tables_register_menu();
}

/* The symbols that Wireshark looks for in a plugin. */
SYNFATE_EXPORT const gchar plugin_version[] = SYNFATE_VERSION;
SYNFATE_EXPORT const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
SYNFATE_EXPORT const int plugin_want_minor = WIRESHARK_VERSION_MINOR;
SYNFATE_EXPORT void plugin_register(void);
SYNFATE_EXPORT uint32_t plugin_describe(void);

void plugin_register(void)
{
    static proto_plugin plugin = {
        .register_protoinfo = register_protocol,
        .register_handoff = register_handoff,
    };

    proto_register_plugin(&plugin);
}

/* Since 4.2: what kind of plugin it is, for "About". */
uint32_t plugin_describe(void)
{
#ifdef WS_PLUGIN_DESC_DISSECTOR
    return WS_PLUGIN_DESC_DISSECTOR | WS_PLUGIN_DESC_TAP_LISTENER;
#else
    return 0;
#endif
}
