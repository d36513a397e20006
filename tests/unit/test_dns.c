/* test_dns.c - DNS answers, whole, odd, malformed and cut, and the names that addresses have by them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dns.h"

#include "headers.h"
#include "names.h"

enum { ANSWER = 0x8180, CUT_OFF = 0x8380, NO_SUCH_NAME = 0x8183, QUERY = 0x0100 };
enum { A = 1, CNAME = 5, AAAA = 28, IN = 1, CHAOS = 3 };

static void put_labels(struct packet *p, const char *name)
{
    char **labels = g_strsplit(name, ".", -1);

    for (char **label = labels; *label != NULL; label++) {
        put8(p, (unsigned)strlen(*label));
        for (const char *c = *label; *c != '\0'; c++)
            put8(p, (unsigned char)*c);
    }
    put8(p, 0);
    g_strfreev(labels);
}

/* From port 53: an answer with so many records about a name. */
static void put_answer(struct packet *p, unsigned flags, const char *name, unsigned records)
{
    p->size = 0;
    put16(p, 53);
    put16(p, 40000);
    put32(p, 0);
    put16(p, 7);
    put16(p, flags);
    put16(p, 1);
    put16(p, records);
    put32(p, 0);
    put_labels(p, name);
    put16(p, A);
    put16(p, IN);
}

/* The head of a record about the name in the question. */
static void put_record(struct packet *p, unsigned type, unsigned class, unsigned length)
{
    put16(p, 0xc00c);
    put16(p, type);
    put16(p, class);
    put32(p, 60);
    put16(p, length);
}

static void put_a(struct packet *p, unsigned host)
{
    put_record(p, A, IN, 4);
    put32(p, 0x0a000000 | host);
}

static void put_aaaa(struct packet *p, unsigned host)
{
    put_record(p, AAAA, IN, 16);
    put16(p, 0xfd00);
    put_zeros(p, 13);
    put8(p, host);
}

/* Reads the first `captured` bytes: how many addresses there are; -1: it is no answer. */
static int count_addresses(const struct packet *p, size_t captured, struct named_address addresses[8])
{
    uint8_t *copy = copy_bytes(p, captured);
    struct packet_bytes bytes = { .data = copy + 1, .captured = captured, .on_wire = p->size };
    struct dns_answer answer;
    int n = -1;

    if (dns_answer_parse(&bytes, 0, &answer))
        for (n = 0; n < 8 && (addresses[n].family = dns_next_address(&answer, addresses[n].ip)) != 0; n++)
            ;
    g_free(copy);
    return n;
}

static void note(GHashTable **names, const struct packet *p)
{
    struct packet_bytes bytes = { .data = p->data, .captured = p->size, .on_wire = p->size };
    struct dns_answer answer;

    if (dns_answer_parse(&bytes, 0, &answer))
        names_note(names, &answer);
}

static struct named_address address_of(uint8_t family, uint8_t host)
{
    struct named_address a = { .family = family, .ip = { [0] = family == 4 ? 10 : 0xfd } };

    a.ip[family == 4 ? 3 : 15] = host;
    return a;
}

static bool share(GHashTable *names, uint8_t family, uint8_t host, uint8_t other_family, uint8_t other_host)
{
    const struct named_address a = address_of(family, host), b = address_of(other_family, other_host);

    return names_share(names, &a, &b);
}

static void test_addresses(void)
{
    struct named_address got[8];
    struct packet p;

    put_answer(&p, ANSWER, "www.example.org", 4);
    put_record(&p, CNAME, IN, 4);
    put32(&p, 0x0161c010);
    put_a(&p, 1);
    put_a(&p, 2);
    put_aaaa(&p, 3);
    g_assert_cmpint(count_addresses(&p, p.size, got), ==, 3);
    const struct named_address expected[] = { address_of(4, 1), address_of(4, 2), address_of(6, 3) };
    for (int i = 0; i < 3; i++) {
        g_assert_cmpuint(got[i].family, ==, expected[i].family);
        g_assert_cmpmem(got[i].ip, 16, expected[i].ip, 16);
    }
}

/* What was captured of it counts. */
static void test_cut(void)
{
    struct named_address got[8];
    struct packet p;

    put_answer(&p, ANSWER, "example.org", 2);
    size_t question = p.size;
    put_a(&p, 1);
    size_t first = p.size;
    put_aaaa(&p, 2);
    for (size_t captured = 0; captured <= p.size; captured++) {
        int expected = captured < question ? -1 : captured < first ? 0 : captured < p.size ? 1 : 2;
        g_assert_cmpint(count_addresses(&p, captured, got), ==, expected);
    }
}

static void assert_no_answer(struct packet *p)
{
    struct named_address got[8];

    put_a(p, 1);
    g_assert_cmpint(count_addresses(p, p->size, got), ==, -1);
}

