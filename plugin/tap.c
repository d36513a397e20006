/* tap.c - the tap "synfate": hands what is notable about a frame to the statistics; what they share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "synfate.h"

#include <epan/funnel.h>
#include <epan/tap.h>
#include <string.h>
#include <wsutil/report_message.h>

static int tap;

void tap_register(void)
{
    tap = register_tap("synfate");
}

void tap_notes(packet_info *pinfo, const struct note *notes, size_t n)
{
    if (!have_tap_listener(tap))
        return;
    for (size_t i = 0; i < n; i++)
        tap_queue_packet(tap, pinfo, &notes[i]);
}

void tap_count_attempt(GArray *attempts, const struct note *note)
{
    if (note->role == NOTE_SYN && note->syn_number == 1)
        g_array_append_val(attempts, note->attempt);
}

bool stat_in_terminal(void)
{
    const funnel_ops_t *ops = funnel_get_funnel_ops();

    return ops != NULL && ops->new_dialog == NULL; /* tshark has text windows only, sharkd has nothing */
}

bool stat_arguments(const char *argument, const char *command, const char **rest)
{
    const char *end = argument + strlen(command);

    if (*end != '\0' && *end != ',') {
        report_failure("There is no statistic \"%s\"; is \"%s\" meant?", argument, command);
        return false;
    }
    *rest = *end == ',' && end[1] != '\0' ? g_strdup(end + 1) : NULL;
    return true;
}

bool stat_listen(const char *tap_name, void *data, const char *filter, unsigned flags, tap_reset_cb reset,
                 tap_packet_cb packet, tap_draw_cb draw)
{
    GString *error = register_tap_listener(tap_name, data, filter, flags, reset, packet, draw, NULL);

    if (error == NULL)
        return true;
    report_failure("Couldn't register tap: %s", error->str);
    g_string_free(error, TRUE);
    return false;
}
