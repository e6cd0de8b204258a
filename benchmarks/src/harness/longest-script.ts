import { Redis } from "ioredis"

/** Milliseconds that the longest script of a server took so far; 0 when none took as long as its slow log notes. */
export async function longestScriptMs(url: string): Promise<number> {
  const redis = new Redis(url)
  try {
    const entries: unknown = await redis.call("SLOWLOG", "GET", "-1")
    return Array.isArray(entries) ? Math.max(0, ...entries.map(scriptMs)) : 0
  } finally {
    redis.disconnect()
  }
}

/** An entry is `[id, when, microseconds, [command, …], …]`. */
function scriptMs(entry: unknown): number {
  if (!Array.isArray(entry)) return 0
  const [, , micros, words]: readonly unknown[] = entry
  const command = Array.isArray(words) ? String(words[0]).toUpperCase() : ""
  return /^(?:EVAL|EVALSHA|FCALL)(?:_RO)?$/.test(command) ? Number(micros) / 1_000 : 0
}
