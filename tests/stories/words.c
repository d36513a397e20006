/* words.c - the words that say what a packet has, and the numbers in them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "play.h"

#include <stdlib.h>

/* What may have a word: a segment of TCP, an ICMP error. And what is said of the frame asks for one that is captured. */
enum { OF_SEGMENT = 1, OF_ICMP = 2, OF_FRAME = 4, OF_ANY = OF_SEGMENT | OF_ICMP | OF_FRAME };

/* A word with an argument sets a text of struct packet, one without sets a bool. */
static const struct packet_word {
    const char *name;
    size_t offset;
    bool has_argument;
    uint8_t of;
} packet_words[] = {
    /* what it is */
    { "seq", offsetof(struct packet, seq), true, OF_SEGMENT | OF_ICMP },
    { "ack", offsetof(struct packet, ack), true, OF_SEGMENT },
    { "ts", offsetof(struct packet, ts), true, OF_SEGMENT },
    { "ecr", offsetof(struct packet, ecr), true, OF_SEGMENT },
    { "win", offsetof(struct packet, win), true, OF_SEGMENT },
    { "wscale", offsetof(struct packet, wscale), true, OF_SEGMENT },
    { "mss", offsetof(struct packet, mss), true, OF_SEGMENT },
    { "id", offsetof(struct packet, id), true, OF_SEGMENT },
    { "flow", offsetof(struct packet, flow), true, OF_SEGMENT },
    { "ttl", offsetof(struct packet, ttl), true, OF_SEGMENT },
    { "opts", offsetof(struct packet, options), true, OF_SEGMENT },
    { "quote", offsetof(struct packet, quote), true, OF_ICMP },
    { "no_ts", offsetof(struct packet, no_ts), false, OF_SEGMENT },
    { "no_df", offsetof(struct packet, no_df), false, OF_SEGMENT },
    { "no_socket", offsetof(struct packet, no_socket), false, OF_SEGMENT },
    { "fast_open", offsetof(struct packet, fast_open), false, OF_SEGMENT },
    /* what becomes of it */
    { "options_left", offsetof(struct packet, options_left), true, OF_SEGMENT },
    { "cut_options", offsetof(struct packet, cut_options), false, OF_SEGMENT },
    { "in", offsetof(struct packet, in), false, OF_SEGMENT },
    { "out", offsetof(struct packet, out), false, OF_SEGMENT },
    { "through", offsetof(struct packet, through), false, OF_SEGMENT },
    { "loops", offsetof(struct packet, loops), false, OF_SEGMENT },
    { "damaged", offsetof(struct packet, damaged), false, OF_SEGMENT },
    { "offloaded", offsetof(struct packet, offloaded), false, OF_SEGMENT },
    { "lost", offsetof(struct packet, lost), false, OF_SEGMENT },
    { "forged", offsetof(struct packet, forged), false, OF_SEGMENT },
    { "hide", offsetof(struct packet, hide), false, OF_SEGMENT },
    /* what is said of it */
    { "as", offsetof(struct packet, label), true, OF_ANY },
    { "decides", offsetof(struct packet, decides), false, OF_ANY },
    { "last_copy", offsetof(struct packet, last_copy), false, OF_ANY },
    { "predicts", offsetof(struct packet, predicts), true, OF_ANY },
    { "states", offsetof(struct packet, states), true, OF_ANY },
    { "syn_number", offsetof(struct packet, syn_number), true, OF_ANY },
    { "copy", offsetof(struct packet, copy), false, OF_ANY },
    { "time_wait", offsetof(struct packet, time_wait), true, OF_ANY },
    { "restarts", offsetof(struct packet, restarts), true, OF_ANY },
    { "restarts_it", offsetof(struct packet, restarts_it), true, OF_ANY },
};

static const struct packet_word *find_word(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(packet_words); i++)
        if (strcmp(packet_words[i].name, name) == 0)
            return &packet_words[i];
    return NULL;
}

const char *play_argument(struct play *p, char ***words)
{
    if (**words == NULL) {
        play_stop(p, "something is missing at the end");
        return "";
    }
    return *(*words)++;
}

/* "(29)": bytes of data. */
static bool read_payload(struct play *p, const char *word, struct packet *packet)
{
    const size_t length = strlen(word);

    if (word[0] != '(' || word[length - 1] != ')')
        return false;
    char *number = g_strndup(word + 1, length - 2);
    packet->payload = play_count(p, number);
    if (packet->payload > 60000)
        play_stop(p, "%s is more than a packet holds", word);
    g_free(number);
    return true;
}

