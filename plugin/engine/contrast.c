/* contrast.c - what failed and late calls have in common, and none of those has that got in at once
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "contrast.h"

#include "call_features.h"
#include "crowds.h"
#include "levels.h"

#include <string.h>

/* So many calls on each side, at least: what separates fewer may be chance. */
enum { CONTRAST_LEAST = 3 };
/* Calls have to fail in so many runs, with others that get in between: else they may have only the time in common. */
enum { RUNS_LEAST = 3 };
/* Among many numbers some threshold separates the calls by chance, sooner than a token does. So it is said only if chance
 * would do it less than once in so many times. */
#define CHANCES_LEAST 1000.0
/* With more, the sentence cannot be read. The features that come first are those that a box can act upon. */
enum { SAID_MOST = 3 };

enum scope { SCOPE_SERVICE, SCOPE_CLIENT, SCOPE_NETWORKS, SCOPE_COUNT };

struct group_key {
    uint16_t family, scope, point, port;
    uint8_t from[16], to[16];
};

/* Calls that have something in common already, in the order of the capture. */
struct group {
    struct group_key key;
    GPtrArray *bad, *good; /* struct result */
    bool since;            /* the good ones are those that came after the first bad one */
};

struct comparison {
    const struct tracker *t;
    GPtrArray *bad, *good;      /* struct result, all of them */
    struct surrounding *around; /* read when first needed */
    GHashTable *groups;         /* struct group_key -> struct group */
    GHashTable *working;        /* struct group_key of services with bad calls that took others at once */
    struct contrasts *out;
};

static bool is_bad(const struct result *r)
{
    return (result_failed(r) || result_was_late(r)) && !r->in_crowd;
}

static bool is_good(const struct result *r)
{
    return r->carries && r->outcome == OUTCOME_IN_TIME && !r->probe && !r->in_crowd;
}

/* Where a call lost most, if it called the same service there; a NAT's other side has other addresses. */
static uint32_t attempt_to_compare(const struct tracker *t, const struct result *r)
{
    const struct port_pair *worst, *own;

    if (r->worst == r->attempt)
        return r->attempt;
    const struct attempt *w = get_attempt(t, r->worst), *a = get_attempt(t, r->attempt);
    worst = pair_of(t, w);
    own = pair_of(t, a);
    bool same = worst->point == own->point && worst->family == own->family
                && worst->ip[attempt_side(w)] == own->ip[attempt_side(a)]
                && worst->ip[server_side(w)] == own->ip[server_side(a)]
                && worst->port[server_side(w)] == own->port[server_side(a)];
    return same ? r->worst : r->attempt;
}

static void read_subject(const struct comparison *c, const struct result *r, struct subject *s)
{
    *s = (struct subject){ .t = c->t, .result = r, .attempt = attempt_to_compare(c->t, r) };
    s->a = get_attempt(c->t, s->attempt);
    s->e = get_evidence(c->t, s->a);
    s->syn = print_of(c->t, s->a);
    s->back = s->e == NULL || s->e->answer == 0 ? NULL : prints_get(&c->t->prints, s->e->answer);
    s->around = &c->around[s->attempt];
}

static const struct result *call_at(const GPtrArray *calls, guint i)
{
    return g_ptr_array_index(calls, i);
}

/* ---- what separates --------------------------------------------------------------------------------- */

/* How often bad calls come after good ones, in the order of the capture. */
static guint count_runs(const GPtrArray *bad, const GPtrArray *good)
{
    guint runs = 0, g = 0, before = 0;

    for (guint i = 0; i < bad->len; i++, before = g) {
        while (g < good->len && call_at(good, g)->begin < call_at(bad, i)->begin)
            g++;
        runs += i == 0 || g > before;
    }
    return runs;
}

/* Whether so many calls of one kind and of the other can stand in so many orders that chance hardly chose one of these few:
 * a threshold separates them in one order, a range in one for each place that it can have among the others. */
