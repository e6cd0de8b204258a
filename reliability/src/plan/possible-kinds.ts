import type { World } from "../world.ts"
import { type FaultKind, faultKinds, networkFaults } from "./fault-kinds.ts"

/** What can be done to this world; of that `only` these kinds, where some are named. Throws where nothing is left. */
export function possibleKinds(
  { storage, proxies }: Pick<World, "storage" | "proxies">,
  only: readonly FaultKind[] = [],
): readonly FaultKind[] {
  const missing = new Set<FaultKind>()
  if (storage.crash === undefined) missing.add("server killed and restarted")
  if (storage.freeze === undefined) missing.add("server frozen")
  if (storage.disk === undefined) missing.add("disk full")
  if (storage.lock === undefined) missing.add("write lock taken")
  if (proxies.length === 0) for (const kind of networkFaults) missing.add(kind)
  const wanted = only.length === 0 ? faultKinds : only
  const kinds = faultKinds.filter((kind) => wanted.includes(kind) && !missing.has(kind))
  if (kinds.length === 0) throw new Error(`${only.join(", ")}: not possible here`)
  return kinds
}
