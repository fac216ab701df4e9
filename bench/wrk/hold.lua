-- Takes BENCH_HELD_COUNT locks, writes "name token" lines to the file BENCH_HELD and stops. Not a measurement: it
-- prepares heartbeat.lua, busy.lua and status.lua, which then need no (expensive) look at the answers. Run it with one
-- thread and one connection, for the reason given in acquire-release.lua.

local shared = dofile(debug.getinfo(1, "S").source:match("^@(.-)[^/]*$") .. "shared.lua")

workload = "hold"

local wanted = tonumber(os.getenv("BENCH_HELD_COUNT") or 1000)
local prefix, name
local count = 0
local held = {}

shared.count_answers()
local count_answer = response

function init()
  prefix = shared.name_prefix(workload)
end

function request()
  count = count + 1
  name = prefix .. string.format("%010d", count)
  return shared.post("/api/lock/acquire", '{"resourceName":"' .. name .. '","clientId":"bench"}')
end

local function write_held()
  local file = assert(io.open(os.getenv("BENCH_HELD"), "w"))
  file:write(table.concat(held, "\n"), "\n")
  file:close()
end

function response(status, _, body)
  count_answer(status)
  local token = body:match('"lockToken":"([^"]+)"')
  if token and #held < wanted then
    held[#held + 1] = name .. " " .. token
    if #held == wanted then
      write_held()
      wrk.thread:stop()
    end
  end
end
