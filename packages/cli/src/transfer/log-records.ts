import type { Backend, DumpQuery, LogRecord, ScheduleInfo } from "@millrace/core"

/** Records of one page. */
export const PAGE = 1_000

/** What comes before the messages of a log: where it begins. */
export async function* openingRecords(backend: Backend): AsyncGenerator<readonly LogRecord[]> {
  const { trimmedTo, trimmed } = await backend.operator.stats()
  if (trimmedTo > 0) yield [{ kind: "trimmed", upto: trimmedTo }]
  else if (trimmed.length === 0) return
  yield* dumped(backend, "streams")
}

/** The messages above a position, to the end, and the places between them that hold none. */
export async function* messageRecords(backend: Backend, above: number): AsyncGenerator<readonly LogRecord[]> {
  let after = above
  for (;;) {
    const { messages, more, head, trimmedTo } = await backend.read({ from: "log", after, limit: PAGE })
    const records: LogRecord[] = []
    after = Math.max(after, trimmedTo)
    for (const message of messages) {
      if (message.position > after + 1) records.push({ kind: "gap", upto: message.position - 1 })
      records.push({ kind: "message", message })
      after = message.position
    }
    if (!more && head > after) records.push({ kind: "gap", upto: head })
    if (records.length > 0) yield records
    if (!more) return
  }
}

/** What comes behind the messages: keys, documents, schedules, groups. */
export async function* closingRecords(backend: Backend): AsyncGenerator<readonly LogRecord[]> {
  yield* dumped(backend, "keys")
  yield* dumped(backend, "documents")
  yield* schedules(backend)
  yield* dumped(backend, "groups")
}

async function* dumped({ operator }: Backend, of: DumpQuery["of"]): AsyncGenerator<readonly LogRecord[]> {
  let after: string | undefined
  do {
    const { records, next } = await operator.dump({ of, limit: PAGE, ...(after === undefined ? {} : { after }) })
    if (records.length > 0) yield records
    after = next
  } while (after !== undefined)
}

async function* schedules({ operator }: Backend): AsyncGenerator<readonly LogRecord[]> {
  let after: ScheduleInfo | undefined
  for (;;) {
    const page = await operator.schedules({ limit: PAGE, ...(after === undefined ? {} : { after }) })
    if (page.length > 0) yield page.map((schedule) => ({ kind: "schedule", ...schedule }) as const)
    if (page.length < PAGE) return
    after = page.at(-1)
  }
}
