/* play.c - plays the lines of a story
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "play.h"

#include "stacks.h"

#include <arpa/inet.h>
#include <stdarg.h>

#define EPOCH (INT64_C(1600000000) * NS_PER_SECOND)
#define STEP (50 * NS_PER_US) /* from one frame to the next, unless the story says more */

#define LATEST ((int64_t)UINT32_MAX * NS_PER_SECOND) /* as pcap has it */

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_ICMPV6 = 58 };
enum { MOST_DEPTH = 8 };

static void play_lines(struct play *p, const struct story *story, guint from, guint to, const char *wait);

/* ---- what is wrong ---- */

static void add_error(struct play *p, const char *text)
{
    g_string_append_printf(p->errors, "%s:%u: %s: %s%s%s\n", p->story->file, p->line->number, p->story->name, text,
                           p->story == p->whole ? "" : ", in story ", p->story == p->whole ? "" : p->whole->name);
    p->failed = true;
}

void play_stop(struct play *p, const char *format, ...)
{
    va_list arguments;

    if (p->stopped)
        return;
    va_start(arguments, format);
    char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    add_error(p, text);
    g_free(text);
    p->stopped = true;
}

void play_differs(struct play *p, const char *what, const char *expected, const char *found)
{
    if (p->way->unchecked)
        return;
    char *text = g_strdup_printf("%s is %s, not %s", what, found, expected);
    add_error(p, text);
    g_free(text);
}

/* ---- ends and pairs ---- */

static void free_end(gpointer data)
{
    struct end *end = data;

    g_free(end->name);
    g_free(end);
}

/* The address as written is that of network 0; in IPv6, 10.9.0.H is fd09::H. */
static bool read_address(const struct play *p, const char *text, struct end *end)
{
    static const uint8_t hosts[3] = { 10, 9, 0 };
    const unsigned network = p->way->network;
    uint8_t *ip = end->address.ip;

    end->family = strchr(text, ':') != NULL ? 6 : 4;
    if (inet_pton(end->family == 6 ? AF_INET6 : AF_INET, text, ip) != 1)
        return false;
    if (p->way->ipv6 && end->family == 4) {
        const uint8_t v6[16] = { 0xfd, 0x09, [12] = ip[0], ip[1], ip[2], ip[3] };
        const bool is_host = memcmp(ip, hosts, sizeof hosts) == 0;
        memcpy(ip, v6, sizeof v6);
        memset(ip + 12, 0, is_host ? sizeof hosts : 0);
        end->family = 6;
    }
    ip[end->family == 4 ? 1 : 2] += (uint8_t)(network >> 8);
    ip[end->family == 4 ? 2 : 3] += (uint8_t)network;
    return true;
}

/* ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT */
static bool read_end(const struct play *p, const char *text, struct end *end)
{
    const char *colon = strrchr(text, ':');
    const bool bracket = text[0] == '[';
    const bool port = colon != NULL && (bracket ? colon[-1] == ']' : strchr(text, ':') == colon);
    const gsize length = port ? (gsize)(colon - text) : strlen(text);
    char *address = bracket ? g_strndup(text + 1, length < 2 ? 0 : length - 2) : g_strndup(text, length);
    bool good = read_address(p, address, end) && (!bracket || port);

    if (port) {
        char *rest;
        const guint64 number = g_ascii_strtoull(colon + 1, &rest, 10);
        good = good && g_ascii_isdigit(colon[1]) && *rest == '\0' && number > 0 && number <= UINT16_MAX;
        end->address.port = (uint16_t)number;
    }
    g_free(address);
    return good;
}

static struct end *find_end(const struct play *p, const char *name)
{
    for (guint i = 0; i < p->ends->len; i++) {
        struct end *end = p->ends->pdata[i];
        if (strcmp(end->name, name) == 0)
            return end;
    }
    return NULL;
}

/* A name that is known gets another address, as long as no packet has been sent. */
static struct end *add_end(struct play *p, const char *name, const char *text)
{
    struct end *end = find_end(p, name);

