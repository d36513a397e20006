/* rescan.c - Wireshark filters each packet while it reads a file, and what becomes of a SYN is known later: so a display
 * filter that asks for it is applied once more when all has been read. Otherwise a filter of the file that was open before
 * shows nothing, as if nothing had failed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "synfate.h"

#include <cfile.h>
#include <epan/plugin_if.h>

/* cf_read() looks for a queued rescan at its end, and nothing but cf_read() does: not the end of a live capture, during
 * which read_lock is not set. */
static void *queue(capture_file *cf, void *data)
{
    (void)data;
    if (cf->read_lock && cf->redissection_queued == RESCAN_NONE && filter_asks_for_verdict(cf->dfilter))
        cf->redissection_queued = RESCAN_SCAN;
    return NULL;
}

/* Only Wireshark has a capture file to give, and each time it is asked for 4.0 loses a few bytes. */
void rescan_queue(void)
{
    if (stat_in_windows())
        plugin_if_get_capture_file(queue, NULL);
}
