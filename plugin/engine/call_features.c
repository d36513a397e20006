/* call_features.c - the table of what calls are compared by
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "call_features.h"

#include "siblings.h"

#include <string.h>

enum { NODE_PORT_FIRST = 30000, NODE_PORT_LAST = 32767 };

/* ---- the SYN ---------------------------------------------------------------------------------------- */

static bool read_damaged(const struct subject *s, uint64_t *value)
{
    *value = (s->a->flags & ATTEMPT_DAMAGED) != 0;
    return true;
}

static bool read_ecn(const struct subject *s, uint64_t *value)
{
    *value = (s->syn->flags & PRINT_ECN) != 0;
    return true;
}

static bool read_syn_data(const struct subject *s, uint64_t *value)
{
    *value = s->a->syn_data != 0;
    return true;
}

static bool read_dscp(const struct subject *s, uint64_t *value)
{
    *value = s->syn->traffic >> 2;
    return s->syn->ttl != 0;
}

static bool read_flow_label(const struct subject *s, uint64_t *value)
{
    *value = (s->syn->flags & PRINT_FLOW_LABEL) != 0;
    return s->result->family == 6;
}

static bool has_option(const struct subject *s, unsigned kind, uint64_t *value)
{
    *value = s->syn->option_kinds >> kind & 1;
    return !(s->syn->flags & PRINT_CUT);
}

#define OPTION_READER(NAME, KIND)                                     \
    static bool read_##NAME(const struct subject *s, uint64_t *value) \
    {                                                                 \
        return has_option(s, KIND, value);                            \
    }

OPTION_READER(fast_open, KIND_FAST_OPEN)
OPTION_READER(mptcp, KIND_MPTCP)
OPTION_READER(ao, KIND_AO)
OPTION_READER(md5, KIND_MD5)
OPTION_READER(sack, KIND_SACK)
OPTION_READER(scale, KIND_SCALE)

static bool read_timestamps(const struct subject *s, uint64_t *value)
{
    *value = (s->a->flags & ATTEMPT_HAS_TS) != 0;
    return !(s->syn->flags & PRINT_CUT);
}

static bool read_option_order(const struct subject *s, uint64_t *value)
{
    *value = s->syn->option_layout;
    return !(s->syn->flags & PRINT_CUT);
}

static bool read_ttl(const struct subject *s, uint64_t *value)
{
    *value = s->syn->ttl;
    return s->syn->ttl != 0;
}

static uint64_t mac_number(const uint8_t mac[6])
{
    uint64_t number = 0;

    for (int i = 0; i < 6; i++)
        number = number << 8 | mac[i];
    return number;
}

static bool read_client_mac(const struct subject *s, uint64_t *value)
{
    *value = mac_number(s->syn->link_src);
    return *value != 0;
}

static bool read_gateway(const struct subject *s, uint64_t *value)
{
    *value = mac_number(s->syn->link_dst);
    return *value != 0;
}

static bool read_vlan(const struct subject *s, uint64_t *value)
{
    *value = s->syn->vlan;
    return mac_number(s->syn->link_dst) != 0;
}

static bool read_interface(const struct subject *s, uint64_t *value)
{
    *value = s->syn->interface;
    return s->syn->interface != 0;
}

/* ---- where it comes from ---------------------------------------------------------------------------- */

static bool read_client(const struct subject *s, uint64_t *value)
{
    *value = pair_of(s->t, s->a)->ip[attempt_side(s->a)];
    return true;
}

static bool read_node_port(const struct subject *s, uint64_t *value)
{
    *value = s->result->client_port >= NODE_PORT_FIRST && s->result->client_port <= NODE_PORT_LAST;
    return true;
}

/* Whether the client calls from a port at which its own address takes calls: it does not at one that refuses them. */
static bool read_service_port(const struct subject *s, uint64_t *value)
{
    const struct tcp_address client = result_client(s->t, s->result);

    *value = 0;
    for (guint i = 0; i < s->t->peers.services->len && *value == 0; i++) {
        const struct service *service = &g_array_index(s->t->peers.services, struct service, i);
        *value = service->port == client.port && service->answer != ANSWER_RST
                 && same_ip(s->result->family, service->ip, client.ip);
    }
    return true;
}

