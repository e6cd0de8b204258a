import { library } from "./library.ts"

/**
 * Finds the last position recorded before an instant, by halving: `recordedAt` never falls along positions.
 * In: now, the instant. Out: the position; where everything left was recorded later, up to where the log is trimmed.
 */
export const lastBefore = String.raw`${library}
local date = num()
local low, high = int(LOG, 'trimmed'), int(LOG, 'head')
while low < high do
  local middle = math.ceil((low + high) / 2)
  -- Where positions were leapt over, the next one that is taken stands for them; none up to high: look below.
  local position, entry = middle, entryAt(middle)
  if not entry then
    local segment = call('ZRANGEBYSCORE', P .. 'segments', F(math.floor(middle / SEGMENT)), F(math.floor(high / SEGMENT)))
    for _, one in ipairs(segment) do
      local begin = tonumber(one) * SEGMENT
      for at = math.max(begin, middle), math.min(begin + SEGMENT - 1, high) do
        entry = entryAt(at)
        if entry then position = at break end
      end
      if entry then break end
    end
  end
  if entry and tonumber(entry[2][10]) < date then low = position
  else high = middle - 1 end
end
return F(low)
`
