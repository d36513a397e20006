# The verdict in words, as it stands in a column.

story words_of_a_quick_handshake
use handshake
=> reads "Established, 0.1 ms"

story words_of_a_slow_client
     > S
     < S.
+1.5 > .
=> reads "Established late: the handshake took long, 1.5 s"

# The SYN/ACK is not in the capture: no time is known.
story words_without_connect_time
> S
< S. hide
> .
=> reads "Established" connect -

# The case that synfate was made for, in its words.
story words_of_paws
use closed_by_server
+10 > S N+352641030 ts R-100000
    < . no_socket
=> reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 100000 behind); another host than before (timestamp clock)"
+2  > S
=> reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 100000 behind), 1 retry, 2.0 s; another host than before (timestamp clock)"
+1  > S
=> reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 100000 behind), 2 retries, 3.0 s; another host than before (timestamp clock)"

story words_of_inferred_paws
use closed_by_server
+1  > S N+1000 ts R-500
+1  > S ts R-400
=> reads "SYN never answered: TIME_WAIT peer rejects it (PAWS: TSval 500 behind, inferred), 1 retry, 1.0 s"

story words_of_an_old_sequence
use closed_by_server
+1  > S N-12 ts R
    < . no_socket
=> reads "SYN rejected by TIME_WAIT peer (old sequence number: 12 behind)"

# macOS wants a number beyond the window: one that is ahead, and not enough, is not behind.
story words_of_a_sequence_ahead
options peer_rules macos
use closed_by_server
+1  > S N+1 ts R
    < . no_socket
=> reads "SYN rejected by TIME_WAIT peer (old sequence number)"

story words_of_an_inferred_old_sequence
timestamps off
use closed_by_server hide
+1  > S N-7
    < . no_socket
=> reads "SYN rejected by TIME_WAIT peer (old sequence number: 7 behind, inferred); if it is Linux"

story words_of_an_old_connection
timestamps off
> S
< . 77 ack 78 no_df no_socket
=> reads "SYN rejected: the peer holds an old connection (its state is not in the capture)"

story words_of_a_live_socket
timestamps off
> S
< . 77 ack 78
=> reads "SYN rejected: the peer holds an old connection (of a live socket, its state is not in the capture)"

story words_of_all_signs_of_another_host
use closed_by_server
+1  > S N+50000 ts R-90010 ttl 60 mss 536 opts MnWSTn
    < . no_socket
=> reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 90010 behind); another host than before (timestamp clock, TTL, TCP options, MSS or window)"

story words_of_an_answer_against_the_rules
use closed_by_server
+1  > S N+50000 ts R-510
    < S. 99
    > .
=> reads "Established, 0.1 ms; answered as Linux would not"

# Both legs of the NAT are in the capture: who became whom.
story words_of_a_collision
use behind_a_nat
let old_isn I
inside > service S old_isn ts 3000000
use closed_by_server
let isn N+77000000
let tsval R-510
+1  other_inside > service S isn ts tsval
    > S isn ts tsval
    < . no_socket
=> reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 510 behind); another host than before (address before NAT); 192.168.0.8 and 192.168.0.7 both became 10.9.0.1:57011"

# The ACK was seen at one interface and not at the other: there it gets lost.
story words_of_where_the_ack_was_seen
at eth-server
use closed_by_server
at eth-client
+1  > S N+50000 ts R-510                as at_the_client
at eth-server
    > S ts R-510                        as at_the_server
    < . no_socket
=> at_the_client: reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 510 behind); the peer's ACK was seen at interface eth-server and never reached interface eth-client"
=> at_the_server: reads "SYN rejected by TIME_WAIT peer (PAWS: TSval 510 behind); the peer's ACK was seen at interface eth-server and never reached interface eth-client"
