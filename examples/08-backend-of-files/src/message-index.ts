import { partitionOf, type Position, type StoredMessage } from "@millrace/core/backend"

/** What messages are found by. `events`: those of a stream. */
export type Listed = "id" | "type" | "stream" | "events" | "correlation" | `type in ${number}`

/** Where the messages in memory stand. Made of them anew at each opening. */
export class MessageIndex {
  readonly #positions = new Map<string, Position[]>()
  readonly #partitions: () => number

  constructor(partitions: () => number) {
    this.#partitions = partitions
  }

  /** In rising order. */
  positions(of: Listed, name: string): readonly Position[] {
    return this.#positions.get(`${of}\0${name}`) ?? []
  }

  /** Messages come at the end, or where they were, when a trim is rolled back. */
  add(message: StoredMessage | undefined): void {
    for (const name of this.#namesOf(message)) {
      const found = this.#positions.get(name)
      const position = message?.position ?? 0
      if (found === undefined) this.#positions.set(name, [position])
      else if (position > (found.at(-1) ?? 0)) found.push(position)
      else
        found.splice(
          found.findIndex((one) => one > position),
          0,
          position,
        )
    }
  }

  /** Messages go from the front, mostly, by a trim, or from the end, when an append is rolled back. */
  remove(message: StoredMessage | undefined): void {
    for (const name of this.#namesOf(message)) {
      const found = this.#positions.get(name) ?? []
      if (found.at(-1) === message?.position) found.pop()
      else if (message !== undefined) found.splice(found.indexOf(message.position), 1)
      if (found.length === 0) this.#positions.delete(name)
    }
  }

  #namesOf(message: StoredMessage | undefined): readonly string[] {
    if (message === undefined) return []
    const { id, kind, type, streamId, correlationId } = message
    const partition = partitionOf(streamId, this.#partitions())
    const names = [`id\0${id}`, `type\0${type}`, `type in ${partition}\0${type}`, `correlation\0${correlationId}`]
    return [...names, `stream\0${streamId}`, ...(kind === "event" ? [`events\0${streamId}`] : [])]
  }
}