static bool read_port_range(const struct subject *s, uint64_t *value)
{
    *value = s->result->client_port;
    return true;
}

static bool read_reused(const struct subject *s, uint64_t *value)
{
    const struct connection *old = get_history(s->t, s->a->history);

    *value = old != NULL && s->a->first_time - old->last_time < BOX_MEMORY;
    return true;
}

static bool read_reused_later(const struct subject *s, uint64_t *value)
{
    const struct connection *old = get_history(s->t, s->a->history);

    *value = old != NULL && s->a->first_time - old->last_time >= BOX_MEMORY;
    return true;
}

static bool read_fresh(const struct subject *s, uint64_t *value)
{
    *value = s->a->use == 1;
    return true;
}

static bool read_elsewhere(const struct subject *s, uint64_t *value)
{
    *value = s->around->elsewhere != 0;
    return true;
}

/* The same SYN comes back to the address that it came from. */
static bool read_hairpin(const struct subject *s, uint64_t *value)
{
    const struct port_pair *pair = pair_of(s->t, s->a);

    *value = 0;
    for (uint32_t r = sibling_after(s->t, s->attempt, s->attempt); r != 0; r = sibling_after(s->t, s->attempt, r)) {
        const struct attempt *leg = get_attempt(s->t, r);
        const struct port_pair *other = pair_of(s->t, leg);
        *value |= other->family == pair->family && other->ip[server_side(leg)] == pair->ip[attempt_side(s->a)];
    }
    return true;
}

/* ---- what went on ----------------------------------------------------------------------------------- */

static bool read_first_contact(const struct subject *s, uint64_t *value)
{
    *value = (uint64_t)s->around->idle;
    return true;
}

static bool read_open(const struct subject *s, uint64_t *value)
{
    *value = s->around->open;
    return true;
}

static bool read_recent(const struct subject *s, uint64_t *value)
{
    *value = s->around->recent;
    return true;
}

static bool read_request(const struct subject *s, uint64_t *value)
{
    *value = s->e == NULL ? 0 : s->e->request;
    return s->e != NULL && (s->e->flags & EV_CLIENT_DATA);
}

/* ---- the answer ------------------------------------------------------------------------------------- */

static bool read_way_back(const struct subject *s, uint64_t *value)
{
    if (s->back == NULL)
        return false;
    if (s->syn->interface != 0 && s->back->interface != 0) {
        *value = s->syn->interface != s->back->interface;
        return true;
    }
    if (mac_number(s->syn->link_dst) == 0 || mac_number(s->back->link_src) == 0)
        return false;
    *value =
        memcmp(s->syn->link_dst, s->back->link_src, sizeof s->back->link_src) != 0 || s->syn->vlan != s->back->vlan;
    return true;
}

static bool read_back_mac(const struct subject *s, uint64_t *value)
{
    *value = s->back == NULL ? 0 : mac_number(s->back->link_src);
    return *value != 0;
}

static bool read_back_ttl(const struct subject *s, uint64_t *value)
{
    *value = s->back == NULL ? 0 : s->back->ttl;
    return *value != 0;
}

static bool read_back_window(const struct subject *s, uint64_t *value)
{
    *value = s->back == NULL ? 0 : s->back->window;
    return s->back != NULL;
}

/* What the SYN asks for and the SYN/ACK grants, where it asks for both. */
static bool read_grants(const struct subject *s, uint64_t *value)
{
    const uint64_t asked = UINT64_C(1) << KIND_SCALE | UINT64_C(1) << KIND_SACK;

    if (s->back == NULL || ((s->syn->flags | s->back->flags) & PRINT_CUT) || (s->syn->option_kinds & asked) != asked)
        return false;
    *value = s->back->option_kinds & asked;
    return true;
}

