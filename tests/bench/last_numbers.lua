-- SPDX-License-Identifier: GPL-2.0-or-later
-- The least that a Lua post-dissector can do for such a job: it stores the last sequence and acknowledgment number and
-- TSval of each direction, and decides nothing. The bench compares the plugin with it.

local src, dst = Field.new("ip.src"), Field.new("ip.dst")
local srcport, dstport = Field.new("tcp.srcport"), Field.new("tcp.dstport")
local seq, ack, tsval = Field.new("tcp.seq_raw"), Field.new("tcp.ack_raw"), Field.new("tcp.options.timestamp.tsval")

local last = {}
local proto = Proto("last_numbers", "Last numbers of each direction")

function proto.init()
    last = {}
end

function proto.dissector(_, pinfo)
    local port = srcport()
    if not port or pinfo.visited then
        return
    end
    local key = tostring(src()) .. ":" .. tostring(port) .. ">" .. tostring(dst()) .. ":" .. tostring(dstport())
    local stamp = tsval()
    last[key] = { seq().value, ack().value, stamp and stamp.value }
end

register_postdissector(proto)
