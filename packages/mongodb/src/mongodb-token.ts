import type { ClientSession } from "mongodb"

/** The session of a settle's transaction. */
export type MongodbTx = ClientSession

/** How a reactor asks for this storage's handle: `{ tx: mongodb.tx }`. Types `tx`, and names the storage the app has to run on. */
export const mongodb = Object.freeze({
  tx: Object.freeze<{ readonly storage: "mongodb"; readonly "~tx"?: MongodbTx }>({ storage: "mongodb" }),
})
