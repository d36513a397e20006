/* dns.c - reads DNS answers; every read is checked against what was captured
 *
 * The offsets are those of RFC 1035, 4.1. A name of aliases (CNAME) leads to the addresses behind it in the same answer:
 * they are addresses of the name that was asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dns.h"

#include <glib.h>
#include <string.h>

enum { UDP_HEADER = 8, DNS_HEADER = 12, QUESTION_END = 4, RECORD_FIXED = 10 };
enum { DOMAIN_NAME_MAX = 255, LABEL_MAX = 63, POINTER = 0xc0 };
enum { TYPE_A = 1, TYPE_AAAA = 28, CLASS_IN = 1 };
/* A response to a standard query, not cut off by its sender, without error. */
enum { FLAGS_LOOKED_AT = 0xfa0f, FLAGS_OF_ANSWER = 0x8000 };

static bool has(const struct dns_answer *answer, size_t n)
{
    return n <= answer->bytes.captured - answer->at;
}

static uint16_t get16(const struct dns_answer *answer, size_t offset)
{
    const uint8_t *p = answer->bytes.data + answer->at + offset;

    return (uint16_t)(p[0] << 8 | p[1]);
}

/* FNV-1a, of bytes that are there: names are only compared. */
static void take_digest(const struct dns_answer *answer, size_t n, uint64_t *digest)
{
    const uint8_t *p = answer->bytes.data + answer->at;

    for (size_t i = 0; i < n; i++)
        *digest = (*digest ^ (uint8_t)g_ascii_tolower((char)p[i])) * UINT64_C(1099511628211);
}

/* Steps over a name, and takes its digest. Returns false if it is none. *whole: it does not end in a pointer to another. */
static bool read_name(struct dns_answer *answer, uint64_t *digest, bool *whole)
{
    size_t begin = answer->at;
    uint8_t length = LABEL_MAX;

    *digest = UINT64_C(14695981039346656037);
    *whole = true;
    while (length != 0 && *whole) {
        if (!has(answer, 1) || answer->at - begin >= DOMAIN_NAME_MAX)
            return false;
        length = answer->bytes.data[answer->at];
        *whole = length < POINTER;
        size_t size = *whole ? 1U + length : 2;
        if ((*whole && length > LABEL_MAX) || !has(answer, size))
            return false;
        take_digest(answer, size, digest);
        answer->at += size;
    }
    return true;
}

bool dns_answer_parse(const struct packet_bytes *bytes, size_t udp_offset, struct dns_answer *answer)
{
    bool whole = false;

    *answer = (struct dns_answer){ .bytes = *bytes, .at = udp_offset };
    if (udp_offset > bytes->captured || !has(answer, UDP_HEADER + DNS_HEADER) || get16(answer, 0) != DNS_PORT)
        return false;
    answer->at += UDP_HEADER;
    if ((get16(answer, 2) & FLAGS_LOOKED_AT) != FLAGS_OF_ANSWER || get16(answer, 4) != 1)
        return false;
    answer->records = get16(answer, 6);
    answer->at += DNS_HEADER;
    if (!read_name(answer, &answer->name, &whole) || !whole || !has(answer, QUESTION_END))
        return false;
    answer->at += QUESTION_END;
    return true;
}

/* The family of a record's address, whose data are next; 0: it holds none. */
static uint8_t family_of(uint16_t type, uint16_t class, size_t length)
{
    if (class != CLASS_IN)
        return 0;
    return type == TYPE_A && length == 4 ? 4 : type == TYPE_AAAA && length == 16 ? 6 : 0;
}

uint8_t dns_next_address(struct dns_answer *answer, uint8_t ip[16])
{
    uint64_t digest;
    bool whole;

    for (; answer->records > 0; answer->records--) {
        if (!read_name(answer, &digest, &whole) || !has(answer, RECORD_FIXED))
            break;
        size_t length = get16(answer, 8);
        uint8_t family = family_of(get16(answer, 0), get16(answer, 2), length);
        answer->at += RECORD_FIXED;
        if (!has(answer, length))
            break;
        memset(ip, 0, 16);
        if (family != 0)
            memcpy(ip, answer->bytes.data + answer->at, length);
        answer->at += length;
        if (family == 0)
            continue;
        answer->records--;
        return family;
    }
    answer->records = 0;
    return 0;
}
