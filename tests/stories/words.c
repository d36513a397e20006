/* words.c - the words that say what a packet has, and the numbers in them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "play.h"

#include <stdlib.h>

/* A word with an argument sets a text of struct packet, one without sets a bool. */
static const struct packet_word {
    const char *name;
    size_t offset;
    bool has_argument;
} packet_words[] = {
    /* what it is */
    { "seq", offsetof(struct packet, seq), true },
    { "ack", offsetof(struct packet, ack), true },
    { "ts", offsetof(struct packet, ts), true },
    { "ecr", offsetof(struct packet, ecr), true },
    { "win", offsetof(struct packet, win), true },
    { "wscale", offsetof(struct packet, wscale), true },
    { "mss", offsetof(struct packet, mss), true },
    { "id", offsetof(struct packet, id), true },
    { "ttl", offsetof(struct packet, ttl), true },
    { "opts", offsetof(struct packet, options), true },
    { "quote", offsetof(struct packet, quote), true },
    { "no_ts", offsetof(struct packet, no_ts), false },
    { "no_df", offsetof(struct packet, no_df), false },
    { "no_socket", offsetof(struct packet, no_socket), false },
    { "fast_open", offsetof(struct packet, fast_open), false },
    /* what becomes of it */
    { "cut_options", offsetof(struct packet, cut_options), false },
    { "in", offsetof(struct packet, in), false },
    { "out", offsetof(struct packet, out), false },
    { "through", offsetof(struct packet, through), false },
    { "loops", offsetof(struct packet, loops), false },
    { "damaged", offsetof(struct packet, damaged), false },
    { "offloaded", offsetof(struct packet, offloaded), false },
    { "lost", offsetof(struct packet, lost), false },
    { "forged", offsetof(struct packet, forged), false },
    { "hide", offsetof(struct packet, hide), false },
    /* what is said of it */
    { "as", offsetof(struct packet, label), true },
    { "decides", offsetof(struct packet, decides), false },
    { "last_copy", offsetof(struct packet, last_copy), false },
    { "predicts", offsetof(struct packet, predicts), true },
    { "states", offsetof(struct packet, states), true },
    { "syn_number", offsetof(struct packet, syn_number), true },
    { "copy", offsetof(struct packet, copy), false },
    { "time_wait", offsetof(struct packet, time_wait), true },
    { "restarts", offsetof(struct packet, restarts), true },
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
    if (word[0] != '(')
        return false;
    char *number = g_strndup(word + 1, strcspn(word + 1, ")"));
    packet->payload = play_count(p, number);
    if (packet->payload > 60000)
        play_stop(p, "%s is more than a packet holds", word);
    g_free(number);
    return true;
}

void play_words(struct play *p, char **words, struct packet *packet)
{
    for (bool first = true; *words != NULL && !p->stopped; first = false) {
        const char *name = *words++;
        const struct packet_word *word = find_word(name);
        if (word != NULL && word->has_argument)
            *(const char **)(void *)((char *)packet + word->offset) = play_argument(p, &words);
        else if (word != NULL)
            *(bool *)((char *)packet + word->offset) = true;
        else if (first && name[0] != '(')
            packet->seq = name;
        else if (!read_payload(p, name, packet))
            play_stop(p, "no packet has \"%s\"", name);
    }
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

/* I and J: the first numbers of both ends. N, X, R: what the right end knew before it took the latest SYN. */
static bool known_number(const struct play *p, const struct pair *pair, const char *name, uint32_t *number)
{
    const struct side *right = pair == NULL ? NULL : &pair->side[1];
    gpointer value;

    if (g_hash_table_lookup_extended(p->values, name, NULL, &value)) {
        *number = GPOINTER_TO_UINT(value);
        return true;
    }
    if (right == NULL || name[0] == '\0' || name[1] != '\0' || strchr("IJNXR", name[0]) == NULL)
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
