# Handshakes that are odd, or of which the capture lacks packets.

# The answer was captured before the question.
story reordered_handshake
> S hide
< S.
> .                                     decides last_copy
> S
=> established ok

story reordered_syn_ack
> S hide
< S.
> S
> .                                     decides
=> established ok

# The capture lacks the server's side: the client goes on behind its SYN.
story one_sided_client
> S
< S. hide
> .                                     decides
=> established ok

story one_sided_client_on_a_used_port
use closed_by_server
+63.5 > S N+700000
      < S. hide
      > P. (100) hide
      > .                               decides
=> established time_wait_expired

# The capture lacks the client's side behind its SYN: the server's data show that it accepted.
story one_sided_server
> S
< S. hide
> P. (100) hide
< P. (10)                               decides
=> established ok

# ACK and SYN/ACK come apart.
story split_handshake
> S
< . ack I+1
< S.
> .                                     decides
=> established ok

# The server forgot its first SYN/ACK (a SYN cookie, a proxy) and chose anew.
story server_chose_anew
      > S
      < S. lost
+1.02 > S
      < S. J+777
      > .                               decides
=> established synack_retransmitted delayed retries 1

# A keep-alive probe of the old connection is no answer to the SYN.
story keep_alive
use conversation
+0.5  > S N+700000 ts R+5000
      < . -1
      < S.
      > .                               decides
=> established ok

# RFC 9293, figure 8: bare ACKs complete it.
story simultaneous_open_with_one_syn_ack
timestamps off
> S
< S
< S.
> .                                     decides
=> established simultaneous_open

# What acknowledges the client's SYN is missing, but the client goes on.
story simultaneous_open_without_ack
timestamps off
> S                                     as left
< S
> S.
> P. (100)                              as data
=> left: established simultaneous_open decided_by data

story times
      > S
+0.02 < S.
      > .                               decides
=> established ok connect 0.0201 wait 0.0201

# RFC 9293, 3.10.7.3: a RST must acknowledge the SYN.
story forged_resets
> S
< R. ack I
< R. ack I+2
< R 0
> R I+2
=> pending capture_ended connect -
< S.
< R J+5
> R I-99
> .                                     decides
=> established ok

# The server is not captured: a RST with the old connection's next number is meant for that one, though it is also the
# number behind the SYN.
story reset_of_an_unanswered_old_connection
timestamps off
> S
< S. hide
> P. (100)
> S I+100
> R I+1
=> pending capture_ended

# RFC 5927, 4: the quoted number must be the SYN's; an error after the SYN/ACK is too late.
story forged_icmp_errors
> S hide
icmp host
> S
icmp host seq I+1
=> pending capture_ended
< S.
icmp host
> .                                     decides
icmp host
=> established ok

# It tells the client to send smaller packets.
story fragmentation_needed
> S
icmp fragmentation_needed
=> pending capture_ended

# Of several errors the first counts.
story first_of_several_errors
> S
icmp other                              decides
icmp net
< R.
=> unreachable icmp_other

# A server that has sent a SYN/ACK refuses no more: its RST ends what the capture shows only in part.
story reset_after_syn_ack
> S
< S.
< R.
=> pending unacknowledged

story client_gave_up_before_any_answer
other router
     > S
+0.5 > R I+1                            decides
=> aborted client_gave_up

# No stack sends these; what a scanner hopes for does not matter.
story impossible_flags
> SF
> SR
> SR.
> SFR
> SFRP.
> F
> FP
> -
=> attempts 0

# ---- attempts ----

story numbers_and_uses
end other_port 10.9.0.1:57012
use closed_by_server
+0.5 > S N+1000 ts R-5000               as second
     < . no_socket
+0.5 > S N+2000                         as third
other_port > s S                        as fourth
=> attempts 4
=> first_syn: number 1 use 1
=> second: number 2 use 2
=> third: number 3 use 3
=> fourth: number 4 use 1

# A copy of an old SYN is no retransmission: by its timestamp, its IP ID, or its time.
story copies_of_a_syn
end second 10.9.0.1:57012
end third [fd09::1]:57011
end s6 [fd09::2]:8080
other router
     > S ts 300000                      as by_timestamp
+0.1 > S ts 300000                      copy
+1   > S ts 299999                      copy
     second > s S id 5 no_ts            as by_ip_id
