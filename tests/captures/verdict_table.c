/* verdict_table.c - prints the engine's table of fates and causes, and its expert infos, for tests and documentation
 *
 * With tabs: "verdict", fate, cause, severity, expert info, sentence, advice; or "expert", token, severity.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verdict.h"

#include <stdio.h>

static const char *severity_name(enum severity severity)
{
    static const char *const names[] = { "chat", "note", "warning", "error" };

    return names[severity];
}

int main(void)
{
    const struct verdict_row *row;

    for (size_t i = 0; (row = verdict_row_at(i)) != NULL; i++)
        printf("verdict\t%s\t%s\t%s\t%s\t%s\t%s\n", fate_token(row->fate), cause_token(row->cause),
               severity_name(row->severity), expert_row(row->expert)->token, row->sentence, row->advice);
    for (int kind = 0; kind < EXPERT_COUNT; kind++) {
        const struct expert_row *expert = expert_row((enum expert_kind)kind);
        printf("expert\t%s\t%s\n", expert->token, severity_name(expert->severity));
    }
    return 0;
}
