import type { Backend } from "../backend/backend.ts"
import { CONTRACT_VERSION } from "../backend/capabilities.ts"

/**
 * A backend was written for another version of the storage contract than this core. Nothing was read or written.
 * @remedy Install releases of `@millrace/core` and of the backend's package that belong together: update the one that the message names.
 */
export class ContractDiffers extends Error {
  override readonly name = "ContractDiffers"
  readonly code = "contract-differs"
  /** The version that this core speaks. */
  readonly expected: number
  /** The version that the backend was written for; `undefined` where it names none. */
  readonly actual: number | undefined

  constructor(backend: string, actual: number | undefined) {
    const isNewer = actual !== undefined && actual > CONTRACT_VERSION
    super(
      `the ${backend} backend was written for version ${actual ?? "0"} of the storage contract, and this @millrace/core speaks version ${CONTRACT_VERSION}: ` +
        `update ${isNewer ? "@millrace/core" : "the backend's package"}, so that both are of one release (docs/versioning.md)`,
    )
    this.expected = CONTRACT_VERSION
    this.actual = actual
  }
}

/** Refuses a backend that may promise something else than this core relies on. Throws `ContractDiffers`. */
export function requireContract({ capabilities }: Pick<Backend<never>, "capabilities">): void {
  // A backend of before there was a number has none, whatever its type says today.
  const { contract, name }: { readonly contract?: number; readonly name: string } = capabilities
  if (contract !== CONTRACT_VERSION) throw new ContractDiffers(name, contract)
}
