-- Reads the status of locks that hold.lua holds. Only 200 is right, which wrk can tell by itself.

local shared = dofile(debug.getinfo(1, "S").source:match("^@(.-)[^/]*$") .. "shared.lua")

workload = "status"

function init()
  local requests = {}
  for i, lock in ipairs(shared.held_locks()) do
    requests[i] = string.format("GET /api/lock/status/%s HTTP/1.1\r\nHost: %s\r\n\r\n", lock.name, wrk.headers["Host"])
  end
  shared.cycle(requests)
end
