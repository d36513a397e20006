/* fuzz_tracker.c - whatever packets come, in whatever order, the tracker keeps its word
 *
 * A broken promise ends the run with a message and a crash file. SYNFATE_FUZZ_PRINT=1 fuzz_tracker FILE shows the
 * packets of such a file, and what is said of them in each telling.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rules.h"
#include "store.h"

#include "events.h"
#include "promise.h"
#include "statistics.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool printing;

/* ---- what must hold after each frame ---- */

static void check_records(const struct tracker *t)
{
    PROMISE(t->connections.len <= 3 * t->pairs.pairs->len);
    PROMISE(t->connections.unused->len <= t->connections.len);
    PROMISE(t->evidence.len <= t->attempts.len);
    PROMISE(t->troubles.len <= t->evidence.len);
    PROMISE(t->packets.len <= SEEN_KINDS * t->troubles.len);
    PROMISE(t->histories.len <= 2 * t->attempts.len);
    PROMISE(t->attempts.len <= t->frame);
    PROMISE(t->notes->len <= 2 * t->frame);
    PROMISE(t->clocks->len <= t->frame);
    PROMISE(t->states->len <= t->frame + 4096); /* it grows ahead */
    PROMISE(t->pairs.pairs->len <= FLOWS + 1);
}

/* No connection is held twice, or held and free. */
static void check_connections(const struct tracker *t)
{
    bool taken[3 * (FLOWS + 1) + 1] = { true };

    for (guint i = 0; i < t->connections.unused->len; i++) {
        uint32_t record = g_array_index(t->connections.unused, uint32_t, i);
        PROMISE(!taken[record]);
        taken[record] = true;
    }
    for (uint32_t pair = 1; pair <= t->pairs.pairs->len; pair++) {
        const struct port_pair *p = port_pairs_get(&t->pairs, pair);
        PROMISE(p->current == 0 || !taken[p->current]);
        taken[p->current] = true;
        PROMISE(p->old == 0 || !taken[p->old]);
        taken[p->old] = true;
    }
}

static void check_states(const struct tracker *t)
{
    enum tcp_state src, dst;

    tracker_states(t, t->frame, &src, &dst);
    PROMISE(src < STATE_COUNT && dst < STATE_COUNT);
    PROMISE((src == STATE_UNKNOWN) == (tcp_state_name(src) == NULL));
    PROMISE((dst == STATE_UNKNOWN) == (tcp_state_name(dst) == NULL));
}

static void check_clock(const struct tracker *t, const struct note *note, uint32_t *restarts, const struct story *story)
{
    const struct time_wait_clock *clock = tracker_time_wait(t, note);

    if (clock == NULL)
        return;
    PROMISE(clock->elapsed >= 0);
    PROMISE(story->goes_back || clock->elapsed <= t->now - story->events[0].segment.seen.time);
    PROMISE(clock->restarts >= restarts[note->attempt]);
    PROMISE(clock->restarts <= t->frame);
    restarts[note->attempt] = clock->restarts;
}

static void check_notes(const struct tracker *t, uint32_t *restarts, const struct story *story)
{
    size_t n = 0;
    const struct note *notes = tracker_notes(t, t->frame, &n);

    PROMISE((notes == NULL) == (n == 0));
    PROMISE(tracker_leg(t, t->frame) <= t->frame);
    for (size_t i = 0; i < n; i++) {
        PROMISE(notes[i].frame == t->frame);
        PROMISE(notes[i].attempt >= 1 && notes[i].attempt <= tracker_attempts(t));
        PROMISE(notes[i].role <= NOTE_ANSWER);
        PROMISE((notes[i].role == NOTE_SYN) == (notes[i].syn_number > 0));
        if (notes[i].role == NOTE_SYN)
            PROMISE(peer_answer_name((enum peer_answer)notes[i].predicted) != NULL);
        if (notes[i].role == NOTE_ANSWER)
            PROMISE(notes[i].kind < SEEN_KINDS);
        if (!story->hides)
            check_clock(t, &notes[i], restarts, story);
    }
}

