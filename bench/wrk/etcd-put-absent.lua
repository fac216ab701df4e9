-- What acquire.lua is for etcd, through its JSON gateway: puts a key that was never there if it is not there, under a lease.
-- ETCD_LEASE names the lease. Keys travel in base64, so a number's digits stand in for themselves: any four characters of
-- base64 are three bytes.

local shared = dofile(debug.getinfo(1, "S").source:match("^@(.-)[^/]*$") .. "shared.lua")

workload = "etcd-put-absent"

local before, between, after
local count = 0

function init()
  local prefix = shared.run:gsub("[^%w]", "x") .. string.format("%03d", thread_number)
  prefix = prefix .. string.rep("x", -#prefix % 4)
  local lease = os.getenv("ETCD_LEASE")
  local body_start = '{"compare":[{"target":"CREATE","createRevision":"0","key":"' .. prefix
  between = '"}],"success":[{"requestPut":{"key":"' .. prefix
  after = '","value":"YmVuY2g=","lease":"' .. lease .. '"}}]}'
  before = shared.post_head("/v3/kv/txn", #body_start + 12 + #between + 12 + #after) .. body_start
end

function request()
  count = count + 1
  local key = string.format("%012d", count)
  return before .. key .. between .. key .. after
end