static void test_no_answers(void)
{
    struct packet p;

    put_answer(&p, QUERY, "example.org", 1);
    assert_no_answer(&p);
    put_answer(&p, NO_SUCH_NAME, "example.org", 1);
    assert_no_answer(&p);
    put_answer(&p, CUT_OFF, "example.org", 1);
    assert_no_answer(&p);
    put_answer(&p, ANSWER, "example.org", 1);
    p.data[13] = 2; /* questions */
    assert_no_answer(&p);
    put_answer(&p, ANSWER, "example.org", 1);
    p.data[1] = 54; /* source port */
    assert_no_answer(&p);
    put_answer(&p, ANSWER, "example.org", 1);
    p.data[20] = 0xc0; /* the name asked for is a pointer */
    assert_no_answer(&p);
    put_answer(&p, ANSWER, "example.org", 1);
    p.data[20] = 64; /* longer than a label may be */
    assert_no_answer(&p);
}

/* 255 bytes are the longest name. */
static void test_long_names(void)
{
    const char *label = "x23456789012345678901234567890123456789012345678901234567890123";
    struct named_address got[8];
    struct packet p;
    char *name = g_strjoin(".", label, label, label, label + 2, NULL), *longer = g_strconcat(name, ".x", NULL);

    put_answer(&p, ANSWER, name, 1);
    put_a(&p, 1);
    g_assert_cmpint(count_addresses(&p, p.size, got), ==, 1);
    put_answer(&p, ANSWER, longer, 1);
    assert_no_answer(&p);
    g_free(name);
    g_free(longer);
}

/* An address of another class or length is none; what follows is read. */
static void test_odd_records(void)
{
    struct named_address got[8];
    struct packet p;

    put_answer(&p, ANSWER, "example.org", 4);
    put_record(&p, A, CHAOS, 4);
    put32(&p, 0);
    put_record(&p, A, IN, 16);
    put_zeros(&p, 16);
    put_record(&p, AAAA, IN, 4);
    put32(&p, 0);
    put_a(&p, 1);
    g_assert_cmpint(count_addresses(&p, p.size, got), ==, 1);
    g_assert_cmpuint(got[0].ip[3], ==, 1);
}

static void test_names(void)
{
    GHashTable *names = NULL;
    struct packet p;

    g_assert_false(share(names, 4, 1, 4, 2));
    put_answer(&p, ANSWER, "example.org", 2);
    put_a(&p, 1);
    put_a(&p, 2);
    note(&names, &p);
    put_answer(&p, ANSWER, "EXAMPLE.org", 1); /* RFC 4343 */
    put_aaaa(&p, 3);
    note(&names, &p);
    put_answer(&p, ANSWER, "example.com", 1);
    put_a(&p, 4);
    note(&names, &p);
    g_assert_true(share(names, 4, 1, 4, 2));
    g_assert_true(share(names, 4, 2, 6, 3));
    g_assert_false(share(names, 4, 1, 4, 4));
    g_assert_false(share(names, 4, 1, 4, 9));
    g_assert_false(share(names, 4, 1, 6, 1)); /* the same first bytes, of another family */
    g_hash_table_destroy(names);
}

/* Of many names the latest four are known. */
static void test_many_names(void)
{
    GHashTable *names = NULL;
    struct packet p;

    for (unsigned i = 0; i < 5; i++) {
        char *name = g_strdup_printf("n%u.example.org", i);
        put_answer(&p, ANSWER, name, 2);
        put_a(&p, 1);
        put_a(&p, 2 + i);
        note(&names, &p);
        note(&names, &p);
        g_free(name);
    }
    g_assert_false(share(names, 4, 1, 4, 2));
    for (uint8_t host = 3; host < 7; host++)
        g_assert_true(share(names, 4, 1, 4, host));
    g_hash_table_destroy(names);
}

/* An endless stream of names: what is kept is bounded. */
static void test_bound(void)
{
    GHashTable *names = NULL;
    struct packet p;

    for (unsigned host = 1; host <= 40000; host++) {
        put_answer(&p, ANSWER, "example.org", 1);
        put_a(&p, host);
        note(&names, &p);
        g_assert_cmpuint(g_hash_table_size(names), <=, 16384);
    }
    g_hash_table_destroy(names);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dns/addresses", test_addresses);
    g_test_add_func("/dns/cut", test_cut);
    g_test_add_func("/dns/no_answers", test_no_answers);
    g_test_add_func("/dns/long_names", test_long_names);
    g_test_add_func("/dns/odd_records", test_odd_records);
    g_test_add_func("/dns/names", test_names);
    g_test_add_func("/dns/many_names", test_many_names);
    g_test_add_func("/dns/bound", test_bound);
    return g_test_run();
}
