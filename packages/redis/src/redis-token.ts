import type { RedisTx } from "./tx.ts"

/** How a reactor asks for this storage's handle: `{ tx: redis.tx }`. Types `tx`, and names the storage the app has to run on. */
export const redis = Object.freeze({
  tx: Object.freeze<{ readonly storage: "redis"; readonly "~tx"?: RedisTx }>({ storage: "redis" }),
})
