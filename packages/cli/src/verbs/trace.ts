import type { StoredMessage } from "@millrace/core"

import { CommandFailed, EXIT } from "../exit-codes.ts"
import { inSession } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"

/** Prints the conversation that a message belongs to: each message below the one that caused it. */
export function trace(id: string, options: StoreOptions): Promise<void> {
  return inSession(options, async ({ app, out }) => {
    const found = await app.correlationTree(id)
    if (found.length === 0) throw new CommandFailed(`there is no message or conversation ${id}`, EXIT.notThere)
    out.answer(found, () => treeOf(found, id, (text) => out.bold(text)).join("\n"))
  })
}

function treeOf(messages: readonly StoredMessage[], asked: string, bold: (text: string) => string): readonly string[] {
  const ids = new Set(messages.map((one) => one.id))
  const causedBy = Map.groupBy(messages, ({ id, causationId }) =>
    causationId === id || !ids.has(causationId) ? "" : causationId,
  )
  const lines: string[] = []
  const draw = (message: StoredMessage, branch: string, indent: string): void => {
    const text = `${message.type}  ${message.streamId}  ${message.id}  ${message.recordedAt}`
    lines.push(branch + (message.id === asked ? bold(text) : text))
    const below = causedBy.get(message.id) ?? []
    for (const [at, one] of below.entries()) {
      const last = at === below.length - 1
      draw(one, `${indent}${last ? "└─ " : "├─ "}`, `${indent}${last ? "   " : "│  "}`)
    }
  }
  for (const root of causedBy.get("") ?? []) draw(root, "", "")
  return lines
}
