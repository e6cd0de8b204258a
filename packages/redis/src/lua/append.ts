import { appending } from "./appending.ts"

/**
 * Stores appends, one verdict each, as if they had run one after another.
 * In: now, who sends it (empty: nobody whose order matters), the number of its turn, the turn that must have come before (empty: none), count, appends.
 * Out: the verdicts, that on a message stored alone as one text (its position and its stream's version); or `behind`: the turn before took no effect, so this one takes none. Writes nothing for an append that is not to be stored.
 */
export const append = String.raw`${appending}
local TURN_MS = 60000
local sender, turn, before = arg(), arg(), arg()
local turnKey = P .. 'turn:' .. sender
if before ~= '' and call('GET', turnKey) ~= before then return { 'behind' } end
local verdicts = {}
for n, a in ipairs(readAppends()) do
  local verdict = judge(a)
  if verdict then verdicts[n] = verdict
  elseif a.ids then verdicts[n] = store(a)
  else
    local position, version = storeOne(a)
    verdicts[n] = position .. ' ' .. version
  end
end
checkKeys()
if sender ~= '' then
  if pending.count + #pending.calls == 0 then evenWhenFull() end
  call('SET', turnKey, turn, 'PX', TURN_MS)
end
flush()
return verdicts
`
