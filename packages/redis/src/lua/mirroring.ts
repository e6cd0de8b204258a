import { library } from "./library.ts"

/**
 * Keeps the native consumer groups (one per group and partition stream, of the group's name) where Millrace's own checkpoints are, so that `XINFO GROUPS` tells any
 * tool the truth: what is in flight is pending, what comes behind it is lag. They decide nothing: one that somebody has deleted is made again.
 */
export const mirroring = String.raw`${library}
local kinds
-- How many entries a partition's stream has had up to a position: what the server needs to know to count a group's lag.
local function entriesUpto(partition, position)
  local info = redis.pcall('XINFO', 'STREAM', P .. 'p:' .. partition)
  if info.err then return 0 end
  local added = 0
  for n = 1, #info, 2 do if info[n] == 'entries-added' then added = info[n + 1] end end
  kinds = kinds or call('HKEYS', P .. 'heads')
  position = math.max(position, int(LOG, 'trimmed'))
  local behind = 0
  for _, kind in ipairs(kinds) do
    local key = P .. 'x:' .. partition .. ':' .. kind
    behind = behind + call('STRLEN', key) / 6 - countUpto(key, position, 6)
  end
  return math.max(added - behind, 0)
end
local function moveNative(group, partition, position)
  local key, id, read = P .. 'p:' .. partition, F(position) .. '-0', F(entriesUpto(partition, position))
  local moved = redis.pcall('XGROUP', 'SETID', key, group, id, 'ENTRIESREAD', read)
  if type(moved) == 'table' and moved.err then
    call('XGROUP', 'CREATE', key, group, id, 'MKSTREAM', 'ENTRIESREAD', read)
  end
end
-- Ends what is pending for a consumer.
local function forgetConsumer(group, partition, consumer)
  redis.pcall('XGROUP', 'DELCONSUMER', P .. 'p:' .. partition, group, consumer)
end
local function isEmptyBetween(partition, after, upto)
  return after >= upto or #call('XRANGE', P .. 'p:' .. partition, '(' .. F(after) .. '-0', F(upto) .. '-0', 'COUNT', 1) == 0
end

-- A group that looks at the whole log has moved: so do its native groups on the partitions that hold something in between.
local NEAR = 512
local function moveNativeOfLog(group, partitions, before, after)
  local low, high = math.min(before, after), math.max(before, after)
  if high - low > NEAR then
    for partition = 0, partitions - 1 do moveNative(group, partition, after) end
    return
  end
  local touched = {}
  for position = low + 1, high do
    local partition = partitionAt(position)
    if partition and not touched[partition] then
      touched[partition] = true
      moveNative(group, partition, after)
    end
  end
end
`
