import { type AnyApp, type Backend, createApp } from "../../../../../packages/core/src/index.ts"
import { type Confirmed, faultsOf, keepAppending, type Load } from "../../../harness/append-load.ts"
import type { CartNumber } from "../../../harness/order-load.ts"
import type { Sample } from "../../../harness/sample.ts"
import { quietLogger } from "../quiet-logger.ts"
import { ItemAdded } from "../shop.ts"

/** Appends to a log as it is, and reads back only what was appended now. */
export async function measureAppends(backend: Backend, load: Load): Promise<Sample> {
  const app = await createApp({ backend, logger: quietLogger })
  try {
    const after = await headOf(app)
    const { sample, confirmed } = await appendOver(app, load)
    return { ...sample, faults: faultsOf(confirmed, await storedAfter(app, after)) }
  } finally {
    await app.close()
  }
}

/** Keeps appends of items in flight through an app. */
export function appendOver(
  app: AnyApp,
  load: Load,
): Promise<{ readonly sample: Sample; readonly confirmed: Confirmed }> {
  const append = (entry: Parameters<typeof ItemAdded>[1]) =>
    app.appendNextToStream(entry.stream, [ItemAdded(entry.stream, entry)])
  return keepAppending({ append }, load)
}

/** The position of the last message. */
export async function headOf(app: AnyApp): Promise<number> {
  for await (const { position } of app.readLog({ direction: "backward", limit: 1 })) return position
  return 0
}

/** The items stored behind a position, in log order. */
export async function storedAfter(app: AnyApp, after: number): Promise<readonly CartNumber[]> {
  const stored: CartNumber[] = []
  for await (const message of app.readLog({ after, types: [ItemAdded] })) {
    const { stream, number } = ItemAdded.decode(message).payload
    stored.push({ stream, number })
  }
  return stored
}
