/* promise.h - what must hold whatever the input is; otherwise the fuzzer reports a crash
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_FUZZ_PROMISE_H
#define SYNFATE_FUZZ_PROMISE_H

#include <stdio.h>
#include <stdlib.h>

#define PROMISE(CONDITION)                                                                  \
    do {                                                                                    \
        if (!(CONDITION)) {                                                                 \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #CONDITION); \
            abort();                                                                        \
        }                                                                                   \
    } while (0)

#endif