static bool is_no_chance(guint bad, guint good, guint few)
{
    const double enough = CHANCES_LEAST * few;
    double ways = 1;

    for (guint i = 1; i <= bad && ways < enough; i++)
        ways *= (double)(good + i) / i;
    return ways >= enough;
}

/* Turns take one bad and one good call each, since a feature that does not separate them shows that after a few. */
static guint count_turns(const GPtrArray *bad, const GPtrArray *good)
{
    return MAX(bad->len, good->len);
}

static bool read_value(const struct comparison *c, const struct feature_row *row, const GPtrArray *calls, guint i,
                       uint64_t *value)
{
    struct subject s;

    read_subject(c, call_at(calls, i), &s);
    return row->read(&s, value);
}

/* All bad calls have one value, and no good one has it. */
static bool separates_token(const struct comparison *c, const struct feature_row *row, const GPtrArray *bad,
                            const GPtrArray *good, struct found *found)
{
    const guint turns = count_turns(bad, good);
    uint64_t value;

    if (!read_value(c, row, bad, 0, &found->value) || (row->form == FORM_HAS && found->value == 0))
        return false;
    for (guint i = 0; i < turns; i++) {
        if (i < good->len && (!read_value(c, row, good, i, &value) || value == found->value))
            return false;
        if (i < bad->len && (!read_value(c, row, bad, i, &value) || value != found->value))
            return false;
    }
    return true;
}

/* Each bad call has more than any good one. */
static bool separates_number(const struct comparison *c, const struct feature_row *row, const GPtrArray *bad,
                             const GPtrArray *good, struct found *found)
{
    const guint turns = count_turns(bad, good);
    uint64_t value;

    found->value = UINT64_MAX;
    found->others = 0;
    for (guint i = 0; i < turns; i++) {
        if (i < bad->len) {
            if (!read_value(c, row, bad, i, &value))
                return false;
            found->value = MIN(found->value, value);
        }
        if (i < good->len) {
            if (!read_value(c, row, good, i, &value))
                return false;
            found->others = MAX(found->others, value);
        }
        if (found->others >= found->value)
            return false;
    }
    return true;
}

/* No good call is between the smallest and the largest of the bad ones. */
static bool is_range(const struct comparison *c, const struct feature_row *row, const GPtrArray *bad,
                     const GPtrArray *good, struct found *found)
{
    uint64_t value;

    found->value = UINT64_MAX;
    found->others = 0;
    for (guint i = 0; i < bad->len; i++) {
        if (!read_value(c, row, bad, i, &value))
            return false;
        found->value = MIN(found->value, value);
        found->others = MAX(found->others, value);
    }
    for (guint i = 0; i < good->len; i++)
        if (!read_value(c, row, good, i, &value) || (value >= found->value && value <= found->others))
            return false;
    return found->value < found->others;
}

static gpointer client_at(const struct comparison *c, const GPtrArray *calls, guint i)
{
    uint64_t client = 0;

    read_value(c, feature_row(FEATURE_CLIENT), calls, i, &client);
    return GSIZE_TO_POINTER(client);
}

/* The good calls of those clients that have bad ones. */
static GPtrArray *of_same_clients(const struct comparison *c, const GPtrArray *bad, const GPtrArray *good)
{
    GHashTable *clients = g_hash_table_new(NULL, NULL);
    GPtrArray *same = g_ptr_array_new();

    for (guint i = 0; i < bad->len; i++)
        g_hash_table_add(clients, client_at(c, bad, i));
    for (guint i = 0; i < good->len; i++)
        if (g_hash_table_contains(clients, client_at(c, good, i)))
            g_ptr_array_add(same, g_ptr_array_index(good, i));
    g_hash_table_destroy(clients);
    return same;
}

/* Each client takes its ports from another part of them, so that only its own good calls show that a range is none of
 * its own: it is said if these came in between. */
