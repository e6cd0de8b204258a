import { Redis } from "ioredis"

import { readRedis } from "../src/audit/read/read-redis.ts"
import { GHOST, OTHER_STATE, type Tamper } from "./tamper.ts"

const PREFIX = "{millrace}:"

export async function tamperRedis(url: string): Promise<Tamper> {
  const redis = new Redis(url)
  const setProgress = async (group: string, field: string, value: string): Promise<void> => {
    const number = await redis.hget(`${PREFIX}groups`, group)
    await redis.hset(`${PREFIX}g:${number}:p0`, field, value)
  }
  return {
    async remove({ position, partition }) {
      await redis.xdel(`${PREFIX}p:${partition}`, `${position}-0`)
    },
    async double({ position, partition, id, version = 0 }, head) {
      const [entry] = await redis.xrange(`${PREFIX}p:${partition}`, position, position)
      const fields = [...(entry?.[1] ?? [])]
      fields[fields.indexOf("id") + 1] = `${id}x`
      fields[fields.indexOf("version") + 1] = String(version + 2)
      await redis.xadd(`${PREFIX}p:${partition}`, `${head + 1}-0`, ...fields)
      await redis.hset(`${PREFIX}log`, "head", head + 1)
    },
    moveBack: (group) => setProgress(group, "checkpoint", "0"),
    hold: (group) => setProgress(group, "owner", GHOST),
    async changeState(account) {
      await redis.hset(`${PREFIX}d:projection:balances`, account, `9 ${JSON.stringify({ state: OTHER_STATE })}`)
    },
    read: () => readRedis(url),
    close: async () => redis.disconnect(),
  }
}