/* Behind NAT, where the capture has both sides. */
static bool read_backend(const struct subject *s, uint64_t *value)
{
    const struct port_pair *pair = pair_of(s->t, s->a);

    for (uint32_t r = sibling_after(s->t, s->attempt, s->attempt); r != 0; r = sibling_after(s->t, s->attempt, r)) {
        const struct attempt *leg = get_attempt(s->t, r);
        const struct port_pair *other = pair_of(s->t, leg);
        *value = (uint64_t)other->ip[server_side(leg)] << 16 | other->port[server_side(leg)];
        if (other->family == pair->family && other->ip[server_side(leg)] != pair->ip[server_side(s->a)])
            return true;
    }
    return false;
}

/* ---- in words --------------------------------------------------------------------------------------- */

#define WORDS(NAME, TEXT)                                                                      \
    static void say_##NAME(GString *out, const struct found *found, const struct subject *any) \
    {                                                                                          \
        (void)found, (void)any;                                                                \
        g_string_append(out, TEXT);                                                            \
    }

#define WORDS_WITH(NAME, TEXT, ...)                                                            \
    static void say_##NAME(GString *out, const struct found *found, const struct subject *any) \
    {                                                                                          \
        (void)any;                                                                             \
        g_string_append_printf(out, TEXT, __VA_ARGS__);                                        \
    }

#define WORDS_OF_OPTION(NAME, TEXT) WORDS_WITH(NAME, "SYN %s " TEXT, found->value ? "with" : "without")

#define WORDS_OF_LEAST(NAME, BEFORE, AFTER)                                                                \
    static void say_##NAME(GString *out, const struct found *found, const struct subject *any)             \
    {                                                                                                      \
        (void)any;                                                                                         \
        g_string_append_printf(                                                                            \
            out, BEFORE "%" G_GUINT64_FORMAT AFTER " or more (the others: %" G_GUINT64_FORMAT " at most)", \
            found->value, found->others);                                                                  \
    }

WORDS(damaged, "SYN with a wrong checksum")
WORDS(hairpin, "the SYN comes back to the address that sent it")
WORDS(reused, "the port pair was used before, less than 120 s ago")
WORDS(reused_later, "the port pair was used before, more than 120 s ago")
WORDS(fresh, "the port pair was not used before in the capture")
WORDS(ecn, "SYN with ECE and CWR (it asks for ECN)")
WORDS(syn_data, "SYN with data")
WORDS_OF_OPTION(fast_open, "the Fast Open option")
WORDS_OF_OPTION(mptcp, "the MPTCP option")
WORDS_OF_OPTION(ao, "the TCP-AO option")
WORDS_OF_OPTION(md5, "the MD5 option")
WORDS_OF_OPTION(timestamps, "timestamps")
WORDS_OF_OPTION(sack, "SACK")
WORDS_OF_OPTION(scale, "a window scale")
WORDS_WITH(dscp, "SYN with DSCP %u", (unsigned)found->value)
WORDS_WITH(flow_label, "SYN with%s a flow label", found->value ? "" : "out")
WORDS_OF_LEAST(open, "when the client has ", " connections to the service")
WORDS_OF_LEAST(recent, "when the client has, or had in the last 120 s, ", " connections to the service")
WORDS(node_port, "source port between 30000 and 32767, as NodePorts are")
WORDS(service_port, "source port that the client's address takes calls at")
WORDS_WITH(port_range, "source port from %u to %u, where none of the others has one", (unsigned)found->value,
           (unsigned)found->others)
WORDS(way_back, "the SYN/ACK comes from another link address, VLAN or interface than the SYN went to")
WORDS_WITH(interface, "SYN at interface number %u", (unsigned)found->value)
WORDS_WITH(back_ttl, "SYN/ACK with TTL %u", (unsigned)found->value)
WORDS_WITH(back_window, "SYN/ACK with a window of %u", (unsigned)found->value)
WORDS_WITH(vlan, "VLAN %u", (unsigned)found->value)
WORDS_WITH(ttl, "SYN with TTL %u", (unsigned)found->value)
WORDS(option_order, "SYN with another list of options than the others have")

/* Also says the MSS of both ends: if a hop on the way takes only smaller packets, these numbers are too large for it. */
static void say_request(GString *out, const struct found *found, const struct subject *any)
{
    g_string_append_printf(
        out, "a first request of %" G_GUINT64_FORMAT " bytes or more (the others: %" G_GUINT64_FORMAT " at most)",
        found->value, found->others);
    if (any->back != NULL && any->syn->mss != 0 && any->back->mss != 0)
        g_string_append_printf(out, ", with an MSS of %u and %u", any->syn->mss, any->back->mss);
}

