# Seen at the client, or at a load balancer that captures before it drops: the rejecting ACK is missing.
story no_answer.time_wait_paws
use conversation
+30 use server_closes
+9.29 > S N+352641030 ts R-1159862      predicts ack
again +1 +2 +4
=> no_answer time_wait_paws inferred retries 3

story no_answer.time_wait_sequence
timestamps off
use closed_by_server
+9.1  > S N-500000                      predicts ack
again +1 +2 +4
=> no_answer time_wait_sequence inferred retries 3

# Seen at the server: it answers, and the answers never arrive.
story no_answer.synack_lost
      > S
      < S. lost
+1.02 < S. lost
      > S
      < S. lost
+2.05 < S. lost
      > S
      < S. lost
use unfiltered
=> no_answer synack_lost retries 2

# The same service answered another client port just before.
story no_answer.silent_flow
end before 10.9.0.1:57010
between before s
use conversation
between c s
+0.5 > S
again +1 +2 +4
=> no_answer silent_flow retries 3

# The server answers on another port.
story no_answer.silent_port
end before 10.9.0.1:57010
end https 10.9.0.2:443
between before https
use conversation
between c s
+0.5 > S
again +1 +2 +4
=> no_answer silent_port retries 3

story no_answer.silent_host
> S
again +1 +2 +4
use unfiltered
=> no_answer silent_host retries 3

# The service's address is 10.9.0.2; the member behind it, 10.9.0.3, answers by itself, and the client rejects that.
story no_answer.answered_from_elsewhere
end member 10.9.0.3:8080
timestamps off
let syn I
> S
member > c S. ack syn+1 lost
c > member R syn+1
again +1 +2
=> no_answer answered_from_elsewhere retries 2

# The server drops the acknowledgment and the data, and repeats its SYN/ACK.
story stuck.accept_queue_full
     > S
     < S.
     > . lost
+0.1 > P. (29) lost
+0.3 > P. -29 (29) lost
+0.6 < S.                               decides
     > . lost
+0.1 > P. -29 (29) lost
+2   > P. -29 (29) lost
+4   > P. -29 (29) lost
     < S.
     > . lost
=> stuck accept_queue_full inferred

# The answer takes longer than the client's patience: its socket is gone when the SYN/ACK comes.
story aborted.client_gave_up
     > S
+0.8 < S.
     > R                                decides
use unfiltered
=> aborted client_gave_up

story pending.capture_ended
end before 10.9.0.1:57010
end after 10.9.0.1:57012
between before s
use conversation
between c s
     > S                                as last_but_one
+0.5 after > s S
=> last_but_one: pending capture_ended

# What tshark says at the SYN in one pass, before it has read the answer.
story pending.in_progress
> S
=> pending in_progress so_far
< S.
> .

# Damaged on the way: one bit of the SYN behind a checksum that was right, by a router; the receiver drops it silently.
story damaged
end c 10.9.0.1:57011 ttl 63
> S damaged lost
+1 > S damaged lost
+2.1 other s
=> no_answer silent_port retries 1
=> summary "its SYN came with a wrong TCP checksum, which the server drops" advice "TcpInCsumErrors"

# ... taken with its TTL whole: another SYN of that host shows that its checksums are right where they are captured.
story damaged_beside_a_right_one
end c2 10.9.0.1:57012
c2 > s S
s > c2 S.
c2 > s .
> S damaged lost
+3.1 other router
=> no_answer silent_flow
=> summary "wrong TCP checksum"

# On the sender itself it is the network card's business.
story checksum_at_the_sender
> S damaged
+3.1 other router
=> no_answer silent_host
=> no_summary "checksum"

# ... which Linux leaves to it in a way that can be told; where host and guest share a machine it stays so.
story checksum_left_to_a_card
end c 10.9.0.1:57011 ttl 63
end c2 10.9.0.1:57012
c2 > s S
> S offloaded
+3.1 other router
=> no_answer silent_host
=> no_summary "checksum"

# One of the SYNs was right: it is not why nobody answers.
story damaged_once
end c 10.9.0.1:57011 ttl 63
> S damaged lost
+1 > S
+2.1 other router
=> no_answer silent_host retries 1
=> no_summary "checksum"

# The client's timer tries until one comes whole: connects that take seconds and go well then.
story damaged_until_one_is_right
end c 10.9.0.1:57011 ttl 63
   > S damaged lost
+1 > S damaged lost
+2 > S
   < S.
   > .                      decides
=> established syn_retransmitted delayed retries 2
=> summary "each SYN before the last came with a wrong TCP checksum, which the server drops" advice "TcpInCsumErrors"

# ... where one that was right was lost, too, it is not why.
story damaged_once_and_late
end c 10.9.0.1:57011 ttl 63
   > S damaged lost
+1 > S lost
+2 > S
   < S.
   > .                      decides
=> established syn_retransmitted delayed retries 2
=> no_summary "checksum"

