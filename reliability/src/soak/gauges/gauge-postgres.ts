import * as Schema from "effect/Schema"
import { Client } from "pg"

import type { ServerGauge } from "./server-gauge.ts"

const LOOK = `SELECT (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) AS connections,
  pg_database_size(current_database())::float8 AS bytes`
const decode = Schema.decodeUnknownSync(
  Schema.Tuple([Schema.Struct({ connections: Schema.Int, bytes: Schema.Number })]),
)

/** `pg_stat_activity`, and the size of the database's files. */
export async function gaugePostgres(url: string): Promise<ServerGauge> {
  const client = new Client(url)
  await client.connect()
  return {
    async look() {
      const [state] = decode((await client.query(LOOK)).rows)
      return state
    },
    close: () => client.end(),
  }
}