/* If the SYN meets the other connection, the host acknowledges that one. Its answer may end it, whose client did nothing
 * wrong: such victims are counted too. */
static void say_elsewhere(GString *out, const struct found *found, const struct subject *any)
{
    g_string_append(out,
                    "the client's address and port are in use, or were less than 120 s before, toward another address");
    if (found->met > 0) {
        g_string_append_printf(out,
                               ", from where %u of them got the same ACK again at once after two repeated SYNs or more "
                               "(the first in frame ",
                               found->met);
        append_frame_name(out, &any->t->frame_names, found->met_frame);
        g_string_append_c(out, ')');
    }
    if (found->others > 0) {
        g_string_append_printf(out,
                               ", and a RST ended %" G_GUINT64_FORMAT
                               " of these connections afterwards (the first began in "
                               "frame ",
                               found->others);
        append_frame_name(out, &any->t->frame_names, found->frame);
        g_string_append_c(out, ')');
    }
}

static void say_grants(GString *out, const struct found *found, const struct subject *any)
{
    (void)any;
    g_string_append_printf(out, "SYN/ACK with%s a window scale and with%s SACK",
                           found->value >> KIND_SCALE & 1 ? "" : "out", found->value >> KIND_SACK & 1 ? "" : "out");
}

static void append_ip(GString *out, uint8_t family, const uint8_t ip[16])
{
    struct tcp_address address = { .port = 0 };

    memcpy(address.ip, ip, sizeof address.ip);
    append_address(out, family, &address, false);
}

static void append_named_frame(GString *out, const struct tracker *t, const char *before, uint32_t frame)
{
    g_string_append(out, before);
    append_frame_name(out, &t->frame_names, frame);
}

/* Where the first of these packets are. */
static void append_setup(GString *out, const struct subject *any, const struct setup *setup)
{
    if (setup->kind == SETUP_IKE) {
        g_string_append(out, "from ");
        append_ip(out, setup->family, setup->asker);
        g_string_append(out, " to ");
    } else {
        g_string_append(out, setup->next_hop ? "for the next hop " : "for ");
    }
    append_ip(out, setup->family, setup->asked);
    append_named_frame(out, any->t, ", in frame ", setup->begun);
    if (setup->answered != 0)
        append_named_frame(out, any->t, ", answered in frame ", setup->answered);
}

static void say_setups(GString *out, const struct found *found, const struct subject *any)
{
    static const char *const kinds[] = {
        [SETUP_ARP] = "ARP", [SETUP_NEIGHBOUR] = "neighbour discovery", [SETUP_IKE] = "IKE"
    };

    g_string_append_printf(out, "; while %u of them waited, %s began%s (the first: ", found->met,
                           kinds[found->setup->kind], found->setup->again != 0 ? " between the two SYNs" : "");
    append_setup(out, any, found->setup);
    g_string_append_c(out, ')');
}

static void say_first_contact(GString *out, const struct found *found, const struct subject *any)
{
    if (found->value == INT64_MAX) {
        g_string_append(out, "the first call of its client to the address in the capture");
    } else {
        g_string_append(out, "the client had not called the address before, or not for ");
        append_duration(out, (int64_t)found->value);
        g_string_append(out, " (the others: for ");
        append_duration(out, (int64_t)found->others);
        g_string_append(out, " at most)");
    }
    if (found->setup != NULL)
        say_setups(out, found, any);
}

static void say_client(GString *out, const struct found *found, const struct subject *any)
{
    (void)found;
    g_string_append(out, "from ");
    append_client(out, any->t, any->result);
}

static void append_mac(GString *out, uint64_t number)
{
    for (int shift = 40; shift >= 0; shift -= 8)
        g_string_append_printf(out, "%02x%s", (unsigned)(number >> shift & 0xff), shift == 0 ? "" : ":");
}

static void say_client_mac(GString *out, const struct found *found, const struct subject *any)
{
    (void)any;
    g_string_append(out, "SYN from link address ");
    append_mac(out, found->value);
}

