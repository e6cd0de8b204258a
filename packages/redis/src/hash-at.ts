import type { Log } from "./log.ts"
import { text } from "./reply.ts"

/** The fields of a hash. The driver may answer them as a list or as an object. */
export async function hashAt({ connection }: Log, key: string): Promise<ReadonlyMap<string, string>> {
  const answer: unknown = await connection.ask("HGETALL", key)
  const found = new Map<string, string>()
  if (Array.isArray(answer)) {
    for (let at = 0; at + 1 < answer.length; at += 2) found.set(text(answer[at]), text(answer[at + 1]))
  } else if (typeof answer === "object" && answer !== null) {
    for (const [name, value] of Object.entries(answer)) found.set(name, text(value))
  }
  return found
}