# ... nor what a network card fills in.
story left_to_a_card_and_late
end c 10.9.0.1:57011 ttl 63
   > S offloaded lost
+1 > S
   < S.
   > .                      decides
=> established syn_retransmitted delayed retries 1
=> no_summary "checksum"

# Who changes addresses in a capture may leave the checksums: the server took such a SYN.
story checksums_of_a_changed_capture
end c 10.9.0.1:57011 ttl 63
end c2 10.9.0.1:57012 ttl 63
c2 > s S damaged
s > c2 S.
c2 > s .
> S damaged
+3.1 other router
=> no_answer silent_flow
=> no_summary "checksum" no_advice "TcpInCsumErrors"

# The SYN/ACK came damaged.
story damaged_answer
end s 10.9.0.2:8080 ttl 62
> S
< S. damaged lost
+1 < S. damaged lost
+3 other router
=> no_answer synack_lost
=> summary "its SYN/ACK came with a wrong TCP checksum, which the client drops" advice "TcpInCsumErrors"
# RSTs that acknowledge another number than the SYN's: the client rightly goes on.
story no_answer.ignored_reset
   > S
   < R. ack I+41
+1 > S
   < R. ack I+41
use unfiltered
=> no_answer ignored_reset retries 1

# With a SYN cookie the server keeps nothing: nothing is repeated, and no data is acknowledged.
# A hop takes only smaller packets, and its ICMP errors do not come back: the rest of the request arrives.
story first_segment_never_arrives
     > S
     < S.
     > .
     > . (1448) lost
     > P. (600)
     < . ack I+1 opts nnTnnB
+0.3 > . I+1 (1448) lost
+0.6 > . I+1 (1448) lost        decides
=> stuck unanswered_data inferred
=> reads "Stuck: the client is connected, the server has later data and never the first segment of 1448 bytes"
=> advice "smaller packets" no_advice "SYN cookies"

# It arrives in the end.
story first_segment_arrives_late
     > S
     < S.
     > .
     > . (1448) lost
     > P. (600)
     < . ack I+1 opts nnTnnB
+0.3 > . I+1 (1448)
     < . ack I+2049
=> outcome late advice "the client's first segment was lost" no_advice "accepts too slowly"

story stuck.unanswered_data
     > S
     < S.
     > . lost
     > P. (29) lost
+0.3 > P. -29 (29) lost
+0.6 > P. -29 (29) lost     decides
=> stuck unanswered_data inferred

# The router's own capture of all interfaces: it forwards one client's packets, and drops another's.
beginning forwarded_by_a_router
at any
> S through
< S. through
> . through

story no_answer.dropped_here
use forwarded_by_a_router
end other 10.9.0.1:57012
between other s
+1 > S in
+1 > S in                   decides
=> no_answer dropped_here retries 1

# It is the server that captures: what comes in does not leave.
story the_server_captures
at any
> S in
< S. out
> . in
end other 10.9.0.1:57012
between other s
+1 > S in
+1 > S in
=> no_answer silent_flow retries 1

# The answers come in, and do not leave.
story answers_dropped_here
use forwarded_by_a_router
end other 10.9.0.1:57012
between other s
+1 > S through
   < S. in lost
+1 > S through
   < S. in lost             decides
=> no_answer dropped_here retries 1

# What the client sends behind its SYN comes in, and does not leave.
story stuck.dropped_here
at any
     > S through
     < S. through
     > . in lost
     > P. (29) in lost
+0.3 > P. -29 (29) in lost
+0.6 > P. -29 (29) in lost  decides
=> stuck dropped_here

# ... the data alone: its ACK was let through.
story data_dropped_here
at any
     > S through
     < S. through
     > . through
     > P. (29) in lost
+0.3 > P. -29 (29) in lost
+0.6 > P. -29 (29) in lost  decides
=> stuck dropped_here

# ... and once it was forwarded: what ignored it is the server, or is behind.
story data_forwarded_once
at any
     > S through
     < S. through
     > . through
     > P. (29) through lost
+0.3 > P. -29 (29) in lost
+0.6 > P. -29 (29) in lost  decides
=> stuck unanswered_data inferred

story stuck.dropped_here_for_long
at any
     > S through
     < S. through
     > . in lost
     > P. (29) in lost
+0.3 > P. -29 (29) in lost
+0.6 > P. -29 (29) in lost
+1.2 > P. -29 (29) in lost
+2.4 > P. -29 (29) in lost  decides
=> stuck dropped_here

# Each interface of the router captured by itself: nothing says which way a packet went, but what is passed on is seen twice.
beginning passed_on_between_interfaces
at in0 out0
> S
at out0 in0
< S.
at in0 out0
> .

story dropped_between_interfaces
use passed_on_between_interfaces
end other 10.9.0.1:57012
between other s
at in0
+1 > S
+1 > S                      decides
=> no_answer dropped_here inferred retries 1 summary "seen at interface in0 only"

