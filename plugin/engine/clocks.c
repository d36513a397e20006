/* clocks.c - how far apart the clocks of two capture points are
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "clocks.h"

#include "siblings.h"
#include "text.h"

#include <stdlib.h>

enum { HANDSHAKES_LEAST = 3, GAPS = 64, POINT_PAIRS = 8 };
/* If they differ by more, one of them may not show the time at all. */
#define OFFSET_MOST NS_PER_SECOND
/* A smaller difference misleads no reader of a capture. */
#define OFFSET_LEAST (NS_PER_SECOND / 1000)

/* Two points, and by how much the clock there is ahead of the one here: by `least` to `most`, as all handshakes show that
 * both saw. A clock that goes faster than the other brings the two past each other. */
struct clock_pair {
    uint16_t here, there; /* the same: one interface; here is what is nearer the clients */
    uint32_t handshakes;
    int64_t least, most; /* ns */
};

struct clock_pairs {
    struct clock_pair list[POINT_PAIRS];
    unsigned n;
    struct {
        uint32_t attempt;
        int64_t gap; /* ns: the SYN nearer its server minus the one nearer its client */
    } syns[GAPS];    /* seen twice of late on one interface, by attempt */
};

static struct clock_pairs *need_pairs(struct tracker *t)
{
    if (t->skew == NULL)
        t->skew = g_new0(struct clock_pairs, 1);
    return t->skew;
}

static struct clock_pair *find_pair(struct clock_pairs *pairs, uint16_t here, uint16_t there)
{
    for (unsigned i = 0; i < pairs->n; i++)
        if (pairs->list[i].here == here && pairs->list[i].there == there)
            return &pairs->list[i];
    if (pairs->n == POINT_PAIRS)
        return NULL;
    pairs->list[pairs->n] = (struct clock_pair){ here, there, 0, -OFFSET_MOST, OFFSET_MOST };
    return &pairs->list[pairs->n++];
}

/* What one handshake shows: how much later its SYN and its SYN/ACK were seen there. */
static void bound(struct tracker *t, uint16_t here, uint16_t there, int64_t syn, int64_t syn_ack)
{
    if (llabs(syn) > OFFSET_MOST || llabs(syn_ack) > OFFSET_MOST)
        return;
    struct clock_pair *pair = find_pair(need_pairs(t), here, there);
    if (pair == NULL)
        return;
    pair->handshakes++;
    pair->least = MAX(pair->least, MIN(syn, syn_ack));
    pair->most = MIN(pair->most, MAX(syn, syn_ack));
}

/* ---- one interface: what is farther on its way has passed more hops ------------------------------------ */

/* By the TTLs of the copy that came first and of this one: this one is nearer its sender, farther, or it is not known. */
static int64_t gap_on_the_way(uint8_t first_ttl, int64_t first, const struct segment *seg)
{
    int64_t gap = seg->seen.time - first;

    return seg->ttl < first_ttl ? gap : seg->ttl > first_ttl ? -gap : INT64_MAX;
}

void see_syn_apart(const struct work *w, const struct attempt *a)
{
    int64_t gap = gap_on_the_way(print_of(w->t, a)->ttl, a->last_time, w->seg);
    uint32_t attempt = w->pair->attempt[w->side];

    if (gap == INT64_MAX || a->retries > 0 || (a->flags & ATTEMPT_PROXIED))
        return;
    struct clock_pairs *pairs = need_pairs(w->t);
    pairs->syns[attempt % GAPS].attempt = attempt;
    pairs->syns[attempt % GAPS].gap = gap;
}

static void see_copy(const struct work *w, uint32_t attempt, const struct evidence *e)
{
    struct clock_pairs *pairs = w->t->skew;
    uint16_t point = w->seg->seen.point;

    if (pairs == NULL || e->answer == 0 || pairs->syns[attempt % GAPS].attempt != attempt)
        return;
    int64_t gap = gap_on_the_way(prints_get(&w->t->prints, e->answer)->ttl, e->syn_ack_time, w->seg);
    pairs->syns[attempt % GAPS].attempt = 0;
    if (gap != INT64_MAX)
        bound(w->t, point, point, pairs->syns[attempt % GAPS].gap, -gap);
}

