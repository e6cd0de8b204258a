import { library } from "./library.ts"

/** Figures of streams. In: now, names. Out: for each version, messages still in the log, last position. */
export const streamInfos = String.raw`${library}
local trimmed, out = int(LOG, 'trimmed'), {}
for n = cursor + 1, #ARGV do
  local key = P .. 's:' .. ARGV[n]
  local position, mark = unpack6('>I6I6', call('GETRANGE', key, -12, -1))
  local messages = call('STRLEN', key) / 12 - countUpto(key, trimmed, 12)
  -- What is gone has lost its place.
  if messages == 0 then position = tonumber(call('ZSCORE', P .. 'recent', ARGV[n]) or 0) end
  out[#out + 1] = { F(math.floor(mark / 2)), messages, F(position) }
end
return out
`