static void set_word(struct play *p, const struct packet_word *word, char ***words, struct packet *packet)
{
    void *member = (char *)packet + word->offset;

    if (word->has_argument && *(const char **)member != NULL)
        play_stop(p, "%s is said twice", word->name);
    else if (word->has_argument)
        *(const char **)member = play_argument(p, words);
    else
        *(bool *)member = true;
}

void play_words(struct play *p, char **words, bool icmp, struct packet *packet)
{
    unsigned of = 0;

    for (bool first = true; *words != NULL && !p->stopped; first = false) {
        const char *name = *words++;
        const struct packet_word *word = find_word(name);
        of |= word == NULL ? 0 : word->of;
        if (word != NULL && (word->of & (icmp ? OF_ICMP : OF_SEGMENT)))
            set_word(p, word, &words, packet);
        else if (word == NULL && first && !icmp && name[0] != '(')
            packet->seq = name;
        else if (word != NULL || icmp || !read_payload(p, name, packet))
            play_stop(p, "no %s has \"%s\"", icmp ? "ICMP error" : "packet", name);
    }
    if (packet->hide && (of & OF_FRAME))
        play_stop(p, "of a packet that is hidden nothing is expected");
}

/* ---- numbers ---- */

int64_t play_time(struct play *p, const char *text)
{
    char *end;
    const double seconds = g_ascii_strtod(text, &end);

    if (*text == '\0' || *end != '\0' || !(seconds > -1e9 && seconds < 1e9)) {
        play_stop(p, "\"%s\" is no number of seconds", text);
        return 0;
    }
    return (int64_t)(seconds * 1e6 + (seconds < 0 ? -0.5 : 0.5)) * NS_PER_US;
}

uint32_t play_count(struct play *p, const char *text)
{
    char *end;
    const guint64 number = g_ascii_strtoull(text, &end, 0);

    if (!g_ascii_isdigit(*text) || *end != '\0' || number > UINT32_MAX)
        play_stop(p, "\"%s\" is no number of 32 bits", text);
    return (uint32_t)number;
}

#define NUMBERS_OF_ENDS "IJNXR"

/* I and J: the first numbers of both ends. N, X, R: what the right end knew before it took the latest SYN. */
static bool known_number(const struct play *p, const struct pair *pair, const char *name, uint32_t *number)
{
    const struct side *right = pair == NULL ? NULL : &pair->side[1];
    gpointer value;

    if (g_hash_table_lookup_extended(p->values, name, NULL, &value)) {
        *number = GPOINTER_TO_UINT(value);
        return true;
    }
    if (right == NULL || name[0] == '\0' || name[1] != '\0' || strchr(NUMBERS_OF_ENDS, name[0]) == NULL)
        return false;
    switch (name[0]) {
    case 'I':
        *number = pair->side[0].isn;
        break;
    case 'J':
        *number = right->isn;
        break;
    case 'N':
        *number = pair->taken ? pair->old_n : right->rcv_nxt;
        break;
    case 'X':
        *number = pair->taken ? pair->old_x : right->snd_nxt;
        break;
    default:
        *number = pair->taken ? pair->old_r : right->ts_recent;
    }
    return true;
}

void play_let(struct play *p, const char *name, uint32_t number)
{
    if (!stories_is_name(name) || g_ascii_isdigit(*name) || (strchr(NUMBERS_OF_ENDS, *name) != NULL && name[1] == '\0'))
        play_stop(p, "a number cannot be called \"%s\"", name);
    g_hash_table_insert(p->values, g_strdup(name), GUINT_TO_POINTER(number));
}

uint32_t play_number(struct play *p, const struct pair *pair, const char *text, uint32_t by_itself)
{
    uint32_t sum = strchr("+-", *text) != NULL ? by_itself : 0;

    for (const char *at = text; *at != '\0' || at == text;) {
        const bool minus = *at == '-';
        at += *at == '+' || minus ? 1 : 0;
        const size_t length = strcspn(at, "+-");
        char *term = g_strndup(at, length);
        uint32_t number = 0;
        if (g_ascii_isdigit(*term))
            number = play_count(p, term);
        else if (!known_number(p, pair, term, &number))
            play_stop(p, "\"%s\" is no number, and not the name of one", text);
        sum += minus ? 0 - number : number;
        g_free(term);
        at += length;
        if (p->stopped)
            return 0;
    }
    return sum;
}
