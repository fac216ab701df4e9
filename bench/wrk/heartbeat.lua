-- Renews the locks that hold.lua took, one after the other. Only 200 is right, which wrk can tell by itself.

local shared = dofile(debug.getinfo(1, "S").source:match("^@(.-)[^/]*$") .. "shared.lua")

workload = "heartbeat"

function init()
  local requests = {}
  for i, lock in ipairs(shared.held_locks()) do
    requests[i] = shared.post("/api/lock/heartbeat",
      '{"resourceName":"' .. lock.name .. '","lockToken":"' .. lock.token .. '"}')
  end
  shared.cycle(requests)
end
