# An old connection that was not captured may have made it: a FIN_WAIT_2 of Linux, a TIME_WAIT of lwIP.
story refused.closed_port
> S
< R.                                    decides
=> refused closed_port inferred

# Two callers are refused: no old connection is on both port pairs.
story refused_to_two_callers
end other 10.9.0.1:57012
between other s
> S
< R.
between c s
+1 > S
   < R.                                 decides
=> refused closed_port

# The same SYN comes again from another port, as behind a NAT: one call was refused, not two.
story refused_twice_behind_a_nat
end other 10.9.0.1:57012
let syn I
> S
< R.
between other s
+0.01 > S syn
      < R.                              decides
=> refused closed_port inferred

# On one port pair, one old connection may have made both.
story refused_twice_on_a_port_pair
> S
< R.
+1 > S I+1000
   < R.                                 decides
=> refused closed_port inferred

# The server's program is gone, its half-closed connection is not. A SYN in its window gets this RST.
story refused.old_fin_wait_2
use half_closed_by_server
+2    > S N+1000                        states SYN_SENT/FIN_WAIT_2
      < R.                              decides
=> refused old_fin_wait_2

story refused.old_syn_received
use unfiltered
use half_open
+0.5  > S I+1000                        states SYN_SENT/SYN_RECEIVED
      < R.                              decides
=> refused old_syn_received

# The server is three hops away (TTL 61), what refuses is one hop away.
story refused.reset_in_path
end s 10.9.0.2:8080 ttl 61
end before 10.9.0.1:57010
between before s
use conversation
between c s
+1    > S
      < R. ttl 254                      decides
=> refused reset_in_path inferred

story unreachable.icmp_net
> S
icmp net                                decides
=> unreachable icmp_net

# A virtual address, and one of its members is down.
story unreachable_beside_a_call_that_got_in
> S                                     as first
icmp host
end other 10.9.0.1:40002
between other s
> S
< S.
> .
=> first: summary "host unreachable" advice "Other calls to this address and port got in" no_advice "it is down"

story unreachable.icmp_host
> S
icmp host                               decides
=> unreachable icmp_host

# A firewall on the server itself rejects (iptables' default).
story unreachable.icmp_port
> S
icmp port from s                        decides
=> unreachable icmp_port

story unreachable.icmp_admin_prohibited
> S
icmp admin_prohibited                   decides
=> unreachable icmp_admin_prohibited

# The packet went in a circle.
story unreachable.icmp_other
> S
icmp other                              decides
=> unreachable icmp_other

# Others get in: the port is not closed.
story refused.refused_though_open
use handshake
end other 10.9.0.1:57012
between other s
+1 > S
   < R.
end third 10.9.0.1:57013
between third s
   > S
   < R.                     decides
=> refused refused_though_open

story refused_once_though_open
use handshake
end other 10.9.0.1:57012
between other s
+1 > S
   < R.                     decides
=> refused refused_though_open inferred

# The server had no room after all.
story refused.reset_after_handshake
> S
< S.
> .
< R                         decides
=> refused reset_after_handshake

# lwIP, by the TTL and the options of its SYN/ACK: what falls into the old window is reset.
story refused.time_wait_sequence
end s 10.9.0.2:8080 ttl 255
use closed_by_lwip
+5 > S N+100                predicts rst
   < R.                     decides
=> refused time_wait_sequence stack lwip

# On the bridge of a host of containers: the SYN is seen after its source was translated, the RST goes to the address
# before.
story refused_before_nat_is_undone
end outside 192.168.5.1:57011
let syn I
> S
s > outside R. ack syn+1    decides
=> refused closed_port inferred

# ... so does an ICMP error, which quotes the SYN as it was before.
story unreachable_before_nat_is_undone
end outside 192.168.5.1:57011
let syn I
> S
between outside s
> S syn hide
icmp port from s            decides
=> unreachable icmp_port

# And one whose SYN/ACK goes there.
story taken_before_nat_is_undone
end outside 192.168.5.1:57011
let syn I
between outside s
let answer J
between c s
     > S
     s > outside S. ack syn+1 lost
     > . seq syn+1 ack answer+1    decides
     > P. (29) seq syn+1 ack answer+1
     s > outside . seq answer+1 ack syn+30
     > P. (29) seq syn+1 ack answer+1
+1   > P. (29) seq syn+1 ack answer+1
=> established ok

# A generator of packets gives one ISN to all: the refusal is of a SYN that the capture lacks.
story refusal_of_an_isn_that_several_share
timestamps off
end second 10.9.0.7:57011
end third 10.9.0.8:57011
> S 0
second > s S 0                as other
s > third R. 0 ack 1
+3 > S 0
use unfiltered
=> other: no_answer silent_port

# Ten seconds, counted from the RST: it came a second after the SYN.
story open_ten_seconds_after_a_slow_refusal
end other 10.9.0.1:57012
     > S                    as slow
+1   < R.                   as refusal
between other s
+9.5 > S
     < S.
     > .
=> slow: refused refused_though_open inferred decided_by refusal

story open_eleven_seconds_before_a_slow_refusal
end other 10.9.0.1:57012
between other s
     > S
     < S.
     > .
between c s
+9.5 > S
+1   < R.                   decides
=> refused closed_port inferred

# A filter before the server answers the client's ACK with a RST, as iptables' REJECT --reject-with tcp-reset does; the server,
# which has no ACK, repeats its SYN/ACK. Its TTL tells nothing where captures of both sides are in one.
story reset_before_the_answer_again
> S
< S.
> . lost
+0.0001 < R J+1 forged          decides
+1.02   < S.
> R I+1
use unfiltered
=> refused reset_in_path inferred summary "(the server repeats its SYN/ACK after it)"

# It repeats it in the moment of its end.
story reset_beside_the_answer_again
> S
< S.
> . lost
+1.02   < R J+1                 decides
+0.01   < S.
use unfiltered
=> refused reset_after_handshake
