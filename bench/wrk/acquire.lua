-- Acquires names that nobody ever held. There is no response(): this is the workload that is compared with the echo
-- server, so wrk must be as cheap as it can be.

local shared = dofile(debug.getinfo(1, "S").source:match("^@(.-)[^/]*$") .. "shared.lua")

workload = "acquire"

local before, after
local count = 0

function init()
  local body_start = '{"resourceName":"' .. shared.name_prefix(workload)
  after = '","clientId":"bench"}'
  before = shared.post_head("/api/lock/acquire", #body_start + 10 + #after) .. body_start
end

function request()
  count = count + 1
  return before .. string.format("%010d", count) .. after
end
