# The same SYN elsewhere: on the other leg of a NAT, at another capture point; and answers from another address.

# The translated connection is between c and s.
beginning behind_a_nat
end inside 192.168.0.7:40000
end other_inside 192.168.0.8:41000
end service 192.0.2.1:80

story legs
use behind_a_nat
inside > service S 1000000 ts 300000            as inner
=> inner: client -
> S 1000000 ts 300000 ttl 63                    as outer
=> inner: leg outer number 1
=> outer: leg inner number 2 client inside

# Without timestamps a translated packet keeps port and IP ID, and loses TTL.
story legs_without_timestamps
use behind_a_nat
end same_port 192.168.0.7:57011
same_port > service S 1000000 no_ts id 99       as inner
> S 1000000 no_ts id 99 ttl 63                  as outer
=> outer: leg inner

# ... or the port too, where it draws one anew (masquerade random): one call.
story legs_without_timestamps_by_another_port
use behind_a_nat
let isn 1000000
timestamps off
inside > s S isn id 99                          as inner
> S isn id 99 ttl 63                            as outer
< S.
s > inside S.
inside > s .                                    as first_ack
> .
=> outer: leg inner number 2
=> inner: outcome in_time
=> outer: outcome in_time

# A generator of packets: the same ISN and IP ID from several sources, and to several services.
story no_legs_of_a_generator
use behind_a_nat
timestamps off
let isn 1000000
inside > s S isn id 1                           as one
other_inside > s S isn id 1                     as two
inside > service S isn id 1 ttl 63              as three
=> two: leg -
=> three: leg -

# The same ISN says nothing if the timestamp differs, or if too much time lies between.
story no_legs
use behind_a_nat
end c2 10.9.0.1:57012
end c3 10.9.0.1:57013
inside > service S 1000000 ts 300000            as first
> S 1000000 ts 300001                           as second
+4 c2 > s S 1000000 ts 300001                   as third
c3 > s S 1000000 no_ts                          as fourth
=> first: leg -
=> second: leg -
=> third: leg -
=> fourth: leg -

# Two clients become one translated port pair.
story collision_of_two_clients
use behind_a_nat
let old_isn I
inside > service S old_isn ts 3000000
use conversation
service > inside S.
inside > service .
+0.03 use server_closes
let isn N+50000
let tsval R-5000
+9 other_inside > service S isn ts tsval
   > S isn ts tsval
=> old_client inside client other_inside signs leg other_host yes

# The old connection's handshake is not in the capture: its FIN shows the other leg, and the new SYN which end is the client.
story legs_by_fin
use behind_a_nat
> P. 100 ack 500 (10) ts 11
inside > service P. 100 ack 500 (10) ts 11
< F. 500 ack 110 ts 12
service > inside F. 500 ack 110 ts 12
> F. 110 ack 501 ts 13
inside > service F. 110 ack 501 ts 13
< . 501 ack 111 ts 14
+1 > S 900000 ts 1013
=> old_client inside

# What TIME_WAIT stops on the translated side left the SYN without an answer on the other.
story verdict_of_the_other_leg
use behind_a_nat
use closed_by_server
let isn N+50000
let tsval R-5000
+9 other_inside > service S isn ts tsval        as inner
   > S isn ts tsval
   < . no_socket                                decides
+1 other_inside > service S
   > S
=> inner: no_answer time_wait_paws inferred retries 1 decided_at leg
=> rejected time_wait_paws retries 1 decided_at here

# ---- capture points ----

# An attempt that two points see is one, and counted once.
story two_points
end c2 10.9.0.1:57012
at inside
> S                                             as seen_inside
at outside
> S ts +0                                       as seen_outside
at inside
< R.                                            as reset
c2 > s S                                        as other
=> seen_inside: refused closed_port inferred decided_by reset number 1 decided_at here twin no point inside
=> seen_outside: refused closed_port inferred decided_by reset number 1 decided_at point twin yes point outside
=> other: number 2

# Two points see a SYN, the second also that it is rejected.
beginning rejected_at_one_of_two_points
at inside
> S                                             as seen_inside
at outside
> S                                             as seen_outside
< . 77 ack 78                                   as rejection