static void check_summary(const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    GString *text = g_string_new(NULL);

    tracker_summary(t, attempt, v, text);
    PROMISE(text->len > 0 && text->len < 400);
    PROMISE(g_str_is_ascii(text->str));
    PROMISE(strstr(text->str, "(null)") == NULL);
    g_string_free(text, TRUE);
}

/* Who decided: the packets of these fates prove them. */
static void check_evidence(const struct tracker *t, const struct verdict *v, bool hides)
{
    bool silent = v->fate == FATE_NO_ANSWER || v->fate == FATE_PENDING;

    PROMISE(v->decided_by <= t->frame);
    PROMISE(silent ? v->decided_by == 0 : v->decided_by != 0 || hides);
    if (v->fate == FATE_NO_ANSWER && (v->cause == CAUSE_TIME_WAIT_PAWS || v->cause == CAUSE_TIME_WAIT_SEQUENCE))
        PROMISE(v->inferred);
    if (v->cause == CAUSE_RESET_IN_PATH)
        PROMISE(v->inferred);
    PROMISE(v->fate == FATE_ESTABLISHED || (!v->delayed && v->connect_time < 0));
    PROMISE(v->wait >= 0 && v->connect_time >= -1);
}

static void check_ring(const struct tracker *t, uint32_t attempt)
{
    unsigned n = 0;

    for (uint32_t r = sibling_after(t, attempt, attempt); r != 0; r = sibling_after(t, attempt, r))
        PROMISE(tracker_attempt(t, r)->sibling != 0 && ++n < RING_MAX);
}

static bool is_on(const struct verdict *v)
{
    return v->fate == FATE_ESTABLISHED || v->fate == FATE_STUCK;
}

/* A port pair uses the attempt's ISN twice: which of the two another point shows is not known. */
static bool has_isn_twice(const struct tracker *t, uint32_t attempt)
{
    for (uint32_t r = sibling_after(t, attempt, attempt); r != 0; r = sibling_after(t, attempt, r))
        for (uint32_t s = sibling_after(t, r, r); s != 0; s = sibling_after(t, r, s))
            if (tracker_attempt(t, r)->pair == tracker_attempt(t, s)->pair)
                return true;
    return false;
}

/* The same SYN at another capture point is the same attempt: it cannot be established there and not here. */
static void check_twins(const struct tracker *t, uint32_t attempt, const struct verdict *v)
{
    struct verdict theirs;

    if (has_isn_twice(t, attempt))
        return;
    for (uint32_t r = sibling_after(t, attempt, attempt); r != 0; r = sibling_after(t, attempt, r)) {
        if (tracker_attempt(t, r)->number != tracker_attempt(t, attempt)->number)
            continue;
        tracker_verdict(t, r, false, &theirs);
        PROMISE(is_on(&theirs) == is_on(v));
    }
}

static bool is_reset_of_another_answer(const struct tracker *t, const struct attempt *a)
{
    const struct packets_seen *reset = tracker_packets(t, a, SEEN_CLIENT_RST);
    const struct evidence *e = tracker_evidence(t, a);

    return reset != NULL && (e->flags & EV_SYN_ACK) && (e->frame[EV_ACK] == 0 || e->frame[EV_ACK] > reset->first.frame);
}