static bool separates_range(const struct comparison *c, const struct feature_row *row, const GPtrArray *bad,
                            const GPtrArray *good, struct found *found)
{
    if (!is_range(c, row, bad, good, found))
        return false;
    GPtrArray *same = of_same_clients(c, bad, good);
    const guint runs = count_runs(bad, same);
    const bool said = runs >= RUNS_LEAST && is_no_chance(runs, same->len, same->len + 1);
    g_ptr_array_free(same, TRUE);
    return said;
}

/* runs: of bad calls. What is said of numbers must not be chance. */
static bool separates(const struct comparison *c, const struct feature_row *row, const GPtrArray *bad,
                      const GPtrArray *good, guint runs, struct found *found)
{
    switch (row->form) {
    case FORM_LEAST:
        return is_no_chance(runs, good->len, 1) && separates_number(c, row, bad, good, found);
    case FORM_RANGE:
        return separates_range(c, row, bad, good, found);
    default:
        return separates_token(c, row, bad, good, found);
    }
}

/* Calls whose repeated SYNs met the connection elsewhere: one ACK may be there by chance, two hardly are. */
static void find_met(const struct comparison *c, const GPtrArray *bad, struct found *found)
{
    struct subject s;

    for (guint i = 0; i < bad->len; i++) {
        read_subject(c, call_at(bad, i), &s);
        const struct trouble *trouble = get_trouble(c->t, s.a);
        if (trouble == NULL || trouble->elsewhere_acks < 2)
            continue;
        if (found->met++ == 0)
            found->met_frame = trouble->frame[TROUBLE_ELSEWHERE];
    }
}

/* Connections that were open, toward another address, until a bad call came. Several calls may have met the same one. */
static void find_victims(const struct comparison *c, const GPtrArray *bad, struct found *found)
{
    GHashTable *victims = g_hash_table_new(NULL, NULL);
    struct subject s;

    for (guint i = 0; i < bad->len; i++) {
        read_subject(c, call_at(bad, i), &s);
        if (!s.around->elsewhere_reset || !g_hash_table_add(victims, GUINT_TO_POINTER(s.around->elsewhere)))
            continue;
        if (found->others++ == 0)
            found->frame = get_attempt(c->t, s.around->elsewhere)->frame[SYN_FIRST];
    }
    g_hash_table_destroy(victims);
}

static bool is_same_manner(const struct setup *a, const struct setup *b)
{
    return a->kind == b->kind && (a->again == 0) == (b->again == 0);
}

/* Calls that waited while something was set up, in the same way as the first of them. */
static void find_setups(const struct comparison *c, const GPtrArray *bad, struct found *found)
{
    struct subject s;

    for (guint i = 0; i < bad->len; i++) {
        read_subject(c, call_at(bad, i), &s);
        const struct setup *setup = setup_of(c->t, s.attempt);
        if (setup == NULL || (found->setup != NULL && !is_same_manner(setup, found->setup)))
            continue;
        if (found->met++ == 0)
            found->setup = setup;
    }
}

static guint find_separating(const struct comparison *c, const GPtrArray *bad, const GPtrArray *good,
                             struct found found[SAID_MOST])
{
    const guint runs = count_runs(bad, good);
    guint n = 0;

    if (runs < RUNS_LEAST)
        return 0;
    for (int f = 0; f < FEATURE_COUNT && n < SAID_MOST; f++) {
        const struct feature_row *row = feature_row((enum feature)f);
        found[n] = (struct found){ .feature = (enum feature)f };
        if (row->form != FORM_RANGE || n == 0)
            n += separates(c, row, bad, good, runs, &found[n]);
    }
    if (n > 0 && found[0].feature == FEATURE_ELSEWHERE) {
        find_met(c, bad, &found[0]);
        find_victims(c, bad, &found[0]);
    }
    for (guint i = 0; i < n; i++)
        if (found[i].feature == FEATURE_FIRST_CONTACT)
            find_setups(c, bad, &found[i]);
    return n;
}

