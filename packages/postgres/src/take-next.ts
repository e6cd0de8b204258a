import { type ClaimRequest, type PartitionSlice, toSortable } from "@millrace/core/backend"

import { numberList, textList } from "./list.ts"
import { clockOf, type Log } from "./log.ts"
import { type Look, lookOf } from "./look.ts"
import { messageOf } from "./message-row.ts"
import { int, text } from "./row.ts"
import { takeNext as takeNextStatement } from "./sql/take-next.ts"
import { storedJson } from "./stored-json.ts"
import { nextSlice } from "./take-partition.ts"

/** For more groups, or more types, than that a look comes first: it is not their number that a claim of these waits for. */
const MAX_GROUPS = 16
const MAX_TYPES = 100

/** Where the columns of a message begin in the rows. */
const MESSAGE_AT = 2

/** What the log answered: what was neediest, taken; or what a look sees. */
export type TakenNext = { readonly slice: Promise<PartitionSlice> } | { readonly look: Look }

/** Whether a claim may be made so: by a process that was woken and expects one slice. */
export function mayTakeNext({ groups, routine }: ClaimRequest): boolean {
  if (routine === true || groups.length === 0 || groups.length > MAX_GROUPS) return false
  return groups.reduce((sum, { types }) => sum + types.length, 0) <= MAX_TYPES
}

/** Looks, and takes what is neediest where that is plain to take, in one round trip. */
export async function takeNext(log: Log, request: ClaimRequest): Promise<TakenNext> {
  const names = request.groups.map(({ group }) => toSortable(group))
  const handled = request.groups.flatMap(({ group, types }) => types.map((type) => [toSortable(group), type] as const))
  const rows = await log.database.write.rows(
    takeNextStatement,
    textList(names),
    numberList(request.groups.map(({ limit }) => limit)),
    textList(handled.map(([group]) => group)),
    textList(handled.map(([, type]) => type)),
    request.owner.processName,
    request.owner.bootId,
    Math.ceil(request.leaseMs),
    clockOf(log),
  )
  const look = lookOf(rows)
  const taken = rows.find(([kind]) => kind === "taken")
  const [group] = [...look.groups.values()]
  const [waiting] = group?.waiting ?? []
  const want = request.groups.find((one) => one.group === group?.row.name)
  if (taken === undefined || group === undefined || waiting === undefined || want === undefined) return { look }
  const [token, head] = numbersIn(text(taken[1]))
  const messages = rows.filter(([kind]) => kind === "message").map((row) => messageOf(row, MESSAGE_AT))
  return { slice: nextSlice(log, { group, at: waiting.at, want, request }, { token, head, messages }) }
}

function numbersIn(cells: string): readonly [token: number, head: number] {
  const [token, head] = storedJson<readonly number[]>(cells)
  return [int(String(token)), int(String(head))]
}
