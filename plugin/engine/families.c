/* families.c - the table of known reasons why calls that share something fail
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "families.h"

#include "call_features.h"
#include "keys.h"

/* How the calls must have ended. A RST counts as silence does: some boxes drop a SYN, others answer it with a RST. */
static bool is_silent(const struct tracker *t, const struct result *r)
{
    (void)t;
    return r->call_fate == FATE_NO_ANSWER || r->call_cause == CAUSE_SYN_RETRANSMITTED
           || r->call_cause == CAUSE_REFUSED_THOUGH_OPEN || r->call_cause == CAUSE_RESET_IN_PATH
           || r->call_cause == CAUSE_AFTER_REFUSAL;
}

static bool is_silent_or_rejected(const struct tracker *t, const struct result *r)
{
    return is_silent(t, r) || r->call_fate == FATE_REJECTED;
}

static bool is_stuck(const struct tracker *t, const struct result *r)
{
    (void)t;
    return r->call_fate == FATE_STUCK || r->call_cause == CAUSE_SYNACK_LOST || r->call_cause == CAUSE_ACCEPTED_LATE;
}

static bool is_stuck_unheard(const struct tracker *t, const struct result *r)
{
    return is_stuck(t, r) && !(get_attempt(t, r->worst)->flags & ATTEMPT_TOO_BIG);
}

/* Its second SYN was taken; or its first was kept for a while, as Linux keeps packets that wait for ARP (neighbour.c). */
static bool is_taken_second(const struct tracker *t, const struct result *r)
{
    (void)t;
    return r->outcome == OUTCOME_LATE
           && (r->call_cause == CAUSE_SLOW_ANSWER || (r->call_cause == CAUSE_SYN_RETRANSMITTED && r->retries == 1));
}

static bool is_any(const struct tracker *t, const struct result *r)
{
    (void)t, (void)r;
    return true;
}

#define PAGE "what-they-share.md"

enum family {
    FAMILY_CHECKSUM,
    FAMILY_HAIRPIN,
    FAMILY_COLLISION,
    FAMILY_BOX_STATE,
    FAMILY_ONLY_SYNS_WITH,
    FAMILY_KEYS,
    FAMILY_SIZE,
    FAMILY_TOO_BIG,
    FAMILY_FIRST_CONTACT,
    FAMILY_FLOW_LIMIT,
    FAMILY_RATE_LIMIT,
    FAMILY_PORT_RANGE,
    FAMILY_ASYMMETRIC_RETURN,
    FAMILY_BACKEND,
    FAMILY_TWO_HOSTS,
    FAMILY_COUNT
};

