import { mirroring } from "./mirroring.ts"

/**
 * Reads appends from `ARGV`, judges them and stores them.
 * An append in `ARGV`: `one`, name, partition, expected, message; or `all`, key, fingerprint, counts of streams, schedules and documents, then these. A stream: name, partition, expected (a number, or
 * `any`, `none`, `some`), count, messages of 5 (id, type, `e` or `c`, correlation id unless its own, body). A schedule: instant, stream, partition, message. A document:
 * collection, id, expected revision or `any`, `put` or `delete`, value.
 * A verdict: `a` first last version…, `d` first last (duplicate), `k` (key reused), `t` id… (twice in the append), `p` id… (known in part), `c` stream actual, `m` document actual (both counted from 0).
 * Writes are kept in tables and made by `flush`, index by index.
 */
export const appending = String.raw`${mirroring}
local row = call('HMGET', LOG, 'head', 'recorded', 'floor')
local HEAD, RECORDED, FLOOR = tonumber(row[1] or 0), tonumber(row[2] or 0), tonumber(row[3] or 0)
local RECORDED_TEXT = F(RECORDED)
-- What is stored, as far as it was looked at; and what appends before this one have made of it.
local stored = { ids = {}, versions = {} }
local known = { ids = {}, keys = {}, versions = {}, revisions = {} }
local pending = { commands = {}, calls = {}, fresh = {}, count = 0 }
local newIds, newEntries, indexed, indexKeys, recent, heads, versionTexts = {}, {}, {}, {}, {}, {}, {}
local NONE = {}
local SCHEDULES

-- A message: id, type, whether it is an event, correlation id, body; then what it gets when it is stored: key and id of its entry, stream, version, instant.
local function readMessage()
  local c = cursor
  cursor = c + 5
  return { ARGV[c + 1], ARGV[c + 2], ARGV[c + 3] == 'e', ARGV[c + 4], ARGV[c + 5], false, false, false, false, false }
end
-- The usual append: one stream, one message, and nothing else.
local function readOne()
  local c = cursor
  cursor = c + 3
  local message = readMessage()
  return {
    key = '', fingerprint = '', ids = { message[1] }, schedules = NONE, documents = NONE,
    streams = { { name = ARGV[c + 1], partition = ARGV[c + 2], expected = ARGV[c + 3], messages = { message } } },
  }
end
local function readAppend()
  if arg() == 'one' then return readOne() end
  local a = { key = arg(), fingerprint = arg(), streams = {}, schedules = {}, documents = {}, ids = {} }
  local streams, schedules, documents = num(), num(), num()
  for s = 1, streams do
    local stream = { name = arg(), partition = arg(), expected = arg(), messages = {} }
    for m = 1, num() do
      local message = readMessage()
      stream.messages[m] = message
      a.ids[#a.ids + 1] = message[1]
    end
    a.streams[s] = stream
  end
  for s = 1, schedules do
    local schedule = { at = num(), name = arg(), partition = arg(), message = readMessage() }
    a.schedules[s] = schedule
    a.ids[#a.ids + 1] = schedule.message[1]
  end
  for d = 1, documents do a.documents[d] = { arg(), arg(), arg(), arg(), arg() } end
  return a
end

-- Looks up many ids at once.
local IDS_AT_ONCE = 1000
local function lookUpIds(ids)
  for from = 1, #ids, IDS_AT_ONCE do
    local upto = math.min(from + IDS_AT_ONCE - 1, #ids)
    local found = call('HMGET', P .. 'ids', unpack(ids, from, upto))
    for n = from, upto do
      local at = found[n - from + 1]
      stored.ids[ids[n]] = at and (tonumber(at) or 0)
    end
  end
end
local function readAppends()
  local appends, ids = {}, {}
  for n = 1, num() do
    local a = readAppend()
    appends[n] = a
    for _, id in ipairs(a.ids) do ids[#ids + 1] = id end
  end
  lookUpIds(ids)
  return appends
end

-- Where a message id is stored, 0 while it waits in a schedule, nil where it is new.
local function positionOf(id) return known.ids[id] or stored.ids[id] or nil end
local function versionOf(stream)
  local version = known.versions[stream] or stored.versions[stream]
  if version then return version end
  local last = call('GETRANGE', P .. 's:' .. stream, -6, -1)
  version = last == '' and 0 or floor(unpack6('>I6', last) / 2)
  stored.versions[stream] = version
  if last == '' then pending.fresh[stream] = true end
  return version
end
local function revisionOf(collection, id)
  local staged = known.revisions[collection .. '\0' .. id]
  if staged then return staged end
  local found = call('HGET', P .. 'd:' .. collection, id)
  return found and tonumber(string.match(found, '^%d+')) or 0
end

local function judgeKey(a)
  if a.key == '' then return nil end
  local found = known.keys[a.key] or call('HGET', P .. 'keys', a.key)
  if not found then return nil end
  local first, last, fingerprint = string.match(found, '^(%d+):(%d+):%d+:(.*)$')
  if fingerprint == a.fingerprint then return { 'd', first, last } end
  return { 'k' }
end
local function judgeIds(a)
  local ids = a.ids
  if #ids == 0 then return nil end
  if #ids == 1 and not positionOf(ids[1]) then return nil end
  local seen, twice = {}, { 't' }
  for _, id in ipairs(ids) do
    if seen[id] then twice[#twice + 1] = id end
    seen[id] = true
  end
  if #twice > 1 then return twice end
  local some, first, last = { 'p' }, nil, 0
  for _, id in ipairs(ids) do
    local position = positionOf(id)
    if position then
      some[#some + 1] = id
      if position > 0 then
        if not first or position < first then first = position end
        if position > last then last = position end
      end
    end
  end
  if #some == 1 then return nil end
  if #some == #ids + 1 then return { 'd', F(first or 0), F(last) } end
  return some
end
local function judge(a)
  local verdict = judgeKey(a) or judgeIds(a)
  if verdict then return verdict end
  for s, stream in ipairs(a.streams) do
    local expected = stream.expected
    if expected ~= 'any' then
      local actual = versionOf(stream.name)
      local met
      if expected == 'none' then met = actual == 0
      elseif expected == 'some' then met = actual > 0
      else met = actual == tonumber(expected) end
      if not met then return { 'c', s - 1, F(actual) } end
    end
  end
  for d, document in ipairs(a.documents) do
    if document[3] ~= 'any' then
      local actual = revisionOf(document[1], document[2])
      if actual ~= tonumber(document[3]) then return { 'm', d - 1, F(actual) } end
    end
  end
  return nil
end

-- Lets what is judged after it see an append that is not stored yet.
local function stage(a)
  for _, id in ipairs(a.ids) do known.ids[id] = 0 end
  for _, stream in ipairs(a.streams) do
    local version = versionOf(stream.name)
    for _, message in ipairs(stream.messages) do if message[3] then version = version + 1 end end
    known.versions[stream.name] = version
  end
  for _, d in ipairs(a.documents) do
    known.revisions[d[1] .. '\0' .. d[2]] = d[4] == 'put' and revisionOf(d[1], d[2]) + 1 or 0
  end
  if a.key ~= '' then known.keys[a.key] = '0:0:0:' .. a.fingerprint end
end

local function later(...) pending.calls[#pending.calls + 1] = { ... } end
-- Keeps bytes for the end of an index.
local function index(key, bytes)
  local list = indexed[key]
  if not list then
    indexed[key] = bytes
    indexKeys[#indexKeys + 1] = key
  elseif type(list) == 'string' then indexed[key] = { list, bytes }
  else list[#list + 1] = bytes end
end

-- The keys of a partition: its stream, and the indexes of its types.
local places = {}
local function placeOf(partition)
  local place = places[partition]
  if not place then
    place = { stream = P .. 'p:' .. partition, mark = pack('>I2', tonumber(partition) + 1), kinds = {} }
    places[partition] = place
  end
  return place
end
local function typeKey(place, partition, kind)
  local key = place.kinds[kind]
  if not key then
    key = 'x:' .. partition .. ':' .. kind
    place.kinds[kind] = key
  end
  return key
end
-- Which partition holds a position, 2 bytes a position.
local segmentKey, lastSegment
local function indexPlace(position, mark)
  local segment = floor(position / SEGMENT)
  if segment ~= lastSegment then segmentKey = 'l:' .. F(segment) end
  if position == HEAD + 1 and HEAD > 0 and position ~= segment * SEGMENT then index(segmentKey, mark)
  else
    later('SETRANGE', P .. segmentKey, (position - segment * SEGMENT) * 2, mark)
    if segment ~= lastSegment then later('ZADD', P .. 'segments', F(segment), F(segment)) end
  end
  lastSegment = segment
end

-- Gives a message the next position and stores it. Answers the position as text.
local function storeMessage(stream, partition, message)
  local position = HEAD + 1
  if position <= FLOOR then position = FLOOR + 1 end
  local id, kind, event, correlation = message[1], message[2], message[3], message[4]
  local version = versionOf(stream)
  if NOW > RECORDED then
    RECORDED = NOW
    RECORDED_TEXT = F(NOW)
  end
  local text, place, double = F(position), placeOf(partition), version * 2
  if event then
    version = version + 1
    double = double + 3
    known.versions[stream] = version
    versionTexts[stream] = F(version)
    message[9] = versionTexts[stream]
  else
    pending.commands[kind] = (pending.commands[kind] or 0) + 1
    message[9] = ''
  end
  message[6], message[7], message[8], message[10] = place.stream, text .. '-0', stream, RECORDED_TEXT
  local count = pending.count + 1
  pending.count = count
  newEntries[count] = message
  local entry = pack('>I6I6', position, double)
  local at = string.sub(entry, 1, 6)
  index('s:' .. stream, entry)
  index(typeKey(place, partition, kind), at)
  index('t:' .. kind, at)
  if correlation ~= '' then index('c:' .. correlation, at) end
  indexPlace(position, place.mark)
  HEAD = position
  known.ids[id] = position
  newIds[count * 2 - 1], newIds[count * 2] = id, text
  recent[stream] = text
  heads[kind] = text
  return text
end

local function storeSchedule(schedule)
  SCHEDULES = (SCHEDULES or int(LOG, 'schedules')) + 1
  local number = F(SCHEDULES)
  local message = schedule.message
  later('ZADD', P .. 'due', F(schedule.at), string.rep('0', 16 - #number) .. number)
  later('HSET', P .. 'waiting', number, cmsgpack.pack({ message[1], message[2], message[3] and 'e' or 'c', message[4], message[5], schedule.name, schedule.partition }))
  pending.calls[#pending.calls + 1] = { 'HSET', P .. 'ids', message[1], 's' .. number }
  known.ids[message[1]] = 0
end
local function storeDocument(d)
  local place = d[1] .. '\0' .. d[2]
  if d[4] == 'put' then
    local revision = revisionOf(d[1], d[2]) + 1
    later('HSET', P .. 'd:' .. d[1], d[2], F(revision) .. ' ' .. d[5])
    later('ZADD', P .. 'D:' .. d[1], 0, d[2])
    known.revisions[place] = revision
  else
    later('HDEL', P .. 'd:' .. d[1], d[2])
    later('ZREM', P .. 'D:' .. d[1], d[2])
    known.revisions[place] = 0
  end
end

local function store(a)
  local first, last
  local verdict = { 'a', '0', '0' }
  for n, stream in ipairs(a.streams) do
    local name, partition = stream.name, stream.partition
    for _, message in ipairs(stream.messages) do
      last = storeMessage(name, partition, message)
      first = first or last
    end
    verdict[n + 3] = versionTexts[name] or F(versionOf(name))
  end
  if first then verdict[2], verdict[3] = first, last end
  for _, schedule in ipairs(a.schedules) do storeSchedule(schedule) end
  for _, document in ipairs(a.documents) do storeDocument(document) end
  if a.key ~= '' then
    local use = verdict[2] .. ':' .. verdict[3] .. ':' .. F(HEAD) .. ':' .. a.fingerprint
    later('HSET', P .. 'keys', a.key, use)
    later('RPUSH', P .. 'keyed', a.key)
    known.keys[a.key] = use
  end
  return verdict
end

-- Calls a command with a list of arguments of any length, so many at a time (an even number).
local CHUNK = 4000
local function many(command, key, list)
  for from = 1, #list, CHUNK do
    call(command, key, unpack(list, from, math.min(from + CHUNK - 1, #list)))
  end
end
local function told(kind, names)
  local list = { kind }
  for name in pairs(names) do list[#list + 1] = name end
  call('PUBLISH', P .. 'wake', table.concat(list, '\0'))
end

-- Looks at every key that is about to be written: one that holds something else stops the script before its first write, for nothing is undone.
local LOOK = { HSET = 'HLEN', HDEL = 'HLEN', ZADD = 'ZCARD', ZREM = 'ZCARD', RPUSH = 'LLEN', SETRANGE = 'STRLEN' }
local function checkKeys()
  -- A stream's own key was looked at when its version was read.
  for _, key in ipairs(indexKeys) do
    if string.sub(key, 1, 2) ~= 's:' then call('STRLEN', P .. key) end
  end
  for _, place in pairs(places) do call('XLEN', place.stream) end
  for _, words in ipairs(pending.calls) do
    local look = LOOK[words[1]]
    if look then call(look, words[2]) end
  end
  if pending.count == 0 then return end
  call('HLEN', P .. 'heads')
  call('HLEN', P .. 'commands')
  call('ZCARD', P .. 'recent')
  call('ZCARD', P .. 'streams')
end

local function flushEntries()
  for n = 1, pending.count do
    local m = newEntries[n]
    call('XADD', m[6], m[7], 'id', m[1], 'type', m[2], 'stream', m[8], 'version', m[9], 'at', m[10], 'correlation', m[4], 'body', m[5])
  end
  many('HSET', P .. 'ids', newIds)
  for _, key in ipairs(indexKeys) do
    local bytes = indexed[key]
    call('APPEND', P .. key, type(bytes) == 'string' and bytes or table.concat(bytes))
  end
end
-- Makes the writes that were kept.
local function flush()
  for _, words in ipairs(pending.calls) do call(unpack(words)) end
  if pending.count > 0 then
    flushEntries()
    local last, names = {}, {}
    for stream, position in pairs(recent) do
      last[#last + 1] = position
      last[#last + 1] = stream
      if pending.fresh[stream] then
        names[#names + 1] = '0'
        names[#names + 1] = stream
      end
    end
    many('ZADD', P .. 'recent', last)
    many('ZADD', P .. 'streams', names)
    for kind, position in pairs(heads) do call('HSET', P .. 'heads', kind, position) end
    for kind, count in pairs(pending.commands) do call('HINCRBY', P .. 'commands', kind, count) end
    call('HSET', LOG, 'head', F(HEAD), 'recorded', RECORDED_TEXT)
    call('HINCRBY', LOG, 'messages', pending.count)
    told('m', heads)
  end
  if SCHEDULES then
    call('HSET', LOG, 'schedules', F(SCHEDULES))
    told('s', {})
  end
end
`
