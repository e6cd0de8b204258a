import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite"

import { refusedWord } from "./sql-words.ts"

/** A statement prepared inside a settle's transaction. As `StatementSync`, while the settle lasts. */
export interface SqliteTxStatement {
  run(...values: SQLInputValue[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint }
  get(...values: SQLInputValue[]): Record<string, SQLOutputValue> | undefined
  all(...values: SQLInputValue[]): Record<string, SQLOutputValue>[]
}

/**
 * The database inside a settle's transaction, for the user's own tables: what is written is stored with the group's progress or not at all.
 * It can neither end the transaction nor outlive it.
 */
export interface SqliteTx {
  exec(sql: string): void
  prepare(sql: string): SqliteTxStatement
}

/**
 * Thrown at whoever uses a `tx` after its settle, or for what it may not do.
 * @remedy Use the handle only inside its sync block, and leave transactions to Millrace.
 */
export class TxRefused extends Error {
  override readonly name = "TxRefused"
  readonly code = "tx-refused"
}

/** A handle and the end of it. */
export interface OpenTx {
  readonly tx: SqliteTx
  revoke(): void
}

export function openTx(db: DatabaseSync): OpenTx {
  let open = true
  const alive = (): void => {
    if (!open)
      throw new TxRefused(
        "this tx belongs to a settle that is over: await everything that uses it inside the sync block",
      )
  }
  const allow = (sql: string): void => {
    alive()
    const word = refusedWord(sql)
    if (word === undefined) return
    throw new TxRefused(
      `${word} is not for a sync block: its settle begins, ends and undoes the transaction; throw to undo`,
    )
  }
  return {
    tx: {
      exec(sql) {
        allow(sql)
        db.exec(sql)
      },
      prepare(sql) {
        allow(sql)
        return guarded(db.prepare(sql), alive)
      },
    },
    revoke() {
      open = false
    },
  }
}

function guarded(statement: StatementSync, alive: () => void): SqliteTxStatement {
  return {
    run(...values) {
      alive()
      return statement.run(...values)
    },
    get(...values) {
      alive()
      return statement.get(...values)
    },
    all(...values) {
      alive()
      return statement.all(...values)
    },
  }
}