/* ---- in words --------------------------------------------------------------------------------------- */

static void append_network(GString *out, uint8_t family, const uint8_t ip[16])
{
    struct tcp_address address = { .port = 0 };

    memcpy(address.ip, ip, sizeof address.ip);
    append_address(out, family, &address, false);
    g_string_append(out, family == 4 ? "/24" : "/64");
}

static void append_scope(GString *out, const struct tracker *t, const struct group *group)
{
    const struct result *any = call_at(group->bad, 0);

    switch ((enum scope)group->key.scope) {
    case SCOPE_SERVICE:
        g_string_append(out, " to ");
        append_server(out, t, any);
        break;
    case SCOPE_CLIENT:
        g_string_append(out, " from ");
        append_client(out, t, any);
        break;
    default:
        g_string_append(out, " from ");
        append_network(out, any->family, group->key.from);
        g_string_append(out, " to ");
        append_network(out, any->family, group->key.to);
    }
}

static void append_outcomes(GString *out, const GPtrArray *bad)
{
    guint failed = 0, late = 0;

    for (guint i = 0; i < bad->len; i++) {
        failed += result_failed(call_at(bad, i));
        late += result_was_late(call_at(bad, i));
    }
    g_string_append(out, late == 0 ? " that failed" : failed == 0 ? " that came late" : " that failed or came late");
}

/* cause: of all of them, if there are other bad calls in the group; else CAUSE_COUNT. */
static GString *sentence_of(const struct comparison *c, const struct group *group, const GPtrArray *bad,
                            enum cause cause, const struct found *found, guint n, const struct family_row *family)
{
    GString *out = g_string_new(NULL);
    struct subject any;

    read_subject(c, call_at(bad, 0), &any);
    g_string_append_printf(out, "all %u calls", bad->len);
    append_scope(out, c->t, group);
    append_outcomes(out, bad);
    if (cause != CAUSE_COUNT)
        g_string_append_printf(out, " (%s)", cause_token(cause));
    g_string_append_printf(out, ", and none of the %u that got in at once%s: ", group->good->len,
                           group->since ? " since then" : "");
    for (guint i = 0; i < n; i++) {
        g_string_append(out, i == 0 ? "" : "; ");
        feature_row(found[i].feature)->say(out, &found[i], &any);
    }
    if (family != NULL)
        g_string_append_printf(out, " - probably %s", family->text);
    return out;
}

/* ---- groups ----------------------------------------------------------------------------------------- */

static guint hash_group_key(gconstpointer key)
{
    uint64_t words[sizeof(struct group_key) / sizeof(uint64_t)], digest = 0;

    memcpy(words, key, sizeof words);
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        digest = (digest ^ words[i] ^ digest >> 32) * 0x9e3779b97f4a7c15U;
    return (guint)(digest >> 32);
}

static gboolean same_group_key(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(struct group_key)) == 0;
}

static void read_key(const struct tracker *t, const struct result *r, enum scope scope, struct group_key *key)
{
    const size_t prefix = r->family == 4 ? 3 : 8;
    const size_t from = scope == SCOPE_SERVICE ? 0 : scope == SCOPE_CLIENT ? sizeof key->from : prefix;
    const size_t to = scope == SCOPE_SERVICE ? sizeof key->to : scope == SCOPE_CLIENT ? 0 : prefix;

    const struct tcp_address client = result_client(t, r), server = result_server(t, r);

    memset(key, 0, sizeof *key);
    key->family = r->family;
    key->scope = (uint16_t)scope;
    key->point = tracker_point(t, get_attempt(t, r->attempt));
    key->port = scope == SCOPE_SERVICE ? r->server_port : 0;
    memcpy(key->from, client.ip, from);
    memcpy(key->to, server.ip, to);
}

static void group_free(gpointer data)
{
    struct group *group = data;

    g_ptr_array_free(group->bad, TRUE);
    g_ptr_array_free(group->good, TRUE);
    g_free(group);
}

