/* timeline.c - the calls of a capture over its time, and what they lost, drawn as SVG
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "timeline.h"

#include "arithmetic.h"
#include "html.h"

enum {
    BINS = 60,
    WIDTH = 900,
    LEFT = 132, /* on a phone, where letters are larger, nine of them */
    TITLE = 28, /* room above a strip */
    APART = 12, /* between two, and its title */
    CALLS_HEIGHT = 110,
    LOW = 50, /* of the other strips */
    FOOT = 30,
    OUTCOMES = 4
};

struct timeline {
    int64_t begin, width;                         /* ns; of a bin */
    uint32_t calls[BINS][OUTCOMES], crowds[BINS]; /* those of floods and scans are no others */
    int64_t lost[BINS];
    uint32_t most, most_in_crowds;
    int64_t most_lost;
    gint height; /* of what is drawn */
};

/* The parts of a bar, from the bottom up: healthy calls are at the bottom. */
static const struct {
    enum outcome outcome;
    const char *class;
} layers[OUTCOMES] = {
    { OUTCOME_IN_TIME, "in_time" },
    { OUTCOME_UNKNOWN, "unknown" },
    { OUTCOME_LATE, "late" },
    { OUTCOME_FAILED, "failed" },
};

static void find_span(struct timeline *line, const GArray *results)
{
    int64_t end = INT64_MIN;

    line->begin = INT64_MAX;
    for (guint i = 0; i < results->len; i++) {
        const struct result *r = &g_array_index(results, struct result, i);
        if (!r->carries)
            continue;
        line->begin = MIN(line->begin, r->begin);
        end = MAX(end, r->begin);
    }
    line->width = MAX(((uint64_t)end - (uint64_t)line->begin) / BINS + 1, (uint64_t)1000);
}

static void count(struct timeline *line, const GArray *results)
{
    for (guint i = 0; i < results->len; i++) {
        const struct result *r = &g_array_index(results, struct result, i);
        if (!r->carries)
            continue;
        guint bin = MIN((guint)(((uint64_t)r->begin - (uint64_t)line->begin) / (uint64_t)line->width), BINS - 1);
        if (r->in_crowd) {
            line->crowds[bin]++;
            continue;
        }
        line->calls[bin][r->outcome]++;
        line->lost[bin] = add_durations(line->lost[bin], r->lost);
    }
    for (guint bin = 0; bin < BINS; bin++) {
        uint32_t all = 0;
        for (guint i = 0; i < OUTCOMES; i++)
            all += line->calls[bin][i];
        line->most = MAX(line->most, all);
        line->most_in_crowds = MAX(line->most_in_crowds, line->crowds[bin]);
        line->most_lost = MAX(line->most_lost, line->lost[bin]);
    }
}

/* A bar of a bin, from y up; returns its height. */
static double draw_bar(GString *out, guint bin, double y, double height, const char *class)
{
    const double step = (double)(WIDTH - LEFT) / BINS;
    char x_text[G_ASCII_DTOSTR_BUF_SIZE], y_text[G_ASCII_DTOSTR_BUF_SIZE], height_text[G_ASCII_DTOSTR_BUF_SIZE];

    if (height <= 0)
        return 0;
    height = MAX(height, 2); /* one call among thousands can be seen */
    g_ascii_formatd(x_text, sizeof x_text, "%.1f", LEFT + step * bin);
    g_ascii_formatd(y_text, sizeof y_text, "%.1f", y - height);
    g_ascii_formatd(height_text, sizeof height_text, "%.1f", height);
    html_printf(out, "<rect x=\"%s\" y=\"%s\" width=\"%d\" height=\"%s\" class=\"%s\"/>", x_text, y_text,
                (int)(step - 1), height_text, class);
    return height;
}

/* Makes room for a strip below the others; returns where it begins. */
static gint begin_strip(struct timeline *line, gint height)
{
    gint top = line->height + (line->height == 0 ? TITLE : APART + TITLE);

    line->height = top + height;
    return top;
}

