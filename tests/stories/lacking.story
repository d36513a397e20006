# What the capture lacks: plain ACKs that a filter took away, one direction, packets that were lost.

# A filter on SYN, FIN and RST: that a handshake was completed shows only where a FIN followed. Its time does not say when.
story filtered
> S
< S.
> . hide
> P. (100) hide
< P. (200) hide
> . hide
+8.3 > F.                               decides
< F.
=> established ok connect -

# ... and the client has sent nothing: its FIN has the very numbers of the ACK that is missing.
story filtered_without_data
> S
< S.
> . hide
+8.3 > F.                               decides
< F.
=> established ok connect -

# ... that the SYN/ACK came late shows without any ACK.
story filtered_slow_answer
use filtered_neighbour
> S
+1.4 < S.
> . hide
+3 > F.                                 decides
< F.
=> established slow_answer inferred delayed connect -

# ... a SYN/ACK alone is not lost.
story filtered_before_its_end
use filtered_neighbour
> S
< S.
> . hide
=> pending unacknowledged

# ... repeated, it may be acknowledged now.
story filtered_and_repeated
use filtered_neighbour
> S
< S.
+1 < S.
> . hide
=> no_answer synack_lost inferred

# ... a RST with numbers that only an open connection has is no refusal, and no client that gave up.
story filtered_and_reset
use filtered_neighbour
> S
< S.
> . hide
> P. (100) hide
+1 > R I+101                            decides
=> established ok connect -

# ... the client may have acknowledged the SYN/ACK before.
story filtered_reset_at_once
use filtered_neighbour
> S
< S.
> . hide
+1 > R. I+1 ack J+1                     decides
=> established reset_by_client inferred connect -

beginning filtered_neighbour
end neighbour 10.9.0.7:40000
neighbour > s S
s > neighbour S.
neighbour > s . hide
neighbour > s F.
s > neighbour F.
neighbour > s . hide
between c s

# Only what the clients send is captured: what others of them acknowledge shows that the server is there.
story one_direction
end c2 10.9.0.1:57012
c2 > s S
s > c2 S. hide
c2 > s .
> S
+1 > S
=> no_answer silent_flow inferred retries 1
=> summary "the capture lacks what the server sends"

# ... and a client that resets what it does not want has got an answer.
story one_direction_reset
> S
< S. hide
> R. I+1 ack J+1                        decides
=> established reset_by_client inferred

# The capture lost packets: data is acknowledged that is not in it, although what came before and after it is.
story lost_packets
end c2 10.9.0.1:57012
c2 > s S
s > c2 S.
c2 > s .
c2 > s P. (100)
s > c2 . 
c2 > s P. (100) hide
s > c2 .
c2 > s P. (100)
s > c2 .
> S
+3.1 other router
=> no_answer silent_flow inferred

# The answers take another way, and the firewall on this one drops what it thinks is invalid.
story stuck_where_one_direction_is_captured
     > S
     < S. hide
     > . lost
     > P. (29) lost
+0.3 > P. -29 (29) lost
+0.6 > P. -29 (29) lost     decides
=> stuck unanswered_data inferred

# ---- what rests on a packet that did not come is inferred where packets are known to be missing ----

# Data of another connection is acknowledged that is not in the capture.
# An old connection was shown, and rules out that it made the RST; a newer one may be among what was lost.
story lossy_refused
use lossy_capture
use closed_by_server
+300  > S N+1000
      < R.                              decides
=> refused closed_port inferred

story lossy_refused_beside_others_although_the_old_one_is_known
use lossy_capture
use closed_by_server
end other 10.9.0.1:57012
between other s
+299  > S
      < S.
      > .
between c s
+1    > S N+1000
      < R.                              decides
=> refused refused_though_open inferred

beginning lossy_capture
end lossy_client 10.9.0.8:40000
end lossy_server 10.9.0.9:80
between lossy_client lossy_server
use handshake
> P. (100)
< .
> P. (100) hide
< .
> P. (100)
< .
between c s

# What the server acknowledged before its RST may be missing.
story lossy_reset_after_handshake
use lossy_capture
> S
< S.
> .
< R                                     decides
=> refused reset_after_handshake inferred

# What answered before the RST, so that the client gave nothing up, may be missing.
story lossy_client_gave_up
use lossy_capture
     > S
+0.8 < S.
     > R                                decides
=> aborted client_gave_up inferred

story lossy_syn_retransmitted
use lossy_capture
      > S
+1.02 > S
      < S.
      > .                               decides
use exchange
=> established syn_retransmitted inferred delayed retries 1

story lossy_synack_retransmitted
use lossy_capture
      > S
      < S.
+1.02 < S.
      > .                               decides
use exchange
=> established synack_retransmitted inferred delayed

# A SYN/ACK that came before, or the server's first acknowledgment, may be missing.
story lossy_slow_answer
use lossy_capture
      > S
+1.4  < S.
      > .                               decides
use exchange
=> established slow_answer inferred delayed

story lossy_accepted_late
use lossy_capture
      > S
      < S.
      > . lost                          decides
      > P. (29) lost
