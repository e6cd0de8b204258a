/**
 * Lua, behind the library: notes of where a group's work is, so that nobody has to look for it in every partition. `:ready` has the partitions that may have a wanted message, by a
 * position that none of these is below; `:held` those that are leased or wait, by when they fall free. Up to a position, `seen`, every partition that has a wanted message above its checkpoint is in one of them.
 * They decide nothing: what a note says is looked up before it is acted upon, and every so often all of them are made anew, for a process of an earlier release does not write them.
 */
export const notes = String.raw`
-- The first wanted position of a partition above its checkpoint; nil when there is none.
local function firstWanted(order, p, low, types)
  local place = order == 'stream' and P .. 'x:' .. p .. ':' or P .. 't:'
  local first
  for _, wanted in ipairs(types) do
    local _, position = seek(place .. wanted[1], math.max(low, wanted[2]), 6)
    if position and (not first or position < first) then first = position end
  end
  return first
end
-- What was found of a partition, for as long as neither its checkpoint nor the wanted types change.
local function stampOf(revision, checkpoint) return revision .. ':' .. F(checkpoint) .. ':' end

local function noteReady(G, p, position)
  call('ZREM', G .. ':held', p)
  call('ZADD', G .. ':ready', F(position), p)
end
local function noteHeld(G, p, freeAt)
  call('ZREM', G .. ':ready', p)
  call('ZADD', G .. ':held', F(freeAt), p)
end
local function noteNothing(G, p)
  call('ZREM', G .. ':held', p)
  call('ZREM', G .. ':ready', p)
end
`
