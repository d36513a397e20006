/* verdict_table.c - prints the engine's tables of fates and causes, expert infos, facts, rules and stacks, for tests and docs
 *
 * With tabs: "verdict", fate, cause, severity, expert info, sentence, advice; "expert", token, severity; "fact", name,
 * meaning; "rule", fate, cause, the facts needed, those excluded, those that prove it (names with spaces between),
 * "inferred" if nothing does, "by_stack" if the rules of the peer's stack say it, what made the attempt late, the source;
 * "stack", token, name, the length of its TIME_WAIT in seconds, "known" if its rules are, "marks" if its packets show it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rules.h"
#include "verdict.h"

#include <stdio.h>

static const char *severity_name(enum severity severity)
{
    static const char *const names[] = { "chat", "note", "warning", "error" };

    return names[severity];
}

static void print_facts(const uint8_t list[RULE_FACTS_MAX])
{
    for (size_t i = 0; i < RULE_FACTS_MAX && list[i] != F_NONE; i++)
        printf("%s%s", i == 0 ? "" : " ", fact_row((enum fact)list[i])->name);
    printf("\t");
}

static void print_rule(const struct rule *rule)
{
    printf("rule\t%s\t%s\t", fate_token(rule->fate), cause_token(rule->cause));
    print_facts(rule->all);
    print_facts(rule->none);
    print_facts(rule->proof);
    printf("%s\t%s\t%s\t%s\n", rule->never_proven ? "inferred" : "", rule->by_stack ? "by_stack" : "",
           rule->cost == COST_NONE ? "" : cost_meaning(rule->cost), rule->why);
}

static void print_stack(const struct stack *stack)
{
    printf("stack\t%s\t%s\t%d\t%s\t%s\n", stack->token, stack->name, (int)(stack->time_wait_length / NS_PER_SECOND),
           stack->known ? "known" : "", stack->marks.layouts[0] != NULL ? "marks" : "");
}

int main(void)
{
    const struct verdict_row *row;
    const struct rule *rule;

    for (size_t i = 0; (row = verdict_row_at(i)) != NULL; i++)
        printf("verdict\t%s\t%s\t%s\t%s\t%s\t%s\n", fate_token(row->fate), cause_token(row->cause),
               severity_name(row->severity), expert_row(row->expert)->token, row->sentence, row->advice);
    for (int kind = 0; kind < EXPERT_COUNT; kind++) {
        const struct expert_row *expert = expert_row((enum expert_kind)kind);
        printf("expert\t%s\t%s\n", expert->token, severity_name(expert->severity));
    }
    for (int fact = F_NONE + 1; fact < F_COUNT; fact++)
        printf("fact\t%s\t%s\n", fact_row((enum fact)fact)->name, fact_row((enum fact)fact)->meaning);
    for (size_t i = 0; (rule = rule_at(i)) != NULL; i++)
        print_rule(rule);
    for (int i = 0; i < PEER_UNKNOWN; i++)
        print_stack(stack_row((enum peer_stack)i));
    return 0;
}
