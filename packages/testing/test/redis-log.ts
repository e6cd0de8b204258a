import { randomUUID } from "node:crypto"

import { open as openRedis } from "@millrace/redis"
import { Redis } from "ioredis"

import { startRedis, type TestRedis } from "../src/servers/start-redis.ts"
import type { SharedLog, Time } from "./backends.ts"
import { TABLE } from "./rows-in-storage.ts"

/** The server of this test file: started when first needed, and ended when the file's process has gone. */
let server: Promise<TestRedis> | undefined

/** Keeps what it has over a restart, without waiting for the disk. The server that the environment names is taken as it is. */
function start(): Promise<TestRedis> {
  const given = process.env["MILLRACE_TEST_REDIS_URL"]
  return startRedis(given === undefined || given === "" ? { appendfsync: "no" } : {})
}

/** A log under a prefix of its own; the user's table is a hash in its slot. */
export async function redisLog(time?: Time): Promise<SharedLog> {
  server ??= start()
  const started = await server
  const { url: serverUrl } = started
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
    ...(started.own ? { restart: () => started.restart() } : {}),
    async remove() {
      await remove(`{${prefix}}*`)
      await remove(`{${prefix}_*`)
      await beside.quit()
    },
  }
}
