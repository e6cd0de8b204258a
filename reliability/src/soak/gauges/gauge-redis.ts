import { Redis } from "ioredis"

import type { ServerGauge } from "./server-gauge.ts"

/** `CLIENT LIST`, and the memory that the server uses for data and clients. */
export async function gaugeRedis(url: string): Promise<ServerGauge> {
  const redis = new Redis(url)
  const own = String(await redis.client("ID"))
  return {
    async look() {
      const clients = String(await redis.client("LIST"))
        .trim()
        .split("\n")
      const memory = await redis.info("memory")
      return {
        connections: clients.filter((line) => !line.startsWith(`id=${own} `)).length,
        bytes: Number(/^used_memory:(\d+)/m.exec(memory)?.[1]),
      }
    },
    close: async () => redis.disconnect(),
  }
}