+0.3  > P. -29 (29) lost
+0.6  > P. -29 (29)
      < .
=> established accepted_late inferred delayed

# The client may have acknowledged the old connection's FIN.
story lossy_old_fin_wait_1
use lossy_capture
use conversation
      < F. lost
+0.1  > S N+700000 ts R+5000
      < .                               decides
=> rejected old_fin_wait_1 inferred

# That the service takes other SYNs is seen; a SYN/ACK to this one may be missing.
story lossy_synack_lost
use lossy_capture
> S
< S. lost
+1 < S. lost
+2 < S. lost
=> no_answer synack_lost inferred

story lossy_refused_though_open
use lossy_capture
use handshake
end other 10.9.0.1:57012
between other s
+1 > S
   < R.                                 decides
=> refused refused_though_open inferred

story lossy_ignored_reset
use lossy_capture
   > S
   < R. ack I+41
+1 > S
   < R. ack I+41
=> no_answer ignored_reset inferred retries 1

story lossy_answered_from_elsewhere
use lossy_capture
end member 10.9.0.3:8080
timestamps off
let syn I
> S
member > c S. ack syn+1 lost
c > member R syn+1
again +1 +2
=> no_answer answered_from_elsewhere inferred retries 2

story lossy_silent_host
use lossy_capture
> S
again +1 +2 +4
=> no_answer silent_host inferred retries 3

# The copies that leave may be what is missing.
story lossy_dropped_here
use lossy_capture
use forwarded_by_a_router
end other 10.9.0.1:57012
between other s
+1 > S in
+1 > S in                               decides
=> no_answer dropped_here inferred retries 1

story lossy_answers_dropped_here
use lossy_capture
use forwarded_by_a_router
end other 10.9.0.1:57012
between other s
+1 > S through
   < S. in lost
+1 > S through
   < S. in lost                         decides
=> no_answer dropped_here inferred retries 1

story lossy_stuck_dropped_here
use lossy_capture
at any
     > S through
     < S. through
     > . in lost
     > P. (29) in lost
+0.3 > P. -29 (29) in lost
+0.6 > P. -29 (29) in lost              decides
=> stuck dropped_here inferred

story lossy_stuck_dropped_here_without_data
use lossy_capture
at any
     > S through
     < S. through
     > . in lost
+1.1 < S. through
     > . in lost                        decides
=> stuck dropped_here inferred

# ---- a filter on flags that shows in nothing but what is missing ----

# SYNs alone, to five hosts: that not one of them answers is rather a filter's work.
beginning only_syns_to_four
end other 10.9.0.1:57012
end second 10.9.0.12:8080
end third 10.9.0.13:8080
end fourth 10.9.0.14:8080
other > s S
other > second S
other > third S
other > fourth S

story only_syns_to_many_hosts
use only_syns_to_four
end fifth 10.9.0.15:8080
other > fifth S                         as one
again +1 +2
=> one: no_answer silent_host inferred retries 2

# ... to a few, and most are repeated, as by who has no answer: they may be down.
story only_syns_to_few_hosts
use only_syns_to_four
> S                                     as one
+1 other > s S
other > second S
> S
+2 > S
=> one: no_answer silent_host observed retries 2

# ... that is never repeated, although a client without an answer would have: it may have been answered.
story only_syns_of_which_one_is_never_repeated
end other 10.9.0.1:57012
> S                                     as lone
other > s S                             as repeated
+1 other > s S
+2 other > s S
=> lone: no_answer silent_host inferred
=> repeated: no_answer silent_host observed retries 2

# ... to one, and most are not repeated: their clients have an answer, or have given up at once.
story only_syns_that_few_repeat
end other 10.9.0.1:57012
end third 10.9.0.1:57013
end fourth 10.9.0.1:57014
> S                                     as one
other > s S                             as lone
third > s S
+1 > S
fourth > s S
+3 > S
=> one: no_answer silent_host inferred retries 2
=> lone: no_answer silent_host inferred

# ... and those that meet an ICMP error have no reason to repeat them.
story only_syns_and_icmp_errors
end other 10.9.0.1:57012
end third 10.9.0.1:57013
> S                                     as one
+1 > S
between other s
> S
icmp host
between third s
> S
icmp host
between c s
+3 > S
=> one: no_answer silent_host observed retries 2

# ... that one meets an error tells nothing of the others: the filter kept ICMP, too.
story only_syns_that_few_repeat_and_icmp
end other 10.9.0.1:57012
end third 10.9.0.1:57013
end fourth 10.9.0.1:57014
end fifth 10.9.0.1:57015
between other s
> S
icmp host
between c s
> S                                     as one
third > s S
fourth > s S
fifth > s S
+1 > S
+3 > S
=> one: no_answer silent_host inferred retries 2

# ... that a sixth refuses shows that answers are kept.
story only_syns_and_a_refusal
use only_syns_to_four
end fifth 10.9.0.15:8080
end sixth 10.9.0.16:8080
other > sixth S
sixth > other R.
other > fifth S                         as one
again +1 +2
=> one: no_answer silent_host observed retries 2

