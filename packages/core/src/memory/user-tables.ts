import { jsonCopy } from "../backend/resident/json-copy.ts"
import type { SettleWork } from "../backend/resident/settle-work.ts"
import type { Json } from "../message/json.ts"

/**
 * What user's work gets inside a settle: rows of tables of its own, kept beside the log. What it writes is seen by the work after it in the
 * same settle, and by nobody else before the settle is stored. Usable until the work ends.
 */
export interface MemoryTx {
  get(table: string, key: string): Json | undefined
  put(table: string, key: string, value: Json): void
  delete(table: string, key: string): void
}

/** The user's tables of a log. */
export type UserTables = Map<string, Map<string, Json>>

/** Rows written and not kept yet; `undefined` for deleted ones. */
type Draft = Map<string, Map<string, Json | undefined>>

/** The work of one settle: each part writes to a draft of its own, laid over those accepted before it. */
export function draftedWork(tables: UserTables): SettleWork<MemoryTx> {
  const accepted: Draft = new Map()
  return {
    async run(work) {
      const own: Draft = new Map()
      const { tx, end } = openTx(own, [accepted], tables)
      try {
        await work(tx)
      } finally {
        end()
      }
      return () => mergeDraft(own, accepted)
    },
    store: () => keepDraft(accepted, tables),
  }
}

/** A handle that writes to `draft` and reads through it, the drafts below, and the tables. `end` makes it unusable. */
function openTx(
  draft: Draft,
  below: readonly Draft[],
  tables: UserTables,
): { readonly tx: MemoryTx; readonly end: () => void } {
  let open = true
  const check = (): void => {
    if (!open) throw new Error("tx was used after its work had ended: await everything inside the work")
  }
  const tx: MemoryTx = {
    get(table, key) {
      check()
      for (const layer of [draft, ...below]) {
        const rows = layer.get(table)
        if (rows?.has(key) === true) return rows.get(key)
      }
      return tables.get(table)?.get(key)
    },
    put(table, key, value) {
      check()
      rowsOf(draft, table).set(key, jsonCopy(value))
    },
    delete(table, key) {
      check()
      rowsOf(draft, table).set(key, undefined)
    },
  }
  return {
    tx,
    end() {
      open = false
    },
  }
}

/** Lays a draft over the one below it. */
function mergeDraft(draft: Draft, below: Draft): void {
  for (const [table, rows] of draft) for (const [key, value] of rows) rowsOf(below, table).set(key, value)
}

/** Writes a draft to the tables. */
function keepDraft(draft: Draft, tables: UserTables): void {
  for (const [table, rows] of draft) {
    const kept = tables.get(table) ?? new Map<string, Json>()
    for (const [key, value] of rows) {
      if (value === undefined) kept.delete(key)
      else kept.set(key, value)
    }
    tables.set(table, kept)
  }
}

function rowsOf(draft: Draft, table: string): Map<string, Json | undefined> {
  const found = draft.get(table)
  if (found !== undefined) return found
  const made = new Map<string, Json | undefined>()
  draft.set(table, made)
  return made
}