+0.1 second > s S id 5 no_ts            copy
     third > s6 S no_ts                 as by_time
     third > s6 S no_ts                 copy
=> by_timestamp: pending capture_ended
=> by_ip_id: pending capture_ended
=> by_time: pending capture_ended
+0.006 third > s6 S no_ts               syn_number 2
=> by_time: no_answer silent_host retries 1

# ---- no answer ----

# The preference: how many retransmissions before "no answer" is said.
story no_answer_retries
options no_answer_retries 2
other router
   > S                                  syn_number 1
+1 > S                                  syn_number 2
=> pending capture_ended retries 1
+1 > S                                  syn_number 3
=> no_answer silent_host retries 2 wait 2.0001

# A capture can have its frames in any order of time.
story time_goes_back
other router
   > S
-5 > S ts +6000
=> no_answer silent_host retries 1 wait 0

story silent_port_of_a_host_that_exists
other s
> S
again +1.02
=> no_answer silent_port retries 1

story silent_for_three_seconds
> S
+3 other router
=> no_answer silent_host

story lone_syn
> S
=> pending capture_ended connect -

story syn_ack_lost_and_no_syn_again
other router
> S

+0 < S. lost
again +1.02 +1.02
=> no_answer synack_lost

# A box drops SYNs with data; the retry without them is answered at once.
story fast_open_black_hole
> S (29) fast_open
+1 > S (0)
< S.
> .                                       decides
=> established syn_retransmitted delayed retries 1 summary "only the SYN without Fast Open data was answered"
=> advice "Fast Open black hole"

# Two of them, with data both: loss.
story fast_open_syn_lost
> S (29) fast_open
+1 > S (29)
< S.
> .                                       decides
=> established syn_retransmitted delayed retries 1 no_summary "Fast Open"

# A SYN/ACK came; the client's answer to it is not in the capture, and nothing is repeated.
story pending.unacknowledged
> S
< S.
=> pending unacknowledged

# A packet filter before the server answers its SYN/ACK with a RST in the client's name. A client that gives up repeats no
# SYN: measured on Linux 6.18 behind `iptables --sport 8081 -j REJECT --reject-with tcp-reset`, six calls with five SYNs each.
story reset_in_the_clients_name
      > S
      < S. lost
      > R I+1 forged
+1.02 > S
      < S. J+9000000 lost
      > R I+1 forged
+1.02 > S
      < S. J+9000000 lost
      > R I+1 forged
use unfiltered
=> no_answer synack_lost retries 2 attempts 1
=> summary "SYN/ACK never acknowledged (3 RSTs in the client's name, and it goes on)" advice "in the client's name"

# One with ACK looks as if the client had connected.
story reset_in_the_clients_name_with_ack
      > S
      < S. lost
      > R. I+1 ack J+1 forged
+1.02 > S
      < S. J+9000000 lost
      > R. I+1 ack J+1 forged
use unfiltered
=> no_answer synack_lost retries 1 attempts 1

# The filter lets the second SYN/ACK through.
story reset_in_the_clients_name_once
      > S
      < S. lost
      > R I+1 forged
+1.02 > S
      < S. J+9000000
      > .                       decides
use unfiltered
=> established synack_retransmitted delayed retries 1 attempts 1 outcome late

story reset_in_the_clients_name_twice
      > S
      < S. lost
      > R I+1 forged
+1.02 > S
      < S. J+9000000 lost
      > R I+1 forged
+1.02 > S
      < S. J+9000000
      > .                       decides
use unfiltered
=> established synack_retransmitted delayed retries 2 attempts 1 outcome late

# A late copy of the SYN that opened the old connection takes nothing from what is known of that.
story late_copy_of_the_syn_behind_the_end
> S 1000 ts 500000
< S.
> .
> P (10)
< .
< F.
> .
> F.
< .
+1 > S 1000 ts 500000 ecr 0 forged
+2 > S N+352641030 ts R-1159862         predicts ack
   < . no_socket                        decides
=> rejected time_wait_paws

# A prober may use one number again and again; it has no clock that goes on, and its RST ends each.
story prober_with_one_number
timestamps off
   > S opts M
   < S.
   > R
+5 > S opts M
   < S. J+80000000
   > R                          decides
use unfiltered
=> aborted client_gave_up attempts 2 number 2 use 2
