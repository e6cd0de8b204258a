import type { Backend } from "../backend/backend.ts"
import type { Owner } from "../backend/process.ts"
import type { Logger } from "../reactor/logger.ts"
import type { Registration } from "../reactor/registration.ts"
import type { Limits } from "./limits.ts"

/**
 * A group whose order was changed in code while the log holds another.
 * @remedy Put the order back, or give the reactor a new name.
 */
export class GroupOrderDiffers extends Error {
  override readonly name = "GroupOrderDiffers"
  readonly code = "group-order-differs"
}

/** Creates a reactor's group in the log, or adds types to it, and tells of messages that are passed over. Throws `GroupOrderDiffers`. */
export async function ensureGroup(
  { group, order, startFrom: start, types }: Registration,
  { backend, limits, logger }: { readonly backend: Backend; readonly limits: Limits; readonly logger: Logger },
  owner: Owner,
): Promise<void> {
  const ensured = await backend.ensureGroup({ group, order, start, types, owner, maxLanes: limits.maxLanes })
  if (ensured.kind === "order-differs") {
    throw new GroupOrderDiffers(
      `group ${group} was created with order "${ensured.stored}", not "${order}": give the reactor another name, or delete the group`,
    )
  }
  for (const { type, since, passedOver } of ensured.added) {
    if (passedOver === 0) continue
    logger.warn(
      { group, type, since, passedOver },
      "a type joined a group: older messages of it are passed over unless the group is reset with this type",
    )
  }
  if (ensured.missing.length > 0) {
    logger.warn(
      { group, missing: ensured.missing },
      "the group wants types that this process lacks: it works on slices without them",
    )
  }
}
