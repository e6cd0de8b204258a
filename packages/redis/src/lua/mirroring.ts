import { library } from "./library.ts"

/**
 * Keeps the native consumer groups (one per group and partition stream, of the group's name) where Millrace's own checkpoints are, so that `XINFO GROUPS` tells any
 * tool the truth: what is in flight is pending, what comes behind it is lag. They decide nothing: one that somebody has deleted is made again.
 */
export const mirroring = String.raw`${library}
local kinds
local function entriesAdded(partition)
  local info = redis.pcall('XINFO', 'STREAM', P .. 'p:' .. partition)
  if info.err then return nil end
  for n = 1, #info, 2 do if info[n] == 'entries-added' then return info[n + 1] end end
end
-- How many entries a partition's stream has had up to a position: what the server needs to know to count a group's lag.
local function entriesUpto(partition, position)
  local added = entriesAdded(partition)
  if not added then return 0 end
  kinds = kinds or call('HKEYS', P .. 'heads')
  position = math.max(position, int(LOG, 'trimmed'))
  local behind = 0
  for _, kind in ipairs(kinds) do
    local key = P .. 'x:' .. partition .. ':' .. kind
    local upto, next = seek(key, position, 6)
    if next then behind = behind + call('STRLEN', key) / 6 - upto end
  end
  return math.max(added - behind, 0)
end
-- Moves a native group, and answers how many entries it has had then.
local function moveNative(group, partition, position, known)
  local read = known or entriesUpto(partition, position)
  local key, id, text = P .. 'p:' .. partition, F(position) .. '-0', F(read)
  local moved = redis.pcall('XGROUP', 'SETID', key, group, id, 'ENTRIESREAD', text)
  if type(moved) == 'table' and moved.err then
    call('XGROUP', 'CREATE', key, group, id, 'MKSTREAM', 'ENTRIESREAD', text)
  end
  return read
end
-- Moves a native group on, past entries that nobody wants. Few of them are counted one by one, if it is known how many came before. Answers what moveNative does.
local FEW = 16
local function moveNativeOn(group, partition, from, read, to)
  if from >= to then return read end
  local between = #call('XRANGE', P .. 'p:' .. partition, '(' .. F(from) .. '-0', F(to) .. '-0', 'COUNT', FEW + 1)
  if between == 0 then return read end
  return moveNative(group, partition, to, read and between <= FEW and read + between or nil)
end
-- How many entries a native group has had, as its partition's hash has it: with the position that it was of.
local function readOf(stored, native)
  local at, read = string.match(stored or '', '^(%d+):(%d+)$')
  if at and tonumber(at) == native then return tonumber(read) end
end
local function readText(native, read) return read and F(native) .. ':' .. F(read) or '' end
-- Ends what is pending for a consumer.
local function forgetConsumer(group, partition, consumer)
  redis.pcall('XGROUP', 'DELCONSUMER', P .. 'p:' .. partition, group, consumer)
end

-- The partitions that hold something of a stretch of the log, as a set; nil where that is longer than so many positions.
local function touchedBetween(after, upto, most)
  if upto - after > most then return nil end
  local touched = {}
  local from = after + 1
  while from <= upto do
    local segment = floor(from / SEGMENT)
    local to = math.min(upto, (segment + 1) * SEGMENT - 1)
    local marks = call('GETRANGE', P .. 'l:' .. F(segment), (from - segment * SEGMENT) * 2, (to - segment * SEGMENT) * 2 + 1)
    for at = 1, #marks, 2 do
      local mark = unpack6('>I2', marks, at)
      if mark > 0 then touched[mark - 1] = true end
    end
    from = to + 1
  end
  return touched
end
-- A group that looks at the whole log has moved: so do its native groups on the partitions that hold something in between.
local NEAR = 512
local function moveNativeOfLog(group, partitions, before, after)
  local touched = touchedBetween(math.min(before, after), math.max(before, after), NEAR)
  for partition = 0, partitions - 1 do
    if not touched or touched[partition] then moveNative(group, partition, after) end
  end
end
`
