/**
 * What every script begins with.
 * In: `KEYS[1]` is `{prefix}:log`, the hash of the log's figures; all other keys begin with the same `{prefix}:`, which puts them into one slot. `ARGV` is read
 * from the front by `arg` and `num`; its first value is the instant, empty for the server's own.
 * Numbers are written by `F`: Lua itself writes 1e+15 for large ones. Positions in an index take 6 bytes, in a stream's 12 with 2 × version, odd for events.
 */
export const library = String.raw`
local LOG = KEYS[1]
local P = string.sub(LOG, 1, -4)
local call = redis.call
local pack, unpack6 = struct.pack, struct.unpack
local cursor = 0
local function arg() cursor = cursor + 1 return ARGV[cursor] end
local function num() cursor = cursor + 1 return tonumber(ARGV[cursor]) end
local function F(n) return string.format('%.0f', n) end
local NOW = num()
if not NOW then
  local t = call('TIME')
  NOW = t[1] * 1000 + math.floor(t[2] / 1000)
end
local function int(key, field) return tonumber(call('HGET', key, field) or 0) end

-- The number of entries of an index (each of so many bytes, beginning with a position) whose position is at most this one.
local function countUpto(key, position, width)
  local high = call('STRLEN', key) / width
  if high == 0 then return 0 end
  if unpack6('>I6', call('GETRANGE', key, -width, -width + 5)) <= position then return high end
  local low = 0
  while low < high do
    local middle = math.floor((low + high) / 2)
    local at = middle * width
    if unpack6('>I6', call('GETRANGE', key, at, at + 5)) <= position then low = middle + 1 else high = middle end
  end
  return low
end

local SEGMENT = 4096
-- The partition that holds a position; nil where nothing is.
local function partitionAt(position)
  local segment = math.floor(position / SEGMENT)
  local offset = (position - segment * SEGMENT) * 2
  local found = call('GETRANGE', P .. 'l:' .. F(segment), offset, offset + 1)
  if #found < 2 then return nil end
  local partition = unpack6('>I2', found)
  if partition == 0 then return nil end
  return partition - 1
end

-- The message at a position, as the list of its stream entry's fields; nil where there is none.
local function entryIn(partition, position)
  local id = F(position) .. '-0'
  local found = call('XRANGE', P .. 'p:' .. partition, id, id)
  if #found == 0 then return nil end
  return found[1]
end
local function entryAt(position)
  local partition = partitionAt(position)
  return partition and entryIn(partition, position)
end
`