/* ---- two interfaces ----------------------------------------------------------------------------------- */

/* A handshake of which nothing was repeated so far. */
static const struct evidence *plain_handshake(const struct tracker *t, const struct attempt *a)
{
    const struct evidence *e = get_evidence(t, a);

    return a->retries == 0 && shows_syn_ack(e) ? e : NULL;
}

static void see_twin(struct tracker *t, const struct attempt *a, const struct attempt *b)
{
    const struct evidence *e = plain_handshake(t, a), *f = plain_handshake(t, b);

    if (e == NULL || f == NULL || e->syn_ack_tsval != f->syn_ack_tsval || e->syn_ack_isn != f->syn_ack_isn)
        return;
    bound(t, pair_of(t, a)->point, pair_of(t, b)->point, b->first_time - a->first_time,
          f->syn_ack_time - e->syn_ack_time);
}

void see_syn_ack_apart(const struct work *w, uint32_t attempt, bool copy)
{
    struct tracker *t = w->t;
    const struct attempt *a = get_attempt(t, attempt);

    if (a->sibling == 0 && !(a->flags & ATTEMPT_APART))
        return;
    if (copy) {
        see_copy(w, attempt, get_evidence(t, a));
        return;
    }
    for (uint32_t s = sibling_after(t, attempt, attempt); s != 0; s = sibling_after(t, attempt, s)) {
        const struct attempt *b = get_attempt(t, s);
        if (!are_twins(t, a, b))
            continue;
        if (pair_of(t, a)->point < pair_of(t, b)->point)
            see_twin(t, a, b);
        else
            see_twin(t, b, a);
    }
}

/* ---- in words ----------------------------------------------------------------------------------------- */

/* Of the two limits the one nearer to 0. */
static int64_t nearest(const struct clock_pair *pair)
{
    return llabs(pair->least) < llabs(pair->most) ? pair->least : pair->most;
}

static bool differs(const struct clock_pair *pair)
{
    return pair->handshakes >= HANDSHAKES_LEAST && (pair->least > 0) == (pair->most > 0)
           && llabs(nearest(pair)) >= OFFSET_LEAST;
}

static void append_point(GString *out, const struct tracker *t, uint16_t point)
{
    const char *name = point < t->points->len ? g_ptr_array_index(t->points, point) : NULL;

    if (name != NULL && !g_str_equal(name, "unknown")) /* as Wireshark calls what has none */
        g_string_append_printf(out, "interface %s", name);
    else
        g_string_append_printf(out, "interface number %u", point & 0xffU);
}

static void append_pair(GString *out, const struct tracker *t, const struct clock_pair *pair)
{
    int64_t middle = pair->least / 2 + pair->most / 2, near = llabs(nearest(pair)), far = 2 * llabs(middle) - near;
    bool wide = far - near >= OFFSET_LEAST;

    g_string_append(out, out->len == 0 ? "The clock of " : "; that of ");
    if (pair->here == pair->there)
        g_string_append(out, "the capture nearer the servers");
    else
        append_point(out, t, pair->there);
    g_string_append(out, wide ? " is about " : " is ");
    append_duration(out, llabs(middle));
    g_string_append(out, middle > 0 ? " ahead of " : " behind ");
    if (pair->here == pair->there)
        g_string_append(out, "the one nearer the clients");
    else
        append_point(out, t, pair->here);
    g_string_append_printf(out, ", as %u handshakes show that both saw", pair->handshakes);
    if (wide) {
        g_string_append(out, " (");
        append_duration(out, near);
        g_string_append(out, " to ");
        append_duration(out, far);
        g_string_append_c(out, ')');
    }
}

char *tracker_clock_remark(const struct tracker *t)
{
    GString *out = g_string_new(NULL);

    for (unsigned i = 0; t->skew != NULL && i < t->skew->n; i++)
        if (differs(&t->skew->list[i]))
            append_pair(out, t, &t->skew->list[i]);
    if (out->len > 0)
        g_string_append(out, ". Each call's times are by one clock.");
    return g_string_free(out, out->len == 0);
}
