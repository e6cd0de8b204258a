import type { FormatStorage } from "../stored-log.ts"
import { mongodbStorage } from "./mongodb.ts"
import { postgresStorage } from "./postgres.ts"
import { redisStorage } from "./redis.ts"
import { sqliteStorage } from "./sqlite.ts"

export const storages: readonly FormatStorage[] = [sqliteStorage, postgresStorage, redisStorage, mongodbStorage]
