import type { DocumentPut } from "../message/document.ts"
import type { Json } from "../message/json.ts"
import type { Clock } from "./clock.ts"

/** Tells what documents this process stores to those who wait for them, so that they need not ask the storage. */
export interface DocumentWatch {
  /** These are stored. */
  put(documents: readonly DocumentPut[]): void
  /** Looks out for a document from now on, for as long as the answer is held. */
  watch(collection: string, id: string): WatchedDocument
  /** This process is about to store a document, until the answer is called. */
  expect(collection: string, id: string): () => void
}

/** A document that is looked out for. */
export class WatchedDocument {
  /** What this process has stored since; `undefined` while it has not. */
  value: Json | undefined
  /** How many in this process are about to store it. */
  expected = 0
  readonly #waiting = new Set<() => void>()

  /** Resolves once there is a value, or after `ms`. */
  within(ms: number, clock: Clock): Promise<void> {
    if (this.value !== undefined) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        this.#waiting.delete(end)
        resolve()
      }
      const cancel = clock.setTimer(ms, end)
      this.#waiting.add(end)
    })
  }

  put(value: Json): void {
    this.value = value
    for (const end of this.#waiting) end()
  }
}

export function createDocumentWatch(): DocumentWatch {
  const watched = new Map<string, WeakRef<WatchedDocument>>()
  // Nobody has to say that he looks out no longer: many never wait for what they start.
  const forgotten = new FinalizationRegistry((key: string) => {
    if (watched.get(key)?.deref() === undefined) watched.delete(key)
  })
  return {
    put(documents) {
      if (watched.size === 0) return
      for (const { collection, id, value } of documents)
        if (value !== undefined) watched.get(keyOf(collection, id))?.deref()?.put(value)
    },
    expect(collection, id) {
      const found = watched.get(keyOf(collection, id))?.deref()
      if (found === undefined) return () => {}
      found.expected += 1
      return () => {
        found.expected -= 1
      }
    },
    watch(collection, id) {
      const key = keyOf(collection, id)
      const found = watched.get(key)?.deref()
      if (found !== undefined) return found
      const made = new WatchedDocument()
      watched.set(key, new WeakRef(made))
      forgotten.register(made, key)
      return made
    },
  }
}

function keyOf(collection: string, id: string): string {
  return `${collection}\n${id}`
}
