/* filter.c - which attempts are meant: a condition on their values, such as "cause == time_wait_paws and wait > 3"
 *
 *     NAME                      the attempt has that value, and if it is yes or no, it is yes
 *     NAME = X                  or == != < <= > >=; times are in seconds
 *     not C    C and C    C or C    (C)    or ! && ||
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "filter.h"

#include <string.h>

enum { DEPTH_MAX = 64 };

enum operation { IS_SET, EQUAL, UNEQUAL, LESS, AT_MOST, GREATER, AT_LEAST, NOT, AND, OR };

struct filter {
    enum operation op;
    struct filter *left, *right; /* NOT: left only */
    const struct value_field *field;
    char *text;
    double number;
    bool is_number;
};

struct parser {
    const char *at;
    char *error;
    int depth;
};

void filter_free(struct filter *f)
{
    if (f == NULL)
        return;
    filter_free(f->left);
    filter_free(f->right);
    g_free(f->text);
    g_free(f);
}

/* ---- reading --------------------------------------------------------------------------------------- */

static struct filter *fail(struct parser *p, char *error)
{
    if (p->error == NULL)
        p->error = error;
    else
        g_free(error);
    return NULL;
}

static void skip_space(struct parser *p)
{
    while (g_ascii_isspace(*p->at))
        p->at++;
}

/* Takes a sign or a word, if it is next. */
static bool take(struct parser *p, const char *what)
{
    size_t length = strlen(what);

    skip_space(p);
    if (strncmp(p->at, what, length) != 0)
        return false;
    if (g_ascii_isalpha(*what) && (g_ascii_isalnum(p->at[length]) || p->at[length] == '_' || p->at[length] == '.'))
        return false;
    p->at += length;
    return true;
}

/* The characters up to a space, a bracket or an operator; or what is in quotation marks. NULL: there are none. */
static char *take_word(struct parser *p)
{
    skip_space(p);
    if (*p->at == '"') {
        const char *end = strchr(p->at + 1, '"');
        char *word = end == NULL ? NULL : g_strndup(p->at + 1, (gsize)(end - p->at - 1));
        p->at = end == NULL ? p->at : end + 1;
        return word;
    }
    size_t length = strcspn(p->at, " \t\n()=!<>&|\"");
    if (length == 0)
        return NULL;
    char *word = g_strndup(p->at, length);
    p->at += length;
    return word;
}

static enum operation take_operation(struct parser *p)
{
    static const struct {
        const char *sign;
        enum operation op;
    } signs[] = {
        { "==", EQUAL }, { "!=", UNEQUAL }, { "<=", AT_MOST }, { ">=", AT_LEAST },
        { "=", EQUAL },  { "<", LESS },     { ">", GREATER },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
        if (take(p, signs[i].sign))
            return signs[i].op;
    return IS_SET;
}

static struct filter *make(const struct filter *f)
{
    struct filter *made = g_new(struct filter, 1);

    *made = *f;
    return made;
}

static struct filter *parse_alternatives(struct parser *p);

static struct filter *parse_comparison(struct parser *p)
{
    char *name = take_word(p), *end;

    if (name == NULL)
        return fail(p, *p->at == '\0' ? g_strdup("it ends too soon")
                                      : g_strdup_printf("a name is missing at \"%s\"", p->at));
    struct filter f = { .op = IS_SET, .field = value_field_named(name) };
    if (f.field == NULL) {
        fail(p, g_strdup_printf("there is no \"%s\"", name));
        g_free(name);
        return NULL;
    }
    f.op = take_operation(p);
    f.text = f.op == IS_SET ? NULL : take_word(p);
    if (f.op != IS_SET && f.text == NULL)
        fail(p, g_strdup_printf("a value for \"%s\" is missing", name));
    g_free(name);
    if (p->error != NULL)
        return NULL;
    f.number = f.text == NULL ? 0 : g_ascii_strtod(f.text, &end);
    f.is_number = f.text != NULL && end != f.text && *end == '\0';
    return make(&f);
}

static struct filter *join(struct parser *p, enum operation op, struct filter *left, struct filter *right)
{
    struct filter f = { .op = op, .left = left, .right = right };

    if (p->error == NULL)
        return make(&f);
    filter_free(left);
    filter_free(right);
    return NULL;
}

static struct filter *parse_term(struct parser *p)
{
    struct filter *f;

    if (++p->depth > DEPTH_MAX)
        return fail(p, g_strdup("it has too many brackets"));
    if (take(p, "!") || take(p, "not")) {
        f = join(p, NOT, parse_term(p), NULL);
    } else if (take(p, "(")) {
        f = parse_alternatives(p);
        if (p->error == NULL && !take(p, ")"))
            fail(p, g_strdup("a bracket is not closed"));
    } else {
        f = parse_comparison(p);
    }
    p->depth--;
    if (p->error == NULL)
        return f;
    filter_free(f);
    return NULL;
}

static struct filter *parse_conjunction(struct parser *p)
{
    struct filter *f = parse_term(p);

    while (p->error == NULL && (take(p, "&&") || take(p, "and")))
        f = join(p, AND, f, parse_term(p));
    return f;
}

static struct filter *parse_alternatives(struct parser *p)
{
    struct filter *f = parse_conjunction(p);

    while (p->error == NULL && (take(p, "||") || take(p, "or")))
        f = join(p, OR, f, parse_conjunction(p));
    return f;
}

struct filter *filter_parse(const char *text, char **error)
{
    struct parser p = { .at = text };
    struct filter *f = parse_alternatives(&p);

    skip_space(&p);
    if (p.error == NULL && *p.at != '\0') {
        fail(&p, g_strdup_printf("\"%s\" is not understood", p.at));
        filter_free(f);
        f = NULL;
    }
    *error = p.error;
    return f;
}

/* ---- matching -------------------------------------------------------------------------------------- */

static bool holds(enum operation op, int order)
{
    switch (op) {
    case EQUAL:
        return order == 0;
    case UNEQUAL:
        return order != 0;
    case LESS:
        return order < 0;
    case AT_MOST:
        return order <= 0;
    case GREATER:
        return order > 0;
    case AT_LEAST:
        return order >= 0;
    default:
        return false;
    }
}

static int compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

static bool is_yes(const char *text)
{
    return g_ascii_strcasecmp(text, "yes") == 0 || g_ascii_strcasecmp(text, "true") == 0 || g_str_equal(text, "1");
}

/* What an attempt does not have is unequal to all, and neither less nor greater. Times are in seconds. */
static bool compare(const struct filter *f, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NUMBER:
    case VALUE_FRAME:
        return f->is_number && holds(f->op, compare_numbers((double)value->number, f->number));
    case VALUE_TIME:
        return f->is_number && holds(f->op, compare_numbers((double)value->number / 1e9, f->number));
    case VALUE_FLAG:
        return holds(f->op, (int)value->number - is_yes(f->text));
    case VALUE_TEXT:
        return holds(f->op, strcmp(value->text, f->text));
    default:
        return f->op == UNEQUAL;
    }
}

bool filter_matches(const struct filter *f, struct view *v)
{
    struct value value;

    switch (f->op) {
    case NOT:
        return !filter_matches(f->left, v);
    case AND:
        return filter_matches(f->left, v) && filter_matches(f->right, v);
    case OR:
        return filter_matches(f->left, v) || filter_matches(f->right, v);
    case IS_SET:
        value = f->field->get(v);
        return value.kind != VALUE_NONE && (value.kind != VALUE_FLAG || value.number != 0);
    default:
        value = f->field->get(v);
        return compare(f, &value);
    }
}