static void add_bad(struct comparison *c, const struct result *r, enum scope scope)
{
    struct group_key key;
    struct group *group;

    read_key(c->t, r, scope, &key);
    group = g_hash_table_lookup(c->groups, &key);
    if (group == NULL) {
        group = g_new(struct group, 1);
        *group = (struct group){ key, g_ptr_array_new(), g_ptr_array_new(), false };
        g_hash_table_insert(c->groups, &group->key, group);
    }
    g_ptr_array_add(group->bad, (gpointer)r);
}

static void add_good(const struct comparison *c, const struct result *r, enum scope scope)
{
    struct group_key key;

    read_key(c->t, r, scope, &key);
    struct group *group = g_hash_table_lookup(c->groups, &key);
    if (group != NULL)
        g_ptr_array_add(group->good, (gpointer)r);
}

static gboolean is_too_small(gpointer key, gpointer value, gpointer unused)
{
    const struct group *group = value;

    (void)key, (void)unused;
    return group->bad->len < CONTRAST_LEAST;
}

/* Notes the services that took calls at once; before small groups are left out, as these show it too. */
static void note_working(struct comparison *c)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, c->groups);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct group *group = value;
        if (group->good->len > 0)
            g_hash_table_add(c->working, g_memdup2(&group->key, sizeof group->key));
    }
}

/* A service that takes nobody's calls shows nothing of what its callers have in common. */
static bool is_of_working(const struct comparison *c, const struct result *r)
{
    struct group_key key;

    read_key(c->t, r, SCOPE_SERVICE, &key);
    return g_hash_table_contains(c->working, &key);
}

static void add_bad_calls(struct comparison *c, enum scope scope)
{
    for (guint i = 0; i < c->bad->len; i++) {
        const struct result *r = call_at(c->bad, i);
        if (contrasts_of_call(c->out, r->call) == NULL && (scope == SCOPE_SERVICE || is_of_working(c, r)))
            add_bad(c, r, scope);
    }
}

/* The groups of a scope whose bad calls have nothing said of them yet. */
static void make_groups(struct comparison *c, enum scope scope)
{
    g_hash_table_remove_all(c->groups);
    add_bad_calls(c, scope);
    if (scope != SCOPE_SERVICE)
        g_hash_table_foreach_remove(c->groups, is_too_small, NULL);
    if (g_hash_table_size(c->groups) == 0)
        return;
    for (guint i = 0; i < c->good->len; i++)
        add_good(c, call_at(c->good, i), scope);
    if (scope != SCOPE_SERVICE)
        return;
    note_working(c);
    g_hash_table_foreach_remove(c->groups, is_too_small, NULL);
}

/* ---- the comparison --------------------------------------------------------------------------------- */

/* Says it of all bad calls, and frees the sentence's string. */
static void publish(const struct comparison *c, const GPtrArray *bad, GString *sentence,
                    const struct family_row *family)
{
    struct contrast *contrast = g_new(struct contrast, 1);

    *contrast = (struct contrast){ g_string_free(sentence, FALSE), family };
    g_ptr_array_add(c->out->list, contrast);
    for (guint i = 0; i < bad->len; i++)
        g_hash_table_insert(c->out->of_call, GUINT_TO_POINTER(call_at(bad, i)->call), contrast);
}

/* When the backend took its last call before the bad ones: ns before the first of them, 0: it took none. */
static int64_t find_last_taken(const struct comparison *c, const GPtrArray *good, int64_t first, uint64_t backend)
{
    int64_t before = 0;
    uint64_t value;

    for (guint i = 0; i < good->len && call_at(good, i)->begin < first; i++)
        if (read_value(c, feature_row(FEATURE_BACKEND), good, i, &value) && value == backend)
            before = first - call_at(good, i)->begin;
    return before;
}

