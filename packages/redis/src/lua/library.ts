/**
 * What every script begins with.
 * In: `KEYS[1]` is `{prefix}:log`, the hash of the log's figures; all other keys begin with the same `{prefix}:`, which puts them into one slot. `ARGV` is read
 * from the front by `arg` and `num`; its first value is the instant, empty for the server's own.
 *
 * The keys of a log, behind `{prefix}:`. A position in a packed index takes 6 bytes.
 * `log`: figures of the log, and its counters. `p:3`: the stream of partition 3, its entries named `<position>-0`.
 * `l:0`: the partition of each position, 2 bytes each, 4,096 positions a key; `segments`: which of these keys there are.
 * `s:<stream>`: position and 2 × version (odd for events) of its messages, 12 bytes each; the last entry stays for ever.
 * `x:3:<type>`, `t:<type>`: positions of a type in a partition, and in the log. `c:<correlation id>`: of a conversation, but for its first message.
 * `ids`: message id to position, or to `s` and the number of a schedule. `recent`, `streams`: streams by last position, and by name.
 * `heads`, `commands`: by type the last position, and how many commands. `keys`, `keyed`: idempotency keys, and their order.
 * `due`, `waiting`: schedules by instant, and their messages. `d:<collection>`, `D:<collection>`: documents, and their order.
 * `groups`: group name to number. `g:7`: a group; `:heard`, `:skips`, `:marks`, `:due` (lanes), `:ready` and `:held` (partitions, see `notes`), `:way` (there while claims stay away); `:p3`, `:l3`, `:r3`: its partition 3, the lanes and replay rows of that.
 * `turn:<sender>`: how far the appends of a process have got, for a minute. `processes`, `process:<name>`: who works. `wake`: the channel.
 *
 * Numbers are written by `F`: Lua itself writes 1e+15 for large ones.
 */
export const library = String.raw`
local LOG = KEYS[1]
local P = string.sub(LOG, 1, -4)
local call = redis.call
local ARGV, floor, format = ARGV, math.floor, string.format
local pack, unpack6 = struct.pack, struct.unpack
local cursor = 0
local function arg() cursor = cursor + 1 return ARGV[cursor] end
local function num() cursor = cursor + 1 return tonumber(ARGV[cursor]) end
-- As text: by whole numbers where these have 64 bits, which is faster.
local WHOLE = format('%d', 2 ^ 53) == '9007199254740992' and '%d' or '%.0f'
local function F(n) return format(WHOLE, n) end
local NOW = num()
if not NOW then
  local t = call('TIME')
  NOW = t[1] * 1000 + math.floor(t[2] / 1000)
end
local function int(key, field) return tonumber(call('HGET', key, field) or 0) end
-- For words of any number: some at a time.
local WORDS = 1000
local function hmget(key, fields)
  if #fields == 0 then return {} end
  if #fields <= WORDS then return call('HMGET', key, unpack(fields)) end
  local values = {}
  for from = 1, #fields, WORDS do
    for at, value in ipairs(call('HMGET', key, unpack(fields, from, math.min(from + WORDS - 1, #fields)))) do values[from + at - 1] = value end
  end
  return values
end
local function existsAny(keys)
  for from = 1, #keys, WORDS do
    if call('EXISTS', unpack(keys, from, math.min(from + WORDS - 1, #keys))) > 0 then return true end
  end
  return false
end

-- A server that is full refuses a script whose first write could need memory. What frees more than it takes begins with a write that never does.
local function evenWhenFull() call('HDEL', LOG, '') end

-- Entries of an index that are read together: most of what is looked for lies near its end, and the rest is found in few steps.
local TOGETHER = 32
-- Among entries in hand: the number of those whose position is at most this one.
local function countIn(bytes, position, width)
  local low, high = 0, #bytes / width
  while low < high do
    local middle = floor((low + high) / 2)
    if unpack6('>I6', bytes, middle * width + 1) <= position then low = middle + 1 else high = middle end
  end
  return low
end
-- The same of an index of so many entries, with the position of the one behind, which is above.
local function countBelow(key, position, width, high, right)
  local low, left = 0, 0
  for step = 1, math.huge do
    if high == low then return low end
    if high - low <= TOGETHER then return low + countIn(call('GETRANGE', key, low * width, high * width - 1), position, width) end
    local middle = floor((low + high - TOGETHER) / 2)
    -- Positions often rise evenly: every other step trusts in that.
    if step % 2 == 1 then
      middle = low + floor((high - low) * (position - left) / (right - left) - TOGETHER / 2)
      middle = math.max(low, math.min(high - TOGETHER, middle))
    end
    local bytes = call('GETRANGE', key, middle * width, (middle + TOGETHER) * width - 1)
    local first, last = unpack6('>I6', bytes), unpack6('>I6', bytes, #bytes - width + 1)
    if first > position then high, right = middle, first
    elseif last <= position then low, left = middle + TOGETHER, last
    else return middle + countIn(bytes, position, width) end
  end
end
-- The number of entries of an index (each of so many bytes, beginning with a position) whose position is at most this one; and the position of the next, nil where there is none.
local function seek(key, position, width)
  local bytes = call('GETRANGE', key, -TOGETHER * width, -1)
  local count = #bytes / width
  if count == 0 then return 0, nil end
  local before = count < TOGETHER and 0 or call('STRLEN', key) / width - TOGETHER
  if before == 0 or unpack6('>I6', bytes) <= position then
    local within = countIn(bytes, position, width)
    return before + within, within < count and (unpack6('>I6', bytes, within * width + 1)) or nil
  end
  local below = countBelow(key, position, width, before, unpack6('>I6', bytes))
  local at = below * width
  return below, (unpack6('>I6', call('GETRANGE', key, at, at + 5)))
end
local function countUpto(key, position, width) return (seek(key, position, width)) end

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
