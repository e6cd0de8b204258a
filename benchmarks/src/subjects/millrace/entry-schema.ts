import type { Entry } from "../../harness/append-load.ts"
import { isEntry } from "../../harness/is-entry.ts"

interface EntrySchema {
  readonly "~standard": {
    readonly version: 1
    readonly vendor: string
    readonly validate: (
      value: unknown,
    ) => { readonly value: Entry } | { readonly issues: readonly { readonly message: string }[] }
    readonly types?: { readonly input: Entry; readonly output: Entry }
  }
}

/** A Standard Schema that checks as little as it can: what is measured is Millrace, not a schema library. */
export const entrySchema: EntrySchema = {
  "~standard": {
    version: 1,
    vendor: "millrace-benchmarks",
    validate: (value) =>
      isEntry(value) ? { value } : { issues: [{ message: "is no entry: give it a stream and a number" }] },
  },
}
