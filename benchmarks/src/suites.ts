import { appendManyCallers, appendOneCaller } from "./benches/append.ts"
import { endToEnd } from "./benches/end-to-end.ts"
import type { Bench } from "./harness/bench.ts"

/** The benches of each backend: `npm run bench -- <backend>`. */
export const suites = {
  sqlite: [appendManyCallers, appendOneCaller, endToEnd],
} satisfies Readonly<Record<string, readonly Bench[]>>
