/* same_random.c - preloaded into tshark: the same random numbers in every run
 *
 * Wireshark seeds its hash tables with g_random_int(). Which entries share a bucket is luck, and in a transfer the same
 * few entries are looked up for each packet: that alone would make 1 000 instructions a packet more or less.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>

__attribute__((visibility("default"))) uint32_t g_random_int(void);

/* xorshift32 */
uint32_t g_random_int(void)
{
    static uint32_t state = 1;

    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}
