# SPDX-License-Identifier: GPL-2.0-or-later
"""The case that synfate was made for: what it must say on the server's capture, on the load balancer's
alone, and on both."""

import json

import pytest

SERVER, CLIENT = "10.24.20.26:8080", "10.24.20.249:57011"
SUMMARY = "SYN rejected by TIME_WAIT peer (PAWS: TSval 1159862 behind), 5 retries, 31.1 s"


# On the server


def second_use(tshark, case):
    (row,) = tshark.fields(case / "server.pcap", "synfate.syn_number == 1 && synfate.use == 2")
    return row


def test_server_verdict(tshark, case):
    row = second_use(tshark, case)
    assert row["frame"] == 20
    assert (row["fate"], row["cause"], row["basis"]) == ("rejected", "time_wait_paws", "observed")
    assert (row["retries"], row["decided_by"], row["syn"], row["attempt"]) == (5, 21, 20, 2)
    assert (row["failed"], row["delayed"]) == (True, False)
    assert row["summary"].startswith(SUMMARY)
    assert "connect_time" not in row and row["wait"] == pytest.approx(31.074566)


def test_server_evidence(tshark, case):
    row = second_use(tshark, case)
    assert (row["tsval_delta"], row["isn_delta"]) == (-1159862, 352641030)
    assert "synack_isn_delta" not in row
    assert (row["peer.rcv_nxt"], row["peer.snd_nxt"], row["peer.ts_recent"]) == (1000000888, 2000025372, 3135574931)
    assert (row["old.first"], row["old.last"], row["old.closed_in"]) == (1, 19, 16)
    assert (row["old.closed_by"], row["old.peer_state"]) == (SERVER, "TIME_WAIT")
    assert row["old.idle_before_close"] == pytest.approx(30.034101)
    assert row["old.age"] == pytest.approx(9.291753)
    assert row["time_wait.since"] in (18, 19)  # the FIN that put the server there, or the server's answer to it
    assert row["time_wait.elapsed"] == pytest.approx(9.2918, abs=0.0001)
    assert row["time_wait.remaining"] == pytest.approx(60 - 9.2918, abs=0.0001)


def test_server_first_use(tshark, case):
    row = tshark.fields(case / "server.pcap")[0]
    assert (row["fate"], row["cause"], row["basis"], row["use"]) == ("established", "ok", "observed", 1)
    assert (row["decided_by"], row["connect_time"]) == (3, pytest.approx(0.000294))
    assert (row["failed"], row["delayed"], row["retries"]) == (False, False, 0)


def test_server_all_frames_of_the_attempt(tshark, case):
    rows = [row for row in tshark.fields(case / "server.pcap") if row.get("attempt") == 2]
    assert [row["frame"] for row in rows] == list(range(20, 32))
    assert {(row["fate"], row["cause"], row["use"]) for row in rows} == {("rejected", "time_wait_paws", 2)}


