import { library } from "./library.ts"

/** Which start of which server this is: another one may have lost writes that were answered. */
export const identity = String.raw`
local function figure(section, name) return string.match(call('INFO', section), '\r?\n' .. name .. ':([^\r\n]*)') or '' end
local function serverId() return figure('server', 'run_id') .. ' ' .. figure('replication', 'master_replid') end
`

/**
 * The first words on a new connection. Where the log was last met on another start of a server, or its head is below one that was seen, its tail may be lost: then positions
 * and tokens leap to the next thousand million, so that none is ever given twice.
 * A log of a later format is left as it is.
 * In: now, the highest position this process has seen, the format it knows. Out: facts (name, value, …), head, floor, 1 when they leapt, losses known so far, the last one.
 */
export const greet = String.raw`${library}${identity}
local seen, known = num(), num()
local LEAP = 1000000000
local head, leapt = int(LOG, 'head'), 0
local role = figure('replication', 'role')
if call('HEXISTS', LOG, 'format') == 1 and int(LOG, 'format') <= known and role ~= 'slave' then
  local id, before = serverId(), call('HGET', LOG, 'server')
  if before ~= id or seen > head then
    local top = math.max(head, seen, int(LOG, 'floor'))
    if before and (top > 0 or int(LOG, 'tokens') > 0) then
      call('HSET', LOG, 'server', id, 'floor', F((math.floor(top / LEAP) + 1) * LEAP))
      call('HSET', LOG, 'tokens', F((math.floor(int(LOG, 'tokens') / LEAP) + 1) * LEAP))
      leapt = 1
      if seen > head then
        call('HINCRBY', LOG, 'losses', 1)
        call('HSET', LOG, 'loss', 'at ' .. F(NOW) .. ' of positions ' .. F(head + 1) .. ' to ' .. F(seen))
      end
    else call('HSET', LOG, 'server', id) end
  end
end
local facts = {
  'version', figure('server', 'redis_version'), 'role', role, 'aof', figure('persistence', 'aof_enabled'),
  'maxmemory', figure('memory', 'maxmemory'), 'policy', figure('memory', 'maxmemory_policy'),
  'replicas', figure('replication', 'connected_slaves'),
}
return { facts, F(head), F(int(LOG, 'floor')), leapt, int(LOG, 'losses'), call('HGET', LOG, 'loss') or '' }
`
