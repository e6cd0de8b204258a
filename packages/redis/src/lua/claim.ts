import { mirroring } from "./mirroring.ts"

/**
 * Leases the neediest partition of all that is free, and reads its next messages: the usual case, in one script.
 * In: now, process name, boot, lease in ms, count of groups, each: name, the most messages, count, types.
 * Out: `slice`, group, partition, token, checkpoint, scanned to, 1 when effects are wanted again, epoch, replay state, hold, stream entries,
 * streams left to their lanes with the first position of each, in key order the open lanes.
 * Or `idle`, now, when to look again (empty: never). Or `unknown` and a group. Or `slow`: something is not usual (a due lane, a type that the
 * process lacks, a take-over, a replay row or a skipped message in what is neediest): nothing was written. Or `again`: so many partitions had news that not all were looked at;
 * what was found is noted, and the next call goes on from there.
 */
export const claim = String.raw`${mirroring}
local name, boot, leaseMs = arg(), arg(), num()
local HEAD = int(LOG, 'head')
-- The most messages of a slice, so that neither this script nor the one that settles it holds the server up for long.
local MOST = 250
-- The most partitions with news that are looked at.
local MOST_NEWS = 256
local news = 0
local nextAt, best
local function later(at) if not nextAt or at < nextAt then nextAt = at end end

-- The first wanted position of a partition above its checkpoint.
local function firstWaiting(place, checkpoint, types)
  local first
  for _, wanted in ipairs(types) do
    local key, low = P .. place .. wanted[1], math.max(checkpoint, wanted[2])
    local last = call('GETRANGE', key, -6, -1)
    if last ~= '' and unpack6('>I6', last) > low then
      local at = countUpto(key, low, 6) * 6
      local position = unpack6('>I6', call('GETRANGE', key, at, at + 5))
      if not first or position < first then first = position end
    end
  end
  return first
end

local function lookAtPartition(group, p)
  local K = group.key .. ':p' .. p
  local f = call('HMGET', K, 'checkpoint', 'owner', 'until', 'hold', 'waiting', 'takeovers', 'lanes', 'rows', 'boot')
  local checkpoint, owner = tonumber(f[1]), f[2] or ''
  local place = group.order == 'stream' and 'x:' .. p .. ':' or 't:'
  -- What was found before holds for as long as neither the checkpoint nor the wanted types have changed.
  local stamp = group.revision .. ':' .. F(checkpoint) .. ':'
  local position
  if f[5] and string.sub(f[5], 1, #stamp) == stamp then position = tonumber(string.sub(f[5], #stamp + 1))
  else
    position = firstWaiting(place, checkpoint, group.types)
    if position then
      news = news + 1
      redis.pcall('HSET', K, 'waiting', stamp .. F(position))
    end
  end
  if not position then return end
  group.waits = true
  local reserved = owner == name and f[9] == ''
  local freeAt = owner ~= '' and not reserved and tonumber(f[3]) > NOW and tonumber(f[3]) or 0
  local hold = f[4] or ''
  if hold ~= '' then freeAt = math.max(freeAt, cjson.decode(hold).retryAt) end
  if freeAt > NOW then return later(freeAt) end
  local before = owner == name
  if best and (best.before and not before or best.before == before and best.position <= position) then return end
  best = {
    group = group, p = p, key = K, checkpoint = checkpoint, position = position, before = before, hold = hold,
    lanes = tonumber(f[7] or 0), slow = owner ~= '' or tonumber(f[6] or 0) > 0 or tonumber(f[8] or 0) > 0,
  }
end

-- Nothing of a group waits: whatever its native groups have before them is not wanted, and no lag to speak of.
local SWEEP_MS = 5000
local function sweep(group, partitions)
  for p = 0, partitions - 1 do
    local key = P .. 'p:' .. p
    local info = redis.pcall('XINFO', 'STREAM', key)
    if not info.err then
      local added
      for n = 1, #info, 2 do if info[n] == 'entries-added' then added = info[n + 1] end end
      redis.pcall('XGROUP', 'SETID', key, group.name, '$', 'ENTRIESREAD', F(added))
    end
  end
  redis.pcall('HSET', group.key, 'swept', F(HEAD), 'sweptAt', F(NOW))
end

-- Looks at a group; a word when the usual case ends here.
local function lookAtGroup()
  local group, count, handled = { name = arg(), limit = math.min(num(), MOST) }, num(), {}
  for n = 1, count do handled[arg()] = true end
  local id = call('HGET', P .. 'groups', group.name)
  if not id then return { 'unknown', group.name } end
  group.key = P .. 'g:' .. id
  local f = call('HMGET', group.key, 'stopped', 'order', 'types', 'partitions', 'lanes', 'marks', 'reemit', 'epoch', 'quiet', 'revision', 'swept', 'sweptAt')
  if f[1] and f[1] ~= '' then return end
  local way = call('PTTL', group.key .. ':way')
  if way > 0 then return later(NOW + way) end
  group.order, group.types, group.marks = f[2], cjson.decode(f[3]), tonumber(f[6] or 0)
  group.reemit, group.epoch, group.revision = f[7] or '', f[8] or '0', f[10] or '0'
  local kinds = {}
  for n, wanted in ipairs(group.types) do
    if not handled[wanted[1]] then return { 'slow' } end
    kinds[n] = wanted[1]
  end
  if tonumber(f[5] or 0) > 0 then
    local due = call('ZRANGE', group.key .. ':due', 0, 0, 'WITHSCORES')
    if due[2] and tonumber(due[2]) <= NOW then return { 'slow' } end
    if int(P .. 'process:' .. name, 'lanesReservedUntil') > NOW then return { 'slow' } end
    if due[2] then later(tonumber(due[2])) end
  end
  if #kinds == 0 then return end
  local newest = 0
  for _, head in ipairs(call('HMGET', P .. 'heads', unpack(kinds))) do newest = math.max(newest, tonumber(head or 0)) end
  local stamp = group.revision .. ':'
  if f[9] and string.sub(f[9], 1, #stamp) == stamp and newest <= tonumber(string.sub(f[9], #stamp + 1)) then
    if tonumber(f[11] or 0) < HEAD and NOW - tonumber(f[12] or 0) >= SWEEP_MS then sweep(group, int(LOG, 'partitions')) end
    return
  end
  if news >= MOST_NEWS then return { 'again' } end
  for p = 0, tonumber(f[4]) - 1 do lookAtPartition(group, p) end
  if not group.waits then
    redis.pcall('HSET', group.key, 'quiet', stamp .. F(HEAD))
    sweep(group, int(LOG, 'partitions'))
  end
end

-- Unwanted messages cost as much to pass as wanted ones to read. Bytes: those of the first few tell how many to read at once.
local MOST_SCANNED, MOST_BYTES, FIRST, AT_ONCE = 500, 1000000, 10, 100
local function readNext(scanned, bytes, room)
  if scanned == 0 then return math.min(FIRST, room) end
  return math.min(AT_ONCE, room, math.max(1, floor((MOST_BYTES - bytes) * scanned / (bytes + 1))))
end
local entries, skipped, scannedTo = {}, {}, nil

-- Whether so many wanted messages were met as there must be: entries may have been deleted by others.
local function isWhole(types, met)
  local info = call('XINFO', 'STREAM', P .. 'p:' .. best.p)
  for n = 1, #info, 2 do if info[n] == 'max-deleted-entry-id' and info[n + 1] == '0-0' then return true end end
  for kind, since in pairs(types) do
    local key, low = P .. 'x:' .. best.p .. ':' .. kind, math.max(best.checkpoint, since)
    if scannedTo > low then met = met - countUpto(key, scannedTo, 6) + countUpto(key, low, 6) end
  end
  return met == 0
end

-- Reads a partition's stream as its native group's consumer. False when a message is not there.
local function readPartition(types)
  local key, last = P .. 'p:' .. best.p, best.checkpoint
  local stored = call('HMGET', best.key, 'native', 'consumer')
  local native = stored[1] and tonumber(stored[1])
  -- What was handed out was not settled: its owner has left, or was never heard of again.
  if native and native > best.checkpoint and stored[2] then forgetConsumer(best.group.name, best.p, stored[2]) end
  if not native or native > best.checkpoint or not isEmptyBetween(best.p, native, best.position - 1) then
    moveNative(best.group.name, best.p, best.position - 1)
    native = best.position - 1
  end
  local scanned, bytes, limit, first, met, open = 0, 0, best.group.limit, nil, 0, {}
  if best.lanes > 0 then for _, stream in ipairs(call('HKEYS', best.group.key .. ':l' .. best.p)) do open[stream] = true end end
  while #entries < limit and scanned < MOST_SCANNED and bytes < MOST_BYTES do
    local count = readNext(scanned, bytes, limit - #entries)
    local found = redis.pcall('XREADGROUP', 'GROUP', best.group.name, name, 'COUNT', count, 'STREAMS', key, '>')
    if type(found) == 'table' and found.err then
      moveNative(best.group.name, best.p, native)
      found = call('XREADGROUP', 'GROUP', best.group.name, name, 'COUNT', count, 'STREAMS', key, '>')
    end
    local some = found and found[1] and found[1][2] or {}
    for _, entry in ipairs(some) do
      local position = tonumber(string.match(entry[1], '^%d+'))
      local since = types[entry[2][4]]
      if since and position > since and position > best.checkpoint then
        local stream = entry[2][6]
        first = first or position
        met = met + 1
        if not open[stream] then
          entries[#entries + 1] = entry
        elseif open[stream] == true then
          open[stream] = position
          skipped[#skipped + 1] = stream
          skipped[#skipped + 1] = F(position)
        end
      end
      bytes = bytes + #entry[2][14]
      last = position
    end
    scanned = scanned + #some
    scannedTo = last
    if #some < count then
      scannedTo = math.max(HEAD, last)
      break
    end
  end
  call('HSET', best.key, 'native', F(last), 'consumer', name)
  return first == best.position and isWhole(types, met)
end

-- Reads on in the whole log. False when a message is not there.
local function readLog(types)
  local positions, limit = {}, math.min(best.group.limit, MOST_SCANNED)
  for kind, since in pairs(types) do
    local key = P .. 't:' .. kind
    local from = countUpto(key, math.max(best.checkpoint, since), 6) * 6
    local found = call('GETRANGE', key, from, from + limit * 6 - 1)
    for at = 1, #found, 6 do positions[#positions + 1] = unpack6('>I6', found, at) end
  end
  table.sort(positions)
  local bytes = 0
  scannedTo = math.max(HEAD, best.checkpoint)
  for n = 1, #positions do
    local entry = entryAt(positions[n])
    if not entry then return false end
    entries[n] = entry
    bytes = bytes + #entry[2][14]
    if n == limit or bytes >= MOST_BYTES then
      scannedTo = positions[n]
      break
    end
  end
  return true
end

for n = 1, num() do
  local over = lookAtGroup()
  if over then return over end
end
if not best then
  local due = call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
  if due[2] then later(tonumber(due[2])) end
  return { 'idle', F(NOW), nextAt and F(nextAt) or '' }
end
if best.slow then return { 'slow' } end
if best.group.marks > 0 and call('ZCOUNT', best.group.key .. ':marks', '(' .. F(best.checkpoint), '+inf') > 0 then return { 'slow' } end
local types = {}
for _, wanted in ipairs(best.group.types) do types[wanted[1]] = wanted[2] end
local whole
if best.group.order == 'stream' then whole = readPartition(types) else whole = readLog(types) end
if not whole then return { 'slow' } end
evenWhenFull()
local token = F(call('HINCRBY', LOG, 'tokens', 1))
call('HSET', best.key, 'token', token, 'owner', name, 'boot', boot, 'until', F(NOW + leaseMs), 'takeovers', '0', 'leaseMs', F(leaseMs))
call('HINCRBY', best.key, 'revision', 1)
return {
  'slice', best.group.name, best.p, token, F(best.checkpoint), F(scannedTo), best.group.reemit, best.group.epoch,
  call('HGET', best.key, 'replay') or '', best.hold, entries, skipped,
  best.group.order == 'key' and best.lanes > 0 and call('HKEYS', best.group.key .. ':l' .. best.p) or {},
}
`
