/* network_order.h - numbers as packets have them, the most significant byte first
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SYNFATE_NETWORK_ORDER_H
#define SYNFATE_NETWORK_ORDER_H

#include <stdint.h>

/* The caller has made sure that the bytes are there. */
static inline uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

#endif