static void say_gateway(GString *out, const struct found *found, const struct subject *any)
{
    (void)any;
    g_string_append(out, "SYN to link address ");
    append_mac(out, found->value);
}

static void say_back_mac(GString *out, const struct found *found, const struct subject *any)
{
    (void)any;
    g_string_append(out, "SYN/ACK from link address ");
    append_mac(out, found->value);
}

static void say_backend(GString *out, const struct found *found, const struct subject *any)
{
    for (uint32_t r = sibling_after(any->t, any->attempt, any->attempt); r != 0;
         r = sibling_after(any->t, any->attempt, r)) {
        const struct attempt *leg = get_attempt(any->t, r);
        const struct port_pair *pair = pair_of(any->t, leg);
        const uint8_t side = server_side(leg);
        struct tcp_address backend;
        if (((uint64_t)pair->ip[side] << 16 | pair->port[side]) != found->value)
            continue;
        port_pairs_address(&any->t->pairs, pair, side, &backend);
        g_string_append(out, "sent on to ");
        append_address(out, pair->family, &backend, true);
        if (found->others > 0) {
            g_string_append(out, ", which took its last call ");
            append_duration(out, (int64_t)found->others);
            g_string_append(out, " before the first of these");
        }
        return;
    }
}

/* ---- the table -------------------------------------------------------------------------------------- */

#define ROW(NAME, TOKEN, FORM) [FEATURE_##NAME] = { #TOKEN, FORM, read_##TOKEN, say_##TOKEN }

static const struct feature_row rows[FEATURE_COUNT] = {
    ROW(DAMAGED, damaged, FORM_HAS),
    ROW(HAIRPIN, hairpin, FORM_HAS),
    ROW(ELSEWHERE, elsewhere, FORM_HAS),
    ROW(REUSED, reused, FORM_HAS),
    ROW(REUSED_LATER, reused_later, FORM_HAS),
    ROW(ECN, ecn, FORM_HAS),
    ROW(SYN_DATA, syn_data, FORM_HAS),
    ROW(FAST_OPEN, fast_open, FORM_TOKEN),
    ROW(MPTCP, mptcp, FORM_TOKEN),
    ROW(AO, ao, FORM_TOKEN),
    ROW(MD5, md5, FORM_TOKEN),
    ROW(TIMESTAMPS, timestamps, FORM_TOKEN),
    ROW(SACK, sack, FORM_TOKEN),
    ROW(SCALE, scale, FORM_TOKEN),
    ROW(DSCP, dscp, FORM_TOKEN),
    ROW(FLOW_LABEL, flow_label, FORM_TOKEN),
    ROW(REQUEST, request, FORM_LEAST),
    ROW(FIRST_CONTACT, first_contact, FORM_LEAST),
    ROW(OPEN, open, FORM_LEAST),
    ROW(RECENT, recent, FORM_LEAST),
    ROW(NODE_PORT, node_port, FORM_HAS),
    ROW(SERVICE_PORT, service_port, FORM_HAS),
    ROW(WAY_BACK, way_back, FORM_HAS),
    ROW(BACKEND, backend, FORM_TOKEN),
    ROW(BACK_MAC, back_mac, FORM_TOKEN),
    ROW(BACK_TTL, back_ttl, FORM_TOKEN),
    ROW(VLAN, vlan, FORM_TOKEN),
    ROW(INTERFACE, interface, FORM_TOKEN),
    ROW(GATEWAY, gateway, FORM_TOKEN),
    ROW(CLIENT_MAC, client_mac, FORM_TOKEN),
    ROW(CLIENT, client, FORM_TOKEN),
    ROW(TTL, ttl, FORM_TOKEN),
    ROW(OPTION_ORDER, option_order, FORM_TOKEN),
    ROW(BACK_WINDOW, back_window, FORM_TOKEN),
    ROW(GRANTS, grants, FORM_TOKEN),
    ROW(FRESH, fresh, FORM_HAS),
    ROW(PORT_RANGE, port_range, FORM_RANGE),
};

const struct feature_row *feature_row(enum feature feature)
{
    return &rows[feature];
}
