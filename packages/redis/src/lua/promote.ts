import { appending } from "./appending.ts"

/**
 * Appends the schedules that are due, in order of (due, number).
 * In: now, the most. Out: now, when the next is due (empty: none), the types appended, one for each message.
 */
export const promote = String.raw`${appending}
local due = call('ZRANGEBYSCORE', P .. 'due', '-inf', F(NOW), 'LIMIT', 0, num())
local types = {}
for at, padded in ipairs(due) do
  local number = F(tonumber(padded))
  local m = cmsgpack.unpack(call('HGET', P .. 'waiting', number))
  storeMessage(m[6], m[7], { m[1], m[2], m[3] == 'e', m[4], m[5] })
  later('HDEL', P .. 'waiting', number)
  later('ZREM', P .. 'due', padded)
  types[at] = m[2]
end
checkKeys()
flush()
local next = call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
return { F(NOW), next[2] or '', types }
`
