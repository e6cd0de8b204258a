import { mirroring } from "./mirroring.ts"

/**
 * Reads appends from `ARGV`, judges them and stores them.
 * An append in `ARGV`: key, fingerprint, counts of streams, schedules and documents, then these. A stream: name, partition, expected (a number, or
 * `any`, `none`, `some`), count, messages of 5 (id, type, `e` or `c`, correlation id unless its own, body). A schedule: instant, stream, partition, message. A document:
 * collection, id, expected revision or `any`, `put` or `delete`, value.
 * A verdict: `a` first last version…, `d` first last (duplicate), `k` (key reused), `t` id… (twice in the append), `p` id… (known in part), `c` stream actual, `m` document actual (both counted from 0).
 * Writes are kept in tables and made by `flush`, index by index.
 */
export const appending = String.raw`${mirroring}
local row = call('HMGET', LOG, 'head', 'recorded', 'floor')
local HEAD, RECORDED, FLOOR = tonumber(row[1] or 0), tonumber(row[2] or 0), tonumber(row[3] or 0)
local known = { ids = {}, keys = {}, versions = {}, revisions = {} }
local pending = { fresh = {}, ids = {}, index = {}, order = {}, recent = {}, heads = {}, commands = {}, types = {}, partitions = {}, calls = {}, count = 0 }
local SCHEDULES

local function readMessage() return { arg(), arg(), arg() == 'e', arg(), arg() } end
local function readAppend()
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

-- Where a message id is stored, 0 while it waits in a schedule, nil where it is new.
local function positionOf(id)
  local staged = known.ids[id]
  if staged then return staged end
  local found = call('HGET', P .. 'ids', id)
  if not found then return nil end
  return tonumber(found) or 0
end
local function versionOf(stream)
  local version = known.versions[stream]
  if version then return version end
  local last = call('GETRANGE', P .. 's:' .. stream, -6, -1)
  version = last == '' and 0 or math.floor(unpack6('>I6', last) / 2)
  if last == '' then pending.fresh[stream] = true end
  known.versions[stream] = version
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
local function index(key, bytes)
  local list = pending.index[key]
  if not list then
    list = {}
    pending.index[key] = list
    pending.order[#pending.order + 1] = key
  end
  list[#list + 1] = bytes
end

-- Gives a message the next position and stores it.
local function storeMessage(stream, partition, message)
  local position = math.max(HEAD, FLOOR) + 1
  local id, kind, event = message[1], message[2], message[3]
  local version = versionOf(stream)
  if event then
    version = version + 1
    known.versions[stream] = version
  else
    pending.commands[kind] = (pending.commands[kind] or 0) + 1
  end
  if NOW > RECORDED then RECORDED = NOW end
  pending.partitions[partition] = true
  later('XADD', P .. 'p:' .. partition, F(position) .. '-0', 'id', id, 'type', kind, 'stream', stream,
    'version', event and F(version) or '', 'at', F(RECORDED), 'correlation', message[4], 'body', message[5])
  local at = pack('>I6', position)
  index('s:' .. stream, at .. pack('>I6', version * 2 + (event and 1 or 0)))
  index('x:' .. partition .. ':' .. kind, at)
  index('t:' .. kind, at)
  if message[4] ~= '' then index('c:' .. message[4], at) end
  local segment = math.floor(position / SEGMENT)
  local place = pack('>I2', tonumber(partition) + 1)
  if position == HEAD + 1 and HEAD > 0 and position ~= segment * SEGMENT then
    index('l:' .. F(segment), place)
  else
    later('SETRANGE', P .. 'l:' .. F(segment), (position - segment * SEGMENT) * 2, place)
    if segment ~= pending.segment then later('ZADD', P .. 'segments', F(segment), F(segment)) end
  end
  pending.segment = segment
  HEAD = position
  known.ids[id] = position
  pending.ids[#pending.ids + 1] = id
  pending.ids[#pending.ids + 1] = F(position)
  pending.recent[stream] = position
  pending.heads[kind] = position
  pending.types[kind] = true
  pending.count = pending.count + 1
  return position
end

local function storeSchedule(schedule)
  SCHEDULES = (SCHEDULES or int(LOG, 'schedules')) + 1
  local number = F(SCHEDULES)
  local message = schedule.message
  later('ZADD', P .. 'due', F(schedule.at), string.rep('0', 16 - #number) .. number)
  later('HSET', P .. 'waiting', number, cmsgpack.pack({ message[1], message[2], message[3] and 'e' or 'c', message[4], message[5], schedule.name, schedule.partition }))
  pending.ids[#pending.ids + 1] = message[1]
  pending.ids[#pending.ids + 1] = 's' .. number
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
  local before, first = HEAD, 0
  local verdict = { 'a', '0', '0' }
  for _, stream in ipairs(a.streams) do
    for _, message in ipairs(stream.messages) do
      local position = storeMessage(stream.name, stream.partition, message)
      if first == 0 then first = position end
    end
    verdict[#verdict + 1] = F(versionOf(stream.name))
  end
  if HEAD > before then verdict[2], verdict[3] = F(first), F(HEAD) end
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
  for _, key in ipairs(pending.order) do call('STRLEN', P .. key) end
  for partition in pairs(pending.partitions) do call('XLEN', P .. 'p:' .. partition) end
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

-- Makes the writes that were kept.
local function flush()
  for _, words in ipairs(pending.calls) do call(unpack(words)) end
  many('HSET', P .. 'ids', pending.ids)
  if pending.count > 0 then
    for _, key in ipairs(pending.order) do call('APPEND', P .. key, table.concat(pending.index[key])) end
    local recent, names = {}, {}
    for stream, position in pairs(pending.recent) do
      recent[#recent + 1] = F(position)
      recent[#recent + 1] = stream
      if pending.fresh[stream] then
        names[#names + 1] = '0'
        names[#names + 1] = stream
      end
    end
    many('ZADD', P .. 'recent', recent)
    many('ZADD', P .. 'streams', names)
    for kind, position in pairs(pending.heads) do call('HSET', P .. 'heads', kind, F(position)) end
    for kind, count in pairs(pending.commands) do call('HINCRBY', P .. 'commands', kind, count) end
    call('HSET', LOG, 'head', F(HEAD), 'recorded', F(RECORDED))
    call('HINCRBY', LOG, 'messages', pending.count)
    told('m', pending.types)
  end
  if SCHEDULES then
    call('HSET', LOG, 'schedules', F(SCHEDULES))
    told('s', {})
  end
end
`
