import type { Capabilities } from "../backend/capabilities.ts"
import type { Registration } from "../reactor/registration.ts"

/**
 * A reactor asks for a storage's handle (`tx`) that this app's storage does not have.
 * @remedy Use a storage that has it, keep the state in Millrace, or write outside the settle with the idempotency key.
 */
export class StorageLacksTx extends Error {
  override readonly name = "StorageLacksTx"
  readonly code = "storage-lacks-tx"
  readonly group: string

  constructor(message: string, group: string) {
    super(message)
    this.group = group
  }
}

/** Refuses a reactor whose work could not run in this storage's settle. */
export function requireTx({ group, needsTx, txStorage }: Registration, { name, tx }: Capabilities): void {
  if (txStorage !== undefined && txStorage !== name) {
    throw new StorageLacksTx(
      `${group} asks for tx of ${txStorage}, and this app runs on ${name}: open the app on ${txStorage}, or give the reactor the token of ${name}`,
      group,
    )
  }
  if (needsTx && !tx) {
    throw new StorageLacksTx(
      `${group} asks for tx, and this ${name} has no transactions: let Millrace keep its state, or use sync without tx`,
      group,
    )
  }
}