static void check_attempt(const struct tracker *t, uint32_t attempt, bool *established, bool hides)
{
    const struct attempt *a = tracker_attempt(t, attempt);
    struct verdict now, final;

    tracker_verdict(t, attempt, false, &now);
    tracker_verdict(t, attempt, true, &final);
    PROMISE(verdict_row(now.fate, now.cause) != NULL && verdict_row(final.fate, final.cause) != NULL);
    PROMISE(now.cause != CAUSE_CAPTURE_ENDED && final.cause != CAUSE_IN_PROGRESS);
    PROMISE(now.fate == final.fate && (now.fate == FATE_PENDING || now.cause == final.cause));
    PROMISE(a->number >= 1 && a->number <= attempt && a->use >= 1);
    PROMISE(a->use <= pair_of(t, a)->uses);
    PROMISE(now.source >= 1 && now.source <= tracker_attempts(t));
    check_evidence(t, &now, hides);
    check_ring(t, attempt);
    check_twins(t, attempt, &now);
    check_summary(t, attempt, &now);
    check_summary(t, attempt, &final);
    /* What was established once can only turn out to be stuck, or be reset by a server that has not shown that it took it,
     * or by a client whose RST was all that showed it, and does not acknowledge the SYN/ACK that came then. Another capture
     * point may have seen that. */
    const struct attempt *source = tracker_attempt(t, now.source);
    bool reset = now.fate == FATE_REFUSED && tracker_packets(t, source, SEEN_SERVER_RST) != NULL;
    PROMISE(is_on(&now) || reset || is_reset_of_another_answer(t, source) || !established[attempt]);
    established[attempt] = is_on(&now);
}

/* ---- telling a story ---- */

enum telling {
    PLAIN,
    TWICE,      /* each frame is captured twice */
    IN_TRAFFIC, /* other hosts do the same at the same time, with other numbers */
    IN_SCAN,    /* the same client scans and floods the same server, from other ports */
};

enum { SCAN_PORTS = 40000, OTHER_NET = 9, OTHER_NUMBERS = 0x12345678 };

static void print_event(const struct event *event, const struct sighting *seen)
{
    static const char *const kinds[] = { "segment", "icmp", "other", "hide" };
    const struct segment *seg = &event->segment;

    printf("%3u %s %.6f point %u: ", seen->frame, kinds[event->kind], (double)seen->time / 1e9, seen->point);
    printf("%u.%u > %u.%u flags %02x seq %u ack %u len %u", seg->src.ip[3], seg->src.port, seg->dst.ip[3],
           seg->dst.port, seg->flags, seg->seq, seg->ack, seg->payload);
    if (seg->has_ts)
        printf(" ts %u %u", seg->tsval, seg->tsecr);
    if (seg->has_ip_id)
        printf(" id %u%s", seg->ip_id, seg->df ? " DF" : "");
    printf("%s quoted %u\n", seg->options_cut ? " cut" : "", event->error.seq);
}

static void print_verdicts(const struct tracker *t)
{
    for (uint32_t attempt = 1; attempt <= tracker_attempts(t); attempt++) {
        const struct attempt *a = tracker_attempt(t, attempt);
        GString *text = g_string_new(NULL);
        struct verdict v;
        tracker_verdict(t, attempt, true, &v);
        tracker_summary(t, attempt, &v, text);
        printf("    attempt %u, SYN in frame %u: %s %s%s, decided by %u: %s\n", attempt, a->frame[SYN_FIRST],
               fate_token(v.fate), cause_token(v.cause), v.inferred ? " (inferred)" : "", v.decided_by, text->str);
        g_string_free(text, TRUE);
    }
}

static void tell_event(struct tracker *t, const struct event *event, struct sighting *seen)
{
    struct segment seg = event->segment;
    struct icmp_error error = event->error;

    if (event->kind == EVENT_HIDE) {
        if (seen->frame > 0 && seen->frame == t->frame) /* only the latest frame can be hidden */
            seen->frame--;
        return;
    }
    *seen = (struct sighting){ .frame = seen->frame + 1, .point = seg.seen.point, .time = seg.seen.time };
    seg.seen = error.seen = *seen;
    if (printing)
        print_event(event, seen);
    if (seg.seen.point == 1 && !tracker_point_is_named(t, 1))
        tracker_name_point(t, 1, "eth1", 0);
    tracker_begin_frame(t, seen);
    if (event->kind == EVENT_SEGMENT)
        tracker_segment(t, &seg);
    else if (event->kind == EVENT_ICMP)
        tracker_icmp_error(t, &error);
    else
        tracker_other_packet(t, seen, seg.family, seg.src.ip, false);
}

