import { appending } from "./appending.ts"

/**
 * Stores records of another log, all of them or none.
 * In: now, the head that they were judged by, then records, each with its kind: `t` position (the log begins above it) · `g` position (nothing is up to there) · `s` name version position (what a stream is known
 * by) · `m` instant stream partition message (see `appending`) · `k` key use · `d` collection id revision value · `c` instant number stream partition message (a schedule) ·
 * `w` length words (a command; the second word is the key without prefix) · `n` group partition position (of a native group). Out: `done`; `stale` when the log has another head, and nothing was written.
 */
export const restore = String.raw`${appending}
if HEAD ~= num() then return { 'stale' } end
local natives = {}
local TRIMMED = int(LOG, 'trimmed')
local function trimmedTo(position)
  local segment = math.floor(position / SEGMENT)
  later('HSET', LOG, 'head', F(position), 'trimmed', F(position))
  -- Places count from the beginning of their segment: those that are gone hold nothing.
  later('SETRANGE', P .. 'l:' .. F(segment), (position - segment * SEGMENT) * 2, '\0\0')
  later('ZADD', P .. 'segments', F(segment), F(segment))
  HEAD = position
  TRIMMED = position
end
local function gapTo(position)
  local segment = math.floor(position / SEGMENT)
  later('HSET', LOG, 'head', F(position))
  -- What is appended to a segment already begun comes behind its places that hold nothing.
  if HEAD > 0 and segment == math.floor(HEAD / SEGMENT) then index(P .. 'l:' .. F(segment), string.rep('\0\0', position - HEAD))
  else
    later('SETRANGE', P .. 'l:' .. F(segment), (position - segment * SEGMENT) * 2, '\0\0')
    later('ZADD', P .. 'segments', F(segment), F(segment))
  end
  HEAD = position
end
local function endOfStream(stream, version, position)
  later('SET', P .. 's:' .. stream, pack('>I6', math.min(position, TRIMMED)) .. pack('>I6', version * 2 + 1))
  later('ZADD', P .. 'streams', 0, stream)
  later('ZADD', P .. 'recent', F(position), stream)
  known.versions[stream] = version
end
local function useOfKey(key, use)
  if not call('HGET', P .. 'keys', key) then later('RPUSH', P .. 'keyed', key) end
  later('HSET', P .. 'keys', key, use)
end
local function scheduleAt(at, number, stream, partition, m)
  SCHEDULES = math.max(SCHEDULES or int(LOG, 'schedules'), number)
  later('ZADD', P .. 'due', F(at), string.rep('0', 16 - #F(number)) .. F(number))
  later('HSET', P .. 'waiting', F(number), cmsgpack.pack({ m[1], m[2], m[3] and 'e' or 'c', m[4], m[5], stream, partition }))
  later('HSET', P .. 'ids', m[1], 's' .. F(number))
end
while cursor < #ARGV do
  local kind = arg()
  if kind == 't' then trimmedTo(num())
  elseif kind == 'g' then gapTo(num())
  elseif kind == 's' then endOfStream(arg(), num(), num())
  elseif kind == 'm' then
    NOW = num()
    storeMessage(arg(), arg(), readMessage())
  elseif kind == 'k' then useOfKey(arg(), arg())
  elseif kind == 'd' then
    local collection, id, revision, value = arg(), arg(), arg(), arg()
    later('HSET', P .. 'd:' .. collection, id, revision .. ' ' .. value)
    later('ZADD', P .. 'D:' .. collection, 0, id)
  elseif kind == 'c' then scheduleAt(num(), num(), arg(), arg(), readMessage())
  elseif kind == 'n' then natives[#natives + 1] = { arg(), arg(), num() }
  else
    local words = {}
    for w = 1, num() do words[w] = arg() end
    words[2] = P .. words[2]
    later(unpack(words))
  end
end
checkKeys()
flush()
for _, native in ipairs(natives) do moveNative(native[1], native[2], native[3]) end
return { 'done' }
`