/* A backend that took calls, and from some time on takes none: it is drained or replaced. */
static void compare_since(struct comparison *c, const struct group *group, const GPtrArray *bad, enum cause cause)
{
    const int64_t first = call_at(bad, 0)->begin;
    struct found found = { .feature = FEATURE_BACKEND };
    struct group later = { group->key, group->bad, g_ptr_array_new(), true };

    for (guint i = 0; i < group->good->len; i++)
        if (call_at(group->good, i)->begin >= first)
            g_ptr_array_add(later.good, (gpointer)call_at(group->good, i));
    if (later.good->len >= CONTRAST_LEAST && count_runs(bad, later.good) >= RUNS_LEAST
        && separates_token(c, feature_row(FEATURE_BACKEND), bad, later.good, &found)) {
        const struct family_row *family = family_of(c->t, FEATURE_BACKEND, bad);
        found.others = (uint64_t)find_last_taken(c, group->good, first, found.value);
        if (found.others > 0)
            publish(c, bad, sentence_of(c, &later, bad, cause, &found, 1, family), family);
    }
    g_ptr_array_free(later.good, TRUE);
}

static void compare(struct comparison *c, const struct group *group, const GPtrArray *bad, enum cause cause)
{
    struct found found[SAID_MOST + 1];
    const struct family_row *family = NULL;

    if (bad->len < CONTRAST_LEAST || group->good->len < CONTRAST_LEAST)
        return;
    if (c->around == NULL)
        c->around = surroundings_read(c->t);
    guint n = find_separating(c, bad, group->good, found);
    if (n == 0) {
        compare_since(c, group, bad, cause);
        return;
    }
    for (guint i = 0; i < n && family == NULL; i++)
        family = family_of(c->t, found[i].feature, bad);
    publish(c, bad, sentence_of(c, group, bad, cause, found, n, family), family);
}

/* Calls may fail not for what they have in common, but because too many come in a second. */
static void look_for_level(const struct comparison *c, const struct group *group)
{
    const struct family_row *family = family_of(c->t, LEVEL_OF_SERVICE, group->bad);
    struct level level;

    if (group->key.scope != SCOPE_SERVICE || family == NULL || group->good->len < CONTRAST_LEAST
        || !find_level(c->t, group->bad, group->good, &level))
        return;
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "%u calls", group->bad->len);
    append_scope(out, c->t, group);
    append_outcomes(out, group->bad);
    g_string_append_printf(out, ": %u", level.least);
    if (level.most > level.least)
        g_string_append_printf(out, " to %u", level.most);
    g_string_append_printf(out, " SYNs a second were taken, however many came (%u to %u, in %u such seconds)",
                           level.least_offered, level.most_offered, level.seconds);
    g_string_append_printf(out, " - probably %s", family->text);
    publish(c, group->bad, out, family);
}

/* All bad calls of a group; else those of each cause. */
static void compare_group(struct comparison *c, const struct group *group)
{
    bool causes[CAUSE_COUNT] = { false };
    GPtrArray *some = g_ptr_array_new();

    compare(c, group, group->bad, CAUSE_COUNT);
    if (contrasts_of_call(c->out, call_at(group->bad, 0)->call) == NULL)
        look_for_level(c, group);
    for (guint i = 0; i < group->bad->len; i++) {
        const enum cause cause = call_at(group->bad, i)->call_cause;
        if (contrasts_of_call(c->out, call_at(group->bad, i)->call) != NULL || causes[cause])
            continue;
        causes[cause] = true;
        g_ptr_array_set_size(some, 0);
        for (guint j = i; j < group->bad->len; j++)
            if (call_at(group->bad, j)->call_cause == cause)
                g_ptr_array_add(some, (gpointer)call_at(group->bad, j));
        if (some->len < group->bad->len)
            compare(c, group, some, cause);
    }
    g_ptr_array_free(some, TRUE);
}

static gint by_first_call(gconstpointer a, gconstpointer b)
{
    const struct group *x = *(const struct group *const *)a, *y = *(const struct group *const *)b;

    return (gint)call_at(x->bad, 0)->call - (gint)call_at(y->bad, 0)->call;
}

