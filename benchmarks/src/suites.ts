import { appendManyCallers, appendOneCaller } from "./benches/append.ts"
import { endToEnd } from "./benches/end-to-end.ts"
import { idleCost, idleLatency } from "./benches/idle.ts"
import type { Bench } from "./harness/bench.ts"

/** The benches of each backend: `npm run bench -- <backend>`. */
export const suites = {
  sqlite: [appendManyCallers, appendOneCaller, endToEnd, idleLatency, idleCost],
} satisfies Readonly<Record<string, readonly Bench[]>>
