import { openMongodb } from "./open-mongodb.ts"
import { openPostgres } from "./open-postgres.ts"
import { openRedis } from "./open-redis.ts"
import { openSqlite } from "./open-sqlite.ts"
import type { Storage, StorageName, StorageOptions } from "./storage.ts"

/** Starts a storage that nobody else uses. Throws where none can be had, and says what to do. */
export async function openStorage(name: StorageName, options: StorageOptions): Promise<Storage> {
  switch (name) {
    case "sqlite":
      return openSqlite(options)
    case "postgres":
      return openPostgres(options)
    case "redis":
      return openRedis()
    case "mongodb":
      return openMongodb()
  }
}
