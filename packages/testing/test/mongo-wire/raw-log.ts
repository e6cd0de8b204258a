import { deepEqual, equal, ok } from "node:assert/strict"

import { type Document, MongoClient } from "mongodb"

/** A message as it lies in the collections, read by nothing but the driver. */
export interface RawMessage {
  readonly position: number
  readonly id: string
  readonly kind: string
  readonly type: string
  readonly stream: string
  readonly version: number
  readonly causation: string
  readonly payload: string
  readonly metadata: string
}

/**
 * Reads the log at `url` past everything of ours, and holds it to its invariants: every commit begins where the one before it ended, no id and no
 * key is there twice, the events of a stream count up from 1 in log order, commands carry the version of their moment, and the time never falls.
 */
export async function auditedLog(url: string, prefix = "millrace_"): Promise<readonly RawMessage[]> {
  const client = new MongoClient(url)
  try {
    const commits = await client.db().collection<Document>(`${prefix}commits`).find().toArray()
    const chain = commits
      .filter(({ _id }) => typeof _id === "number")
      .toSorted((a, b) => number(a["_id"]) - number(b["_id"]))
    const messages = messagesIn(chain)
    checkKeys(commits)
    checkVersions(messages)
    checkTimes(chain)
    return messages
  } finally {
    await client.close()
  }
}

function messagesIn(chain: readonly Document[]): readonly RawMessage[] {
  const messages: RawMessage[] = []
  let next = 1
  for (const commit of chain) {
    const first = number(commit["_id"])
    equal(first, next, `the commit at ${first} does not begin behind the one before it, which ends before ${next}`)
    const held = list(commit["messages"])
    equal(held.length, number(commit["n"]), `the commit at ${first} has not as many messages as it takes positions`)
    messages.push(...held.map((message, at) => messageOf(message, first + at)))
    next = first + held.length
  }
  equal(new Set(messages.map(({ id }) => id)).size, messages.length, "an id is there twice")
  return messages
}

function messageOf(value: unknown, position: number): RawMessage {
  ok(typeof value === "object" && value !== null, `nothing lies at position ${position}`)
  const field = (name: string): unknown => Object.entries(value).find(([key]) => key === name)?.[1]
  const id = text(field("id"))
  return {
    position,
    id,
    kind: text(field("kind")),
    type: text(field("type")),
    stream: text(field("stream")),
    version: number(field("version")),
    causation: text(field("causation") ?? id),
    payload: text(field("payload")),
    metadata: text(field("metadata") ?? "{}"),
  }
}

function checkKeys(commits: readonly Document[]): void {
  const keys = commits.flatMap((commit) => list(commit["keys"]))
  equal(new Set(keys).size, keys.length, "a key is there twice")
}

function checkVersions(messages: readonly RawMessage[]): void {
  const versions = new Map<string, number>()
  for (const { kind, stream, version, position } of messages) {
    const before = versions.get(stream) ?? 0
    equal(version, kind === "event" ? before + 1 : before, `the ${kind} at position ${position} of ${stream}`)
    versions.set(stream, version)
  }
}

function checkTimes(chain: readonly Document[]): void {
  const times = chain.map(({ at }) => number(at))
  deepEqual(
    times,
    times.toSorted((a, b) => a - b),
    "the time falls along the log",
  )
}

function number(value: unknown): number {
  ok(typeof value === "number", `${JSON.stringify(value)} should be a number`)
  return value
}

function text(value: unknown): string {
  ok(typeof value === "string", `${JSON.stringify(value)} should be a text`)
  return value
}

function list(value: unknown): readonly unknown[] {
  ok(Array.isArray(value), `${JSON.stringify(value)} should be a list`)
  return value
}
