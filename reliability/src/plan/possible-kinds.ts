import type { World } from "../world.ts"
import { type FaultKind, faultKinds, networkFaults } from "./fault-kinds.ts"

/** What can be done to this world. */
export function possibleKinds({ storage, proxies }: Pick<World, "storage" | "proxies">): readonly FaultKind[] {
  const missing = new Set<FaultKind>()
  if (storage.crash === undefined) missing.add("server killed and restarted")
  if (storage.freeze === undefined) missing.add("server frozen")
  if (storage.disk === undefined) missing.add("disk full")
  if (storage.lock === undefined) missing.add("write lock taken")
  if (proxies.length === 0) for (const kind of networkFaults) missing.add(kind)
  return faultKinds.filter((kind) => !missing.has(kind))
}