    if (end != NULL && p->pairs->len > 0)
        play_stop(p, "%s has sent a packet already", name);
    if (!stories_is_name(name))
        play_stop(p, "no end can be called \"%s\"", name);
    if (end == NULL) {
        end = g_new0(struct end, 1);
        end->name = g_strdup(name);
        g_ptr_array_add(p->ends, end);
    }
    memset(&end->address, 0, sizeof end->address);
    end->ttl = 64;
    if (!read_end(p, text, end))
        play_stop(p, "\"%s\" is no address with a port", text);
    end->written = end->address;
    for (size_t i = 0; p->way->mirrored && i < (end->family == 4 ? 4 : 16); i++)
        end->address.ip[i] ^= 0xff;
    return end;
}

const struct end *play_end(struct play *p, const char *name)
{
    const struct end *end = find_end(p, name);

    if (end == NULL)
        play_stop(p, "there is no end \"%s\"", name);
    return end == NULL ? p->left : end;
}

/* Each pair has numbers of its own. */
static struct pair *new_pair(const struct play *p, const struct end *left, const struct end *right)
{
    static const uint32_t first_isns[] = { 1000000000, 3206383070 }, first_clocks[] = { 3000000, 1603254559 };
    const uint32_t *isns = p->way->isns == NULL ? first_isns : p->way->isns;
    const uint32_t *clocks = p->way->clocks == NULL ? first_clocks : p->way->clocks;
    const uint32_t n = p->pairs->len, network = p->way->network;
    struct pair *pair = g_new0(struct pair, 1);

    pair->end[0] = left;
    pair->end[1] = right;
    pair->side[0] = (struct side){ .isn = isns[0] + n * 123456789 - network,
                                   .clock = clocks[0] + n * 77000000 - network,
                                   .ip_id = 0x03e8 };
    pair->side[1] = (struct side){ .isn = isns[1] - n * 98765432 - network,
                                   .clock = clocks[1] - n * 55000000 - network,
                                   .ip_id = 0x3734 };
    for (unsigned i = 0; i < 2; i++) {
        pair->side[i].snd_nxt = pair->side[i].isn;
        pair->side[i].timestamps = p->timestamps;
    }
    return pair;
}

static void can_talk(struct play *p, const struct end *a, const struct end *b)
{
    if (a == b || a->family != b->family)
        play_stop(p, "%s and %s cannot talk to each other", a->name, b->name);
}

struct pair *play_pair(struct play *p, const struct end *left, const struct end *right)
{
    for (guint i = 0; i < p->pairs->len; i++) {
        struct pair *pair = p->pairs->pdata[i];
        if ((pair->end[0] == left && pair->end[1] == right) || (pair->end[0] == right && pair->end[1] == left))
            return pair;
    }
    if (left->address.port == 0 || right->address.port == 0)
        play_stop(p, "%s has no port", left->address.port == 0 ? left->name : right->name);
    can_talk(p, left, right);
    struct pair *pair = new_pair(p, left, right);
    g_ptr_array_add(p->pairs, pair);
    return pair;
}

/* ---- frames ---- */

struct tracker *play_tracker(struct play *p)
{
    if (p->t == NULL)
        p->t = tracker_new(&p->options);
    return p->t;
}

/* As the plugin does with a frame. */
static void track(struct play *p, const struct sighting *seen, const GByteArray *packet, size_t captured)
{
    const struct ip_facts ip = ip_facts(packet->data);
    const struct packet_bytes bytes = { .data = packet->data, .captured = captured, .on_wire = packet->len };
    struct tracker *t = play_tracker(p);

    tracker_begin_frame(t, seen);
    if (ip.protocol == PROTO_TCP) {
        struct segment seg = { .seen = *seen };
        if (segment_parse(&bytes, ip.header, &seg))
            tracker_segment(t, &seg);
        return;
    }
    bool icmp = ip.protocol == PROTO_ICMP || ip.protocol == PROTO_ICMPV6;
    if (icmp)
        tracker_icmp(t, seen, ip.family, &bytes, ip.header);
    tracker_other_packet(t, seen, ip.family, ip.src, icmp);
}

