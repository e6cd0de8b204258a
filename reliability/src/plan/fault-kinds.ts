/** What can be done to a run. */
export const faultKinds = [
  "worker killed",
  "worker frozen",
  "worker replaced by the other release",
  "client killed",
  "connections cut",
  "connections half-closed",
  "connections delayed",
  "connections blackholed",
  "connections refused",
  "answers lost",
  "server killed and restarted",
  "server frozen",
  "disk full",
  "write lock taken",
  "group reset",
  "group stopped and started",
  "dead letters sent back",
] as const

export type FaultKind = (typeof faultKinds)[number]

/** Those that need a network. */
export const networkFaults: ReadonlySet<FaultKind> = new Set([
  "connections cut",
  "connections half-closed",
  "connections delayed",
  "connections blackholed",
  "connections refused",
  "answers lost",
])
