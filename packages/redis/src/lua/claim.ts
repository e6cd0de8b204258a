import { looking } from "./looking.ts"
import { mirroring } from "./mirroring.ts"
import { notes } from "./notes.ts"
import { reading } from "./reading.ts"

/**
 * Leases the neediest partition of all that is free, and reads its next messages: the usual case, in one script.
 * In: now, process name, boot, lease in ms, count of groups, each: name, the most messages, count, types.
 * Out: `slice`, group, partition, token, checkpoint, scanned to, 1 when effects are wanted again, epoch, replay state, hold, stream entries,
 * streams left to their lanes with the first position of each, in key order the open lanes.
 * Or `idle`, now, when to look again (empty: never). Or `unknown` and a group. Or `slow`, and nothing was leased: something is not usual (a type that the
 * process lacks, lanes reserved for it), or, with group and partition, in what is neediest (a due lane, a take-over, a replay row, a skipped message). Or `again`: so many partitions had news that not all were looked at;
 * what was found is noted, and the next call goes on from there.
 */
export const claim = String.raw`${mirroring}${notes}
local name, boot, leaseMs = arg(), arg(), num()
${looking}${reading}
-- The most messages of a slice.
local MOST = 250
local groups, names, ways = {}, {}, {}
for n = 1, num() do
  local group = { number = n, name = arg(), limit = math.min(num(), MOST), handled = {} }
  for _ = 1, num() do group.handled[arg()] = true end
  groups[n], names[n] = group, group.name
end
local ids = hmget(P .. 'groups', names)
for n, group in ipairs(groups) do
  if not ids[n] then return { 'unknown', group.name } end
  group.key = P .. 'g:' .. ids[n]
  ways[n] = group.key .. ':way'
end
local isWayAsked = existsAny(ways)
local mine = call('HMGET', P .. 'process:' .. name, 'lanesReservedUntil', 'reservedUntil')
local reserved = { lanes = tonumber(mine[1] or 0) > NOW, partitions = tonumber(mine[2] or 0) > NOW }
for n, group in ipairs(groups) do
  local over = lookAtGroup(group, isWayAsked and call('PTTL', ways[n]) or 0, reserved)
  if over then return over end
end
local over = findNeediest(groups)
if over then return over end
if not best then
  for _, group in ipairs(groups) do
    local held = group.waits and call('ZRANGE', group.key .. ':held', 0, 0, 'WITHSCORES') or {}
    if held[2] then later(tonumber(held[2])) end
  end
  local due = call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
  if due[2] then later(tonumber(due[2])) end
  return { 'idle', F(NOW), nextAt and F(nextAt) or '' }
end
local slow = { 'slow', best.group.name, best.p }
if best.slow then return slow end
if best.group.marks > 0 and call('ZCOUNT', best.group.key .. ':marks', '(' .. F(best.checkpoint), '+inf') > 0 then return slow end
local types = {}
for _, wanted in ipairs(best.group.types) do types[wanted[1]] = wanted[2] end
local whole
if best.group.order == 'stream' then whole = readPartition(types) else whole = readLog(types) end
if not whole then return slow end
evenWhenFull()
noteHeld(best.group.key, best.p, NOW + leaseMs)
local token = F(call('HINCRBY', LOG, 'tokens', 1))
call('HSET', best.key, 'token', token, 'owner', name, 'boot', boot, 'until', F(NOW + leaseMs), 'takeovers', '0', 'leaseMs', F(leaseMs))
call('HINCRBY', best.key, 'revision', 1)
return {
  'slice', best.group.name, best.p, token, F(best.checkpoint), F(scannedTo), best.group.reemit, best.group.epoch,
  call('HGET', best.key, 'replay') or '', best.hold, entries, skipped,
  best.group.order == 'key' and best.lanes > 0 and call('HKEYS', best.group.key .. ':l' .. best.p) or {},
}
`
