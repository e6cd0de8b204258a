import { checkSpan, extendLease, type Lease } from "@millrace/core/backend"

import { change } from "./change.ts"
import type { Log } from "./log.ts"
import { int } from "./reply.ts"
import { scripts } from "./scripts.ts"

/** Lengthens a lease, all of it or nothing, while its token is in force. */
export async function extend(log: Log, lease: Lease, leaseMs: number): Promise<boolean> {
  checkSpan("leaseMs", leaseMs)
  if (lease.of === "partition") {
    const words = [lease.group, lease.partition, lease.token, Math.ceil(leaseMs)]
    return int(await log.run(scripts.extend, words)) === 1
  }
  return change(log, { names: [lease.group], partition: lease.partition }, ({ groups: [group], now }) => {
    const at = group?.partitions[0]
    return at !== undefined && extendLease(at, lease, now + leaseMs)
  })
}
