import { Client } from "pg"

import type { CartNumber } from "../../harness/order-load.ts"

/** All events in the order of their ids, by the cart and the number of their entry. */
export async function storedOf(url: string): Promise<CartNumber[]> {
  const client = new Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ stream: string; number: number }>(
      "SELECT data ->> 'stream' AS stream, (data ->> 'number')::int AS number FROM event ORDER BY id",
    )
    return rows
  } finally {
    await client.end()
  }
}
