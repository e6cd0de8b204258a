import { library } from "./library.ts"

/**
 * Reads a page of messages, as stream entries.
 * In: now, the most messages, the most bytes, the head when the read began (empty: begins now; nothing above it is read), direction (`forward` or `backward`), and what:
 * `log` after upto; `types` after upto count type…; `streams` include resume count (stream partition after upto)…; `correlation` id after; `ids` count id….
 * Out: head, trimmed to, whether the page was cut, at which stream (from 0), entries. A page is cut after the most it may hold, or after many empty streams.
 */
export const read = String.raw`${library}
local most, room, bound, backward = num(), num(), num(), arg() == 'backward'
local MOST_STREAMS = 500
local figures = call('HMGET', LOG, 'head', 'trimmed')
local head, trimmed = tonumber(figures[1] or 0), tonumber(figures[2] or 0)
if bound and bound < head then head = bound end
local entries, cut, stopped = {}, 0, 0

-- Takes an entry; false when the page is full.
local function take(entry)
  if not entry or bound and tonumber(string.match(entry[1], '^%d+')) > bound then return true end
  if #entries >= most or (room <= 0 and #entries > 0) then
    cut = 1
    return false
  end
  entries[#entries + 1] = entry
  room = room - #entry[2][14] - 300
  return true
end

local function takeSegment(segment, low, high)
  local begin = segment * SEGMENT
  local from, to = math.max(low, begin), math.min(high, begin + SEGMENT - 1)
  if from > to then return true end
  local bytes = call('GETRANGE', P .. 'l:' .. F(segment), (from - begin) * 2, (to - begin) * 2 + 1)
  to = from + #bytes / 2 - 1
  local first, last, step = from, to, 1
  if backward then first, last, step = to, from, -1 end
  for position = first, last, step do
    local partition = unpack6('>I2', bytes, (position - from) * 2 + 1)
    if partition > 0 and not take(entryIn(partition - 1, position)) then return false end
  end
  return true
end
local function fromLog(after, upto)
  local low, high = math.max(after, trimmed) + 1, math.min(upto, head)
  if low > high then return end
  local first, last = F(math.floor(low / SEGMENT)), F(math.floor(high / SEGMENT))
  local segments
  if backward then segments = call('ZREVRANGEBYSCORE', P .. 'segments', last, first)
  else segments = call('ZRANGEBYSCORE', P .. 'segments', first, last) end
  for _, segment in ipairs(segments) do
    if not takeSegment(tonumber(segment), low, high) then return end
  end
end

-- Positions of an index between two, at most so many from the end that is read first.
local function between(key, after, upto, into)
  local from, to = countUpto(key, after, 6), countUpto(key, upto, 6)
  if backward then from = math.max(from, to - most - 1) else to = math.min(to, from + most + 1) end
  if from >= to then return end
  local bytes = call('GETRANGE', key, from * 6, to * 6 - 1)
  for at = 1, #bytes, 6 do into[#into + 1] = unpack6('>I6', bytes, at) end
end
local function takeAll(positions)
  table.sort(positions, backward and function(a, b) return a > b end or nil)
  for _, position in ipairs(positions) do if not take(entryAt(position)) then return end end
end
local function ofTypes(after, upto)
  local positions, seen = {}, {}
  for t = 1, num() do
    local kind = arg()
    if not seen[kind] then between(P .. 't:' .. kind, after, upto, positions) end
    seen[kind] = true
  end
  takeAll(positions)
end

-- How many entries of a stream belong to versions up to this one.
local function countVersions(key, version)
  local low, high = 0, call('STRLEN', key) / 12
  while low < high do
    local middle = math.floor((low + high) / 2)
    local found = math.floor(unpack6('>I6', call('GETRANGE', key, middle * 12 + 6, middle * 12 + 11)) / 2)
    if found <= version then low = middle + 1 else high = middle end
  end
  return low
end
local WINDOW = 200
local function ofStream(name, partition, after, upto, include, resume)
  local key = P .. 's:' .. name
  local from = after > 0 and countVersions(key, after) or 0
  local to = upto and countVersions(key, upto) or call('STRLEN', key) / 12
  if resume and backward then to = math.min(to, countUpto(key, resume - 1, 12))
  elseif resume then from = math.max(from, countUpto(key, resume, 12)) end
  while from < to do
    local low, high = from, math.min(to, from + WINDOW)
    if backward then low, high = math.max(from, to - WINDOW), to end
    local bytes = call('GETRANGE', key, low * 12, high * 12 - 1)
    local first, last, step = 1, #bytes - 11, 12
    if backward then first, last, step = #bytes - 11, 1, -12 end
    for at = first, last, step do
      local position, mark = unpack6('>I6I6', bytes, at)
      local event = mark % 2 == 1
      if include == 'all' or event == (include == 'events') then
        if not take(entryIn(partition, position)) then return false end
      end
    end
    if backward then to = low else from = high end
  end
  return true
end
local function ofStreams()
  local include, resume = arg(), num()
  for s = 1, num() do
    stopped = s - 1
    local name, partition, after, upto = arg(), arg(), num(), num()
    if s > MOST_STREAMS then cut = 1 return end
    if not ofStream(name, partition, after, upto, include, resume) then return end
    resume = nil
  end
end

local function ofConversation(id, after)
  local positions = {}
  between(P .. 'c:' .. id, math.max(after, trimmed), head, positions)
  local own = tonumber(call('HGET', P .. 'ids', id) or nil)
  if own and own > after then
    local entry = entryAt(own)
    if entry and entry[2][12] == '' then positions[#positions + 1] = own end
  end
  takeAll(positions)
end
local function ofIds()
  local positions, seen = {}, {}
  for n = 1, num() do
    local position = tonumber(call('HGET', P .. 'ids', arg()) or nil)
    if position and not seen[position] then
      seen[position] = true
      positions[#positions + 1] = position
    end
  end
  takeAll(positions)
end

local what = arg()
if what == 'log' then fromLog(num(), num() or head)
elseif what == 'types' then
  local after, upto = num(), num()
  ofTypes(math.max(after, trimmed), math.min(upto or head, head))
elseif what == 'streams' then ofStreams()
elseif what == 'correlation' then
  local id = arg()
  ofConversation(id, num())
else ofIds() end
return { F(head), F(trimmed), cut, stopped, entries }
`
