import { library } from "./library.ts"
import { liveness } from "./liveness.ts"

/**
 * Removes messages from the front of the log, a piece at a time.
 * In: now, up to which position, the most messages, 1 when this goes on with a trim. Out: how many were removed, up to where the log is trimmed now, 1 when keys are left.
 * The front of an index is cut off once it makes up half of it: so cutting costs little however often it is done, and readers pass over what is left.
 */
export const trim = String.raw`${library}
${liveness}
local upto, most, goesOn = math.min(num(), int(LOG, 'head')), num(), arg() == '1'
local trimmed = int(LOG, 'trimmed')
local removed, done = 0, trimmed
local partitions, cuts, commands = {}, {}, {}

local function remove(partition, position)
  local entry = entryIn(partition, position)
  if not entry then return end
  local f = entry[2]
  local id, kind, stream, correlation = f[2], f[4], f[6], f[12]
  if call('HGET', P .. 'ids', id) == F(position) then call('HDEL', P .. 'ids', id) end
  cuts['s:' .. stream] = 12
  cuts['t:' .. kind] = 6
  cuts['x:' .. partition .. ':' .. kind] = 6
  if correlation ~= '' then cuts['c:' .. correlation] = 6 end
  if f[8] == '' then commands[kind] = (commands[kind] or 0) + 1 end
  partitions[partition] = position
  removed = removed + 1
end
local function removeSegments()
  local segments = call('ZRANGEBYSCORE', P .. 'segments', F(math.floor((trimmed + 1) / SEGMENT)), F(math.floor(upto / SEGMENT)))
  for _, name in ipairs(segments) do
    local begin = tonumber(name) * SEGMENT
    for position = math.max(begin, trimmed + 1), math.min(begin + SEGMENT - 1, upto) do
      if removed >= most then return end
      local partition = partitionAt(position)
      if partition then remove(partition, position) end
      done = position
    end
    if begin + SEGMENT - 1 <= done then
      call('DEL', P .. 'l:' .. name)
      call('ZREM', P .. 'segments', name)
    end
  end
  done = upto
end
if upto > trimmed then removeSegments() end
for partition, position in pairs(partitions) do
  call('XTRIM', P .. 'p:' .. partition, 'MINID', F(position + 1) .. '-0')
end
for name, width in pairs(cuts) do
  local key = P .. name
  local size = call('STRLEN', key)
  local front = countUpto(key, done, width) * width
  -- A stream keeps its last entry, which holds its version.
  if width == 12 then front = math.min(front, size - 12) end
  if front == size then call('DEL', key)
  elseif front * 2 >= size then call('SET', key, call('GETRANGE', key, front, -1)) end
end
for kind, count in pairs(commands) do
  if call('HINCRBY', P .. 'commands', kind, -count) <= 0 then call('HDEL', P .. 'commands', kind) end
end
if done > trimmed then
  call('HSET', LOG, 'trimmed', F(done))
  -- A stretch may hold nothing: Lua would write the zero as -0.
  if removed > 0 then call('HINCRBY', LOG, 'messages', -removed) end
end
-- Idempotency keys go with their messages: a trim that takes none takes no key either. The last one's append may end behind, where a trim of a category took the rest.
local left = 0
local function isGone(use)
  if not use then return true end
  local first, at = string.match(use, '^(%d+):%d+:(%d+):')
  return tonumber(at) <= done or tonumber(first) <= done and not isAlive(use)
end
local function removeKeys()
  for _ = 1, most do
    local key = call('LINDEX', P .. 'keyed', 0)
    if not key then return end
    if not isGone(call('HGET', P .. 'keys', key)) then return end
    call('HDEL', P .. 'keys', key)
    call('LPOP', P .. 'keyed')
  end
  left = 1
end
if done > trimmed or goesOn then removeKeys() end
return { removed, F(math.max(done, trimmed)), left }
`