# ... and so do ACKs that others exchange.
story only_syns_and_an_ack_of_others
use unfiltered
use only_syns_to_four
end fifth 10.9.0.15:8080
other > fifth S                         as one
again +1 +2
=> one: no_answer silent_host observed retries 2

# With the answers to SYNs: a bare ACK that rejected one, and the ACK of a SYN/ACK, would not be in it.
story only_syns_and_their_answers
> S                                     as repeated
< S. lost
+1 < S. lost
end other 10.9.0.1:57012
other > s S                             as silent
+1 other > s S
=> repeated: no_answer synack_lost inferred
=> silent: no_answer silent_flow inferred retries 1

# ... and with ICMP, which is kept beside them by its own words in the filter.
story only_syns_and_their_answers_and_icmp
end gone 10.9.0.77:8080
between c gone
> S
icmp host
between c s
> S                                     as repeated
< S. lost
+1 < S. lost
=> repeated: no_answer synack_lost inferred

# ... another port of that host refuses: what rejected this SYN may be a bare ACK.
story only_syns_and_a_port_that_refuses
end other 10.9.0.1:57012
end closed 10.9.0.2:81
other > closed S
closed > other R.
> S                                     as silent
+1 > S
=> silent: no_answer silent_port inferred retries 1

# ... the client may have acknowledged the SYN/ACK before its RST.
story only_syns_and_a_client_that_resets
> S
+0.8 < S.
> R                                     decides
=> aborted client_gave_up inferred

# ... and have been acknowledged after a RST that it ignored.
story only_syns_and_a_reset_of_something_else
> S
< R. ack I+41
+1 > S
< R. ack I+41
=> no_answer ignored_reset inferred retries 1

# ... the old connection may be beyond SYN_RECEIVED: an ACK would not be in it.
story only_syns_and_a_reset_while_half_open
use half_open
+0.5  > S I+1000                        states SYN_SENT/SYN_RECEIVED
      < R.                              decides
=> refused old_syn_received inferred

# The client's ACK made the proxy ask the server; that ACK is filtered away, but the proxy's SYN names the SYN/ACK.
story filtered_by_flags_behind_a_syn_proxy
> S I
< S. J
+0.01 > S I ts +2 ack J id 0
      < S. 610096602 ack I+1
=> pending unacknowledged

# A SYN that names nothing was repeated.
story filtered_by_flags_and_repeated
> S I
< S. J
+1 > S I
   < S. 610096602 ack I+1
=> no_answer synack_lost inferred retries 1

# ... and nor would a FIN: five callers are connected, and nobody acknowledges.
beginning filtered_to_syns
> S
< S.
end f2 10.9.0.1:50002
between f2 s
> S
< S.
end f3 10.9.0.1:50003
between f3 s
> S
< S.
end f4 10.9.0.1:50004
between f4 s
> S
< S.
between c s

story filtered_to_syns_a_reset_of_what_may_be_closed
use filtered_to_syns
end f5 10.9.0.1:50005
between f5 s
> S
< S.
between c s
+12   > S I+1000
      < R.                              decides
=> refused closed_port inferred

# An ICMP error would not be in it.
story filtered_to_syns_a_silent_host
use filtered_to_syns
end f5 10.9.0.1:50005
between f5 s
> S
< S.
end gone 10.9.0.77:8080
between c gone
+1 > S                                  as silent
+1 > S
+2 > S
=> silent: no_answer silent_host inferred retries 2

story filtered_to_two_syns_a_silent_host
> S
< S.
end gone 10.9.0.77:8080
between c gone
+1 > S                                  as silent
+1 > S
+2 > S
=> silent: no_answer silent_host retries 2

# What the TIME_WAIT took the SYN for is not known either: its number, or its timestamp that is not in the capture.
story recycled_with_options_cut
use closed_by_server
+9.13 > S N+352641030 cut_options
      < S. X+65537 cut_options
      > . cut_options                   decides
=> established time_wait_recycled_sequence inferred

# Whether the TIME_WAIT forbids the SYN is not known: its timestamp is not in the capture.
story silent_with_options_cut
use closed_by_server
+9.1  > S N+1000 ts R-1159862 cut_options as silent
+1    > S cut_options
+2    > S cut_options
end other 10.9.0.9:57012
between other s
+9    > S
      < S.
      > .
=> silent: no_answer silent_flow inferred retries 2

# Clients alone were captured: one of them acknowledges what is not there.
story filtered_to_what_clients_send
> S                                        as silent
+1 > S
+2 > S
end other 10.9.0.9:57012
end another 10.9.0.3:80
between other another
+1 > S
   < S. hide
   > .
+9 > P. (9)
=> silent: no_answer silent_host inferred retries 2

# ... and the errors of a router nearby, which come another way than the servers' answers.
story filtered_to_what_clients_send_and_icmp_errors
> S                                        as silent
+1 > S
+2 > S
end other 10.9.0.9:57012
end another 10.9.0.3:80
between other another
+1 > S
   < S. hide
   > .
end third 10.9.0.4:80
between other third
+1 > S
   icmp host
+9 > S 77
   icmp host
=> silent: no_answer silent_host inferred retries 2
