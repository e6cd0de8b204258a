import type { Redis } from "ioredis"

const POSITION_BYTES = 6
/** The first field of an index in one partition, and of one in the whole log. */
const PLACES = { stream: (p: number) => `x:${p}:`, whole: () => "t:" } as const

/** What is wrong with the notes of where work is, on all logs of a server: a partition that waits and that claims would not find. Read from the raw storage. */
export async function wrongNotes(redis: Redis, now: number): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const key of await redis.keys("*}:groups")) {
    const prefix = key.slice(0, -"groups".length)
    for (const [name, id] of Object.entries(await redis.hgetall(key)))
      for (const says of await wrongOfGroup(redis, prefix, id, now)) wrong.push(`${name}: ${says}`)
  }
  return wrong
}

async function wrongOfGroup(redis: Redis, prefix: string, id: string, now: number): Promise<readonly string[]> {
  const key = `${prefix}g:${id}`
  const { seen = "", revision = "0", types = "[]", order = "", partitions = "0" } = await redis.hgetall(key)
  const [stamp, upto] = seen.split(":")
  // Notes of other types, or none at all, are made anew by the next claim.
  if (upto === undefined || stamp !== revision) return []
  const wrong: string[] = []
  for (let p = 0; p < Number(partitions); p += 1) {
    const at = await redis.hgetall(`${key}:p${p}`)
    const place = order === "stream" ? PLACES.stream(p) : PLACES.whole()
    const trimmed = Number((await redis.hget(`${prefix}log`, "trimmed")) ?? 0)
    const low = Math.max(Number(at["checkpoint"] ?? 0), trimmed)
    const first = await firstWanted(redis, prefix + place, wantedOf(types), low)
    if (first === undefined || first > Number(upto)) continue
    const ready = await redis.zscore(`${key}:ready`, String(p))
    const held = await redis.zscore(`${key}:held`, String(p))
    if (ready !== null && Number(ready) <= first) continue
    if (ready !== null) wrong.push(`partition ${p} waits from ${first} on, and is noted from ${ready} on`)
    else if (held === null) wrong.push(`partition ${p} waits from ${first} on, and no note says so`)
    else if (Number(held) > Math.max(freeAt(at), now))
      wrong.push(`partition ${p} is free at ${freeAt(at)}, and is noted for ${held}`)
  }
  return wrong
}

async function firstWanted(
  redis: Redis,
  place: string,
  types: readonly (readonly [string, number])[],
  low: number,
): Promise<number | undefined> {
  const waiting: number[] = []
  for (const [type, since] of types) {
    const index = (await redis.getBuffer(place + type)) ?? Buffer.alloc(0)
    for (let at = 0; at < index.length; at += POSITION_BYTES) {
      const position = index.readUIntBE(at, POSITION_BYTES)
      if (position > Math.max(low, since)) waiting.push(position)
    }
  }
  return waiting.length === 0 ? undefined : Math.min(...waiting)
}

/** When a partition may be claimed, as its hash has it. */
function freeAt({ owner = "", until = "0", hold = "" }: Readonly<Record<string, string>>): number {
  const retryAt = hold === "" ? 0 : Number(/"retryAt":([\d.]+)/.exec(hold)?.[1] ?? 0)
  return Math.max(owner === "" ? 0 : Number(until), retryAt)
}

function wantedOf(json: string): readonly (readonly [string, number])[] {
  const pairs: unknown = JSON.parse(json)
  return (Array.isArray(pairs) ? pairs : []).map((pair: unknown) => {
    const [type, since] = Array.isArray(pair) ? Array.from<unknown>(pair) : []
    return [String(type), Number(since)] as const
  })
}
