import { library } from "./library.ts"

/**
 * Reads groups, and sets fencing tokens aside.
 * In: now; how many tokens; how many groups (0: all) and their names; a partition (empty: all, `none`: none; a group that has only one: that one).
 * Out: now, the first of the tokens, head, then per group: name, id (empty: no such group), its fields, when its types were heard, its marks, and per partition: number, fields, lanes, replay rows.
 */
export const load = String.raw`${library}
local tokens, names = num(), {}
for n = 1, num() do names[n] = arg() end
local only = arg()
if #names == 0 then names = call('HKEYS', P .. 'groups') end
local token = tokens > 0 and call('HINCRBY', LOG, 'tokens', tokens) - tokens + 1 or 0
local out = { F(NOW), token, call('HGET', LOG, 'head') or '0' }
for _, name in ipairs(names) do
  local id = call('HGET', P .. 'groups', name)
  if not id then
    out[#out + 1] = { name, '' }
  else
    local G = P .. 'g:' .. id
    local partitions = {}
    local first, last = 0, int(G, 'partitions') - 1
    if only == 'none' then last = -1 elseif only ~= '' then
      first = math.min(tonumber(only), last)
      last = first
    end
    for p = first, last do
      local K = G .. ':p' .. p
      local fields = call('HGETALL', K)
      local counts = call('HMGET', K, 'lanes', 'rows')
      local lanes = counts[1] and counts[1] ~= '0' and call('HGETALL', G .. ':l' .. p) or {}
      local rows = counts[2] and counts[2] ~= '0' and call('HGETALL', G .. ':r' .. p) or {}
      partitions[#partitions + 1] = { p, fields, lanes, rows }
    end
    local marks = int(G, 'marks') > 0 and call('ZRANGE', G .. ':marks', 0, -1) or {}
    out[#out + 1] = { name, id, call('HGETALL', G), call('HGETALL', G .. ':heard'), marks, partitions }
  end
end
return out
`