# One point saw a rejection, the other how it was overcome.
story points_agree
use rejected_at_one_of_two_points
=> seen_inside: rejected old_unknown inferred decided_by rejection
at inside
< S.
> .                                             as accepted
=> seen_inside: established ok decided_by accepted
=> seen_outside: established ok decided_by accepted

# One point saw a rejection, the other that it was overcome, and that the server is stuck.
story points_agree_on_stuck
use rejected_at_one_of_two_points
at inside
< S.
> P. (10) lost
+0.3 > P. -10 (10) lost
+0.6 > P. -10 (10) lost
+0.1 < S.                                       as again
=> seen_inside: stuck accept_queue_full inferred decided_by again
=> seen_outside: stuck accept_queue_full inferred decided_by again

# How much a point knows: nothing, silence, an inference, an observed silence, an answer.
story a_point_that_knows_more
at outside
use closed_by_server
at inside
+1 > S N+50000 ts R-5000                        as seen_inside
at outside
   > S ts R-5000                                as seen_outside
at inside
+1 > S
at outside
   > S
=> seen_inside: no_answer time_wait_paws inferred retries 1 decided_at point
=> seen_outside: no_answer time_wait_paws inferred retries 1 decided_at here

# The outside of a NAT, captured at two points: the SYN that it sends again from another port belongs to the same call at both.
story retry_at_two_points
end again 10.9.0.1:40000
let tsval 2000
at nat
use closed_by_server
+9.13 > S 5000 ts tsval                         as first_at_nat
at server
        > S 5000 ts tsval                       as first_at_server
        < . no_socket
at nat
        < . no_socket                           as rejection
        > R N
at server
        > R N
at nat
between again s
+0.01 > S 5000 ts tsval+10                          as second_at_nat
at server
      > S 5000 ts tsval+10                          as second_at_server
      < S.
at nat
      < S.
      > .
at server
      > .
=> second_at_nat: connect 0.0002 retry_of first_at_nat outcome late lost 0.0103 number 3
=> first_at_nat: no_summary "never reached"

# ---- an ISN that several share tells nothing: a generator of packets has one for all ----

beginning two_ports_of_a_client
end second 10.9.0.1:57012
end stranger 10.9.0.5:57011
end elsewhere 10.9.0.2:8081
timestamps off

story retry_of_an_isn_that_another_client_has
use two_ports_of_a_client
stranger > s S 5000
+100 > S 5000                                   as first
     < R.
+0.01 second > s S 5000                         as again
=> again: retry_of -

# ... that one came too long ago.
story retry_of_an_isn_that_another_client_had
use two_ports_of_a_client
stranger > s S 5000
+131 > S 5000                                   as first
     < R.
+0.01 second > s S 5000                         as again
=> again: retry_of first

story retry_of_an_isn_that_goes_elsewhere_too
use two_ports_of_a_client
c > elsewhere S 5000
+1   > S 5000                                   as first
     < R.
+0.01 second > s S 5000                         as again
=> again: retry_of -

# The other source is the client before its translation; without timestamps, and with a port of the translator's choice.
story retry_behind_a_nat_that_is_seen_on_both_sides
use two_ports_of_a_client
end inside 192.168.0.7:40000
inside > s S 5000 id 99
> S 5000 id 99 ttl 63                           as first
< R.
+0.01 second > s S 5000 id 99 ttl 63            as again
=> again: retry_of first

# ---- answers from elsewhere ----

story reset_from_elsewhere
use behind_a_nat
let isn I
   > S
   service > c R. 0 ack isn+1 no_ts        as stray
+1 > S
=> no_answer answered_from_elsewhere retries 1 stray stray

story syn_ack_from_elsewhere
use behind_a_nat
let isn I
   > S
   service > c S. 7 ack isn+1 no_ts        as stray
+1 > S
=> no_answer answered_from_elsewhere retries 1 stray stray

story bare_ack_from_elsewhere
use behind_a_nat
let isn I
   > S
   service > c . 7 ack 99 no_ts                 as stray
+1 > S
=> no_answer answered_from_elsewhere retries 1 stray stray

# None of these answers the SYN.
story no_answer_from_elsewhere
use behind_a_nat
let isn I
   > S
   service > c S. 7 ack isn+9 no_ts
   service > c . 7 ack isn+1 no_ts (5)
   service > c F. 7 ack isn+1 no_ts
   service > c P 7 no_ts
+1 > S
=> no_answer silent_host retries 1 stray -

