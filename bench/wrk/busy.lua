-- Asks for locks that hold.lua holds: every answer should be 409, and is counted as such.

local shared = dofile(debug.getinfo(1, "S").source:match("^@(.-)[^/]*$") .. "shared.lua")

workload = "busy"

shared.count_answers(409)

function init()
  local requests = {}
  for i, lock in ipairs(shared.held_locks()) do
    requests[i] = shared.post("/api/lock/acquire", '{"resourceName":"' .. lock.name .. '","clientId":"other"}')
  end
  shared.cycle(requests)
end
