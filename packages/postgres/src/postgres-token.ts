import type { PostgresTx } from "./tx.ts"

/** How a reactor asks for this storage's handle: `{ tx: postgres.tx }`. Types `tx`, and names the storage the app has to run on. */
export const postgres = Object.freeze({
  tx: Object.freeze<{ readonly storage: "postgres"; readonly "~tx"?: PostgresTx }>({ storage: "postgres" }),
})
