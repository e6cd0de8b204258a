import { startMongo } from "@millrace/testing"
import { type Db, MongoClient } from "mongodb"

import type { Tampering } from "./tampering.ts"

/** What of a commit is looked at. */
interface Commit {
  readonly _id: number
  readonly messages: readonly Message[]
}

interface Message {
  readonly id: string
  readonly kind: string
  readonly type: string
  readonly stream: string
  readonly version: number
  readonly causation?: string
}

/** Where a message is: its commit, and its place in it. */
interface Place {
  readonly commit: number
  readonly index: number
  readonly message: Message
}

function commitsOf(log: Db) {
  return log.collection<Commit>("millrace_commits")
}

async function messagesIn(log: Db): Promise<readonly Place[]> {
  const commits = await commitsOf(log)
    .find({ _id: { $gte: 0 } }, { sort: { _id: 1 } })
    .toArray()
  return commits.flatMap(({ _id: commit, messages }) => messages.map((message, index) => ({ commit, index, message })))
}

/** An event that nothing else refers to, and that is the last of its stream. */
async function lastDeparture(log: Db): Promise<Place> {
  const places = await messagesIn(log)
  const causes = new Set(places.map(({ message }) => message.causation))
  const versions = new Map(places.map(({ message }) => [message.stream, message.version]))
  const found = places.find(
    ({ message: { type, id, stream, version } }) =>
      type === "flight.departed" && !causes.has(id) && versions.get(stream) === version,
  )
  if (found === undefined) throw new Error("every departure has caused something")
  return found
}

async function deleteEvent(log: Db): Promise<void> {
  const { commit, index } = await lastDeparture(log)
  await commitsOf(log).updateOne({ _id: commit }, { $set: { [`messages.${index}`]: null } })
}

async function doubleEvent(log: Db): Promise<void> {
  const { message } = await lastDeparture(log)
  const last = (await messagesIn(log)).at(-1)
  const position = (last?.commit ?? 0) + (last?.index ?? 0) + 1
  await commitsOf(log).insertOne({
    _id: position,
    messages: [{ ...message, id: "another-id", version: message.version + 1 }],
  })
}

async function changeTotals(log: Db): Promise<void> {
  const totals = log.collection<{ _id: string; id: string; value: string }>("millrace_documents")
  const found = await totals.findOne({ _id: /projection:airport_totals/, id: "airport-DFW" })
  const value: unknown = JSON.parse(found?.value ?? "null")
  if (!isTotals(value)) throw new Error("DFW has no totals")
  const changed = { ...value, state: { ...value.state, delay: value.state.delay + 1 } }
  await totals.updateOne({ _id: found?._id ?? "" }, { $set: { value: JSON.stringify(changed) } })
}

function isTotals(value: unknown): value is { readonly state: { readonly delay: number } } {
  if (typeof value !== "object" || value === null || !("state" in value)) return false
  const { state } = value
  return typeof state === "object" && state !== null && "delay" in state && typeof state.delay === "number"
}

/** A log is a database; its copies are made collection by collection. */
export const tamperOnMongodb: Tampering = {
  name: "mongodb",
  async start() {
    const server = await startMongo()
    const client = await new MongoClient(server.url).connect()
    const name = `tampered_${process.pid}`
    let copies = 0
    return {
      url: server.urlOf(name),
      async copy() {
        copies += 1
        const log = client.db(`${name}_${copies}`)
        for (const { name: collection } of await client.db(name).listCollections().toArray()) {
          const all = await client.db(name).collection(collection).find().toArray()
          if (all.length > 0) await log.collection(collection).insertMany(all)
        }
        return {
          url: server.urlOf(`${name}_${copies}`),
          deleteEvent: () => deleteEvent(log),
          doubleEvent: () => doubleEvent(log),
          changeTotals: () => changeTotals(log),
        }
      },
      async stop() {
        await client.close()
        await server.stop()
      },
    }
  },
}
