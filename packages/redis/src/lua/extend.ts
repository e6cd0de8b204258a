import { library } from "./library.ts"

/** Lengthens a partition's lease while its token is in force; never shortens it. In: now, group, partition, token, ms. Out: 1 when it did. */
export const extend = String.raw`${library}
local id = call('HGET', P .. 'groups', arg())
if not id then return 0 end
local G, p = P .. 'g:' .. id, arg()
local K = G .. ':p' .. p
local f = call('HMGET', K, 'token', 'owner', 'until')
if f[1] ~= arg() or (f[2] or '') == '' then return 0 end
local untilThen = NOW + num()
if untilThen > tonumber(f[3]) then
  evenWhenFull()
  call('HSET', K, 'until', F(untilThen))
  call('HINCRBY', K, 'revision', 1)
  call('ZADD', G .. ':held', 'XX', F(untilThen), p)
end
return 1
`
