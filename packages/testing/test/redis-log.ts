import { randomUUID } from "node:crypto"

import { open as openRedis } from "@millrace/redis"
import { Redis } from "ioredis"

import { startRedis, type TestRedis } from "../src/servers/start-redis.ts"
import type { SharedLog, Time } from "./backends.ts"
import { TABLE } from "./rows-in-storage.ts"

/** The server of this test file: started when first needed, and ended when the file's process has gone. */
let server: Promise<TestRedis> | undefined

/** The same for logs that outlive a restart: this server answers when its disk has what was written. */
let durableServer: Promise<TestRedis> | undefined

/** A log under a prefix of its own; the user's table is a hash in its slot. */
export async function redisLog(time?: Time): Promise<SharedLog> {
  server ??= startRedis()
  return logOn(await server, time)
}

/** A log on a server that may be restarted: nothing that was answered is gone then. */
export async function durableRedisLog(time?: Time): Promise<SharedLog> {
  durableServer ??= startRedis({ appendfsync: "always" })
  const started = await durableServer
  return { ...(await logOn(started, time)), restart: () => started.restart() }
}

async function logOn({ url: serverUrl }: TestRedis, time: Time | undefined): Promise<SharedLog> {
  const beside = new Redis(serverUrl)
  const prefix = `rows_${randomUUID()}`
  const options = time === undefined ? {} : { clock: time }
  const url = `${serverUrl}?prefix=${prefix}`
  const remove = async (pattern: string): Promise<void> => {
    const keys = await beside.keys(pattern)
    if (keys.length > 0) await beside.unlink(keys)
  }
  return {
    connect: () => openRedis(url, options),
    connectOther: (name) => openRedis(serverUrl, { ...options, prefix: `${prefix}_${name}` }),
    url,
    async row(key) {
      const value = await beside.hget(`{${prefix}}${TABLE}`, key)
      return value === null ? undefined : Number(value)
    },
    async remove() {
      await remove(`{${prefix}}*`)
      await remove(`{${prefix}_*`)
      await beside.quit()
    },
  }
}
