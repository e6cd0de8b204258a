import { liveness } from "./liveness.ts"
import { mirroring } from "./mirroring.ts"

/**
 * Reads appends from `ARGV` and judges them by what is stored and by the appends before them.
 * An append in `ARGV`: `event`, name, partition, id, type, body; or `one`, name, partition, expected, message; or `all`, key, fingerprint, counts of streams, schedules and documents, then these. A stream: name, partition, expected (a number, or
 * `any`, `none`, `some`), count, messages of 5 (id, type, `e` or `c`, correlation id unless its own, body). A schedule: instant, stream, partition, message. A document:
 * collection, id, expected revision or `any`, `put` or `delete`, value.
 * A verdict on one that is not to be stored: `d` first last (duplicate), `k` (key reused), `t` id… (twice in the append), `p` id… (known in part), `c` stream actual, `m` document actual (both counted from 0).
 */
export const judging = String.raw`${mirroring}
${liveness}
local row = call('HMGET', LOG, 'head', 'recorded', 'floor')
local HEAD, RECORDED, FLOOR = tonumber(row[1] or 0), tonumber(row[2] or 0), tonumber(row[3] or 0)
local RECORDED_TEXT = F(RECORDED)
-- What is stored, as far as it was looked at; and what appends before this one have made of it.
local stored = { ids = {}, versions = {} }
local known = { ids = {}, keys = {}, versions = {}, revisions = {} }
local pending = { commands = {}, calls = {}, fresh = {}, count = 0 }
local newIds, newEntries, indexed, indexKeys, recent, heads, versionTexts = {}, {}, {}, {}, {}, {}, {}
local dead = {}
-- The key of a stream's index, by its name.
local streamKeys = {}
local SCHEDULES

-- A message: id, type, whether it is an event, correlation id, body; then what it gets when it is stored: key and id of its entry, stream, version, instant.
local function readMessage()
  local c = cursor
  cursor = c + 5
  return { ARGV[c + 1], ARGV[c + 2], ARGV[c + 3] == 'e', ARGV[c + 4], ARGV[c + 5], false, false, false, false, false }
end
-- The usual append, one message for one stream and nothing else, is that message; behind it the partition and what is expected. Most are an event that expects nothing.
local function readEvent()
  local c = cursor
  cursor = c + 5
  return { ARGV[c + 3], ARGV[c + 4], true, '', ARGV[c + 5], false, false, ARGV[c + 1], false, false, ARGV[c + 2], 'any' }
end
local function readOne()
  local c = cursor
  cursor = c + 8
  return {
    ARGV[c + 4], ARGV[c + 5], ARGV[c + 6] == 'e', ARGV[c + 7], ARGV[c + 8], false, false, ARGV[c + 1], false, false,
    ARGV[c + 2], ARGV[c + 3],
  }
end
local function readAppend()
  local how = arg()
  if how == 'event' then return readEvent() end
  if how == 'one' then return readOne() end
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
    if a.ids then for _, id in ipairs(a.ids) do ids[#ids + 1] = id end else ids[#ids + 1] = a[1] end
  end
  lookUpIds(ids)
  return appends
end

-- Where a message id is stored, 0 while it waits in a schedule, nil where it is new.
local function positionOf(id) return known.ids[id] or stored.ids[id] or nil end
local function versionOf(stream)
  local version = known.versions[stream] or stored.versions[stream]
  if version then return version end
  local key = P .. 's:' .. stream
  streamKeys[stream] = key
  local last = call('GETRANGE', key, -6, -1)
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
  local staged = known.keys[a.key]
  local found = staged or call('HGET', P .. 'keys', a.key)
  if not found then return nil end
  -- A trim of a category took all of it: it is forgotten.
  if not staged and not isAlive(found) then
    dead[#dead + 1] = a.key
    return nil
  end
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
-- Nil where a stream is as expected, else its version.
local function unmet(stream, expected)
  if expected == 'any' then return nil end
  local actual, met = versionOf(stream)
  if expected == 'none' then met = actual == 0
  elseif expected == 'some' then met = actual > 0
  else met = actual == tonumber(expected) end
  if not met then return actual end
end
local function judgeOne(message)
  local position = positionOf(message[1])
  if position then return { 'd', F(position), F(position) } end
  local actual = unmet(message[8], message[12])
  return actual and { 'c', 0, F(actual) }
end
local function judge(a)
  if not a.ids then return judgeOne(a) end
  local verdict = judgeKey(a) or judgeIds(a)
  if verdict then return verdict end
  for s, stream in ipairs(a.streams) do
    local actual = unmet(stream.name, stream.expected)
    if actual then return { 'c', s - 1, F(actual) } end
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
  if not a.ids then
    known.ids[a[1]] = 0
    known.versions[a[8]] = versionOf(a[8]) + (a[3] and 1 or 0)
    return
  end
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
`
