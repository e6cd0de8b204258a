import type { Suite } from "../harness/bench.ts"
import { mongodb } from "./mongodb.ts"
import { postgres } from "./postgres.ts"
import { redisSuite } from "./redis.ts"
import { sqlite } from "./sqlite.ts"

/** What is measured on each storage: `npm run bench -- <name>`. */
export const suites = {
  mongodb,
  postgres,
  redis: redisSuite("always"),
  "redis-everysec": redisSuite("everysec"),
  sqlite,
} satisfies Readonly<Record<string, Suite>>

/** Measured when no name is given. */
export const DEFAULT_SUITE = "postgres"
