import { appendManyCallers } from "./benches/append.ts"
import type { Bench } from "./harness/bench.ts"

/** The benches of each backend: `npm run bench -- <backend>`. */
export const suites = {
  sqlite: [appendManyCallers],
} satisfies Readonly<Record<string, readonly Bench[]>>
