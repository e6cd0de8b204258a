import type { SoakBackend } from "../soak-backend.ts"
import { gaugeMongodb } from "./gauge-mongodb.ts"
import { gaugePostgres } from "./gauge-postgres.ts"
import { gaugeRedis } from "./gauge-redis.ts"
import { gaugeSqlite } from "./gauge-sqlite.ts"
import type { ServerGauge } from "./server-gauge.ts"

/** The gauge of a storage; memory has nothing beside its process. */
export async function gaugeServer(backend: SoakBackend, url: string): Promise<ServerGauge> {
  switch (backend) {
    case "memory":
      return { look: async () => ({ connections: undefined, bytes: undefined }), close: async () => {} }
    case "sqlite":
      return gaugeSqlite(url)
    case "postgres":
      return gaugePostgres(url)
    case "redis":
      return gaugeRedis(url)
    case "mongodb":
      return gaugeMongodb(url)
  }
}