static void compare_scope(struct comparison *c, enum scope scope)
{
    GPtrArray *groups = g_ptr_array_new();
    GHashTableIter iter;
    gpointer group;

    make_groups(c, scope);
    g_hash_table_iter_init(&iter, c->groups);
    while (g_hash_table_iter_next(&iter, NULL, &group))
        g_ptr_array_add(groups, group);
    g_ptr_array_sort(groups, by_first_call);
    for (guint i = 0; i < groups->len; i++)
        compare_group(c, g_ptr_array_index(groups, i));
    g_ptr_array_free(groups, TRUE);
}

static void contrast_free(gpointer data)
{
    struct contrast *contrast = data;

    g_free(contrast->sentence);
    g_free(contrast);
}

static void sort_calls(struct comparison *c, const GArray *results)
{
    for (guint i = 0; i < results->len; i++) {
        struct result *r = &g_array_index(results, struct result, i);
        if (is_bad(r))
            g_ptr_array_add(c->bad, r);
        else if (is_good(r))
            g_ptr_array_add(c->good, r);
    }
}

static void compare_all(struct comparison *c)
{
    c->groups = g_hash_table_new_full(hash_group_key, same_group_key, NULL, group_free);
    c->working = g_hash_table_new_full(hash_group_key, same_group_key, g_free, NULL);
    for (int scope = 0; scope < SCOPE_COUNT; scope++)
        compare_scope(c, (enum scope)scope);
    g_hash_table_destroy(c->groups);
    g_hash_table_destroy(c->working);
    g_free(c->around);
}

struct contrasts *contrasts_new(const struct tracker *t, const GArray *results)
{
    struct contrasts *out = g_new(struct contrasts, 1);
    struct comparison c = { .t = t, .bad = g_ptr_array_new(), .good = g_ptr_array_new(), .out = out };

    out->list = g_ptr_array_new_with_free_func(contrast_free);
    out->of_call = g_hash_table_new(NULL, NULL);
    sort_calls(&c, results);
    bool comparable = t != NULL && !t->shared->never;
    if (comparable && c.bad->len >= CONTRAST_LEAST && c.good->len >= CONTRAST_LEAST)
        compare_all(&c);
    g_ptr_array_free(c.bad, TRUE);
    g_ptr_array_free(c.good, TRUE);
    return out;
}

void contrasts_free(struct contrasts *c)
{
    if (c == NULL)
        return;
    g_ptr_array_free(c->list, TRUE);
    g_hash_table_destroy(c->of_call);
    g_free(c);
}

const struct contrast *contrasts_of_call(const struct contrasts *c, uint32_t call)
{
    return g_hash_table_lookup(c->of_call, GUINT_TO_POINTER(call));
}

/* ---- of the whole capture --------------------------------------------------------------------------- */

static struct contrasts *read_all(const struct tracker *t)
{
    GArray *attempts = g_array_new(FALSE, FALSE, sizeof(uint32_t));

    for (uint32_t i = 1; i <= tracker_attempts(t); i++)
        g_array_append_val(attempts, i);
    GArray *results = results_collect(t, attempts);
    crowds_mark(results);
    struct contrasts *all = contrasts_new(t, results);
    g_array_free(results, TRUE);
    g_array_free(attempts, TRUE);
    return all;
}

const char *tracker_shared(const struct tracker *t, uint32_t attempt)
{
    struct shared *kept = t->shared;
    struct call call;

    if (kept->never)
        return NULL;
    if (kept->all == NULL || kept->frame != t->frame) {
        contrasts_free(kept->all);
        kept->all = read_all(t);
        kept->release = contrasts_free;
        kept->frame = t->frame;
    }
    tracker_call(t, attempt, true, &call);
    const struct contrast *contrast = contrasts_of_call(kept->all, call.number);
    return contrast == NULL ? NULL : contrast->sentence;
}
