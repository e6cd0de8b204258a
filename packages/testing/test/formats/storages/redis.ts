import { open } from "@millrace/redis"
import { Redis } from "ioredis"

import { startRedis, type TestRedis } from "../../../src/servers/start-redis.ts"
import { linesOf } from "../lines-of.ts"
import type { FormatStorage } from "../stored-log.ts"

/** The prefix of the saved log: the hash tag of all its keys. */
const PREFIX = "millrace-format"

let server: Promise<TestRedis> | undefined

/** One line of what is saved: a key, its type, and what it holds in base64. Hashes and sets have no order of their own: field by field; others as the server dumps them. */
type Line = readonly [key: string, type: string, ...held: readonly string[]]

/** The keys of a prefix. */
export const redisStorage: FormatStorage = {
  name: "redis",
  async open() {
    server ??= startRedis()
    const started = await server
    const own = new Redis(started.url)
    const keys = async (): Promise<readonly string[]> => (await own.keys(`{${PREFIX}}*`)).toSorted()
    const remove = async (): Promise<void> => {
      const all = await keys()
      if (all.length > 0) await own.unlink(...all)
    }
    await remove()
    const url = `${started.url}?prefix=${PREFIX}`
    return {
      url,
      connect: async () => open(url),
      async save() {
        const lines: Line[] = []
        for (const key of await keys()) lines.push(await saved(own, key))
        return lines.map((line) => `${JSON.stringify(line)}\n`).join("")
      },
      async load(text) {
        for (const line of linesOf(text)) if (isLine(line)) await restore(own, line)
      },
      mark: async (format) => void (await own.hset(`{${PREFIX}}:log`, "format", format)),
      async remove() {
        await remove()
        await own.quit()
      },
    }
  },
}

function isLine(value: unknown): value is Line {
  return Array.isArray(value) && value.length >= 2 && value.every((word) => typeof word === "string")
}

async function saved(own: Redis, key: string): Promise<Line> {
  const type = await own.type(key)
  if (type === "set") return [key, type, ...(await own.smembersBuffer(key)).map(packed).toSorted()]
  if (type !== "hash") return [key, type, packed(await own.dumpBuffer(key))]
  const names = (await own.hkeysBuffer(key)).toSorted((one, other) => one.compare(other))
  const values = names.length === 0 ? [] : await own.hmgetBuffer(key, ...names)
  return [key, type, ...names.flatMap((name, at) => [packed(name), packed(values[at] ?? Buffer.alloc(0))])]
}

async function restore(own: Redis, [key, type, ...held]: Line): Promise<void> {
  const words = held.map((word) => Buffer.from(word, "base64"))
  const [first = Buffer.alloc(0)] = words
  if (type === "hash") await own.hset(key, ...words)
  else if (type === "set") await own.sadd(key, ...words)
  else await own.restore(key, 0, first)
}

function packed(bytes: Buffer): string {
  return bytes.toString("base64")
}
