story established.ok
use closed_by_client
=> established ok decided_by handshake not_as_rules no reuse -

# The first SYN got lost behind the capture point.
story established.syn_retransmitted
      > S
+1.02 > S
      < S.
      > .                   decides
use exchange
=> established syn_retransmitted delayed retries 1

# Seen at the server: its first SYN/ACK got lost, and its timer is the first to end.
story established.synack_retransmitted
      > S
      < S.
+1.02 < S.
      > .                   decides
use exchange
=> established synack_retransmitted delayed

# Seen at the client: its acknowledgment got lost, and the server is the one who speaks first.
story established.ack_retransmitted
      > S
      < S.
      > . lost              decides
+1.02 < S.
      > .
      < P. (40)
      > .
=> established ack_retransmitted

# A SYN of long ago reached the server first (RFC 9293, figure 9), so it acknowledges that one.
story established.after_wrong_ack
      > S
      < S. ack I-4711 lost
      > R
+0.01 > S
      < S. J+64000
      > .                   decides
use exchange
=> established after_wrong_ack delayed retries 1

# The rejecting ACK reached the client: its RST removes the TIME_WAIT.
story established.after_time_wait_reset
use closed_by_server
+9.13 > S N+352641030 ts R-1159862      predicts ack
      < . no_socket
      > R N
+0.01 > S
      < S. X+159641486
      > .                               decides
=> established after_time_wait_reset delayed retries 1

# The client lost the old connection, the server did not: its challenge ACK makes the client reset it.
story established.after_old_connection_reset
use conversation
+100  > S I+1352641000 ts 40643665      predicts ack
      < .
      > R N
+0.01 > S
      < S. X+2000000000
      > .                               decides
=> established after_old_connection_reset delayed retries 1

story established.time_wait_recycled_timestamp
use closed_by_server
+9.1  > S N-500000                      predicts syn_ack
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_timestamp reuse time_wait_recycled_timestamp

story established.time_wait_recycled_sequence
timestamps off
use closed_by_server
+9.1  > S N+352641030                   predicts syn_ack
      < S. X+65537
      > .                               decides
=> established time_wait_recycled_sequence reuse time_wait_recycled_sequence

story established.time_wait_expired
use closed_by_server
+63.4 > S N-500000 ts R-1159862
      < S. X+995733925
      > .                               decides
=> established time_wait_expired reuse time_wait_expired

# The client closed first, so TIME_WAIT was on its side: it reuses its own port (net.ipv4.tcp_tw_reuse).
story established.reuse_after_close
use closed_by_client
+5    > S N+65537 ecr 1603254559
      < S. X+995733925
      > .                               decides
=> established reuse_after_close reuse after_close

story established.reuse_after_reset
use conversation
      < R.
+5    > S N-500000
      < S. X+995733925
      > .                               decides
=> established reuse_after_reset reuse after_reset

# The SYN/ACK acknowledges the data that came with the SYN.
story established.fast_open
> S (29) fast_open
< S.
< P. (40)
> .                                     decides
=> established fast_open

# Both ends connect at once; each SYN is an attempt, decided by the SYN/ACK that answers it.
story established.simultaneous_open
end c 10.9.0.1:40001
end s 10.9.0.2:40002
timestamps off
> S                                     as left
< S                                     as right
> S.                                    as answer_to_right
< S.                                    as answer_to_left
> .
< .
=> right: established simultaneous_open decided_by answer_to_right use 1
=> left: established simultaneous_open decided_by answer_to_left use 1

# The client's first segment must acknowledge the SYN/ACK.
story data_that_acknowledges_nothing
      > S
      < S.
+0.01 > P. (10) ack 5
=> pending unacknowledged

# A listener comes up behind a refusal; the client tries again, as Windows does.
story established.after_refusal
      > S
      < R.
+0.5  > S
      < S.
      > .                   decides
=> established after_refusal delayed retries 1 summary "Established"

