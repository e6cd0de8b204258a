import { library } from "./library.ts"

/**
 * Answers questions about where messages are. One answer per question, in order.
 * In: now, count, questions:
 * `wanted` place after upto limit count (type since)…: positions and types of these types, in order, in a partition (place `x:3:`) or the log (`t:`);
 * `count` key after upto: how many entries of an index lie there;
 * `stream` stream partition after upto limit: messages of a stream (as stream entries; the bare position of one that is not there);
 * `at` position…: count first: messages at positions.
 */
export const lookUp = String.raw`${library}
local trimmed = int(LOG, 'trimmed')
local function wanted()
  local place, after, upto, limit = arg(), math.max(num(), trimmed), num(), num()
  local found, kinds = {}, {}
  for t = 1, num() do
    local kind, since = arg(), num()
    local key = P .. place .. kind
    local low = math.max(after, since)
    local from = countUpto(key, low, 6)
    local bytes = call('GETRANGE', key, from * 6, (from + limit) * 6 - 1)
    for at = 1, #bytes, 6 do
      local position = unpack6('>I6', bytes, at)
      if position > upto then break end
      found[#found + 1] = position
      kinds[position] = kind
    end
  end
  table.sort(found)
  local out = {}
  for at = 1, math.min(limit, #found) do
    out[#out + 1] = F(found[at])
    out[#out + 1] = kinds[found[at]]
  end
  return out
end
local answers = {}
local function stream()
  local name, partition, after, upto, limit = arg(), arg(), math.max(num(), trimmed), num(), num()
  local key = P .. 's:' .. name
  local from = countUpto(key, after, 12)
  local bytes = call('GETRANGE', key, from * 12, (from + limit) * 12 - 1)
  local out = {}
  for at = 1, #bytes, 12 do
    local position = unpack6('>I6', bytes, at)
    if position > upto then break end
    local entry = entryIn(partition, position)
    out[#out + 1] = entry or F(position)
  end
  return out
end
for n = 1, num() do
  local what = arg()
  if what == 'wanted' then answers[n] = wanted()
  elseif what == 'stream' then answers[n] = stream()
  elseif what == 'count' then
    local key, after, upto = P .. arg(), math.max(num(), trimmed), num()
    answers[n] = upto <= after and 0 or countUpto(key, upto, 6) - countUpto(key, after, 6)
  else
    local out = {}
    for at = 1, num() do
      local entry = entryAt(num())
      if entry then out[#out + 1] = entry end
    end
    answers[n] = out
  end
end
return answers
`
