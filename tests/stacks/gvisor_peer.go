// SPDX-License-Identifier: GPL-2.0-or-later

// gVisor's TCP on a tap device: does with each connection what its first byte says, as situations.py has it.
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"strconv"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/fdbased"
	"gvisor.dev/gvisor/pkg/tcpip/link/tun"
	"gvisor.dev/gvisor/pkg/tcpip/network/arp"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"
)

const nic, mtu, responseLength = 1, 1500, 100

func failed(what string, err any) {
	log.Fatalf("%s: %v", what, err)
}

func macAddress(text string) tcpip.LinkAddress {
	mac, err := net.ParseMAC(text)
	if err != nil {
		failed(text, err)
	}
	return tcpip.LinkAddress(mac)
}

// By way of a packet's header, since the type is another one in each version of gVisor.
func address(text string) tcpip.Address {
	packet := make(header.IPv4, header.IPv4MinimumSize)
	copy(packet[12:], net.ParseIP(text).To4())
	return packet.SourceAddress()
}

// The stack with one interface, whose only neighbour is known: there is no ARP in the captures.
func newStack(tap, own, ownMAC, other, otherMAC string) *stack.Stack {
	fd, err := tun.OpenTAP(tap)
	if err != nil {
		failed(tap, err)
	}
	link, err := fdbased.New(&fdbased.Options{FDs: []int{fd}, MTU: mtu, EthernetHeader: true, Address: macAddress(ownMAC)})
	if err != nil {
		failed(tap, err)
	}
	s := stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol, arp.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol},
	})
	sack := tcpip.TCPSACKEnabled(true) // as in gVisor's sandbox
	if err := s.SetTransportProtocolOption(tcp.ProtocolNumber, &sack); err != nil {
		failed("SACK", err)
	}
	if err := s.CreateNIC(nic, link); err != nil {
		failed("interface", err)
	}
	protocolAddress := tcpip.ProtocolAddress{Protocol: ipv4.ProtocolNumber, AddressWithPrefix: address(own).WithPrefix()}
	if err := s.AddProtocolAddress(nic, protocolAddress, stack.AddressProperties{}); err != nil {
		failed(own, err)
	}
	s.SetRouteTable([]tcpip.Route{{Destination: header.IPv4EmptySubnet, NIC: nic}})
	if err := s.AddStaticNeighbor(nic, ipv4.ProtocolNumber, address(other), macAddress(otherMAC)); err != nil {
		failed(other, err)
	}
	return s
}

func listen(s *stack.Stack, port string, backlog int) *gonet.TCPListener {
	var queue waiter.Queue
	number, parseError := strconv.ParseUint(port, 10, 16)
	if parseError != nil {
		failed(port, parseError)
	}
	endpoint, err := s.NewEndpoint(tcp.ProtocolNumber, ipv4.ProtocolNumber, &queue)
	if err != nil {
		failed("endpoint", err)
	}
	if err := endpoint.Bind(tcpip.FullAddress{NIC: nic, Port: uint16(number)}); err != nil {
		failed("bind", err)
	}
	if err := endpoint.Listen(backlog); err != nil {
		failed("listen", err)
	}
	return gonet.NewTCPListener(s, &queue, endpoint)
}

func serve(connection *gonet.TCPConn) {
	command := make([]byte, 1)
	if _, err := connection.Read(command); err != nil {
		return
	}
	switch command[0] {
	case 'c':
		connection.Close()
	case 's':
		connection.CloseWrite()
	case 'e', 'r':
		if command[0] == 'r' {
			connection.Write(make([]byte, responseLength))
		}
		for err := error(nil); err == nil; {
			_, err = connection.Read(command)
		}
		connection.Close()
	}
}

func main() {
	if len(os.Args) != 8 {
		log.Fatal("usage: gvisor_peer TAP ADDRESS MAC OTHER_ADDRESS OTHER_MAC PORT FULL_PORT")
	}
	s := newStack(os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5])
	listener := listen(s, os.Args[6], 64)
	full := listen(s, os.Args[7], 1) // nobody accepts
	defer full.Close()
	fmt.Println("ready")
	for {
		connection, err := listener.Accept()
		if err != nil {
			failed("accept", err)
		}
		go serve(connection.(*gonet.TCPConn))
	}
}