# A health check has seen enough.
story established.reset_by_client
> S
< S.
> R. I+1                    decides
=> established reset_by_client

story established.slow_answer
      > S
+2.5  < S.
      > .                   decides
=> established slow_answer delayed

# The client's ACK is missing, or it waited for the data: the handshake was not slow for all that shows.
story acknowledged_with_data
      > S
      < S.
+1.2  > P. (29)               decides
      < .
=> established ok

story slow_answer_acknowledged_with_data
      > S
+2.5  < S.
      > P. (29)               decides
      < .
=> established slow_answer delayed

# The client was connected, its request was answered late: the accept queue was full.
story established.accepted_late
      > S
      < S.
      > .                   decides
      > P. (29) lost
+0.2  > P. -29 (29) lost
+0.4  > P. -29 (29)
      < .
=> established accepted_late delayed

# A FIN is repeated once, and the capture ends: one lost packet may do that.
story fin_repeated_once
      > S
      < S.
      > .                   decides
      > F. lost
+0.2  > F. -1 lost
=> established ok

# A proxy on this host answers before it asks the server, which is far: two SYN/ACKs, and nobody is late.
story syn_proxy
at any
      > S in
      < S. out
      > . in                         decides
+0.04 > S out                        copy
+0.3  < S. J+1000000 in
      > . out ack J+1000001
      < . J+1 out
      > P. (29) in ack J+1
      > P. -29 (29) out ack J+1000001
+0.3  < . J+1000001 in
      < . J+1 out
      < P. J+1000001 (40) in
      < P. J+1 (40) out
      > . in ack J+41
      > . out ack J+1000041
=> established ok

# Without timestamps its SYN looks like one that was repeated.
story syn_proxy_without_timestamps
timestamps off
at any
      > S in
      < S. out
+0.3  > . in                         decides
      > S out                        copy
+0.3  < S. J+1000000 in
      > . out ack J+1000001
      > P. (29) in ack J+1
      > P. -29 (29) out ack J+1000001
      < . J+1000001 in
      < . J+1 out
=> established ok

# Nobody listens behind it: it resets what the client thinks is open.
story refused_behind_a_syn_proxy
at any
   > S in
   < S. out
   > . in
   > S out                           copy
   < R. 0 in
   < R. J+1 out ttl 63               decides
=> refused reset_after_handshake

# Captured at the client, the proxy is known by its SYN/ACK, which takes no data yet: what comes from farther is the server's.
story refused_behind_a_syn_proxy_that_is_not_seen
> S
< S. win 0
> .
< R. ttl 63                         decides
=> refused reset_after_handshake inferred
=> summary "it is the server that did not take it" advice "nobody listens"

# A firewall gives both ends other numbers, and is captured on both sides: it is one connection.
story renumbered_by_a_firewall
let c I
let s J
     > S ttl 64 id 0x1234
     > S c+1111111 ttl 63 id 0x1234 ts -0 forged     copy
     < S. s+777777 ack c+1111112 forged
     < S. s ack c+1                                  copy
     > . c+1 ack s+1                                 decides
     > . c+1111112 ack s+777778 forged
     > P. c+1 (29) ack s+1
     > P. c+1111112 (29) ack s+777778 forged
     < . s+777778 ack c+1111141 forged
     < . s+1 ack c+30
     < P. s+777778 (40) ack c+1111141 forged
     < P. s+1 (40) ack c+30
     > . c+30 ack s+41
     > . c+1111141 ack s+777818 forged
     > F. c+30 ack s+41
     > F. c+1111141 ack s+777818 forged
     < F. s+777818 ack c+1111142 forged
     < F. s+41 ack c+31
     > . c+31 ack s+42                               states TIME_WAIT/CLOSED
     > . c+1111142 ack s+777819 forged               states TIME_WAIT/CLOSED
=> established ok

