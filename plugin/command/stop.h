/* stop.h - ends reading when the user interrupts the program
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_STOP_H
#define SYNFATE_STOP_H

#include <stdbool.h>

/* From here on the first SIGINT or SIGTERM only asks to stop; the second ends the program. */
void stop_on_interrupt(void);

/* Whether one came. */
bool stop_asked(void);

#endif