/* The same of other hosts: no address and no ISN is shared with the story's own. */
static void tell_traffic(struct tracker *t, struct event event, struct sighting *seen)
{
    struct segment *seg = &event.segment;
    struct icmp_error *error = &event.error;

    seg->src.ip[1] = seg->dst.ip[1] = error->src.ip[1] = error->dst.ip[1] = OTHER_NET;
    seg->seq += OTHER_NUMBERS;
    seg->ack += OTHER_NUMBERS;
    error->seq += OTHER_NUMBERS;
    tell_event(t, &event, seen);
}

static void tell_segment(struct tracker *t, struct sighting *seen, struct segment seg)
{
    seen->frame++;
    seg.seen = *seen;
    seg.family = 4;
    seg.wscale = NO_WSCALE;
    seg.ttl = 64;
    tracker_begin_frame(t, seen);
    tracker_segment(t, &seg);
}

/* A SYN from another port of the same client, to the same service or to another port, and what the server may say. */
static void tell_scan(struct tracker *t, struct sighting *seen, size_t i)
{
    static const uint8_t answers[] = { 0, TCP_RST | TCP_ACK, TCP_SYN | TCP_ACK, TCP_ACK };
    struct segment syn = {
        .src = { .ip = { 10, 0, 0, 1 }, .port = (uint16_t)(SCAN_PORTS + i) },
        .dst = { .ip = { 10, 0, 0, 2 }, .port = i & 1 ? 8080 : (uint16_t)(1 + i) },
        .seq = 0xdead0000 + (uint32_t)i,
        .flags = TCP_SYN,
    };
    struct segment answer = { .src = syn.dst, .dst = syn.src, .seq = 0xbeef0000 + (uint32_t)i, .ack = syn.seq + 1 };

    answer.flags = answers[i / 2 % G_N_ELEMENTS(answers)];
    tell_segment(t, seen, syn);
    if (answer.flags != 0)
        tell_segment(t, seen, answer);
}

/* The hash keys are the same each time, so that a finding can be repeated. */
static struct tracker *new_tracker(const struct story *story)
{
    g_random_set_seed(1);
    return tracker_new(&story->options);
}

static struct tracker *tell(const struct story *story, enum telling how)
{
    struct tracker *t = new_tracker(story);
    struct sighting seen = { .frame = 0 };

    for (size_t i = 0; i < story->n; i++) {
        tell_event(t, &story->events[i], &seen);
        if (how == TWICE)
            tell_event(t, &story->events[i], &seen);
        if (how == IN_TRAFFIC)
            tell_traffic(t, story->events[i], &seen);
        if (how == IN_SCAN)
            tell_scan(t, &seen, i);
    }
    return t;
}

static void check_all(const struct tracker *t, const struct story *story, uint32_t *restarts, bool *established)
{
    if (!story->hides)
        check_records(t);
    check_connections(t);
    check_states(t);
    check_notes(t, restarts, story);
    for (uint32_t attempt = 1; attempt <= tracker_attempts(t); attempt++)
        check_attempt(t, attempt, established, story->hides);
}

static struct tracker *tell_and_check(const struct story *story)
{
    struct tracker *t = new_tracker(story);
    struct sighting seen = { .frame = 0 };
    struct collected collected = collected_new();
    uint32_t restarts[EVENTS_MAX + 1] = { 0 };
    bool established[EVENTS_MAX + 1] = { false };

    for (size_t i = 0; i < story->n; i++) {
        tell_event(t, &story->events[i], &seen);
        if (story->events[i].kind == EVENT_HIDE) {
            drop_frames(&collected, t, seen.frame);
            continue;
        }
        check_all(t, story, restarts, established);
        collect_frame(&collected, t, &seen);
    }
    check_statistics(&collected, t);
    collected_free(&collected);
    return t;
}

/* ---- what must not matter ---- */

