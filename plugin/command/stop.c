/* stop.c - ends reading when the user interrupts the program
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stop.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t asked;

static void on_signal(int number)
{
    (void)number;
    asked = 1;
#ifdef _WIN32
    signal(number, SIG_DFL);
#endif
}

void stop_on_interrupt(void)
{
#ifdef _WIN32
    signal(SIGINT, on_signal);
#else
    struct sigaction action;

    /* Without SA_RESTART: a read that waits for packets has to end. */
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = (int)SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
#endif
}

bool stop_asked(void)
{
    return asked != 0;
}
