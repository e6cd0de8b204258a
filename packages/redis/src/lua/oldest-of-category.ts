import { library } from "./library.ts"

/**
 * Finds the oldest messages of a category, looking along the log.
 * In: now, category, the position to begin above, the most messages, the most positions to look at. Out: up to where it has looked, 1 when that is the head, and of each message its
 * position, type and stream.
 */
export const oldestOfCategory = String.raw`${library}
local category, after, most, room = arg(), num(), num(), num()
local begin = category .. '-'
local figures = call('HMGET', LOG, 'head', 'trimmed')
local head, trimmed = tonumber(figures[1] or 0), tonumber(figures[2] or 0)
local looked, found = math.max(after, trimmed), 0
local out = { '', 0 }
local function look()
  local segments = call('ZRANGEBYSCORE', P .. 'segments', F(floor((looked + 1) / SEGMENT)), F(floor(head / SEGMENT)))
  for _, name in ipairs(segments) do
    local first = tonumber(name) * SEGMENT
    for position = math.max(first, looked + 1), math.min(first + SEGMENT - 1, head) do
      if room == 0 or found == most then return end
      local partition = partitionAt(position)
      local entry = partition and entryIn(partition, position)
      if entry then
        room = room - 1
        local stream = entry[2][6]
        if stream == category or string.sub(stream, 1, #begin) == begin then
          found = found + 1
          out[#out + 1] = F(position)
          out[#out + 1] = entry[2][4]
          out[#out + 1] = stream
        end
      end
      looked = position
    end
  end
  looked = head
end
look()
out[1] = F(looked)
if looked >= head then out[2] = 1 end
return out
`
