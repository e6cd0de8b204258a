import type { SqliteTx } from "./tx.ts"

/** How a reactor asks for this storage's handle: `{ tx: sqlite.tx }`. Types `tx`, and names the storage the app has to run on. */
export const sqlite = Object.freeze({
  tx: Object.freeze<{ readonly storage: "sqlite"; readonly "~tx"?: SqliteTx }>({ storage: "sqlite" }),
})
