import { library } from "./library.ts"

/** Lists schedules in order of (due, number). In: now, the most, behind which instant and number (empty: from the first). Out: for each instant, number, message. */
export const listSchedules = String.raw`${library}
local most, at, number = num(), num(), num()
local from = 0
if at then
  from = call('ZCOUNT', P .. 'due', '-inf', '(' .. F(at))
  for _, padded in ipairs(call('ZRANGEBYSCORE', P .. 'due', F(at), F(at))) do
    if tonumber(padded) > number then break end
    from = from + 1
  end
end
local out, found = {}, call('ZRANGE', P .. 'due', from, from + most - 1, 'WITHSCORES')
for n = 1, #found, 2 do
  local name = F(tonumber(found[n]))
  out[#out + 1] = { found[n + 1], name, cmsgpack.unpack(call('HGET', P .. 'waiting', name)) }
end
return out
`
