import type { Backend, DumpQuery, LogRecord, Position, StoredMessage } from "@millrace/core/backend"

import { readAll } from "./reading.ts"

/** Pages as small as can be, so that a rule with two records meets a second page. */
const PAGE = 1

/** Everything of one kind that a log dumps, page by page. `limit`: of a page. */
export async function dumped(
  backend: Backend,
  of: DumpQuery["of"],
  limit: number = PAGE,
): Promise<readonly LogRecord[]> {
  const found: LogRecord[] = []
  let after: string | undefined
  do {
    const query: DumpQuery = { of, limit, ...(after === undefined ? {} : { after }) }
    const { records, next } = await backend.operator.dump(query)
    found.push(...records)
    after = next
  } while (after !== undefined)
  return found
}

/** A whole log as records, in the order in which they are restored. */
export async function recordsOf(backend: Backend): Promise<readonly LogRecord[]> {
  const { trimmedTo, head } = await backend.operator.stats()
  const schedules = await backend.operator.schedules({ limit: 1_000 })
  return [
    { kind: "trimmed", upto: trimmedTo },
    ...(await dumped(backend, "streams")),
    ...placed(await readAll(backend), { after: trimmedTo, head }),
    ...(await dumped(backend, "keys")),
    ...(await dumped(backend, "documents")),
    ...schedules.map((schedule) => ({ kind: "schedule", ...schedule }) as const),
    ...(await dumped(backend, "groups")),
  ]
}

/** Messages, and between them the places that hold none. */
function placed(
  messages: readonly StoredMessage[],
  { after, head }: { readonly after: Position; readonly head: Position },
): readonly LogRecord[] {
  const records: LogRecord[] = []
  let reached = after
  const reach = (position: Position): void => {
    if (position > reached) records.push({ kind: "gap", upto: position })
    reached = position
  }
  for (const message of messages) {
    reach(message.position - 1)
    records.push({ kind: "message", message })
    reached = message.position
  }
  reach(head)
  return records
}

/** Removes the log, makes an empty one in its place, and answers what the first one was. */
export async function emptied(backend: Backend): Promise<readonly LogRecord[]> {
  const records = await recordsOf(backend)
  await backend.operator.uninstall((await backend.operator.stats()).name)
  await backend.migrate()
  return records
}

/** Takes a log out and puts it back. */
export async function moved(backend: Backend): Promise<void> {
  await backend.operator.restore(await emptied(backend))
}
