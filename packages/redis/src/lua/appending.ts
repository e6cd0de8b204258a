import { judging } from "./judging.ts"

/**
 * Stores appends that were judged: each gets its positions at once, and a verdict `a` first last version…. Its writes are kept in tables and made by `flush`, index by
 * index, after `checkKeys`: so whatever can go wrong does before the first of them.
 */
export const appending = String.raw`${judging}
-- What is added to the indexes of streams, by their keys.
local ofStreams = {}
local function streamIndex(stream, entry)
  local key = streamKeys[stream] or P .. 's:' .. stream
  local before = ofStreams[key]
  if not before then ofStreams[key] = entry
  elseif type(before) == 'string' then ofStreams[key] = { before, entry }
  else before[#before + 1] = entry end
end
local function later(...) pending.calls[#pending.calls + 1] = { ... } end
-- Keeps bytes for the end of an index, by its key.
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
local kindKeys = {}
local function kindKey(kind)
  local key = kindKeys[kind]
  if not key then
    key = P .. 't:' .. kind
    kindKeys[kind] = key
  end
  return key
end
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
    key = P .. 'x:' .. partition .. ':' .. kind
    place.kinds[kind] = key
  end
  return key
end
-- Which partition holds a position, 2 bytes a position.
local segmentKey, lastSegment
local function indexPlace(position, mark)
  local segment = floor(position / SEGMENT)
  if segment ~= lastSegment then segmentKey = P .. 'l:' .. F(segment) end
  if position == HEAD + 1 and HEAD > 0 and position ~= segment * SEGMENT then index(segmentKey, mark)
  else
    later('SETRANGE', segmentKey, (position - segment * SEGMENT) * 2, mark)
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
  streamIndex(stream, entry)
  index(typeKey(place, partition, kind), at)
  index(kindKey(kind), at)
  if correlation ~= '' then index(P .. 'c:' .. correlation, at) end
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
  later('HSET', P .. 'ids', message[1], 's' .. number)
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

-- Stores the usual append. Answers its position and its stream's version.
local function storeOne(a)
  local stream = a[8]
  local position = storeMessage(stream, a[11], a)
  return position, versionTexts[stream] or F(versionOf(stream))
end
local function store(a)
  if not a.ids then
    local position, version = storeOne(a)
    return { 'a', position, position, version }
  end
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
    for _, key in ipairs(dead) do if key == a.key then later('LREM', P .. 'keyed', 1, key) end end
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

-- The longest text that Redis keeps (proto-max-bulk-len, 512 MB) less what one script adds: one index holds so many positions, and only a log of as many messages can have one.
local LONGEST = 512 * 1024 * 1024 - 65536
local MANY = floor(LONGEST / 12)
local function checkLength(key)
  if call('STRLEN', key) >= LONGEST then error(redis.error_reply('FULL ' .. string.sub(key, #P + 1) .. ' has no room for more positions')) end
end

-- Looks at every key that is about to be written: one that holds something else stops the script before its first write, for nothing is undone.
local LOOK = { HSET = 'HLEN', HDEL = 'HLEN', ZADD = 'ZCARD', ZREM = 'ZCARD', RPUSH = 'LLEN', LREM = 'LLEN', SETRANGE = 'STRLEN' }
local function checkKeys()
  for n = 1, #indexKeys do checkLength(indexKeys[n]) end
  -- A stream's own key was looked at when its version was read.
  if HEAD >= MANY then for key in pairs(ofStreams) do checkLength(key) end end
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

local function appendBytes(key, bytes) call('APPEND', key, type(bytes) == 'string' and bytes or table.concat(bytes)) end
local function flushEntries()
  for n = 1, pending.count do
    local m = newEntries[n]
    call('XADD', m[6], m[7], 'id', m[1], 'type', m[2], 'stream', m[8], 'version', m[9], 'at', m[10], 'correlation', m[4], 'body', m[5])
  end
  many('HSET', P .. 'ids', newIds)
  for key, bytes in pairs(ofStreams) do appendBytes(key, bytes) end
  for n = 1, #indexKeys do appendBytes(indexKeys[n], indexed[indexKeys[n]]) end
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
