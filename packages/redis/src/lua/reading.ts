/** Lua of a claim: reads the next messages of what is neediest, so many that neither this script nor the one that settles them holds the server up for long. */
export const reading = String.raw`
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
  local stored = call('HMGET', best.key, 'native', 'consumer', 'read')
  local native = stored[1] and tonumber(stored[1])
  local read = readOf(stored[3], native)
  -- What was handed out was not settled: its owner has left, or was never heard of again.
  if native and native > best.checkpoint and stored[2] then forgetConsumer(best.group.name, best.p, stored[2]) end
  if not native or native > best.checkpoint then
    read = moveNative(best.group.name, best.p, best.position - 1)
  else read = moveNativeOn(best.group.name, best.p, native, read, best.position - 1) end
  native = best.position - 1
  local scanned, bytes, limit, first, met, open = 0, 0, best.group.limit, nil, 0, {}
  if best.lanes > 0 then for _, stream in ipairs(call('HKEYS', best.group.key .. ':l' .. best.p)) do open[stream] = true end end
  while #entries < limit and scanned < MOST_SCANNED and bytes < MOST_BYTES do
    local count = readNext(scanned, bytes, limit - #entries)
    local found = redis.pcall('XREADGROUP', 'GROUP', best.group.name, name, 'COUNT', count, 'STREAMS', key, '>')
    if type(found) == 'table' and found.err then
      read = moveNative(best.group.name, best.p, native, scanned == 0 and read or nil)
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
    if read then read = read + #some end
    scannedTo = last
    if #some < count then
      scannedTo = math.max(HEAD, last)
      break
    end
  end
  call('HSET', best.key, 'native', F(last), 'consumer', name, 'read', readText(last, read))
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
`