# ... and, where the captures of both sides are merged and their clocks differ, its copies come when it is over.
story renumbered_and_merged
let c I
let s J
      > S ttl 64 id 0x1234
      < S. s ack c+1
      > . c+1 ack s+1                            decides
      > P. c+1 (29) ack s+1
      < . s+1 ack c+30
      > F. c+30 ack s+1
      < F. s+1 ack c+31
      > . c+31 ack s+2
+0.05 > S c+1111111 ttl 63 id 0x1234 ts -50 forged   copy
      < S. s+777777 ack c+1111112 ts -50 forged
      > . c+1111112 ack s+777778 ts -50 forged
=> established ok attempts 1

story renumbered_and_merged_without_an_answer
let c I
      > S ttl 64 id 0x1234
      icmp host                                 decides
+0.05 > S c+1111111 ttl 63 id 0x1234 ts -50 forged   copy
=> unreachable icmp_host attempts 1

# Two calls from one port within a second are two: each packet has another IP ID.
story two_calls_that_no_firewall_renumbered
let c I
      > S ttl 64 id 0x1234
      icmp host
+0.05 > S c+1111111 ttl 63 id 0x1235 ts -50 forged
=> pending capture_ended attempts 2

# With IPv6 there is no IP ID. A flow label that both copies have tells the same (RFC 6437, 2: forwarding nodes leave it),
# also where the hop limit is left alone and the copies come late.
story renumbered_with_a_flow_label
end c [fd09::1]:57011
end s [fd09::2]:8080
let c I
let s J
      > S flow 0xabcde
+0.02 > S c+1111111 flow 0xabcde ts -20 forged   copy
      < S. s+777777 ack c+1111112 forged
+0.02 < S. s ack c+1 ts -20                      copy
      > . c+1 ack s+1                            decides
+0.02 > . c+1111112 ack s+777778 forged ts -20
      > P. c+1 (29) ack s+1
      < . s+777778 ack c+1111141 forged
+0.02 < . s+1 ack c+30 ts -20
=> established ok attempts 1

# ... so that what is repeated is the same SYN again, which has another label each time (Linux, sk_rethink_txhash), ...
story renumbered_with_a_flow_label_in_silence
end c [fd09::1]:57011
end s [fd09::2]:8080
let c I
      > S flow 0xabcde
+0.02 > S c+1111111 flow 0xabcde ts -20 forged   copy
+1.02 > S flow 0x12345                           syn_number 2
+0.02 > S c+1111111 flow 0x12345 ts -20 forged   copy
+2.02 > S flow 0x6789a                           syn_number 3
+0.02 > S c+1111111 flow 0x6789a ts -20 forged   copy
=> no_answer silent_host attempts 1 retries 2

# ... and where the connection is over when the copies come.
story renumbered_with_a_flow_label_and_merged
end c [fd09::1]:57011
end s [fd09::2]:8080
let c I
let s J
      > S flow 0xabcde
      < S. s ack c+1
      > . c+1 ack s+1                                 decides
      > P. c+1 (29) ack s+1
      < . s+1 ack c+30
      > F. c+30 ack s+1
      < F. s+1 ack c+31
      > . c+31 ack s+2
+0.05 > S c+1111111 flow 0xabcde ts -50 forged        copy
      < S. s+777777 ack c+1111112 ts -50 forged
      > . c+1111112 ack s+777778 ts -50 forged
=> established ok attempts 1

# Another label is that of another call, ...
story two_calls_of_two_flow_labels
end c [fd09::1]:57011
end s [fd09::2]:8080
let c I
      > S flow 0xabcde as first
+0.004 > S c+1111111 flow 0xabcdf ts -4
      < S.
      > .                                             decides
=> established ok attempts 2
=> first: no_answer silent_flow

# ... unless a firewall changes labels, too (RFC 6437, 6.1): the timestamp, and a hop limit that is one less, are enough.
story renumbered_and_labelled_anew
end c [fd09::1]:57011
end s [fd09::2]:8080
let c I
      > S flow 0xabcde ttl 64
+0.02 > S c+1111111 flow 0x54321 ttl 63 ts -20 forged copy
=> pending capture_ended attempts 1

