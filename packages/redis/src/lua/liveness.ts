/** Lua, behind the library: whether anything is left of the append that an idempotency key came with. One that stored no message has nothing that could be taken from it. */
export const liveness = String.raw`
local function isAlive(use)
  local first, last = string.match(use, '^(%d+):(%d+):')
  first, last = tonumber(first), tonumber(last)
  if last == 0 then return true end
  for position = math.max(first, int(LOG, 'trimmed') + 1), last do if partitionAt(position) then return true end end
  return false
end
`
