/* tap.c - the tap "synfate": hands what is notable about a frame to the statistics; what they share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "synfate.h"

#include <epan/funnel.h>
#include <epan/tap.h>
#include <string.h>
#include <strings.h>
#include <wsutil/report_message.h>

static int tap;
static bool first_pass; /* the notes tapped last are those of a frame that was read for the first time */

void tap_register(void)
{
    tap = register_tap("synfate");
}

void tap_notes(packet_info *pinfo, const struct note *notes, size_t n)
{
    if (!have_tap_listener(tap))
        return;
    first_pass = !pinfo->fd->visited;
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

bool stat_in_windows(void)
{
    const funnel_ops_t *ops = funnel_get_funnel_ops();

    return ops != NULL && ops->new_dialog != NULL;
}

/* Takes the word that the rest begins with, up to a comma or the end. */
static bool take_word(const char **rest, const char *word)
{
    const char *end = *rest + strlen(word);

    if (!g_str_has_prefix(*rest, word) || (*end != '\0' && *end != ','))
        return false;
    *rest = *end == ',' ? end + 1 : end;
    return true;
}

static bool take_format(const char **rest, const char *command, unsigned formats, struct stat_request *request)
{
    static const char *const words[] = {
        [STAT_TEXT] = "text", [STAT_HTML] = "html", [STAT_JSON] = "json", [STAT_NDJSON] = "ndjson", [STAT_CSV] = "csv",
    };

    for (int i = STAT_TEXT; i <= STAT_CSV; i++) {
        if (!take_word(rest, words[i]))
            continue;
        request->format = (enum stat_format)i;
        if (formats & 1U << i)
            return true;
        report_failure("\"%s\" has no format \"%s\". (A filter of that name is written \"(%s)\".)", command, words[i],
                       words[i]);
        return false;
    }
    request->format = (enum stat_format)(ffs((int)formats) - 1);
    return true;
}

/* "all", or a number. */
static bool take_limit(const char **rest, const char *command, struct stat_request *request)
{
    const char *end = *rest;

    if (take_word(rest, "all")) {
        request->shown = UINT16_MAX;
        return true;
    }
    while (g_ascii_isdigit(*end))
        end++;
    if (end == *rest || (*end != '\0' && *end != ','))
        return true;
    request->shown = (uint16_t)MIN(g_ascii_strtoull(*rest, NULL, 10), UINT16_MAX);
    *rest = *end == ',' ? end + 1 : end;
    if (request->shown == 0)
        report_failure("\"%s,0\" shows nothing: give a number from 1 on, or \"all\".", command);
    return request->shown != 0;
}

bool stat_arguments(const char *argument, const char *command, unsigned formats, struct stat_request *request)
{
    const char *rest = argument + strlen(command);

    memset(request, 0, sizeof *request);
    if (*rest != '\0' && *rest != ',') {
        report_failure("There is no statistic \"%s\"; is \"%s\" meant?", argument, command);
        return false;
    }
    if (*rest == ',')
        rest++;
    if (!take_format(&rest, command, formats, request) || !take_limit(&rest, command, request))
        return false;
    request->filter = *rest == '\0' ? NULL : g_strdup(rest);
    return true;
}

bool filter_asks_for_verdict(const char *filter)
{
    return filter != NULL && strstr(filter, "synfate.") != NULL;
}

const char *stat_remark(const char *filter)
{
    if (!first_pass || !filter_asks_for_verdict(filter))
        return NULL;
    return "the filter asks for a verdict, which no SYN has when a file is read only once; run tshark -2";
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
