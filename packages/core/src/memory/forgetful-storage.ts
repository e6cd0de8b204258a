import type { RowStorage } from "../backend/resident/row-storage.ts"
import type { RowChange } from "../backend/resident/rows.ts"

/** Keeps of a log only that there is one. */
export function forgetfulStorage(): RowStorage {
  let first: readonly RowChange[] | undefined
  return {
    holdsLog: () => first !== undefined,
    create(rows) {
      first = [...rows]
    },
    open: () => first ?? [],
    close() {},
    remove() {
      first = undefined
    },
  }
}
