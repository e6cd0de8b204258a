/**
 * Lua of a claim, behind the notes: finds what is neediest of all that is asked for. What a claim costs is a few commands a group, whatever the log holds: what is new is compared by the heads of
 * the wanted types and met through their ends, what waits is found in the notes, and only what may be neediest is looked up.
 */
export const looking = String.raw`
local figures = call('HMGET', LOG, 'head', 'trimmed', 'partitions')
local HEAD, TRIMMED, PARTITIONS = tonumber(figures[1] or 0), tonumber(figures[2] or 0), tonumber(figures[3] or 0)
-- The most partitions that are looked at.
local MOST_LOOKS = 256
-- How old notes may become.
local NOTES_MS = 5000
local SWEEP_MS = 5000
local looks = 0
local nextAt, best
local function later(at) if not nextAt or at < nextAt then nextAt = at end end

-- Whether one of two that wait is needier: what a process of this name held before, then what has waited longest; of equals what was asked for first.
local function isNeedier(one, other)
  if not other then return true end
  if one.before ~= other.before then return one.before end
  if one.position ~= other.position then return one.position < other.position end
  return one.group.number < other.group.number or one.group.number == other.group.number and one.p < other.p
end

-- Looks a partition up and notes what is so. Answers what it has for this process.
local function lookAt(group, p)
  looks = looks + 1
  local G = group.key
  local K = G .. ':p' .. p
  local f = call('HMGET', K, 'checkpoint', 'owner', 'until', 'hold', 'waiting', 'takeovers', 'lanes', 'rows', 'boot')
  local checkpoint, owner = tonumber(f[1]), f[2] or ''
  local stamp = stampOf(group.revision, checkpoint)
  local position
  if f[5] and string.sub(f[5], 1, #stamp) == stamp then position = tonumber(string.sub(f[5], #stamp + 1))
  else
    position = firstWanted(group.order, p, math.max(checkpoint, TRIMMED), group.types)
    if position then redis.pcall('HSET', K, 'waiting', stamp .. F(position)) end
  end
  if not position then return noteNothing(G, p) end
  local reserved = owner == name and f[9] == ''
  local leasedTo = owner ~= '' and tonumber(f[3]) or 0
  local hold = f[4] or ''
  local retryAt = hold ~= '' and cjson.decode(hold).retryAt or 0
  local freeAt = math.max(reserved and 0 or leasedTo, retryAt)
  -- What is leased, reserved or over is found by its time.
  if freeAt > NOW or owner ~= '' then noteHeld(G, p, math.max(leasedTo, retryAt)) else noteReady(G, p, position) end
  if freeAt > NOW then return end
  return {
    group = group, p = p, key = K, checkpoint = checkpoint, position = position, before = owner == name, hold = hold,
    lanes = tonumber(f[7] or 0), slow = owner ~= '' or tonumber(f[6] or 0) > 0 or tonumber(f[8] or 0) > 0,
  }
end
local function consider(found) if found and isNeedier(found, best) then best = found end end

-- Lanes that are due: the first of them, by when they were. What they hold is looked up where it is decided, so a lane whose name is stored otherwise counts as needy.
local MOST_LANES = 16
local function lookAtLanes(group)
  for _, member in ipairs(call('ZRANGEBYSCORE', group.key .. ':due', '-inf', F(NOW), 'LIMIT', 0, MOST_LANES)) do
    local p, key = string.match(member, '^(%d+):(.*)$')
    local text = call('HGET', group.key .. ':l' .. p, key)
    local lane = text and cjson.decode(text)
    local owner = lane and lane.lease.owner
    local before = owner and owner ~= cjson.null and owner.processName == name or false
    consider({ group = group, p = p, position = lane and lane.at.next or 0, before = before, slow = true })
  end
end

-- Makes a group's notes anew.
local function noteAll(group)
  evenWhenFull()
  call('DEL', group.key .. ':ready', group.key .. ':held')
  for p = 0, group.partitions - 1 do lookAt(group, F(p)) end
  call('HSET', group.key, 'seen', group.stamp .. F(HEAD), 'notedAt', F(NOW))
  if call('EXISTS', group.key .. ':ready', group.key .. ':held') == 0 then call('HSET', group.key, 'quiet', group.stamp .. F(HEAD)) end
end

-- Notes the partitions that have got something since. False when that is too much to go through.
local function noteNews(group, since)
  local most, first = math.max(128, 2 * group.partitions), {}
  local segments = {}
  local function mark(position)
    if group.order ~= 'stream' then return '0' end
    local segment = floor(position / SEGMENT)
    local from = math.max(since + 1, segment * SEGMENT)
    local marks = segments[segment]
    if not marks then
      marks = call('GETRANGE', P .. 'l:' .. F(segment), (from - segment * SEGMENT) * 2, -1)
      segments[segment] = marks
    end
    local at = (position - from) * 2 + 1
    local partition = at < #marks and unpack6('>I2', marks, at) or 0
    return partition > 0 and F(partition - 1)
  end
  for n, wanted in ipairs(group.types) do
    if group.heads[n] > since then
      local low = math.max(since, wanted[2])
      local bytes = call('GETRANGE', P .. 't:' .. wanted[1], -most * 6, -1)
      if #bytes == most * 6 and unpack6('>I6', bytes) > low then return false end
      for at = countIn(bytes, low, 6) * 6 + 1, #bytes, 6 do
        local position = unpack6('>I6', bytes, at)
        local p = mark(position)
        if p and (not first[p] or position < first[p]) then first[p] = position end
      end
    end
  end
  local words = {}
  for p, position in pairs(first) do
    words[#words + 1] = F(position)
    words[#words + 1] = p
  end
  evenWhenFull()
  if #words > 0 then call('ZADD', group.key .. ':ready', 'NX', unpack(words)) end
  call('HSET', group.key, 'seen', group.stamp .. F(HEAD))
  return true
end

-- Nothing of a group waits: whatever its native groups have before them is not wanted, and no lag to speak of.
local function sweep(group)
  local swept = tonumber(group.swept or 0)
  if swept >= HEAD or swept >= group.newest and NOW - tonumber(group.sweptAt or 0) < SWEEP_MS then return end
  local touched = touchedBetween(swept, HEAD, 16 * PARTITIONS)
  for p = 0, PARTITIONS - 1 do
    local added = (not touched or touched[p]) and entriesAdded(p)
    if added then redis.pcall('XGROUP', 'SETID', P .. 'p:' .. p, group.name, '$', 'ENTRIESREAD', F(added)) end
  end
  redis.pcall('HSET', group.key, 'swept', F(HEAD), 'sweptAt', F(NOW))
end

-- The number behind a stamp, when it is of this stamp.
local function stamped(text, stamp) return text and string.sub(text, 1, #stamp) == stamp and tonumber(string.sub(text, #stamp + 1)) end

local function readGroup(group)
  local f = call('HMGET', group.key, 'stopped', 'types', 'revision', 'lanes', 'quiet', 'swept', 'sweptAt')
  group.stopped, group.typesText, group.revision, group.lanes = (f[1] or '') ~= '', f[2], f[3] or '0', tonumber(f[4] or 0)
  group.stamp = group.revision .. ':'
  group.quiet, group.swept, group.sweptAt = stamped(f[5], group.stamp), f[6], f[7]
end
-- The rest of a group that something may wait for.
local function readOn(group)
  local f = call('HMGET', group.key, 'order', 'partitions', 'marks', 'reemit', 'epoch', 'seen', 'notedAt')
  group.order, group.partitions, group.marks = f[1], tonumber(f[2]), tonumber(f[3] or 0)
  group.reemit, group.epoch = f[4] or '', f[5] or '0'
  group.seen, group.notedAt = stamped(f[6], group.stamp), tonumber(f[7] or 0)
end

-- Brings a group's notes up to date and looks at what has fallen free; a word when the usual case ends here.
local function lookAtGroup(group, wayMs, reserved)
  readGroup(group)
  if group.stopped then return end
  if wayMs > 0 then return later(NOW + wayMs) end
  group.types = cjson.decode(group.typesText)
  local kinds = {}
  for n, wanted in ipairs(group.types) do
    if not group.handled[wanted[1]] then return { 'slow' } end
    kinds[n] = wanted[1]
  end
  if group.lanes > 0 then
    local due = call('ZRANGE', group.key .. ':due', 0, 0, 'WITHSCORES')
    if reserved.lanes then return { 'slow' } end
    if due[2] and tonumber(due[2]) <= NOW then lookAtLanes(group) elseif due[2] then later(tonumber(due[2])) end
  end
  if #kinds == 0 then return end
  group.heads, group.newest = hmget(P .. 'heads', kinds), 0
  for n, head in ipairs(group.heads) do
    group.heads[n] = tonumber(head or 0)
    group.newest = math.max(group.newest, group.heads[n])
  end
  if group.quiet and group.newest <= group.quiet then return sweep(group) end
  readOn(group)
  local isOld = not group.seen or NOW - group.notedAt >= NOTES_MS or NOW < group.notedAt
  if isOld or group.newest > group.seen and not noteNews(group, group.seen) then
    if looks >= MOST_LOOKS then return { 'again' } end
    noteAll(group)
  end
  local held = call('ZRANGE', group.key .. ':held', 0, 0, 'WITHSCORES')
  if held[2] and (reserved.partitions or tonumber(held[2]) <= NOW) then
    for _, p in ipairs(call('ZRANGEBYSCORE', group.key .. ':held', '-inf', reserved.partitions and '+inf' or F(NOW))) do consider(lookAt(group, p)) end
  end
  group.first = call('ZRANGE', group.key .. ':ready', 0, 0, 'WITHSCORES')
  group.waits = held[1] or group.first[1]
  if not group.waits then sweep(group) end
end

-- Looks up what may be needier than what was found, until nothing may be. A word when that is too much at once.
local function findNeediest(groups)
  while true do
    local next
    for _, group in ipairs(groups) do
      if group.first and group.first[2] then
        local may = { group = group, p = group.first[1], position = tonumber(group.first[2]), before = false }
        if isNeedier(may, next) then next = may end
      end
    end
    if not next or not isNeedier(next, best) then return end
    if looks >= MOST_LOOKS then return { 'again' } end
    local group = next.group
    local found = lookAt(group, next.p)
    consider(found)
    group.first = nil
    -- What comes behind it in its group can only be needier when this was not what its note said.
    if not found or found.position > next.position then
      group.first = call('ZRANGE', group.key .. ':ready', 0, 0, 'WITHSCORES')
      if group.first[1] == next.p then group.first = nil end
    end
  end
end
`
