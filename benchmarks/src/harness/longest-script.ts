import { Redis } from "ioredis"

/** What a server's slow log tells, in milliseconds; 0 where nothing took as long as it notes. */
export interface Longest {
  /** The longest script. */
  readonly scriptMs: number
  /** The longest of the commands that never take longer than a blink by themselves: how long the machine held the server up. */
  readonly blinkMs: number
}

const SCRIPTS = /^(?:EVAL|EVALSHA|FCALL)(?:_RO)?$/
const BLINKS = /^(?:HGET|HLEN|STRLEN|ZCARD|XLEN|EXISTS|GET|HINCRBY)$/

/** How long the longest script of a server took so far. */
export async function longestScript(url: string): Promise<Longest> {
  const redis = new Redis(url)
  try {
    const entries: unknown = await redis.call("SLOWLOG", "GET", "-1")
    const longest = (names: RegExp): number => Math.max(0, ...listOf(entries).map((entry) => msOf(entry, names)))
    return { scriptMs: longest(SCRIPTS), blinkMs: longest(BLINKS) }
  } finally {
    redis.disconnect()
  }
}

/** An entry is `[id, when, microseconds, [command, …], …]`. */
function msOf(entry: unknown, names: RegExp): number {
  const [, , micros, words] = listOf(entry)
  return names.test(String(listOf(words)[0]).toUpperCase()) ? Number(micros) / 1_000 : 0
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
