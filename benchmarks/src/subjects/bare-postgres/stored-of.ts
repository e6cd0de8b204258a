import type { CartNumber } from "../../harness/order-load.ts"
import type { BareLog } from "./open-log.ts"

/** The messages of a type, in log order, by the cart and the number of their entry. */
export async function storedOf({ pool }: BareLog, type: string): Promise<CartNumber[]> {
  const { rows } = await pool.query<{ stream: string; number: number }>(
    `SELECT payload::json ->> 'stream' AS stream, (payload::json ->> 'number')::int AS number
     FROM millrace.messages WHERE type = $1 ORDER BY position`,
    [type],
  )
  return rows
}
