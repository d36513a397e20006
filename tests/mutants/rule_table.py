# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the table of plugin/engine/rules.c, and makes the mutants: copies of the file in which one thing is missing.

The table is read by its notation, not by a parser of C: a row is MACRO(WORD, ..., LIST(F_A, F_B), ..., FLAG, ...). Which
words are lists, values and flags is said by the file's own macros: "#define ALL(...) .all", "#define COST(WHAT) .cost",
"#define INFERRED .never_proven".
"""

import re
from dataclasses import dataclass

LIST_MACRO = re.compile(r"^#define (\w+)\(\.\.\.\) \.", re.M)
VALUE_MACRO = re.compile(r"^#define (\w+)\(\w+\) \.(?!why\b)", re.M)
FLAG_MACRO = re.compile(r"^#define (\w+) \.", re.M)
TABLE = re.compile(r"^static const struct rule rules\[\] = \{(.*?)\n\};", re.S | re.M)
COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\])*"', re.S)
CALL = re.compile(r"(\w+)\((.*)\)", re.S)


# What takes the place of the table. A table that lacks a row ends with one that never holds.
ALL_TABLES = """
static const struct rule unchanged[] = {{{unchanged}}};
_Static_assert(sizeof unchanged / sizeof unchanged[0] == {count}, "as many rows as were read");
static const struct rule tables[][{count}] = {{{tables}}};
static size_t table;
__attribute__((constructor)) static void choose_table(void)
{{
    table = strtoul(getenv("{variable}"), NULL, 10);
}}
#define rules tables[table]
"""
NEVER = "{ .all = { F_COUNT } }"


class Unreadable(Exception):
    """The table is not written as it is read here."""


@dataclass
class Part:
    """A piece of the file's text, from begin to end."""

    text: str
    begin: int
    end: int


@dataclass
class Mutant:
    row: int  # from 1
    line: int  # where the row begins
    place: int  # where what is missing began
    name: str  # of the row: what it says
    missing: str
    text: str  # of the whole file

    def __str__(self):
        return f"rules.c:{self.line}: row {self.row}, {self.name}: {self.missing}"


def blanked(text):
    """The text without what stands in comments and strings, at the same places."""
    return COMMENT_OR_STRING.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def split(text, begin, end):
    """The parts between commas that no parenthesis holds."""
    parts, depth, start = [], 0, begin
    for at in range(begin, end):
        depth += (text[at] in "({") - (text[at] in ")}")
        if text[at] == "," and depth == 0:
            parts.append((start, at))
            start = at + 1
    parts.append((start, end))
    return [stripped(text, *part) for part in parts if text[slice(*part)].strip()]


def stripped(text, begin, end):
    part = text[begin:end]
    return Part(part.strip(), begin + len(part) - len(part.lstrip()), begin + len(part.rstrip()))


def call(text, part):
    """The macro's name and the parts of what it is given."""
    match = CALL.fullmatch(part.text)
    if match is None:
        raise Unreadable(f"not a row or a list: {part.text}")
    return match[1], split(text, part.begin + match.start(2), part.begin + match.end(2))


def rows(text):
    """Where each row of the table stands."""
    code = blanked(text)
    table = TABLE.search(code)
    if table is None:
        raise Unreadable("there is no table rules[]")
    return split(code, *table.span(1))


def mutants(text):
    """Without each row, without each fact of each list, and without each value and flag."""
    return [mutant for number, row in enumerate(rows(text), 1) for mutant in mutants_of_row(text, number, row)]


def mutants_of_row(text, number, row):
    code = blanked(text)
    lists, values, flags = (set(macro.findall(text)) for macro in (LIST_MACRO, VALUE_MACRO, FLAG_MACRO))
    macro, parts = call(code, row)
    words = [part.text for part in parts if re.fullmatch(r"\w+", part.text) and part.text not in flags]
    name = " ".join([macro, *words]).removeprefix("RULE ").lower()
    line = text.count("\n", 0, row.begin) + 1

    def without(missing, begin, end):
        return Mutant(number, line, begin, name, missing, text[:begin] + text[end:])

    yield without("the whole row", row.begin, code.index(",", row.end) + 1)
    for part in parts:
        before = code.rindex(",", row.begin, part.begin) if part is not parts[0] else part.begin
        if part.text in flags or part.text.split("(")[0] in values:
            yield without(f"without {part.text}", before, part.end)
        elif part.text.split("(")[0] in lists:
            which, facts = call(code, part)
            for fact in facts:
                missing = f"without {fact.text} in {which}"
                if not re.fullmatch(r"F_\w+", fact.text):
                    raise Unreadable(f"not a fact: {fact.text} in {which} of {name}")
                if len(facts) == 1:
                    yield without(missing, before, part.end)
                elif fact is facts[0]:
                    yield without(missing, fact.begin, facts[1].begin)
                else:
                    yield without(missing, code.rindex(",", 0, fact.begin), fact.end)


def with_all_tables(text, mutants, variable):
    """The file with the tables of all mutants behind its own; variable: of the environment, says which is in force."""
    count = len(rows(text))
    texts = [text, *(mutant.text for mutant in mutants)]
    filled = [table_of(changed) + (f" {NEVER}" if len(rows(changed)) < count else "") for changed in texts]
    tables = ",\n".join(f"{{{table}}}" for table in filled)
    place = TABLE.search(blanked(text)).span()
    all_tables = ALL_TABLES.format(unchanged=filled[0], count=count, tables=tables, variable=variable)
    return "#include <stdlib.h>\n" + text[: place[0]] + all_tables + text[place[1] :]


def table_of(text):
    return text[slice(*TABLE.search(blanked(text)).span(1))]
