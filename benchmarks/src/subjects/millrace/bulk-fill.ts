import { type Backend, type Message, messageSource } from "../../../../packages/core/src/index.ts"

/** Messages of one append, where the storage takes so many. */
const BATCH = 1_000
const STREAMS = 1_000
/** Appends in flight: one is prepared here while the storage writes another. */
const AT_ONCE = 2

export interface Bulk {
  readonly count: number
  /** The type of each batch. */
  readonly typeOf: (batch: number) => string
  readonly payload?: object
}

/** Stores many messages as fast as a backend takes them, as many of one stream at a time as it takes, up to a thousand. */
export async function bulkFill(backend: Backend, { count, typeOf, payload = { value: 1 } }: Bulk): Promise<void> {
  const source = messageSource()
  const most = Math.min(BATCH, backend.capabilities.maxBatch)
  const batches = Math.ceil(count / most)
  let next = 0
  const fill = async (): Promise<void> => {
    for (let batch = next++; batch < batches; batch = next++) {
      const streamId = `meter-${batch % STREAMS}`
      const length = Math.min(most, count - batch * most)
      const type = typeOf(batch)
      const messages = Array.from({ length }, (): Message => {
        const id = source.newId()
        const createdAt = new Date(source.now()).toISOString()
        return {
          id,
          kind: "event",
          type,
          streamId,
          payload: { ...payload },
          metadata: {},
          causationId: id,
          correlationId: id,
          createdAt,
        }
      })
      await backend.append([{ streams: [{ streamId, expected: "any", messages }] }])
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, fill))
}
