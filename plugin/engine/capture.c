/* capture.c - what a capture lacks, as far as its packets and records show
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "capture.h"

#include <string.h>

void capture_note_called(struct capture *capture, const struct tcp_address *server)
{
    for (unsigned i = 0; i < capture->n_called; i++) {
        if (memcmp(capture->called[i], server->ip, sizeof server->ip) == 0)
            return;
    }
    memcpy(capture->called[capture->n_called++], server->ip, sizeof server->ip);
}