static void draw_axis(GString *out, gint top, gint height, const char *most, const char *title)
{
    html_printf(out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"axis\"/>\n", LEFT, top + height, WIDTH,
                top + height);
    html_printf(out, "<text x=\"%d\" y=\"%d\" class=\"tick\">%s</text>\n", LEFT - 6, top + 10, most);
    html_printf(out, "<text x=\"%d\" y=\"%d\" class=\"caption\">%s</text>\n", LEFT, top - 6, title);
}

static char *seconds_text(int64_t ns)
{
    GString *text = g_string_new(NULL);

    append_duration(text, ns);
    return g_string_free(text, FALSE);
}

/* "calls in 1.0 s each". */
static void draw_number_axis(const struct timeline *line, GString *out, gint top, gint height, uint32_t most,
                             const char *what)
{
    char *number = g_strdup_printf("%u", most), *bin = seconds_text(line->width);
    char *title = g_strdup_printf("%s in %s each", what, bin);

    draw_axis(out, top, height, number, title);
    g_free(title);
    g_free(bin);
    g_free(number);
}

static void draw_calls(struct timeline *line, GString *out)
{
    gint top = begin_strip(line, CALLS_HEIGHT);

    for (guint bin = 0; bin < BINS; bin++) {
        double y = top + CALLS_HEIGHT;
        for (guint i = 0; i < OUTCOMES; i++) {
            double share = (double)line->calls[bin][layers[i].outcome] / MAX(line->most, 1);
            y -= draw_bar(out, bin, y, share * CALLS_HEIGHT, layers[i].class);
        }
    }
    draw_number_axis(line, out, top, CALLS_HEIGHT, line->most, "calls");
}

static void draw_lost(struct timeline *line, GString *out)
{
    gint top = begin_strip(line, LOW);
    char *most = seconds_text(line->most_lost);

    for (guint bin = 0; bin < BINS; bin++)
        draw_bar(out, bin, top + LOW, (double)line->lost[bin] / (double)line->most_lost * LOW, "lost");
    draw_axis(out, top, LOW, most, "time lost by the calls that began then");
    g_free(most);
}

/* On a scale of their own: they may be a thousand times as many as the other calls. */
static void draw_crowds(struct timeline *line, GString *out)
{
    gint top = begin_strip(line, LOW);

    for (guint bin = 0; bin < BINS; bin++)
        draw_bar(out, bin, top + LOW, (double)line->crowds[bin] / line->most_in_crowds * LOW, "crowds");
    draw_number_axis(line, out, top, LOW, line->most_in_crowds, "calls of floods and scans");
}

static void draw_time(struct timeline *line, GString *out)
{
    char *end = seconds_text(line->width * BINS);

    line->height += FOOT;
    html_printf(out, "<text x=\"%d\" y=\"%d\" class=\"caption\">0 s</text>\n", LEFT, line->height - 8);
    html_printf(out, "<text x=\"%d\" y=\"%d\" class=\"tick\">%s</text>\n", WIDTH, line->height - 8, end);
    g_free(end);
}

void timeline_draw(const GArray *results, GString *out)
{
    struct timeline *line = g_new0(struct timeline, 1);
    GString *strips = g_string_new(NULL);

    find_span(line, results);
    count(line, results);
    if (line->most > 0)
        draw_calls(line, strips);
    if (line->most_lost > 0)
        draw_lost(line, strips);
    if (line->most_in_crowds > 0)
        draw_crowds(line, strips);
    draw_time(line, strips);
    html_printf(out, "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" class=\"timeline\">\n", WIDTH, line->height,
                WIDTH);
    g_string_append(out, "<title>Calls over the time of the capture, by what became of them</title>\n");
    g_string_append(out, strips->str);
    g_string_append(out, "</svg>\n");
    g_string_free(strips, TRUE);
    g_free(line);
}