static void one_frame(struct play *p, uint16_t point, enum direction direction, const GByteArray *packet,
                      size_t captured)
{
    const struct story_frame frame = {
        .seen = { .frame = ++p->frame, .point = point, .direction = (uint8_t)direction, .time = p->time },
        .data = packet->data,
        .captured = captured,
        .on_wire = packet->len,
    };

    track(p, &frame.seen, packet, captured);
    if (p->listener != NULL && p->listener->frame != NULL)
        p->listener->frame(p->listener->user, &frame);
    p->time += STEP;
}

/* A packet that is forwarded is seen as it comes in, and as it goes out; on a loopback interface the other way round. */
static void both_ways(struct play *p, uint16_t point, const GByteArray *packet, size_t captured)
{
    if (p->loops) {
        one_frame(p, point, DIRECTION_OUT, packet, captured);
        one_frame(p, point, DIRECTION_IN, packet, captured);
        return;
    }
    if (p->in || !p->out)
        one_frame(p, point, p->in ? DIRECTION_IN : DIRECTION_UNKNOWN, packet, captured);
    if (p->out)
        one_frame(p, point, DIRECTION_OUT, packet, captured);
}

uint32_t play_frame(struct play *p, const GByteArray *packet, size_t captured)
{
    const uint32_t first = p->frame + 1;

    for (guint i = 0; i < MAX(p->at->len, 1); i++)
        for (unsigned copy = 0; copy < (p->way->twice ? 2 : 1); copy++)
            both_ways(p, p->at->len == 0 ? 0 : g_array_index(p->at, uint16_t, i), packet, captured);
    return first;
}

/* ---- lines that are no packet of TCP ---- */

/* end NAME ADDRESS:PORT [ttl N] */
static void line_end(struct play *p, char **words)
{
    const char *name = play_argument(p, &words);
    struct end *end = add_end(p, name, play_argument(p, &words));

    if (*words == NULL)
        return;
    if (words[1] == NULL || strcmp(words[0], "ttl") != 0 || play_count(p, words[1]) > UINT8_MAX)
        play_stop(p, "end NAME ADDRESS:PORT ttl N, where N is at most 255");
    else
        end->ttl = (uint8_t)play_count(p, words[1]);
}

/* between LEFT RIGHT */
static void line_between(struct play *p, char **words)
{
    p->left = play_end(p, play_argument(p, &words));
    p->right = play_end(p, play_argument(p, &words));
}

/* let NAME NUMBER */
static void line_let(struct play *p, char **words)
{
    const char *name = play_argument(p, &words);
    const uint32_t number = play_number(p, play_pair(p, p->left, p->right), play_argument(p, &words), 0);

    play_let(p, name, number);
}

static uint16_t point_of(struct play *p, const char *name)
{
    for (guint i = 0; i < p->points->len; i++)
        if (strcmp(p->points->pdata[i], name) == 0)
            return (uint16_t)i;
    const uint16_t point = (uint16_t)p->points->len;
    g_ptr_array_add(p->points, g_strdup(name));
    tracker_name_point(play_tracker(p), point, name, 0);
    if (p->listener != NULL && p->listener->point != NULL)
        p->listener->point(p->listener->user, point, name);
    return point;
}

/* at POINT... */
static void line_at(struct play *p, char **words)
{
    g_array_set_size(p->at, 0);
    while (*words != NULL) {
        const uint16_t point = point_of(p, *words++);
        g_array_append_val(p->at, point);
    }
}

static void cut_quote(struct play *p, GByteArray *quoted, uint32_t length)
{
    const uint32_t header = (uint32_t)ip_facts(quoted->data).header;

    if (length > quoted->len - header)
        play_stop(p, "the SYN has only %u bytes behind its IP header", quoted->len - header);
    else
        g_byte_array_set_size(quoted, header + length);
}

