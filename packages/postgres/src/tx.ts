import type { PoolClient, QueryArrayConfig, QueryArrayResult, QueryConfig, QueryResult, QueryResultRow } from "pg"

import { isVictim, sqlState } from "./errors.ts"
import { refusedWord } from "./sql-words.ts"

/**
 * What user's work gets inside a settle: a `pg` client in the settle's transaction, without control of it. What it writes commits with the
 * group's progress, or not at all. Usable until the work ends.
 */
export interface PostgresTx {
  query<Row extends unknown[] = unknown[]>(
    query: QueryArrayConfig,
    values?: readonly unknown[],
  ): Promise<QueryArrayResult<Row>>
  query<Row extends QueryResultRow = QueryResultRow>(
    query: string | QueryConfig,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>
}

/**
 * Thrown at whoever uses a `tx` after its settle, or for what it may not do.
 * @remedy Use the handle only inside its sync block, awaited, and leave transactions to Millrace.
 */
export class TxRefused extends Error {
  override readonly name = "TxRefused"
  readonly code = "tx-refused"
}

/** A handle, the end of it, and the server error that makes all be run again, even where the work has wrapped or swallowed it. */
export interface OpenTx {
  readonly tx: PostgresTx
  revoke(): void
  failure(): unknown
}

export function openTx(client: PoolClient): OpenTx {
  let open = true
  let failure: unknown
  function query<Row extends unknown[]>(
    config: QueryArrayConfig,
    values?: readonly unknown[],
  ): Promise<QueryArrayResult<Row>>
  function query<Row extends QueryResultRow>(
    config: string | QueryConfig,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>
  function query(config: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult> {
    const text = typeof config === "string" ? config : config.text
    if (!open)
      return refuse("this tx belongs to a settle that is over: await everything that uses it inside the sync block")
    const word = refusedWord(text)
    if (word !== undefined)
      return refuse(
        `${word} is not for a sync block: its settle begins, ends and undoes the transaction; throw to undo`,
      )
    return client.query(config, values === undefined ? undefined : [...values]).catch((error: unknown) => {
      if (failure === undefined && (isVictim(error) || (sqlState(error) ?? "").startsWith("57P"))) failure = error
      throw error
    })
  }
  return {
    tx: { query },
    revoke() {
      open = false
    },
    failure: () => failure,
  }
}

async function refuse(why: string): Promise<never> {
  throw new TxRefused(why)
}
