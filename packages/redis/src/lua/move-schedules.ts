import { library } from "./library.ts"

/** Cancels schedules, or moves them to another instant. In: now, the instant (empty: cancel), message ids. Out: those ids that were still waiting. */
export const moveSchedules = String.raw`${library}
local at, out = num(), {}
for n = cursor + 1, #ARGV do
  local id = ARGV[n]
  local number = string.match(call('HGET', P .. 'ids', id) or '', '^s(%d+)$')
  if number then
    local padded = string.rep('0', 16 - #number) .. number
    if at then call('ZADD', P .. 'due', F(at), padded)
    else
      call('ZREM', P .. 'due', padded)
      call('HDEL', P .. 'waiting', number)
      call('HDEL', P .. 'ids', id)
    end
    out[#out + 1] = id
  end
end
if #out > 0 then call('PUBLISH', P .. 'wake', 's') end
return out
`
