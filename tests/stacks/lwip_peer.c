/* lwip_peer.c - lwIP's TCP on a tap device: does with each connection what its first byte says, as situations.py has it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <fcntl.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if_tun.h>
#include <lwip/ip4_addr.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/tcp.h>
#include <lwip/tcpip.h>

struct frame {
    struct ether_header header;
    unsigned char packet[ETHERMTU];
};

/* The tap device, and the header of all frames that go out: the only neighbour is known, and no ARP is needed. */
static int tap;
static struct ether_header to_neighbour = { .ether_type = PP_HTONS(ETHERTYPE_IP) };

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void open_tap(const char *name)
{
    struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };

    tap = open("/dev/net/tun", O_RDWR);
    if (tap < 0)
        fail("/dev/net/tun");
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (ioctl(tap, TUNSETIFF, &request) != 0)
        fail(name);
}

static void read_mac(uint8_t *mac, const char *text)
{
    const struct ether_addr *address = ether_aton(text);

    if (!address)
        fail(text);
    memcpy(mac, address, ETH_ALEN);
}

static err_t send_packet(struct netif *netif, struct pbuf *packet, const ip4_addr_t *to)
{
    struct frame frame = { .header = to_neighbour };
    size_t length = pbuf_copy_partial(packet, frame.packet, ETHERMTU, 0);

    (void)netif;
    (void)to;
    return write(tap, &frame, sizeof frame.header + length) > 0 ? ERR_OK : ERR_IF;
}

static err_t set_up(struct netif *netif)
{
    netif->name[0] = 't';
    netif->name[1] = 'p';
    netif->mtu = ETHERMTU;
    netif->output = send_packet;
    netif->flags = NETIF_FLAG_UP | NETIF_FLAG_LINK_UP;
    return ERR_OK;
}

static void receive_packets(struct netif *netif)
{
    struct frame frame;
    ssize_t length;

    while ((length = read(tap, &frame, sizeof frame)) > 0) {
        if (length <= (ssize_t)sizeof frame.header || frame.header.ether_type != to_neighbour.ether_type)
            continue;
        u16_t size = (u16_t)((size_t)length - sizeof frame.header);
        struct pbuf *packet = pbuf_alloc(PBUF_RAW, size, PBUF_POOL);
        if (!packet)
            continue;
        pbuf_take(packet, frame.packet, size);
        if (netif->input(packet, netif) != ERR_OK)
            pbuf_free(packet);
    }
    fail("tap");
}

/* The connection's `arg` is a pointer to this if it is closed when the client has closed. */
static bool closes_at_end;

static err_t obey_command(struct tcp_pcb *connection, char command)
{
    static const char response[100];

    switch (command) {
    case 'c':
        return tcp_close(connection);
    case 's':
        return tcp_shutdown(connection, 0, 1);
    case 'r':
        tcp_write(connection, response, sizeof response, 0);
        tcp_arg(connection, &closes_at_end);
        return ERR_OK;
    case 'e':
        tcp_arg(connection, &closes_at_end);
        return ERR_OK;
    default:
        return ERR_OK;
    }
}

static err_t receive(void *arg, struct tcp_pcb *connection, struct pbuf *data, err_t err)
{
    if (!data && arg)
        return tcp_close(connection);
    if (!data)
        return err;
    char command = (char)pbuf_get_at(data, 0);
    tcp_recved(connection, data->tot_len);
    pbuf_free(data);
    return obey_command(connection, command);
}

static err_t take(void *arg, struct tcp_pcb *connection, err_t err)
{
    (void)arg;
    if (!connection)
        return err;
    tcp_arg(connection, NULL);
    tcp_recv(connection, receive);
    return ERR_OK;
}

/* Counts against the backlog for good: as if no program had accepted it. */
static err_t leave(void *arg, struct tcp_pcb *connection, err_t err)
{
    (void)arg;
    if (!connection)
        return err;
    tcp_backlog_delayed(connection);
    return ERR_OK;
}

static void listen_on(const char *port, u8_t backlog, tcp_accept_fn on_accept)
{
    struct tcp_pcb *listener = tcp_new();

    if (!listener || tcp_bind(listener, IP4_ADDR_ANY, (u16_t)strtoul(port, NULL, 10)) != ERR_OK)
        fail(port);
    listener = tcp_listen_with_backlog(listener, backlog);
    if (!listener)
        fail(port);
    tcp_accept(listener, on_accept);
}

static void started(void *arg)
{
    sys_sem_signal(arg);
}

int main(int argc, char *argv[])
{
    static struct netif netif;
    ip4_addr_t own, mask, gateway;
    sys_sem_t ready;

    if (argc != 8 || !ip4addr_aton(argv[2], &own) || !ip4addr_aton(argv[4], &gateway)) {
        fputs("usage: lwip_peer TAP ADDRESS MAC OTHER_ADDRESS OTHER_MAC PORT FULL_PORT\n", stderr);
        return 2;
    }
    open_tap(argv[1]);
    read_mac(to_neighbour.ether_shost, argv[3]);
    read_mac(to_neighbour.ether_dhost, argv[5]);
    sys_sem_new(&ready, 0);
    tcpip_init(started, &ready);
    sys_sem_wait(&ready);
    LOCK_TCPIP_CORE();
    IP4_ADDR(&mask, 255, 255, 255, 0);
    netif_add(&netif, &own, &mask, &gateway, NULL, set_up, tcpip_input);
    netif_set_default(&netif);
    listen_on(argv[6], 64, take);
    listen_on(argv[7], 1, leave);
    UNLOCK_TCPIP_CORE();
    puts("ready");
    fflush(stdout);
    receive_packets(&netif);
}
