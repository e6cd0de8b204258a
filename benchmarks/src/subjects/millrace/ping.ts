import { event } from "../../../../packages/core/src/index.ts"

/** What the worker of the idle bench waits for. The id tells which one it is. */
export const Pinged = event("pinged")
