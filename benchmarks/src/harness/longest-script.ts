import { Redis } from "ioredis"

/** Milliseconds that the longest script of a server took so far; 0 when none took as long as its slow log notes. */
export async function longestScriptMs(url: string): Promise<number> {
  const redis = new Redis(url)
  try {
    const entries: unknown = await redis.call("SLOWLOG", "GET", "-1")
    return Math.max(0, ...listOf(entries).map(scriptMs))
  } finally {
    redis.disconnect()
  }
}

/** An entry is `[id, when, microseconds, [command, …], …]`. */
function scriptMs(entry: unknown): number {
  const [, , micros, words] = listOf(entry)
  const command = String(listOf(words)[0]).toUpperCase()
  return /^(?:EVAL|EVALSHA|FCALL)(?:_RO)?$/.test(command) ? Number(micros) / 1_000 : 0
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
