import { library } from "./library.ts"
import { liveness } from "./liveness.ts"

/**
 * Removes messages that are the oldest of their streams, and notes it in the document of their category. Those that are gone already are passed over, so that it may be called again.
 * In: now, the document's collection and id, count, positions in order. Out: how many were removed.
 * In an index the places of what is gone move to its front, at the end of what retention removed, as if they had been of that; it is cut off once it makes up half.
 */
export const trimCategory = String.raw`${library}
${liveness}
local collection, id, count = arg(), arg(), num()
local TRIMMED = int(LOG, 'trimmed')
local gone, touched, commands = {}, {}, {}
local removed, last = 0, 0

local function remove(position)
  local partition = partitionAt(position)
  local entry = partition and entryIn(partition, position)
  if not entry then return end
  local f = entry[2]
  local message, kind, stream, correlation = f[2], f[4], f[6], f[12]
  if call('HGET', P .. 'ids', message) == F(position) then call('HDEL', P .. 'ids', message) end
  call('XDEL', P .. 'p:' .. partition, entry[1])
  local segment = floor(position / SEGMENT)
  call('SETRANGE', P .. 'l:' .. F(segment), (position - segment * SEGMENT) * 2, '\0\0')
  touched['s:' .. stream] = 12
  touched['t:' .. kind] = 6
  touched['x:' .. partition .. ':' .. kind] = 6
  if correlation ~= '' then touched['c:' .. correlation] = 6 end
  if f[8] == '' then commands[kind] = (commands[kind] or 0) + 1 end
  gone[position] = true
  removed = removed + 1
  last = position
end
for n = 1, count do remove(num()) end
if removed == 0 then return 0 end

local EDGE = pack('>I6', TRIMMED)
for name, width in pairs(touched) do
  local key = P .. name
  local from, to = countUpto(key, TRIMMED, width) * width, countUpto(key, last, width) * width
  local bytes = call('GETRANGE', key, from, to - 1)
  local front, back = {}, {}
  for at = 1, #bytes, width do
    local rest = string.sub(bytes, at + 6, at + width - 1)
    if gone[unpack6('>I6', bytes, at)] then front[#front + 1] = EDGE .. rest
    else back[#back + 1] = string.sub(bytes, at, at + 5) .. rest end
  end
  if #front > 0 then call('SETRANGE', key, from, table.concat(front) .. table.concat(back)) end
  local size, cut = call('STRLEN', key), from + #front * width
  -- A stream keeps its last entry, which holds its version.
  if width == 12 then cut = math.min(cut, size - 12) end
  if cut == size then call('DEL', key)
  elseif cut * 2 >= size then call('SET', key, call('GETRANGE', key, cut, -1)) end
end
for kind, less in pairs(commands) do
  if call('HINCRBY', P .. 'commands', kind, -less) <= 0 then call('HDEL', P .. 'commands', kind) end
end
call('HINCRBY', LOG, 'messages', -removed)

local stored = call('HGET', P .. 'd:' .. collection, id) or '0 {}'
local before = tonumber(string.match(stored, '"trimmedTo":(%d+)') or 0)
local sum = tonumber(string.match(stored, '"removed":(%d+)') or 0) + removed
local value = '{"trimmedTo":' .. F(math.max(before, last)) .. ',"removed":' .. F(sum) .. '}'
call('HSET', P .. 'd:' .. collection, id, F(tonumber(string.match(stored, '^%d+')) + 1) .. ' ' .. value)
call('ZADD', P .. 'D:' .. collection, 0, id)

-- Idempotency keys of which nothing is left: some are looked at in each call, in turn. Until then they mean nothing to appends.
local SOME = 200
local function sweepKeys()
  local from = int(LOG, 'sweep')
  local keys = call('LRANGE', P .. 'keyed', from, from + SOME - 1)
  local dead = 0
  for n, key in ipairs(keys) do
    local use = call('HGET', P .. 'keys', key)
    if not use or not isAlive(use) then
      call('HDEL', P .. 'keys', key)
      call('LSET', P .. 'keyed', from + n - 1, '')
      dead = dead + 1
    end
  end
  if dead > 0 then call('LREM', P .. 'keyed', dead, '') end
  call('HSET', LOG, 'sweep', #keys < SOME and 0 or from + #keys - dead)
end
sweepKeys()
return removed
`