story answers_dropped_between_interfaces
use passed_on_between_interfaces
end other 10.9.0.1:57012
between other s
     at in0 out0
+1   > S
     at out0
     < S. lost
     at in0 out0
+1   > S
     at out0
     < S. lost
+0.1 < S. lost              as last
=> no_answer dropped_here inferred retries 1 decided_by last summary "seen at interface out0 only"

story stuck_between_interfaces
at in0 out0
     > S
     at out0 in0
     < S.
     at in0
     > . lost
     > P. (29) lost
+0.3 > P. -29 (29) lost
+0.6 > P. -29 (29) lost     decides
=> stuck dropped_here inferred

# What goes to this server never goes on.
story nothing_passed_on_to_this_server
use passed_on_between_interfaces
end elsewhere 10.9.0.7:8080
end other 10.9.0.1:57012
between other elsewhere
at in0
+1 > S
+1 > S
=> no_answer silent_host retries 1

# A RST that only leaves was made by the host that captures.
story refused_by_the_router
use forwarded_by_a_router
end other 10.9.0.1:57012
between other s
+1 > S in
   < R. out                 decides
=> refused refused_though_open inferred summary "the host that captured made the RST"

# ... also of calls to an address of its own, which it sends on to others.
story refused_in_the_place_of_a_member
end member 10.9.0.3:8080
at any
> S in                                  as call
let syn I
let tsval 300000
c > member S syn out ttl 63
member > c S. in ack syn+1
< S. out ttl 63
> . in
c > member . out
end other 10.9.0.1:57012
between other s
+1 > S in
   < R. out ttl 64          decides
=> refused reset_in_path inferred summary "the host that captured made the RST"

# Its own calls go out through the loopback interface, and come in: that is not forwarding.
story own_calls_are_not_forwarded
at any
end local 10.9.0.2:40000
between local s
> S loops
< S. loops
> . loops
end other 10.9.0.1:57012
between other s
+1 > S in
+1 > S in
=> no_answer silent_flow retries 1

# One packet that did not leave, and nothing that shows that it was missed.
story one_ack_not_forwarded
at any
> S through
< S. through
> . in                      decides
=> established ok

# The server misses the ACK, and there is no data.
story stuck.dropped_here_without_data
at any
     > S through
     < S. through
     > . in lost
+1.1 < S. through
     > . in lost            decides
=> stuck dropped_here

# The copy that leaves is no second answer.
story copies_of_answers
at any
   > S through
   < S. through as answer
   > . through              decides
=> established ok

# What is refused by the server goes through, as the RST does.
story refused_behind_the_router
use forwarded_by_a_router
end other 10.9.0.1:57012
between other s
+1 > S through
   < R. through             decides
=> refused refused_though_open inferred no_summary "made the RST"

# A router's session with a key: who has another one drops it, and says nothing.
story signed_with_another_key
> S opts MSWD
+1 > S opts MSWD
+2.1 other s
=> no_answer silent_port retries 1 summary "its SYN is signed (TCP-MD5)"
=> advice "keys of both sides"

story signed_with_another_ao_key
> S opts MSTWA
+1 > S opts MSTWA
+2.1 other s
=> no_answer silent_port retries 1 summary "its SYN is signed (TCP-AO)"
=> advice "keys of both sides"

# Of a host that is not there the key is the lesser doubt.
story signed_and_nobody_there
> S opts MSWD
+1 > S opts MSWD
+2.1 > S opts MSWD
=> no_answer silent_host retries 2 summary "TCP-MD5"
=> advice "Host down"

# Others have a key with this service; this client has none.
story not_signed_where_others_are
> S
+1 > S                                  as unsigned
end other 10.9.0.1:57012
between other s
> S opts MSWD
< S. opts MSWD
> .
=> unsigned: no_answer silent_flow retries 1 summary "its SYN is not signed (TCP-MD5)"
=> unsigned: advice "signs what it sends to others"

# The same without data: the server repeats its SYN/ACK, and the client its ACK.
story stuck_between_interfaces_without_data
at in0 out0
     > S
     at out0 in0
     < S.
     at in0
     > . lost
+1.1 at out0 in0
     < S.
     at in0
     > . lost               decides
=> stuck dropped_here inferred

# A firewall renumbers the client's segments, and not what acknowledges them: the server's challenge ACKs acknowledge what
# nobody has sent. Measured on Linux 6.18: nine calls without an answer.
story data_answered_by_other_numbers
     > S
     < S.
     > .                                as connected
     < . ack I+1922294489 forged
     > P. (29) lost
     < . ack I+1922294489 forged
+0.2 > P. -29 (29) lost
     < . ack I+1922294489 forged
+0.4 > P. -29 (29) lost                 decides
     < . ack I+1922294489 forged
+0.8 > P. -29 (29) lost
use unfiltered
=> stuck unanswered_data inferred