# After a minute it is no answer to this SYN, ...
story late_answer_from_elsewhere
use behind_a_nat
let isn I
> S
+60 service > c S. 7 ack isn+1 no_ts
=> stray -

# ... nor at another capture point, ...
story answer_from_elsewhere_at_another_point
use behind_a_nat
let isn I
at inside
> S
at outside
service > c S. 7 ack isn+1 no_ts
=> stray -

# ... nor after a good SYN/ACK.
story answer_from_elsewhere_after_the_answer
use behind_a_nat
let isn I
> S
< S.
service > c S. 7 ack isn+1 no_ts
=> stray -

# ---- another host than before ----

story same_host_as_before
use closed_by_server
+10 > S N+1000
=> signs - other_host no

# Behind a NAT another client still has the connection: who sends a SYN has none.
story old_connection_goes_on
use conversation
+2    > S I+1352641000 ts 40643665       as syn
      < .                                as ack
+0.02 > P. N (29) ack X ts +0
      < .
+1    > S I ts 40644665
      < .
=> syn: rejected old_established retries 1 decided_by ack signs old_data other_host yes summary "another host than before (the old connection goes on)"

# The same, captured out of order.
story old_data_out_of_order
use conversation
+2     > S I+1352641000 ts 40643665      as syn
+0.005 > P. N (29) ack X ts +0
       < .
+1     > S I ts 40644665
       < .                               as ack
=> syn: rejected old_established retries 1 decided_by ack signs - other_host no

# A transparent proxy calls the server from its client's address and port; one interface shows both connections. What
# acknowledges, or ends, the first one's data says nothing of the second SYN. Measured on Linux 6.18 (TPROXY), -i any.
story ack_of_old_data
use conversation
+0.0001 > S I+11951 ts 40643665          as syn
+0.0005 > P. N (29) ack X ts +0
        < .
+1      > S I ts 40644665
+1      < R. X ack N
+9
use unfiltered
=> syn: no_answer silent_flow retries 1

# Data sent again: the answer to it got lost, and the host may have forgotten the connection since.
story old_data_sent_again
use conversation
+2     > S I+1352641000 ts 40643665      as syn
       < .                               as ack
+0.02  > P. N-29 (29) ack X ts +0
+1     > S I ts 40644665
       < .
=> syn: rejected old_established retries 1 decided_by ack signs - other_host no

# Ahead: the old connection was too short to show how fast the clock runs.
story clock_ahead
use closed_by_server
+10 > S N+1000 ts +90000
=> signs - other_host no

# Linux has a clock for each port from 7.0 on: another host, or another port of one behind a NAT.
story clock_behind
use closed_by_server
+10 > S N+1000 ts -90000
=> signs maybe other_host -

# The clock of one host, for each of its ports.
beginning ports_share_a_clock
use closed_by_server
end second 10.9.0.1:40002
between second s
+1 > S ts 3001031
   < S.
   > .
between c s

story clock_behind_where_ports_share_one
use ports_share_a_clock
+10 > S N+1000 ts -90000
=> signs clock other_host yes

# Each port has its own.
story clock_behind_where_ports_have_their_own
use closed_by_server
end second 10.9.0.1:40002
between second s
+1 > S
   < S.
   > .
between c s
+10 > S N+1000 ts -90000
=> signs maybe other_host -

# Two ticks a second: in a second or two nothing tells whether it is one, two or three.
story clock_of_two_ticks_a_second
     > S ts 1000
     < S.
+1.4 > . ts 1002
     > R N
+99  > S I+5000 ts 1201
=> signs - other_host no

# The first SYN is whole; that the next one is cut takes nothing away.
story another_host_whose_second_syn_is_cut
use closed_by_server
+10 > S N+1000 opts MnWSTn ttl 63
+1  > S cut_options
=> signs ttl,options other_host yes

# So far off that it may be random for each connection.
story clock_far_off
use closed_by_server
+10 > S N+1000 ts +134217728
=> signs - other_host no

story another_ttl
use closed_by_server
+10 > S N+1000 ttl 63
=> signs ttl other_host no

story another_mss
use closed_by_server
+10 > S N+1000 mss 1440
=> signs sizes other_host no

story other_options
use closed_by_server
+10 > S N+1000 opts MnWSTn
=> signs options other_host no

