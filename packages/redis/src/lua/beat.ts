import { library } from "./library.ts"

/**
 * Hears a process that holds its name. In: now, name, boot, host, pid, how long a type stays wanted and how long a process counts as live, count of groups, each: name, count, types.
 * Out: `keep`, then the names of the groups somebody works on that have a type nobody has wanted for longer; or `other`, now, and the holder's boot, beats and instant last heard,
 * host and pid (empty: nobody holds it): nothing was written.
 */
export const beat = String.raw`${library}
local name, boot, host, pid, grace, live = arg(), arg(), arg(), arg(), num(), num()
local K = P .. 'process:' .. name
if call('HGET', K, 'boot') ~= boot then
  local holder = call('HMGET', K, 'boot', 'beats', 'seenAt', 'host', 'pid')
  for n = 1, 5 do holder[n] = holder[n] or '' end
  return { 'other', F(NOW), holder }
end
evenWhenFull()
call('HSET', K, 'seenAt', F(NOW), 'host', host, 'pid', pid)
call('HINCRBY', K, 'beats', 1)
for n = 1, num() do
  local id, kinds = call('HGET', P .. 'groups', arg()), num()
  local H = id and P .. 'g:' .. id .. ':heard'
  if id then call('HSET', H, '', F(NOW)) end
  for k = 1, kinds do
    local kind = arg()
    if id and call('HEXISTS', H, kind) == 1 then call('HSET', H, kind, F(NOW)) end
  end
end
local old = { 'keep' }
local groups = call('HGETALL', P .. 'groups')
for n = 1, #groups, 2 do
  local H = P .. 'g:' .. groups[n + 1] .. ':heard'
  -- A group that nobody works on keeps all its types.
  if NOW - int(H, '') < live then
    for _, at in ipairs(call('HVALS', H)) do
      if NOW - tonumber(at) > grace then
        old[#old + 1] = groups[n]
        break
      end
    end
  end
end
return old
`
