import type { Reactor } from "@millrace/core"

import { Copied, Noted, numberOf } from "./noted.ts"

/** A reactor that answers each note with a copy in a stream beside it, after `beforeAnswer`. */
export function copier(beforeAnswer: () => void | Promise<void> = () => {}): Reactor {
  return {
    name: "copier",
    handledMessages: [Noted],
    startFrom: "beginning",
    async handle(message) {
      await beforeAnswer()
      const messages = [Copied(`copy-of-${message.streamId}`, { number: numberOf(message.payload) })]
      return { kind: "append-next", messages }
    },
  }
}