/* icmp KIND [from END] [seq NUMBER] [quote N] [words of a packet]: about the left end's latest SYN. */
static void line_icmp(struct play *p, char **words)
{
    const char *kind = play_argument(p, &words);
    const struct end *from = find_end(p, "router");
    struct packet packet = { 0 };

    if (*words != NULL && strcmp(*words, "from") == 0) {
        words++;
        from = play_end(p, play_argument(p, &words));
    }
    play_words(p, words, true, &packet);
    can_talk(p, from, p->left);
    struct pair *pair = play_pair(p, p->left, p->right);
    GByteArray *quoted = g_byte_array_new();
    g_byte_array_append(quoted, p->last_syn->data, p->last_syn->len);
    if (quoted->len == 0)
        play_stop(p, "no SYN has been sent that an ICMP error could be about");
    if (packet.seq != NULL && !p->stopped) {
        const uint32_t seq = g_htonl(play_number(p, pair, packet.seq, pair->side[0].isn));
        memcpy(quoted->data + ip_facts(quoted->data).header + 4, &seq, 4);
    }
    if (packet.quote != NULL && !p->stopped)
        cut_quote(p, quoted, play_count(p, packet.quote));
    GByteArray *bytes = bytes_of_icmp(from, p->left, kind, quoted);
    if (bytes == NULL)
        play_stop(p, "there is no ICMP error \"%s\"", kind);
    else if (!p->stopped && p->hidden == 0)
        expect_of_frame(p, &packet, play_frame(p, bytes, bytes->len));
    if (bytes != NULL)
        g_byte_array_unref(bytes);
    g_byte_array_unref(quoted);
}

/* other END: a packet of something else than TCP. */
static void line_other(struct play *p, char **words)
{
    const struct end *from = play_end(p, play_argument(p, &words));
    const struct end *to = from == p->left ? p->right : p->left;
    GByteArray *bytes = bytes_of_other(from, to);

    can_talk(p, from, to);
    if (!p->stopped)
        play_frame(p, bytes, bytes->len);
    g_byte_array_unref(bytes);
}

/* use BEGINNING [hide] */
static void line_use(struct play *p, char **words)
{
    const char *name = play_argument(p, &words);
    const struct story *beginning = stories_find(p->stories, name);
    const bool hide = *words != NULL && strcmp(*words, "hide") == 0;

    if (beginning == NULL)
        play_stop(p, "there is no beginning \"%s\"", name);
    else if (!beginning->is_beginning || p->depth == MOST_DEPTH)
        play_stop(p, "%s cannot be used here", name);
    else if (*words != NULL && !hide)
        play_stop(p, "use NAME hide, not \"%s\"", *words);
    if (beginning == NULL || p->stopped)
        return;
    p->depth++;
    p->hidden += hide;
    play_lines(p, beginning, 0, beginning->lines->len, NULL);
    p->hidden -= hide;
    p->depth--;
}

static enum peer_stack find_stack(struct play *p, const char *token)
{
    int stack = 0;

    while (stack < PEER_STACK_COUNT && strcmp(stack_row((enum peer_stack)stack)->token, token) != 0)
        stack++;
    if (stack == PEER_STACK_COUNT)
        play_stop(p, "there are no rules of \"%s\"", token);
    return (enum peer_stack)stack;
}

/* options [peer_rules STACK] [time_wait SECONDS] [no_answer_retries N]: the preferences. */
static void line_options(struct play *p, char **words)
{
    if (p->t != NULL)
        play_stop(p, "options come before the first packet");
    while (*words != NULL && !p->stopped) {
        const char *name = *words++, *value = play_argument(p, &words);
        if (strcmp(name, "time_wait") == 0)
            p->options.time_wait = play_count(p, value) * NS_PER_SECOND;
        else if (strcmp(name, "no_answer_retries") == 0)
            p->options.no_answer_retries = play_count(p, value);
        else if (strcmp(name, "peer_rules") == 0)
            p->options.peer = find_stack(p, value);
        else
            play_stop(p, "there is no option \"%s\"", name);
        if (p->listener != NULL && p->listener->option != NULL)
            p->listener->option(p->listener->user, name, value);
    }
}

