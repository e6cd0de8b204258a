import { type MemoryTx, txToken, type TxToken } from "@millrace/core"
import { mongodb, type MongodbTx } from "@millrace/mongodb"
import { postgres, type PostgresTx } from "@millrace/postgres"
import { redis, type RedisTx } from "@millrace/redis"
import type { SqliteTx } from "@millrace/sqlite"
import { sqlite } from "@millrace/sqlite"

/** A user's own table in the storage of a log, written inside a settle. */
export interface Rows {
  get(key: string): number | undefined | Promise<number | undefined>
  put(key: string, value: number): void | Promise<void>
}

/** Makes something of a storage's token and of how its handle reaches the table, whatever the handle's type. */
export type UseRows<Made> = <Tx>(token: TxToken<Tx>, rowsOf: (tx: Tx) => Rows) => Made

/** The name of the user's table. */
export const TABLE = "totals"

/** The table in memory. */
export function memoryRows<Made>(use: UseRows<Made>): Made {
  return use(txToken<MemoryTx>("memory"), (tx) => ({
    get(key) {
      const value = tx.get(TABLE, key)
      return value === undefined ? undefined : Number(value)
    },
    put: (key, value) => tx.put(TABLE, key, value),
  }))
}

/** The table in SQLite. */
export function sqliteRows<Made>(use: UseRows<Made>): Made {
  return use<SqliteTx>(sqlite.tx, (tx) => ({
    get(key) {
      const row = tx.prepare(`SELECT value FROM ${TABLE} WHERE key = ?`).get(key)
      return row === undefined ? undefined : Number(row["value"])
    },
    put(key, value) {
      tx.prepare(`INSERT INTO ${TABLE} VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`).run(
        key,
        value,
      )
    },
  }))
}

/** The table in Postgres: each log's own, on its search path. */
export function postgresRows<Made>(use: UseRows<Made>): Made {
  return use<PostgresTx>(postgres.tx, (tx) => ({
    async get(key) {
      const { rows } = await tx.query<{ value: number }>(`SELECT value FROM ${TABLE} WHERE key = $1`, [key])
      return rows[0]?.value
    },
    async put(key, value) {
      const put = `INSERT INTO ${TABLE} VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`
      await tx.query(put, [key, value])
    },
  }))
}

/** The table in Redis: a hash in the log's slot. */
export function redisRows<Made>(use: UseRows<Made>): Made {
  return use<RedisTx>(redis.tx, (tx) => ({
    async get(key) {
      const value = await tx.hGet(tx.key(TABLE), key)
      return value === null ? undefined : Number(value)
    },
    put: (key, value) => tx.hSet(tx.key(TABLE), { [key]: value }),
  }))
}

/** The collection in MongoDB: each log's own. Only where the server has transactions. */
export function mongodbRows<Made>(use: UseRows<Made>): Made {
  return use<MongodbTx>(mongodb.tx, () => {
    throw new Error("this test needs a storage with transactions")
  })
}
