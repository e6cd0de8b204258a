import { equal } from "node:assert/strict"

import type { Backend, Ensured, GroupInfo, GroupSpec, Owner } from "@millrace/core/backend"

/** The group most rules work with. */
export const G = "billing"

/** An owner: a process name and one start of it. */
export function owner(processName = "p1", boot = 1): Owner {
  return { processName, bootId: `${processName}-boot-${boot}` }
}

/** Ensures group `billing`, from the beginning, wanting `noted`, unless the rule says otherwise. */
export async function ensure(
  backend: Backend,
  spec: Partial<GroupSpec> = {},
): Promise<Extract<Ensured, { kind: "ensured" }>> {
  const ensured = await backend.ensureGroup({
    group: G,
    order: "stream",
    start: { at: "beginning" },
    types: ["noted"],
    owner: owner(),
    maxLanes: 1_000,
    ...spec,
  })
  if (ensured.kind !== "ensured") throw new Error(`expected the group to be ensured, got ${JSON.stringify(ensured)}`)
  return ensured
}

/** What operators see of one group. */
export async function infoOf(backend: Backend, group: string = G): Promise<GroupInfo> {
  const [info, ...others] = await backend.operator.groups([group])
  equal(others.length, 0, "groups answers the groups named")
  if (info === undefined) throw new Error(`group ${group} is not listed`)
  return info
}
