/* read.c - reads files of stories into lines of words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "story.h"

#define BLANKS " \t\r"
#define NAME_LETTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_."

static void free_line(gpointer data)
{
    struct story_line *line = data;

    g_strfreev(line->words);
    g_free(line);
}

static void free_story(gpointer data)
{
    struct story *story = data;

    g_free(story->file);
    g_free(story->name);
    g_ptr_array_unref(story->lines);
    g_free(story);
}

GPtrArray *stories_new(void)
{
    return g_ptr_array_new_with_free_func(free_story);
}

const struct story *stories_find(const GPtrArray *stories, const char *name)
{
    for (guint i = 0; i < stories->len; i++) {
        const struct story *story = stories->pdata[i];
        if (strcmp(story->name, name) == 0)
            return story;
    }
    return NULL;
}

bool stories_is_name(const char *text)
{
    return *text != '\0' && text[strspn(text, NAME_LETTERS)] == '\0';
}

/* The next word of a line, which moves on; NULL behind the last, or where a comment begins. */
static char *next_word(const char **at)
{
    const char *begin = *at + strspn(*at, BLANKS);

    if (*begin == '\0' || *begin == '#')
        return NULL;
    size_t length = *begin == '"' ? 1 + strcspn(begin + 1, "\"") : strcspn(begin, BLANKS);
    *at = begin + length;
    if (*begin == '"' && **at == '"')
        (*at)++;
    return g_strndup(begin, length);
}

/* Whether a text in quotes ends where another word may begin. */
static bool quotes_are_good(const char *text)
{
    const char *at = text + strspn(text, BLANKS);

    while (*at != '\0' && *at != '#') {
        if (*at == '"' && ((at = strchr(at + 1, '"')) == NULL || strchr(BLANKS, *++at) == NULL))
            return false;
        at += strcspn(at, BLANKS);
        at += strspn(at, BLANKS);
    }
    return true;
}

static struct story_line *split_line(const char *text, unsigned number)
{
    struct story_line *line = g_new(struct story_line, 1);
    GPtrArray *words = g_ptr_array_new();
    char *word;

    while ((word = next_word(&text)) != NULL)
        g_ptr_array_add(words, word);
    g_ptr_array_add(words, NULL);
    line->number = number;
    line->words = (char **)(void *)g_ptr_array_free(words, FALSE);
    return line;
}

static bool is_comment(const char *text)
{
    return text[strspn(text, BLANKS)] == '#';
}

/* Begins the story that a line names. */
static bool begin_story(GPtrArray *stories, const char *path, const struct story_line *line, GString *errors)
{
    const char *name = line->words[1];

    if (name == NULL || line->words[2] != NULL) {
        g_string_append_printf(errors, "%s:%u: %s NAME, and nothing else\n", path, line->number, line->words[0]);
        return false;
    }
    if (!stories_is_name(name)) { /* a file is called after it */
        g_string_append_printf(errors, "%s:%u: a name has letters, digits, _ and . only\n", path, line->number);
        return false;
    }
    const struct story *other = stories_find(stories, name);
    if (other != NULL) {
        g_string_append_printf(errors, "%s:%u: %s has a %s already\n", path, line->number, other->file, name);
        return false;
    }
    struct story *story = g_new0(struct story, 1);
    story->file = g_strdup(path);
    story->name = g_strdup(name);
    story->is_beginning = strcmp(line->words[0], "beginning") == 0;
    story->lines = g_ptr_array_new_with_free_func(free_line);
    g_ptr_array_add(stories, story);
    return true;
}

static bool is_heading(const char *word)
{
    return word != NULL && (strcmp(word, "story") == 0 || strcmp(word, "beginning") == 0);
}

/* A line of a file, of which `before` stories are older. */
static bool read_line(GPtrArray *stories, guint before, const char *path, const char *text, unsigned number,
                      GString *errors)
{
    bool good = true;

    if (is_comment(text))
        return true;
    if (!quotes_are_good(text)) {
        g_string_append_printf(errors, "%s:%u: a text in quotes ends with a quote and a blank\n", path, number);
        return false;
    }
    struct story_line *line = split_line(text, number);
    if (stories->len > before && !is_heading(line->words[0])) {
        const struct story *story = stories->pdata[stories->len - 1];
        g_ptr_array_add(story->lines, line);
        return true;
    }
    if (is_heading(line->words[0])) {
        good = begin_story(stories, path, line, errors);
    } else if (line->words[0] != NULL) {
        g_string_append_printf(errors, "%s:%u: no story has begun\n", path, number);
        good = false;
    }
    free_line(line);
    return good;
}

bool stories_read(GPtrArray *stories, const char *path, GString *errors)
{
    const guint before = stories->len;
    GError *error = NULL;
    char *text;
    gsize size;
    bool good = true;

    if (!g_file_get_contents(path, &text, &size, &error)) {
        g_string_append_printf(errors, "%s\n", error->message);
        g_error_free(error);
        return false;
    }
    char **rows = g_strsplit(text, "\n", -1);
    unsigned i = 0;
    for (; good && rows[i] != NULL; i++)
        good = read_line(stories, before, path, rows[i], i + 1, errors);
    if (good && strlen(text) != size) {
        g_string_append_printf(errors, "%s:%u: a byte 0 is no text\n", path, i);
        good = false;
    }
    g_strfreev(rows);
    g_free(text);
    return good;
}
