/* synfate.h - what the files of the Wireshark side share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_H
#define SYNFATE_H

#include "compat.h"
#include "engine/tracker.h"

extern int proto_synfate;

/* plugin.c: the tracker of the file that is open; NULL while tracking is off or no file is open. */
extern struct tracker *synfate_tracker;

/* frame.c: which protocols must be in the tree on the first pass. */
void frame_register_wanted(dissector_handle_t handle);

/* frame.c: hands what a frame carries to the tracker. */
void frame_track(struct tracker *t, packet_info *pinfo, proto_tree *tree);

/* fields.c */
void fields_register(void);

/* tree.c: registers subtrees and expert infos; shows what the tracker knows about a frame. */
void tree_register(void);
void tree_show(const struct tracker *t, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree);

/* conversation_filter.c: Analyze > Conversation Filter. */
void conversation_filter_register(void);

/* prefs.c */
void prefs_register(void);
bool prefs_tracking(void);
bool prefs_append_info(void);
struct tracker_options prefs_tracker_options(void);

#endif
