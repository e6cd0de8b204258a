import { REPEATS_KEPT, type Settled } from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import type { GroupModel, PartitionModel } from "./group-model.ts"
import { text } from "./row.ts"
import { putSettled } from "./sql/put-settled.ts"
import { selectSettled } from "./sql/select-settled.ts"
import { storedJson } from "./stored-json.ts"

interface Place {
  readonly group: GroupModel
  readonly partition: PartitionModel
}

/** Keeps the answer to a settle, in the place of the one so many settles before it. */
export function remember(db: Connection, { group, partition }: Place, lease: string, answer: Settled): void {
  const slot = partition.settles % REPEATS_KEPT
  db.run(putSettled, group.id, partition.partition, slot, lease, jsonOf(answer))
}

/** The answer to a settle that was stored before. */
export function remembered(db: Connection, { group, partition }: Place, lease: string): Settled | undefined {
  const row = db.get(selectSettled, group.id, partition.partition, lease)
  if (row === undefined) return undefined
  return storedJson<Settled>(text(row[0]))
}

/** What user's work threw can not be stored as it was. */
function jsonOf(answer: Settled): string {
  if (answer.kind === "fenced" || !answer.parts.some(({ kind }) => kind === "work-failed"))
    return JSON.stringify(answer)
  return JSON.stringify({
    ...answer,
    parts: answer.parts.map((part) => (part.kind === "work-failed" ? { ...part, error: plain(part.error) } : part)),
  })
}

function plain(error: unknown): unknown {
  return error instanceof Error ? { name: error.name, message: error.message } : String(error)
}
