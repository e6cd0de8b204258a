import { type Append, BackendError, type Verdict } from "@millrace/core/backend"

import { int, list, text } from "./reply.ts"

/** A script's verdict on an append, in the contract's words. */
export function verdictOf(append: Append, answer: unknown): Verdict {
  if (typeof answer === "string") return storedAlone(append, answer)
  const [kind, ...facts] = list(answer)
  switch (kind) {
    case "a":
      return {
        kind: "appended",
        firstPosition: int(facts[0]),
        position: int(facts[1]),
        streams: append.streams.map(({ streamId }, at) => ({ streamId, version: int(facts[at + 2]) })),
      }
    case "d":
      return { kind: "duplicate", of: { firstPosition: int(facts[0]), position: int(facts[1]) } }
    case "k":
      return refused(
        "key-reused",
        `idempotency key ${JSON.stringify(append.idempotencyKey)} stands for other content: use a key once per request`,
      )
    case "t":
      return partlyKnown(facts, `an id occurs twice in the append (${String(facts[0])}): give each message its own`)
    case "p": {
      const ids = append.streams.reduce((sum, { messages }) => sum + messages.length, append.schedules?.length ?? 0)
      const what = `${facts.length} of ${ids} messages are stored already (${String(facts[0])})`
      return partlyKnown(facts, `${what}: send new ones alone`)
    }
    default:
      return mismatch(append, kind, facts)
  }
}

/** One message for one stream: its position and the stream's version. */
function storedAlone({ streams }: Append, answer: string): Verdict {
  const space = answer.indexOf(" ")
  const position = int(answer.slice(0, space))
  const version = int(answer.slice(space + 1))
  return {
    kind: "appended",
    firstPosition: position,
    position,
    streams: streams.map(({ streamId }) => ({ streamId, version })),
  }
}

function mismatch(append: Append, kind: unknown, facts: readonly unknown[]): Verdict {
  const [at, actual] = [int(facts[0]), int(facts[1])]
  const stream = append.streams[at]
  if (kind === "c" && stream !== undefined)
    return { kind: "conflict", streamId: stream.streamId, expected: stream.expected, actualVersion: actual }
  const document = append.documents?.[at]
  if (kind === "m" && document !== undefined && document.expectedRevision !== "any") {
    const { collection, id, expectedRevision } = document
    return { kind: "document-conflict", collection, id, expectedRevision, actualRevision: actual }
  }
  throw new BackendError("corrupt", `a script answered ${String(kind)} to an append: close other versions of Millrace`)
}

function partlyKnown(ids: readonly unknown[], detail: string): Verdict {
  return { kind: "refused", code: "ids-partly-known", detail, messageIds: ids.map(text) }
}

function refused(code: "key-reused", detail: string): Verdict {
  return { kind: "refused", code, detail }
}
