-- Acquires a fresh name and releases it, over and over: every token is released once, and the number of held locks
-- does not grow.
--
-- Run it with as many threads as connections (wrk -t64 -c64). A grant does not repeat the resource's name and wrk does
-- not say which connection a response belongs to, so only a thread with a single connection can know what the
-- token it just got is for.

local shared = dofile(debug.getinfo(1, "S").source:match("^@(.-)[^/]*$") .. "shared.lua")

workload = "acquire-release"

local prefix
local count = 0
local name, token -- what this connection holds, or is about to

shared.count_answers()
local count_answer = response

function init()
  prefix = shared.name_prefix(workload)
end

local function acquire()
  count = count + 1
  name = prefix .. string.format("%010d", count)
  return shared.post("/api/lock/acquire", '{"resourceName":"' .. name .. '","clientId":"bench"}')
end

local function release()
  local body = '{"resourceName":"' .. name .. '","lockToken":"' .. token .. '"}'
  token = nil
  return shared.post("/api/lock/release", body)
end

function request()
  return token and release() or acquire()
end

function response(status, _, body)
  count_answer(status)
  token = body:match('"lockToken":"([^"]+)"') -- only a grant has one
end
