import { MongoClient } from "mongodb"

import type { ServerGauge } from "./server-gauge.ts"

/** `serverStatus` and `dbStats`, as far as the server has them: one that is compatible may not count its connections. */
export async function gaugeMongodb(url: string): Promise<ServerGauge> {
  const client = await new MongoClient(url, { maxPoolSize: 1 }).connect()
  const ask = async (command: string): Promise<unknown> =>
    client
      .db()
      .command({ [command]: 1 })
      .catch(() => undefined)
  return {
    async look() {
      const connections = numberIn(fieldOf(await ask("serverStatus"), "connections"), "current")
      const stats = await ask("dbStats")
      return { connections, bytes: numberIn(stats, "totalSize") ?? numberIn(stats, "storageSize") }
    },
    close: () => client.close(),
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
}

function numberIn(value: unknown, name: string): number | undefined {
  const found = fieldOf(value, name)
  return typeof found === "number" && Number.isFinite(found) ? found : undefined
}
