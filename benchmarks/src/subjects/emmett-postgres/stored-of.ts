import { Client } from "pg"

import type { CartNumber } from "../../harness/order-load.ts"

/** The messages of a type, in log order, by the cart and the number of their entry. */
export async function storedOf(url: string, type: string): Promise<CartNumber[]> {
  const client = new Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ stream: string; number: number }>(
      `SELECT message_data ->> 'stream' AS stream, (message_data ->> 'number')::int AS number
       FROM emt_messages WHERE message_type = $1 ORDER BY transaction_id, global_position`,
      [type],
    )
    return rows
  } finally {
    await client.end()
  }
}
