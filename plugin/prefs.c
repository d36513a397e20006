/* prefs.c - the preferences
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "synfate.h"

#include <epan/prefs.h>

static ws_pref_bool tracking = TRUE;
static ws_pref_bool append_info = TRUE;
static guint time_wait_seconds = 0;
static guint no_answer_retries = 1;
static guint slow_connect_ms = 1000;
static gint peer_rules = PEER_AUTO;

/* "auto", and each stack that is a user's to choose; the last one is empty. For as long as the program runs. */
static const enum_val_t *peer_choices(void)
{
    enum_val_t *choices = g_new0(enum_val_t, PEER_UNKNOWN + 2);

    choices[0] = (enum_val_t){ "auto", "As each host's packets show", PEER_AUTO };
    for (int i = 0; i < PEER_UNKNOWN; i++)
        choices[i + 1] = (enum_val_t){ stack_row((enum peer_stack)i)->token, stack_row((enum peer_stack)i)->name, i };
    return choices;
}

/* What is said of the length of TIME_WAIT: that of each stack. For as long as the program runs. */
static const char *time_wait_text(void)
{
    GString *text = g_string_new("How long the servers stay in TIME_WAIT. 0: as their stack has it:");

    for (int i = 0; i < PEER_UNKNOWN; i++) {
        const struct stack *stack = stack_row((enum peer_stack)i);
        g_string_append_printf(text, "%s %s %d", i == 0 ? "" : ",", stack->name,
                               (int)(stack->time_wait_length / NS_PER_SECOND));
    }
    g_string_append_c(text, '.');
    return g_string_free(text, FALSE);
}

void prefs_register(void)
{
    module_t *module = prefs_register_protocol(proto_synfate, NULL);

    prefs_register_bool_preference(module, "tracking", "Track connection attempts",
                                   "Tell the fate of every SYN. Switched off, the plugin does nothing.", &tracking);
    prefs_register_enum_preference(module, "peer_rules", "Rules of the peers",
                                   "The TCP stack that the servers run: decides what a peer in TIME_WAIT does with a "
                                   "SYN when the capture does not show it.",
                                   &peer_rules, peer_choices(), FALSE);
    prefs_register_uint_preference(module, "time_wait", "TIME_WAIT length (seconds)", time_wait_text(), 10,
                                   &time_wait_seconds);
    prefs_register_uint_preference(module, "no_answer_retries", "Retries before \"no answer\"",
                                   "How many retransmissions of a SYN must stay without an answer before it is "
                                   "called never answered (3 s without an answer also suffice).",
                                   10, &no_answer_retries);
    prefs_register_uint_preference(module, "slow_connect", "Slow from (milliseconds)",
                                   "A handshake that takes so long although nothing was repeated is called late.", 10,
                                   &slow_connect_ms);
    prefs_register_bool_preference(module, "append_info", "Show failures in the Info column",
                                   "Info of attempts that failed or came late begins with their summary.",
                                   &append_info);
}

bool prefs_tracking(void)
{
    return tracking;
}

bool prefs_append_info(void)
{
    return append_info;
}

struct tracker_options prefs_tracker_options(void)
{
    return (struct tracker_options){
        .peer = (enum peer_stack)peer_rules,
        .time_wait = (int64_t)MIN(time_wait_seconds, 86400) * NS_PER_SECOND,
        .no_answer_retries = MAX(no_answer_retries, 1),
        .slow_connect = (int64_t)MAX(slow_connect_ms, 1) * (NS_PER_SECOND / 1000),
    };
}
