import { library } from "./library.ts"

/**
 * Where streams stood at the end of what retention removed. In: now, names. Out: for each its version there, how many messages it has left, and the position of its
 * last message.
 */
export const streamEnds = String.raw`${library}
local trimmed, out = int(LOG, 'trimmed'), {}
for n = cursor + 1, #ARGV do
  local key = P .. 's:' .. ARGV[n]
  local all, gone = call('STRLEN', key) / 12, countUpto(key, trimmed, 12)
  local position, last = unpack6('>I6I6', call('GETRANGE', key, -12, -1))
  local version = math.floor(last / 2)
  -- What is gone has lost its place.
  if gone == all then position = tonumber(call('ZSCORE', P .. 'recent', ARGV[n]) or 0) end
  if gone < all then
    local _, first = unpack6('>I6I6', call('GETRANGE', key, gone * 12, gone * 12 + 11))
    -- An event made the version that it has; a command found it.
    version = math.floor(first / 2) - first % 2
  end
  out[#out + 1] = { F(version), all - gone, F(position) }
end
return out
`
