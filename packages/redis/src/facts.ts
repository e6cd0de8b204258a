import { BackendError, type Position } from "@millrace/core/backend"

import type { Calls } from "./calls.ts"
import { replyWord, unsupported } from "./errors.ts"
import { fields, int, list, text } from "./reply.ts"

/** What the server says of itself on a new connection. */
export interface ServerFacts {
  readonly version: string
  readonly replica: boolean
  readonly replicas: number
  readonly aof: boolean
  /** `always`, `everysec`, `no`; `undefined` where the server does not say. */
  readonly appendfsync: string | undefined
  readonly maxmemory: number
  readonly policy: string
  /** Losses of answered writes that were noticed, and the last one in words. */
  readonly losses: number
  readonly loss: string
  readonly head: Position
}

/** The oldest server whose streams and scripts can what the log needs. */
const OLDEST = 7

/** Reads the answer to the first words on a connection. Throws `unsupported` for a server that is too old. */
export function factsOf(answer: unknown, appendfsync: string | undefined): ServerFacts {
  const [facts, head, , , losses, loss] = list(answer)
  const named = fields(facts)
  const at = (name: string): string => named.get(name) ?? ""
  const version = at("version")
  if (Number.parseInt(version, 10) < OLDEST)
    throw unsupported(`the server is Redis ${version}: Millrace needs ${OLDEST}.0 or newer`)
  return {
    version,
    replica: at("role") === "slave",
    replicas: Number(at("replicas") || 0),
    aof: at("aof") === "1",
    appendfsync,
    maxmemory: Number(at("maxmemory") || 0),
    policy: at("policy"),
    losses: int(losses),
    loss: text(loss),
    head: int(head),
  }
}

/** How often the server writes its append-only file through; some managed servers do not tell. */
export async function appendfsyncOf(on: Calls): Promise<string | undefined> {
  try {
    const answer = await on.send("CONFIG", ["GET", "appendfsync"], "read")
    const values = Array.isArray(answer) ? answer : Object.values(answer ?? {})
    const value: unknown = values.at(-1)
    return typeof value === "string" ? value : undefined
  } catch (error) {
    // Managed servers forbid it, or know no such command.
    if (error instanceof BackendError && replyWord(error.cause) !== undefined) return undefined
    throw error
  }
}

/** What survives what, in words for an operator; before the first connection, what it depends on. */
export function durabilityOf(facts: ServerFacts | undefined): string {
  if (facts === undefined) return "as the server is set up: its appendfsync is known once it was reached"
  const said = [persistence(facts), copies(facts)]
  if (facts.policy !== "noeviction" && facts.maxmemory > 0)
    said.push(`maxmemory-policy ${facts.policy} may drop the log when memory runs out: set it to noeviction`)
  else said.push(`maxmemory-policy ${facts.policy}`)
  if (facts.losses > 0) said.push(`answered writes were lost ${facts.losses} times, last ${facts.loss}`)
  return said.join("; ")
}

function persistence({ aof, appendfsync }: ServerFacts): string {
  if (!aof) return "appendonly no: what was written since the last snapshot is lost when the server ends"
  switch (appendfsync) {
    case "always":
      return "appendfsync always: what was answered survives a crash of the server"
    case "everysec":
      return "appendfsync everysec: a crash of the machine loses up to two seconds of what was answered"
    case "no":
      return "appendfsync no: a crash of the machine loses what its system had not written yet"
    default:
      return "append-only file on, appendfsync not told by the server"
  }
}

function copies({ replica, replicas }: ServerFacts): string {
  if (replica) return "this is a replica: it can be read, not written"
  return replicas === 0 ? "no replica" : `${replicas} replicas: a failover loses what had not reached the new master`
}