story another_ttl_and_cut_options
use closed_by_server
+10 > S N+1000 opts MnWSTn ttl 63 cut_options
=> signs ttl

# A clock whose rate was measured over the old connection: ticks of a microsecond.
story clock_in_microseconds
    > S ts 300000
    < S.
+10 > . ts 10300000
    > R N
+20 > S I+5000 ts 30300000
=> other_host no
    > S I+1000 ts 60300000
=> signs maybe other_host -

# An ICMP error is no answer of the host, and a kernel goes on after it: the program still waits, as if nothing had come.
story race_behind_an_icmp_error
> S                                             as first
icmp net
end next 10.9.0.3:8080
between c next
+0.25 > S
      < S.
      > .
=> outcome late lost 0.2501
=> first: outcome late lost 0.2501
=> first: summary "its caller tried 10.9.0.3:8080 after 250 ms"

# Two programs: that one did not wait for the address that is unreachable.
story two_addresses_at_once_one_unreachable
> S                                             as first
icmp net
end next 10.9.0.3:8080
between c next
+0.01 > S
      < S.
      > .
=> outcome in_time
=> first: outcome failed

# haproxy that gives a request to another server: the first is silent, the second refuses, the third takes it at once.
story race_of_three_one_refuses
> S                                             as first
end second 10.9.0.3:8080
between c second
+0.3 > S                                        as second
     < R.
end third 10.9.0.4:8080
between c third
> S
< S.
> .
=> outcome late
=> second: outcome late summary "SYN refused: closed port"
=> first: outcome late

# Another refusal alone does not show that what is called next was called for it.
story refused_and_another_address_at_once
> S                                             as first
< R.
end next 10.9.0.3:8080
between c next
> S
< S.
> .
=> outcome in_time
=> first: outcome failed

# MPTCP tries a further path to an address that the server announced. Nobody waits for that; a plain call comes later.
story further_path_of_mptcp_is_no_race
> S opts MSTnWJ                                 as first
end next 10.9.0.3:8080
between c next
+1.1 > S
     < S.
     > .
=> outcome in_time no_summary "MPTCP"
=> first: outcome unknown summary "; a further path of an MPTCP connection"

story further_path_of_mptcp_is_refused
> S opts MSTnWJ
< R.                                            decides
=> refused closed_port inferred outcome unknown summary "MPTCP" advice "goes on over its other paths" no_advice "Nobody listens there,"

story further_path_of_mptcp_is_taken
> S opts MSTnWJ
< S. opts MSTnW
> .                                             decides
=> established ok reads "Established, 0.1 ms; a further path of an MPTCP connection"

story further_path_of_mptcp_that_is_late
> S opts MSTnWJ
+1 > S opts MSTnWJ
   < S. opts MSTnW
   > .                                          decides
=> established syn_retransmitted delayed retries 1 outcome in_time

story further_path_of_mptcp_that_is_silent
> S opts MSTnWJ                                 as first
+1 > S opts MSTnWJ
+2 > S opts MSTnWJ
end next 10.9.0.3:8080
between c next
+9 > S
   < S.
   > .
=> outcome in_time
=> first: no_answer silent_host retries 2 outcome unknown

# A program that gives each address three seconds needs a little more.
story race_after_a_timer_of_three_seconds
> S                                             as first
+1 > S
+1 > S
end next 10.9.0.3:8080
between c next
+1.002 > S
       < S.
       > .
=> outcome late lost 3.00215
=> first: outcome late

# What came from elsewhere was no answer to its SYN: the program still waited when it tried the next address.
story race_behind_an_answer_from_elsewhere
use behind_a_nat
let isn I
> S                                             as first
service > c S. 7 ack isn+1 no_ts lost
end next 10.9.0.3:8080
between c next
+0.25 > S                                       as second
< S.
> .
=> second: outcome late lost 0.2501

# A node whose bridge shows a leg of its own: the client's ACK has come in, and the file ends before that leg's copy. The
# answer never passed that leg's addresses.
story legs_of_which_one_has_no_answer
end vip 10.9.0.9:80
end outside 10.9.0.100:57011
let isn 1000000
at any
c > vip S isn ts 300000 in                       as first
c > s S isn ts 300000 in                         as second
outside > s S isn ts 300000 ttl 63 out           as third
s > outside S. in
vip > c S. out
c > vip . in
=> second: outcome in_time