static const struct family_row families[FAMILY_COUNT + 1] = {
    [FAMILY_CHECKSUM] = { "checksum",
                          "a box or network card on the way that changes SYNs and leaves the checksum wrong",
                          "Look for what rewrites these packets: NAT in hardware, checksum offload across a tunnel, a "
                          "virtual switch. Next: capture on both sides of it, and switch its offload off (ethtool -K).",
                          PAGE "#checksum" },
    [FAMILY_HAIRPIN] = { "hairpin", "a hairpin: the balancer sends a caller's SYN back to the caller itself",
                         "Let the balancer translate the source address of such calls too (hairpin mode, masquerade), or "
                         "let hosts call their own service directly. Next: conntrack -L -s CLIENT on the balancer.",
                         PAGE "#hairpin" },
    [FAMILY_COLLISION] = { "five_tuple_collision",
                           "a collision behind NAT: two destinations are one host, and the client's old port is still "
                           "known there",
                           "Let each destination have its own client ports, or call one of them only; on the box, let NAT "
                           "choose the source port (masquerade --random-fully) where it cannot keep them apart. Next: "
                           "capture on the host behind both.",
                           PAGE "#five-tuple-collision" },
    [FAMILY_BOX_STATE] = { "box_state", "state that a box on the way keeps of the old connection",
                           "Look at the box between: its entry for the port pair outlives the connection (IPVS "
                           "conn_reuse_mode, a firewall's TIME_WAIT timeout). Next: conntrack -L, or ipvsadm -lnc, for "
                           "one of these port pairs while its SYN is not answered.",
                           PAGE "#state-left-in-a-box" },
    [FAMILY_ONLY_SYNS_WITH] = { "only_syns_with", "a box that drops SYNs that look so",
                                "Find the box that drops them: call through each hop, once with and once without it. "
                                "Until it is mended, switch it off at the client (net.ipv4.tcp_ecn=0 and the like). "
                                "Next: capture on either side of the firewall.",
                                PAGE "#only-syns-with" },
    [FAMILY_KEYS] = { "keys", "a key (TCP-AO, TCP-MD5) that one side has and the other does not", KEY_ADVICE,
                      PAGE "#keys" },
    [FAMILY_SIZE] = { "size", "a path-MTU black hole: large segments are dropped, and no ICMP error says so",
                      "Let ICMP \"fragmentation needed\" and \"packet too big\" through, or clamp the MSS on the tunnel "
                      "(iptables --clamp-mss-to-pmtu), or set net.ipv4.tcp_mtu_probing=1. Next: ping -M do -s 1472 "
                      "SERVER, smaller until it is answered.",
                      PAGE "#size" },
    [FAMILY_TOO_BIG] = { "too_big", "a hop with a smaller MTU, whose ICMP errors are in the capture and change nothing",
                         "Find out why the sender goes on: its own firewall that drops these errors, a NAT that leaves the "
                         "quoted addresses as they were, a locked MTU (ip route get SERVER). Until then clamp the MSS on the "
                         "tunnel (iptables --clamp-mss-to-pmtu). Next: nstat -az IcmpInDestUnreachs on the sender.",
                         PAGE "#size" },
    [FAMILY_FIRST_CONTACT] = { "first_contact",
                               "what has to be set up before the first packet goes through: ARP or neighbour "
                               "discovery, a tunnel, a policy that comes later",
                               "Look at what is done at the first packet: ARP, IKE, a network policy or route that is "
                               "put in place late. Next: capture ARP, ICMPv6 and UDP ports 500 and 4500 too: what is "
                               "between the two SYNs is named.",
                               PAGE "#first-contact" },
    [FAMILY_FLOW_LIMIT] = { "flow_limit",
                            "a limit on the connections of one source to one destination: a NAT's ports, a firewall's, the "
                            "server's",
                            "Raise the limit, use more source addresses, or keep connections open: ports of a NAT (a "
                            "cloud's 64 or 128 for each machine), connlimit, a firewall's session limit. Next: look at "
                            "the NAT's count of failed port allocations.",
                            PAGE "#limits" },
    [FAMILY_RATE_LIMIT] = { "rate_limit", "a limit on SYNs a second, or a server that accepts connections no faster",
                            "Raise the limit (nft or iptables limit, a cloud's or balancer's SYN protection), or let fewer "
                            "connections be made: keep them open. Next: nstat -az TcpExtListenOverflows on the server: if it "
                            "stands still, a box drops the SYNs.",
                            PAGE "#limits" },
    [FAMILY_PORT_RANGE] = { "port_range", "a box or host that takes packets with such ports for something else",
                            "Keep the client's ephemeral ports out of that range (net.ipv4.ip_local_port_range, "
                            "ip_local_reserved_ports). Next: look for NodePorts and NAT rules with one of these ports.",
                            PAGE "#port-ranges" },
    [FAMILY_ASYMMETRIC_RETURN] = { "asymmetric_return",
                                   "asymmetric routes: the answer does not go through the box that saw the SYN",
                                   "Let both directions go through one firewall, or let it accept what it has not seen "
                                   "the beginning of. Next: ip route get CLIENT on the server, and the firewall's count "
                                   "of invalid packets.",
                                   PAGE "#asymmetric-return" },
    [FAMILY_BACKEND] = { "backend", "one of several backends",
                         "Look at that backend: its load, its health check, whether it was being stopped. Next: capture "
                         "there, and take it out of the pool.",
                         PAGE "#one-backend" },
    [FAMILY_TWO_HOSTS] = { "two_hosts", "a second host, or another way, that answers for the address",
                           "Find the owner of that link address: a duplicate IP address, a stale ARP entry, an old "
                           "machine that still runs. Next: arping -D -I INTERFACE ADDRESS.",
                           PAGE "#two-hosts" },
};

