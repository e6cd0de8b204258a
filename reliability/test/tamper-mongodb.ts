import { ok } from "node:assert/strict"

import { type Document, MongoClient } from "mongodb"

import { readMongodb } from "../src/audit/read/read-mongodb.ts"
import { GHOST, OTHER_STATE, type Tamper } from "./tamper.ts"

interface Raw {
  readonly _id: number | string
  readonly at?: number | undefined
  readonly messages?: readonly (Document | null)[]
  readonly [field: string]: unknown
}

export async function tamperMongodb(url: string): Promise<Tamper> {
  const client = new MongoClient(url)
  const collection = (name: string) => client.db().collection<Raw>(`millrace_${name}`)
  const holding = async (position: number): Promise<Raw> => {
    const inLog = { _id: { $gte: 0, $lte: position } }
    const [found] = await collection("commits")
      .find(inLog, { sort: { _id: -1 }, limit: 1 })
      .toArray()
    ok(found, `nothing is stored at ${position}`)
    return found
  }
  const setProgress = async (group: string, field: string, value: unknown): Promise<void> =>
    void (await collection("groups").updateOne({ name: group }, { $set: { [`partitions.0.${field}`]: value } }))
  return {
    async remove({ position }) {
      const _id = Number((await holding(position))._id)
      await collection("commits").updateOne({ _id }, { $set: { [`messages.${position - _id}`]: null } })
    },
    async double({ position, id, version = 0 }, head) {
      const { _id, messages = [] } = await holding(position)
      const { at } = await holding(head)
      const message = { ...messages[position - Number(_id)], id: `${id}x`, version: version + 2 }
      const commit = { _id: head + 1, n: 1, at, by: GHOST, keys: [`i:${id}x`], messages: [message] }
      await collection("commits").insertOne(commit)
    },
    moveBack: (group) => setProgress(group, "checkpoint", 0),
    hold: (group) => setProgress(group, "lease.owner", { processName: GHOST, bootId: GHOST }),
    async changeState(account) {
      const value = JSON.stringify({ state: OTHER_STATE })
      await collection("documents").updateOne({ id: account }, { $set: { value } })
    },
    read: () => readMongodb(url),
    close: () => client.close(),
  }
}