/* only WAY...: the other ways of playing it end here. */
static void line_only(struct play *p, char **words)
{
    static const char *const ways[] = { "as_written", "twice", "mirrored", NULL };
    const char *way = ways[p->way->twice ? 1 : p->way->mirrored ? 2 : 0];

    for (char **word = words; *word != NULL; word++)
        if (!g_strv_contains(ways, *word))
            play_stop(p, "no story is played \"%s\"", *word);
    p->stopped = p->stopped || !g_strv_contains((const char *const *)words, way);
}

/* hz N: ticks of the timestamp clocks in a second. */
static void line_hz(struct play *p, char **words)
{
    p->hz = play_count(p, *words);
    if (p->hz == 0)
        play_stop(p, "a clock must tick");
}

/* timestamps off: neither end uses them. */
static void line_timestamps(struct play *p, char **words)
{
    p->timestamps = strcmp(*words, "on") == 0;
    if (!p->timestamps && strcmp(*words, "off") != 0)
        play_stop(p, "timestamps are \"on\" or \"off\"");
}

/* least, most: the number of words behind the first one. */
static const struct {
    const char *word;
    void (*play)(struct play *p, char **words);
    guint least, most;
} lines[] = {
    { "=>", expect_line, 1, G_MAXUINT },
    { "at", line_at, 0, G_MAXUINT },
    { "between", line_between, 2, 2 },
    { "end", line_end, 2, 4 },
    { "hz", line_hz, 1, 1 },
    { "icmp", line_icmp, 1, G_MAXUINT },
    { "let", line_let, 2, 2 },
    { "only", line_only, 1, 3 },
    { "options", line_options, 2, G_MAXUINT },
    { "other", line_other, 1, 1 },
    { "timestamps", line_timestamps, 1, 1 },
    { "use", line_use, 1, 2 },
};

/* ---- lines ---- */

static const struct {
    char letter;
    uint8_t flag;
} flag_letters[] = { { 'S', TCP_SYN }, { 'F', TCP_FIN }, { 'R', TCP_RST }, { 'P', TCP_PSH }, { '.', TCP_ACK } };

static uint8_t read_flags(struct play *p, const char *text)
{
    uint8_t flags = 0;

    for (const char *letter = strcmp(text, "-") == 0 ? "" : text; *letter != '\0'; letter++) {
        size_t i = 0;
        while (i < G_N_ELEMENTS(flag_letters) && flag_letters[i].letter != *letter)
            i++;
        if (i == G_N_ELEMENTS(flag_letters) || (flags & flag_letters[i].flag)) {
            play_stop(p, "\"%s\" are no flags", text);
            return 0;
        }
        flags |= flag_letters[i].flag;
    }
    return flags;
}

/* "> FLAGS ...", "< FLAGS ..." or "A > B FLAGS ...". Of two ends that meet for the first time the left one is A, but
 * not if it answers with a SYN/ACK. */
static bool line_packet(struct play *p, char **words)
{
    const bool named = words[1] != NULL && strcmp(words[1], ">") == 0;
    const bool right = strcmp(words[0], "<") == 0;
    struct packet packet = { 0 };

    if (!named && !right && strcmp(words[0], ">") != 0)
        return false;
    const struct end *left_end = named ? play_end(p, words[0]) : p->left;
    words += named ? 2 : 1;
    const struct end *right_end = named ? play_end(p, play_argument(p, &words)) : p->right;
    packet.flags = read_flags(p, play_argument(p, &words));
    play_words(p, words, false, &packet);
    if (!p->stopped) {
        const bool answers = named && (packet.flags & TCP_SYN) && (packet.flags & TCP_ACK);
        struct pair *pair = play_pair(p, answers ? right_end : left_end, answers ? left_end : right_end);
        play_segment(p, pair, named ? pair->end[0] != left_end : right, &packet);
    }
    return true;
}

/* The words of a line without its time. */
static char **without_time(char **words)
{
    return *words != NULL && strchr("+-", **words) != NULL && g_ascii_isdigit((*words)[strcspn(*words, "0123456789")])
               ? words + 1
               : words;
}

