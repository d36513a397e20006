/* json.c - values of the engine as JSON
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "json.h"

#include <inttypes.h>

void json_text(json_dumper *json, const char *name, const char *text)
{
    if (text == NULL)
        return;
    char *valid = g_utf8_make_valid(text, -1);
    json_dumper_set_member_name(json, name);
    json_dumper_value_string(json, valid);
    g_free(valid);
}

void json_count(json_dumper *json, const char *name, uint64_t count)
{
    json_dumper_set_member_name(json, name);
    json_dumper_value_anyf(json, "%" PRIu64, count);
}

void json_number(json_dumper *json, const char *name, int64_t number)
{
    json_dumper_set_member_name(json, name);
    json_dumper_value_anyf(json, "%" PRId64, number);
}

void json_flag(json_dumper *json, const char *name, bool flag)
{
    json_dumper_set_member_name(json, name);
    json_dumper_value_anyf(json, flag ? "true" : "false");
}

void json_frame(json_dumper *json, const char *name, uint32_t frame)
{
    if (frame != 0 && frame != FRAME_HIDDEN)
        json_count(json, name, frame);
}

void json_end_of(json_dumper *json, const char *name, uint8_t family, const struct tcp_address *address, bool with_port)
{
    GString *text = g_string_new(NULL);

    append_address(text, family, address, with_port);
    json_text(json, name, text->str);
    g_string_free(text, TRUE);
}

void json_seconds(json_dumper *json, const char *name, int64_t ns)
{
    if (ns < 0)
        return;
    json_dumper_set_member_name(json, name);
    json_dumper_value_anyf(json, "%" PRId64 ".%09d", ns / NS_PER_SECOND, (int)(ns % NS_PER_SECOND));
}

void json_time(json_dumper *json, const char *name, int64_t ns)
{
    int64_t seconds = ns / NS_PER_SECOND - (ns % NS_PER_SECOND < 0);
    GDateTime *date = g_date_time_new_from_unix_utc(seconds);
    char *day = g_date_time_format(date, "%Y-%m-%dT%H:%M:%S");
    char *text = g_strdup_printf("%s.%09dZ", day, (int)(ns - seconds * NS_PER_SECOND));

    json_text(json, name, text);
    g_free(text);
    g_free(day);
    g_date_time_unref(date);
}
