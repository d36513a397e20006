/* test_rules.c - the table of rules as a whole: each row can be reached, is explained, and belongs to a cause
 *
 * What each row says is tested by stories, and tests/mutants sees to it that they do.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rules.h"

#include <glib.h>

/* Facts that no rule asks for, and whom they serve. */
static const struct {
    enum fact fact;
    const char *use;
} no_rule_asks[] = {
    { F_SYN_DAMAGED, "the summary and the advice name it" },
    { F_SYN_ACK_DAMAGED, "the summary and the advice name it" },
    { F_TUNNEL_DAMAGED, "the summary names it" },
    { F_STACK_KNOWN, "for rules that say BY_STACK" },
};

static bool is_empty(const uint8_t list[RULE_FACTS_MAX])
{
    return list[0] == F_NONE;
}

static bool have_common(const uint8_t a[RULE_FACTS_MAX], const uint8_t b[RULE_FACTS_MAX])
{
    struct facts first = rule_facts(a), second = rule_facts(b);

    return facts_have_any(&first, &second);
}

/* How a message names a row: its number, its verdict, and the facts that it needs. */
static char *row_name(size_t row)
{
    const struct rule *rule = rule_at(row);
    GString *name = g_string_new(NULL);

    g_string_printf(name, "row %zu, %s %s", row + 1, fate_token(rule->fate), cause_token(rule->cause));
    for (size_t i = 0; i < RULE_FACTS_MAX && rule->all[i] != F_NONE; i++)
        g_string_append_printf(name, " %s", fact_row((enum fact)rule->all[i])->name);
    return g_string_free(name, FALSE);
}

static void expect(bool holds, size_t row, const char *what)
{
    char *name = row_name(row);

    if (!holds) {
        g_printerr("%s: %s\n", name, what);
        g_test_fail();
    }
    g_free(name);
}

static bool is_within(const uint8_t a[RULE_FACTS_MAX], const uint8_t b[RULE_FACTS_MAX])
{
    struct facts inner = rule_facts(a), outer = rule_facts(b);

    return facts_have_all(&outer, &inner);
}

/* Whether the early row holds wherever the late one does, since it asks for less: then the late one is never reached. A rule
 * with a cost only comes before others of the same cost; one without a cost ends the search. */
static bool hides(const struct rule *early, const struct rule *late)
{
    return (early->cost == COST_NONE || early->cost == late->cost) && is_within(early->all, late->all)
           && is_within(early->none, late->none);
}

static void test_no_row_is_hidden(void)
{
    for (size_t i = 0; rule_at(i) != NULL; i++) {
        for (size_t j = 0; j < i; j++) {
            char *what = g_strdup_printf("row %zu hides it", j + 1);
            expect(!hides(rule_at(j), rule_at(i)), i, what);
            g_free(what);
        }
    }
}

/* One row asks for nothing: the last. */
static void test_there_always_is_a_verdict(void)
{
    for (size_t i = 0; rule_at(i) != NULL; i++) {
        const struct rule *rule = rule_at(i);
        bool asks = !is_empty(rule->all) || !is_empty(rule->none) || rule->cost != COST_NONE;
        expect(asks || rule_at(i + 1) == NULL, i, "rows follow one that always holds");
        expect(!asks || rule_at(i + 1) != NULL, i, "it is the last, and may not hold");
    }
}

/* Facts that exclude each other in one row, or that say nothing. */
static void test_no_row_contradicts_itself(void)
{
    for (size_t i = 0; rule_at(i) != NULL; i++) {
        const struct rule *rule = rule_at(i);
        expect(!have_common(rule->all, rule->none), i, "it needs a fact that it excludes");
        expect(!have_common(rule->proof, rule->all), i, "a fact proves it that it needs anyway");
        expect(!have_common(rule->proof, rule->none), i, "a fact proves it that it excludes");
        expect(is_empty(rule->proof) || !rule->never_proven, i, "facts prove it that never is proven");
    }
}

static void test_each_row_says_why(void)
{
    for (size_t i = 0; rule_at(i) != NULL; i++)
        expect(rule_at(i)->why != NULL && rule_at(i)->why[0] != '\0', i, "it does not say why");
}

static bool has_rule(const struct verdict_row *row)
{
    const struct rule *rule;

    for (size_t i = 0; (rule = rule_at(i)) != NULL; i++)
        if (rule->fate == row->fate && rule->cause == row->cause)
            return true;
    return false;
}

/* The rules and the table of causes have the same pairs of fate and cause. */
static void test_causes(void)
{
    const struct verdict_row *row;

    for (size_t i = 0; rule_at(i) != NULL; i++)
        expect(verdict_row(rule_at(i)->fate, rule_at(i)->cause) != NULL, i, "causes.c has no such fate and cause");
    for (size_t i = 0; (row = verdict_row_at(i)) != NULL; i++) {
        if (!has_rule(row)) {
            g_printerr("no rule says %s %s\n", fate_token(row->fate), cause_token(row->cause));
            g_test_fail();
        }
    }
}

static const char *use_without_rule(enum fact fact)
{
    for (size_t i = 0; i < G_N_ELEMENTS(no_rule_asks); i++)
        if (no_rule_asks[i].fact == fact)
            return no_rule_asks[i].use;
    return NULL;
}

static bool is_in(enum fact fact, const uint8_t list[RULE_FACTS_MAX])
{
    struct facts set = rule_facts(list);

    return facts_have(&set, fact);
}

static bool is_asked(enum fact fact)
{
    const struct rule *rule;

    for (size_t i = 0; (rule = rule_at(i)) != NULL; i++)
        if (is_in(fact, rule->all) || is_in(fact, rule->none) || is_in(fact, rule->proof))
            return true;
    return false;
}

/* Each fact is of use to a rule, or it is written above why it is there. */
static void test_facts(void)
{
    for (enum fact fact = F_NONE + 1; fact < F_COUNT; fact++) {
        bool asked = is_asked(fact);
        if (asked == (use_without_rule(fact) != NULL)) {
            g_printerr("%s: %s\n", fact_row(fact)->name, asked ? "a rule does ask for it" : "no rule asks for it");
            g_test_fail();
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/rules/no_row_is_hidden", test_no_row_is_hidden);
    g_test_add_func("/rules/there_always_is_a_verdict", test_there_always_is_a_verdict);
    g_test_add_func("/rules/no_row_contradicts_itself", test_no_row_contradicts_itself);
    g_test_add_func("/rules/each_row_says_why", test_each_row_says_why);
    g_test_add_func("/rules/causes", test_causes);
    g_test_add_func("/rules/facts", test_facts);
    return g_test_run();
}
