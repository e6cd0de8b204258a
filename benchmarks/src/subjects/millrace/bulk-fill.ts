import { type Backend, type Message, messageSource } from "../../../../packages/core/src/index.ts"

/** Messages of one append. */
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

/** Stores many messages as fast as a backend takes them, a thousand of one stream at a time. */
export async function bulkFill(backend: Backend, { count, typeOf, payload = { value: 1 } }: Bulk): Promise<void> {
  const source = messageSource()
  const batches = Math.ceil(count / BATCH)
  let next = 0
  const fill = async (): Promise<void> => {
    for (let batch = next++; batch < batches; batch = next++) {
      const streamId = `meter-${batch % STREAMS}`
      const length = Math.min(BATCH, count - batch * BATCH)
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