static bool is_unrelated(const struct tracker *t, uint32_t attempt)
{
    struct tcp_address client, server;

    tracker_addresses(t, tracker_attempt(t, attempt), &client, &server);
    return client.ip[1] == OTHER_NET || (client.port >= SCAN_PORTS && client.port < SCAN_PORTS + EVENTS_MAX);
}

static uint32_t next_related(const struct tracker *t, uint32_t attempt)
{
    do
        attempt++;
    while (attempt <= tracker_attempts(t) && is_unrelated(t, attempt));
    return attempt;
}

static bool asks_peers(const uint8_t facts[RULE_FACTS_MAX])
{
    for (size_t i = 0; i < RULE_FACTS_MAX && facts[i] != F_NONE; i++)
        if (fact_row((enum fact)facts[i])->kind != FACT_OWN)
            return true;
    return false;
}

/* A verdict of this fate and cause is observed only in a capture that is not known to lack packets. */
static bool may_depend_on_capture(const struct verdict *v)
{
    const struct rule *rule;

    for (size_t i = 0; (rule = rule_at(i)) != NULL; i++) {
        const struct facts proof = rule_facts(rule->proof);
        if (rule->fate == v->fate && rule->cause == v->cause && facts_have(&proof, F_HEARD))
            return true;
    }
    return false;
}

/* A rule that says so needs, or excludes, what other packets of the server show; basis: or is proven by it. */
static bool may_depend_on_peers(const struct verdict *v, bool basis)
{
    const struct rule *rule;

    for (size_t i = 0; (rule = rule_at(i)) != NULL; i++)
        if (rule->fate == v->fate && rule->cause == v->cause
            && (asks_peers(rule->all) || asks_peers(rule->none) || (basis && asks_peers(rule->proof))))
            return true;
    return false;
}

/* What other hosts do changes no verdict. What the server says to others may make a rule hold, or no longer: the one
 * before or the one after asks for it then. */
static void compare_verdicts(const struct verdict *v, const struct verdict *w, enum telling how)
{
    PROMISE(v->fate == w->fate);
    if (v->cause != w->cause)
        PROMISE(how == IN_SCAN && (may_depend_on_peers(v, false) || may_depend_on_peers(w, false)));
    else if (v->inferred != w->inferred)
        PROMISE(may_depend_on_capture(v) || (how == IN_SCAN && may_depend_on_peers(v, true)));
    PROMISE(v->delayed == w->delayed && v->wait == w->wait);
    PROMISE(v->connect_time == w->connect_time || (v->cause == CAUSE_RESET_BY_CLIENT && may_depend_on_capture(v)));
    PROMISE((v->decided_by == 0) == (w->decided_by == 0) && w->decided_by <= 3 * v->decided_by);
}

/* Each attempt has the same verdict as in the plain telling; each plain frame became two, or three. */
static void compare(const struct story *story, const struct tracker *plain, enum telling how)
{
    struct tracker *other = tell(story, how);
    uint32_t b = 0;

    if (printing)
        print_verdicts(other);
    for (uint32_t a = 1; a <= tracker_attempts(plain); a++) {
        struct verdict v, w;
        b = next_related(other, b);
        PROMISE(b <= tracker_attempts(other));
        tracker_verdict(plain, a, true, &v);
        tracker_verdict(other, b, true, &w);
        compare_verdicts(&v, &w, how);
        PROMISE(tracker_attempt(plain, a)->retries == tracker_attempt(other, b)->retries);
    }
    PROMISE(next_related(other, b) > tracker_attempts(other));
    tracker_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct story story;

    printing = getenv("SYNFATE_FUZZ_PRINT") != NULL;
    story_read(&story, data, size);
    struct tracker *plain = tell_and_check(&story);
    if (printing)
        print_verdicts(plain);
    if (!story.hides) {
        compare(&story, plain, IN_TRAFFIC);
        compare(&story, plain, IN_SCAN);
    }
    if (!story.hides && !story.hurries && !story.jumps)
        compare(&story, plain, TWICE);
    tracker_free(plain);
    return 0;
}