def test_server_each_retransmission_restarts_time_wait(tshark, case):
    rows = [row for row in tshark.fields(case / "server.pcap") if "syn_number" in row and row["use"] == 2]
    assert [row["syn_number"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row["time_wait.restarts"] for row in rows] == [0, 1, 2, 3, 4, 5]
    waits = [1.002513, 2.004026, 4.004029, 8.016011, 16.047987]
    assert [row["time_wait.elapsed"] for row in rows[1:]] == pytest.approx(waits)


def test_server_states(tshark, case):
    rows = tshark.fields(case / "server.pcap")
    states = [(row.get("src_state"), row.get("dst_state")) for row in rows[:19]]
    assert states[0][0] == "SYN_SENT"
    assert states[1] == ("SYN_RECEIVED", "ESTABLISHED")
    assert set(states[2:15]) == {("ESTABLISHED", "ESTABLISHED")}
    assert states[15] == ("FIN_WAIT_1", "CLOSE_WAIT")
    assert states[16] == ("CLOSE_WAIT", "FIN_WAIT_2")
    assert states[17] == ("LAST_ACK", "TIME_WAIT")
    assert states[18] == ("TIME_WAIT", "CLOSED")


def test_server_in_one_pass(tshark, case):
    rows = tshark.fields(case / "server.pcap", two_pass=False)
    syn, ack = rows[19], rows[20]
    assert (syn["predicted"], syn["fate"], syn["cause"]) == ("ack", "pending", "in_progress")
    assert (ack["fate"], ack["cause"], ack["basis"]) == ("rejected", "time_wait_paws", "observed")
    assert (ack["syn"], ack["decided_by"], ack["expert.time_wait"]) == (20, 21, True)
    assert not any(name.startswith("expert.") for name in syn)


def test_server_every_syn_is_predicted(tshark, case):
    for two_pass in True, False:
        rows = tshark.fields(case / "server.pcap", two_pass=two_pass)
        assert {row["predicted"] for row in rows if row.get("use") == 2 and "syn_number" in row} == {"ack"}


def test_expert_info(tshark, case):
    """Its registered summary is what the Expert Information dialog groups by. The call that failed is one error."""
    text = tshark.run("-r", case / "server.pcap", "-2", "-q", "-z", "expert")
    (line,) = [line for line in text.splitlines() if "SYN rejected by TIME_WAIT peer" in line]
    assert text.index("Errors (1)") < text.index(line)
    for two_pass in True, False:
        (found,) = tshark.fields(case / "server.pcap", "synfate.expert.time_wait", two_pass=two_pass)
        assert found["frame"] == 21


def test_json(tshark, case):
    (packet,) = tshark.json(case / "server.pcap", "-Y", "frame.number == 20")
    fields = flat(packet["_source"]["layers"]["synfate"])
    assert (fields["synfate.fate"], fields["synfate.cause"]) == ("rejected", "time_wait_paws")
    assert fields["synfate.tsval_delta"] == "-1159862"


def flat(tree):
    """The fields of a tree of JSON, without its levels."""
    fields = {}
    for name, value in tree.items():
        fields |= flat(value) if isinstance(value, dict) else {name: value}
    return fields


def test_custom_column(tshark, case):
    column = 'gui.column.format:"Fate","%Cus:synfate.fate:0:R","Summary","%Cus:synfate.summary:0:R"'
    lines = tshark.run("-r", case / "server.pcap", "-2", "-o", column).splitlines()
    assert len(lines) == 31
    assert lines[19].lstrip().startswith("rejected")
    assert SUMMARY in lines[19]


def test_packet_details(tshark, case):
    """Everything about the SYN is in one subtree, the last, whose line tells the verdict."""
    text = tshark.run("-r", case / "server.pcap", "-2", "-Y", "frame.number == 20", "-O", "synfate")
    tree = text[text.rindex("\n[") :]
    for words in SUMMARY, "10.24.20.26:8080", "TIME_WAIT", "-1159862", "352641030":
        assert words in tree


# Without the plugin, and more than one file


def test_disabled_protocol_leaves_no_trace(tshark, case):
    for capture in "server.pcap", "lb.pcap":
        for output in ["-V"], ["-T", "json"], []:
            command = ["-r", case / capture, "-2", *output]
            without = tshark.run(*command, plugins="no-plugins")
            assert tshark.run(*command, "--disable-protocol", "synfate") == without
            assert "synfate" not in without


def test_packets_are_dissected_as_without_the_plugin(tshark, case):
    for passes in [], ["-2"]:
        command = ["-r", case / "server.pcap", *passes, "-O", "frame,eth,ip,tcp"]
        with_plugin = tshark.run(*command, "-x")
        without = tshark.run(*command, "-x", plugins="no-plugins")
        ours = [line for line in with_plugin.splitlines() if "synfate" not in line.lower()]
        assert set(without.splitlines()) - set(ours) == set()


def test_dissector_tables_are_as_without_the_plugin(tshark):
    """No file is open: nothing watches the headers."""
    assert tshark.run("-G", "decodes") == tshark.run("-G", "decodes", plugins="no-plugins")


@pytest.mark.parametrize("passes", [[], ["-2"]])
def test_decode_as_is_obeyed(tshark, case, passes):
    """What the user says is no TCP is none."""
    command = ["-r", case / "server.pcap", *passes, "-d", "ip.proto==6,udp", "-V"]
    without = tshark.run(*command, plugins="no-plugins")
    assert "User Datagram Protocol" in without
    assert tshark.run(*command) == without


def frames_in_sharkd(rows):
    return [(row["num"], row["c"]) for row in rows]


def test_sharkd_starts_each_file_anew(tshark, case):
    columns = {f"column{i}": f"synfate.{name}:0" for i, name in
               enumerate(["attempt", "use", "fate", "cause", "retries", "summary", "time_wait.restarts"])}

    def read(capture):
        return [("load", {"file": str(capture)}), ("frames", columns)]

    server, lb = case / "server.pcap", case / "lb.pcap"
    answers = tshark.sharkd(*read(server), *read(lb), *read(server))
    one, other, again = (frames_in_sharkd(answers[i]) for i in (1, 3, 5))
    assert one == again
    assert one == frames_in_sharkd(tshark.sharkd(*read(server))[1])
    assert other == frames_in_sharkd(tshark.sharkd(*read(lb))[1])
    assert one[19][1][:5] == ["2", "2", "rejected", "time_wait_paws", "5"]
    assert json.dumps(one) != json.dumps(other)


# On the load balancer alone


def lb_rows(tshark, case, **how):
    return tshark.fields(case / "lb.pcap", **how)


SERVER_LEG, CLIENT_LEG = [10, 12, 14, 16, 18, 20], [11, 13, 15, 17, 19]


def test_lb_verdict(tshark, case):
    rows = lb_rows(tshark, case)
    for number in SERVER_LEG:
        row = rows[number - 1]
        assert (row["fate"], row["cause"], row["basis"]) == ("no_answer", "time_wait_paws", "inferred")
        assert (row["attempt"], row["use"], row["retries"], row["other_host"]) == (rows[9]["attempt"], 2, 5, True)
        assert (row["tsval_delta"] < 0, row["isn_delta"]) == (True, 352641030)
        assert (row["old.peer_state"], row["old.closed_by"]) == ("TIME_WAIT", SERVER)
        assert "decided_by" not in row
    assert rows[9]["tsval_delta"] == -1159862


def test_lb_first_use(tshark, case):
    """Only its SYN and its end were captured."""
    row = lb_rows(tshark, case)[0]
    assert (row["fate"], row["cause"], row["use"], row["failed"]) == ("established", "ok", 1, False)


def test_lb_client_leg(tshark, case):
    rows = lb_rows(tshark, case)
    for number in CLIENT_LEG:
        row = rows[number - 1]
        assert (row["fate"], row["cause"], row["basis"]) == ("no_answer", "time_wait_paws", "inferred")
        assert (row["use"], row["retries"]) == (1, 4)
    assert {rows[number - 1]["attempt"] for number in CLIENT_LEG} == {rows[10]["attempt"]} != {rows[9]["attempt"]}


def test_lb_legs_are_linked(tshark, case):
    rows = lb_rows(tshark, case)
    for client, server in zip(CLIENT_LEG, SERVER_LEG[1:]):
        assert (rows[client - 1]["leg"], rows[server - 1]["leg"]) == (server, client)


def test_lb_collision_is_named(tshark, case):
    rows = lb_rows(tshark, case)
    for number in SERVER_LEG + CLIENT_LEG:
        row = rows[number - 1]
        words = row["summary"] + " " + row["advice"]
        for address in "10.24.18.14", "10.24.18.13", CLIENT:
            assert address in words, (number, words)


def test_lb_no_attempt_too_many(tshark, case):
    assert [row["frame"] for row in tshark.attempts(case / "lb.pcap")] == [1, 10, 11]


def test_lb_in_one_pass(tshark, case):
    rows = lb_rows(tshark, case, two_pass=False)
    assert rows[9]["predicted"] == "ack"
    for number in SERVER_LEG[1:] + CLIENT_LEG[1:]:
        assert (rows[number - 1]["fate"], rows[number - 1]["cause"]) == ("no_answer", "time_wait_paws")


# Both captures in one file: their clocks differ by 35.16 s


def merged_rows(tshark, case):
    return tshark.fields(case / "merged.pcapng")


def second_use_syns(rows, point):
    return [row for row in rows if row["frame.interface_name"] == point and row["tcp.flags"] == "0x0002"
            and row["ip.src"] == "10.24.20.249" and row["tcp.seq_raw"] == "1352641918"]


@pytest.mark.parametrize("point", ["server", "lb"])
def test_merged_verdict(tshark, case, point):
    rows = merged_rows(tshark, case)
    syns = second_use_syns(rows, point)
    assert len(syns) == 6
    for row in syns:
        assert (row["fate"], row["cause"], row["basis"]) == ("rejected", "time_wait_paws", "observed")
        assert (row["retries"], row["use"]) == (5, 2)


@pytest.mark.parametrize("point", ["server", "lb"])
def test_merged_says_where_the_answer_got_lost(tshark, case, point):
    row = second_use_syns(merged_rows(tshark, case), point)[0]
    assert "seen at interface server and never reached interface lb" in row["summary"] + " " + row["advice"]


def test_merged_points_have_their_own_state(tshark, case):
    rows = merged_rows(tshark, case)
    server = [row for row in rows if row["frame.interface_name"] == "server"]
    alone = tshark.fields(case / "server.pcap")
    for here, there in zip(server, alone):
        for name in "src_state", "dst_state", "syn_number", "tsval_delta", "isn_delta", "time_wait.restarts", "use":
            assert here.get(name) == there.get(name), (here["frame"], name)