/* A feature names a family where all calls came to what it explains. */
struct naming {
    unsigned feature;
    enum family family;
    bool (*explains)(const struct tracker *t, const struct result *r);
};

static const struct naming namings[] = {
    { FEATURE_DAMAGED, FAMILY_CHECKSUM, is_silent },
    { FEATURE_HAIRPIN, FAMILY_HAIRPIN, is_any },
    { FEATURE_ELSEWHERE, FAMILY_COLLISION, is_silent_or_rejected },
    { FEATURE_REUSED, FAMILY_BOX_STATE, is_silent },
    { FEATURE_REUSED_LATER, FAMILY_BOX_STATE, is_silent },
    { FEATURE_ECN, FAMILY_ONLY_SYNS_WITH, is_silent },
    { FEATURE_SYN_DATA, FAMILY_ONLY_SYNS_WITH, is_silent },
    { FEATURE_FAST_OPEN, FAMILY_ONLY_SYNS_WITH, is_silent },
    { FEATURE_MPTCP, FAMILY_ONLY_SYNS_WITH, is_silent },
    { FEATURE_AO, FAMILY_KEYS, is_silent },
    { FEATURE_MD5, FAMILY_KEYS, is_silent },
    { FEATURE_TIMESTAMPS, FAMILY_ONLY_SYNS_WITH, is_silent },
    { FEATURE_SACK, FAMILY_ONLY_SYNS_WITH, is_silent },
    { FEATURE_SCALE, FAMILY_ONLY_SYNS_WITH, is_silent },
    { FEATURE_DSCP, FAMILY_ONLY_SYNS_WITH, is_silent },
    { FEATURE_FLOW_LABEL, FAMILY_ONLY_SYNS_WITH, is_silent },
    { FEATURE_REQUEST, FAMILY_SIZE, is_stuck_unheard },
    { FEATURE_REQUEST, FAMILY_TOO_BIG, is_stuck },
    { FEATURE_FIRST_CONTACT, FAMILY_FIRST_CONTACT, is_taken_second },
    { FEATURE_OPEN, FAMILY_FLOW_LIMIT, is_silent },
    { FEATURE_RECENT, FAMILY_FLOW_LIMIT, is_silent },
    { LEVEL_OF_SERVICE, FAMILY_RATE_LIMIT, is_silent },
    { FEATURE_NODE_PORT, FAMILY_PORT_RANGE, is_any },
    { FEATURE_SERVICE_PORT, FAMILY_PORT_RANGE, is_any },
    { FEATURE_PORT_RANGE, FAMILY_PORT_RANGE, is_any },
    { FEATURE_WAY_BACK, FAMILY_ASYMMETRIC_RETURN, is_stuck },
    { FEATURE_BACKEND, FAMILY_BACKEND, is_any },
    { FEATURE_BACK_MAC, FAMILY_TWO_HOSTS, is_any },
    { FEATURE_BACK_TTL, FAMILY_BACKEND, is_any },
};

static bool explains_all(const struct tracker *t, const struct naming *naming, const GPtrArray *bad)
{
    for (guint i = 0; i < bad->len; i++)
        if (!naming->explains(t, g_ptr_array_index(bad, i)))
            return false;
    return true;
}

const struct family_row *family_of(const struct tracker *t, unsigned feature, const GPtrArray *bad)
{
    for (size_t i = 0; i < G_N_ELEMENTS(namings); i++)
        if (namings[i].feature == feature && explains_all(t, &namings[i], bad))
            return &families[namings[i].family];
    return NULL;
}