# Without timestamps the label and a hop limit that is one less tell, if it comes at once.
story renumbered_with_a_flow_label_without_timestamps
timestamps off
end c [fd09::1]:57011
end s [fd09::2]:8080
let c I
      > S flow 0xabcde ttl 64
      > S c+1111111 flow 0xabcde ttl 63 forged        copy
=> pending capture_ended attempts 1

# The same timestamp is not enough: some clocks tick slowly. Nothing tells whether these are one packet or two.
story maybe_renumbered
end c [fd09::1]:57011
end s [fd09::2]:8080
let c I
      > S as first
+0.02 > S c+1111111 ts -20
      < S.
      > .                                             decides
=> established ok attempts 2
=> first: no_answer silent_flow inferred

# Another timestamp is enough to tell them apart.
story not_renumbered
end c [fd09::1]:57011
end s [fd09::2]:8080
let c I
      > S as first
+0.02 > S c+1111111
      < S.
      > .                                             decides
=> established ok attempts 2
=> first: no_answer silent_flow

# The captures of both hosts merged into one interface, their clocks 50 ms apart: nothing is repeated.
story two_captures_merged
      > S id 0x1111
      < S.
+0.05 > S id 0x1111 ts -50                  copy
      < S. J ts -50                         copy
      > .                                   decides
      > P. (29) id 0x2222
+0.05 > P. -29 (29) id 0x2222 ts -50
      < .
=> established ok

# The same without timestamps, and the server resets it: no box is between them.
story two_captures_of_a_reset_merged
timestamps off
      > S id 0x1111
+0.05 > S id 0x1111                         copy
      < S.
      > . id 0x1112
+0.05 < S. J                                copy
      < R                                   decides
=> refused reset_after_handshake

# The client does not heed a RST that acknowledges another number: it waits for its own timer.
story repeated_behind_an_ignored_reset
timestamps off
      > S
      < R. ack I+41
+1    > S
      < S.
      > .                   decides
=> established syn_retransmitted delayed retries 1

# An ICMP error does not stop every client (RFC 1122, 4.2.3.9); what it waits for then is its own timer.
story repeated_behind_an_icmp_error
      > S
      icmp host
+1    > S
      < S.
      > .                   decides
=> established syn_retransmitted delayed retries 1 lost 1.0001

# What comes from another address is none of its answers.
story repeated_behind_an_answer_from_elsewhere
end member 10.9.0.3:8080
timestamps off
let syn I
      > S
      member > c S. ack syn+1 lost
      c > member R syn+1
+1    > S
      < S.
      > .                   decides
=> established syn_retransmitted delayed retries 1

# A health check that came late is late like any other call, by what cost most; and its port pair may have been used before.
story reset_by_client_after_a_repeated_syn
      > S
+1    > S
      < S.
      > R.                  decides
=> established syn_retransmitted delayed retries 1 connect 1.00015

story reset_by_client_after_a_repeated_syn_ack
      > S
      < S. lost
+1.5  < S.
      > R.                  decides
=> established synack_retransmitted delayed lost 1.5001

story reset_by_client_after_a_slow_answer
      > S
+2    < S.
      > R.                  decides
=> established slow_answer delayed connect 2.0001

story reset_by_client_that_was_idle
      > S
      < S.
+20   > R.                  decides
=> established reset_by_client connect 20.0001 outcome in_time

story reset_by_client_on_a_used_port
use closed_by_server
+9.1  > S N-500000
      < S. X+65537
      > R.                  decides
=> established reset_by_client reuse time_wait_recycled_timestamp

# Seen on a box between: its timer makes the server repeat the SYN/ACK in the moment in which the client repeats its SYN.
story slow_answer_that_crosses_the_next_syn
      > S                as first
      < S. lost hide
+1.03 < S.
      > S
      > .                 decides
      < S.
      > .
+0.03 > P. (29)
      < .
use unfiltered
=> established slow_answer delayed retries 1 outcome late
