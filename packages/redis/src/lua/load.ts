import { REPEATS_KEPT } from "@millrace/core/backend"

import { library } from "./library.ts"

/** What is read of a partition's hash, in order. */
export const PARTITION_FIELDS = [
  "lanes",
  "rows",
  "checkpoint",
  "replay",
  "token",
  "owner",
  "boot",
  "until",
  "takeovers",
  "leaseMs",
  "hold",
  "settles",
  "revision",
] as const

/**
 * Reads groups, and sets fencing tokens aside.
 * In: now; how many tokens; a partition (empty: all, `none`: none; a group that has only one: that one); 1 when the answers to the last settles are wanted too; names of groups.
 * Out: now, the first of the tokens, head, then per group: name, id (empty: no such group), its fields, when its types were heard, its marks, and per partition: number, the values of its fields, lanes, replay rows; then for how many ms claims stay away (below 0: they need not).
 */
export const load = String.raw`${library}
local tokens, only, names = num(), arg(), {}
local wanted = { ${PARTITION_FIELDS.map((name) => `'${name}'`).join(", ")} }
if arg() == '1' then for n = 0, ${REPEATS_KEPT} - 1 do wanted[#wanted + 1] = 'settled' .. F(n) end end
for n = cursor + 1, #ARGV do names[#names + 1] = ARGV[n] end
if tokens > 0 then evenWhenFull() end
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
      local fields = call('HMGET', K, unpack(wanted))
      local lanes = fields[1] and fields[1] ~= '0' and call('HGETALL', G .. ':l' .. p) or {}
      local rows = fields[2] and fields[2] ~= '0' and call('HGETALL', G .. ':r' .. p) or {}
      partitions[#partitions + 1] = { p, fields, lanes, rows }
    end
    local marks = int(G, 'marks') > 0 and call('ZRANGE', G .. ':marks', 0, -1) or {}
    out[#out + 1] = { name, id, call('HGETALL', G), call('HGETALL', G .. ':heard'), marks, partitions, call('PTTL', G .. ':way') }
  end
end
return out
`