static bool is_packet_line(const struct story_line *line)
{
    char **words = without_time(line->words);

    return *words != NULL
           && (strcmp(*words, ">") == 0 || strcmp(*words, "<") == 0
               || (words[1] != NULL && strcmp(words[1], ">") == 0));
}

/* again +TIME...: the packets directly above, once more after each of these times. */
static void play_again(struct play *p, const struct story *story, guint index)
{
    const struct story_line *line = story->lines->pdata[index];
    guint from = index;

    while (from > 0 && is_packet_line(story->lines->pdata[from - 1]))
        from--;
    if (from == index)
        play_stop(p, "there is no packet directly above");
    if (line->words[1] == NULL)
        play_stop(p, "again comes with a time");
    p->repeats++;
    for (char **wait = line->words + 1; *wait != NULL && !p->stopped; wait++) {
        play_time(p, *wait); /* what is wrong with it is said of this line */
        if (!p->stopped)
            play_lines(p, story, from, index, *wait);
    }
    p->repeats--;
}

static void play_line(struct play *p, const char *wait)
{
    char **words = without_time(p->line->words);
    size_t i = 0;

    if (wait == NULL && words != p->line->words)
        wait = p->line->words[0];
    if (wait != NULL)
        p->time += play_time(p, wait);
    if (p->time < 0 || p->time > LATEST)
        play_stop(p, "the clock leaves the years 1970 to 2106");
    if (p->stopped || *words == NULL || line_packet(p, words))
        return;
    while (i < G_N_ELEMENTS(lines) && strcmp(lines[i].word, *words) != 0)
        i++;
    if (i == G_N_ELEMENTS(lines))
        play_stop(p, "no line begins with \"%s\"", *words);
    else if (g_strv_length(words + 1) < lines[i].least)
        play_stop(p, "something is missing at the end");
    else if (g_strv_length(words + 1) > lines[i].most)
        play_stop(p, "%s has %u words, no more", *words, lines[i].most);
    else
        lines[i].play(p, words + 1);
}

/* Some lines of a story; wait: replaces the time of the first one. */
static void play_lines(struct play *p, const struct story *story, guint from, guint to, const char *wait)
{
    const struct story *story_before = p->story;
    const struct story_line *line_before = p->line;

    for (guint i = from; i < to && !p->stopped; i++) {
        p->story = story;
        p->line = story->lines->pdata[i];
        if (p->line->words[0] != NULL && strcmp(p->line->words[0], "again") == 0)
            play_again(p, story, i);
        else
            play_line(p, i == from ? wait : NULL);
    }
    p->story = story_before;
    p->line = line_before;
}

static void set_the_stage(struct play *p)
{
    p->options = (struct tracker_options){ .peer = PEER_AUTO, .no_answer_retries = 1 };
    p->time = EPOCH;
    p->timestamps = true;
    p->hz = p->way->hz == 0 ? 1000 : p->way->hz;
    p->ends = g_ptr_array_new_with_free_func(free_end);
    p->pairs = g_ptr_array_new_with_free_func(g_free);
    p->points = g_ptr_array_new_with_free_func(g_free);
    p->frames = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    p->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    p->at = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    p->last_syn = g_byte_array_new();
    p->left = add_end(p, "c", "10.9.0.1:57011");
    p->right = add_end(p, "s", "10.9.0.2:8080");
    add_end(p, "router", "10.9.0.254");
}

static void clear_the_stage(struct play *p)
{
    tracker_free(p->t);
    g_ptr_array_unref(p->ends);
    g_ptr_array_unref(p->pairs);
    g_ptr_array_unref(p->points);
    g_hash_table_unref(p->frames);
    g_hash_table_unref(p->values);
    g_array_unref(p->at);
    g_byte_array_unref(p->last_syn);
}

bool stories_play(const GPtrArray *stories, const struct story *story, const struct story_way *way,
                  const struct story_listener *listener, GString *errors)
{
    struct play p = {
        .stories = stories, .whole = story, .story = story, .way = way, .listener = listener, .errors = errors
    };

    set_the_stage(&p);
    play_lines(&p, story, 0, story->lines->len, NULL);
    clear_the_stage(&p);
    return !p.failed;
}
