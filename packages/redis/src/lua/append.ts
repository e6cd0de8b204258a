import { appending } from "./appending.ts"

/**
 * Stores appends, one verdict each, as if they had run one after another.
 * In: now, count, appends. Out: the verdicts. Writes nothing for an append that is not to be stored.
 */
export const append = String.raw`${appending}
local verdicts = {}
for n, a in ipairs(readAppends()) do
  verdicts[n] = judge(a) or store(a)
end
checkKeys()
flush()
return verdicts
`
