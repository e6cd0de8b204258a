import type { Backend, MessageId, Position, ReadPage, StoredMessage } from "@millrace/core/backend"

/** Everything in the log, in log order. */
export async function readAll(backend: Backend): Promise<readonly StoredMessage[]> {
  const found: StoredMessage[] = []
  for (let after: Position = 0; ;) {
    const page = await backend.read({ from: "log", after, limit: 1_000 })
    found.push(...page.messages)
    const last = page.messages.at(-1)
    if (!page.more || last === undefined) return found
    after = last.position
  }
}

/** The events and commands of one stream, in log order. */
export async function readStream(backend: Backend, streamId: string): Promise<readonly StoredMessage[]> {
  const page = await backend.read({ from: "streams", streams: [{ streamId }], include: "all", limit: 10_000 })
  return page.messages
}

/** How many messages the log holds of these ids. */
export async function countOf(backend: Backend, ids: readonly MessageId[]): Promise<number> {
  return (await backend.read({ from: "ids", ids })).messages.length
}

export function idsOf(messages: readonly { readonly id: MessageId }[]): readonly MessageId[] {
  return messages.map((message) => message.id)
}

export function positionsOf(page: ReadPage): readonly Position[] {
  return page.messages.map((message) => message.position)
}
