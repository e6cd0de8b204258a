import { randomUUID } from "node:crypto"

import { open as openMongodb } from "@millrace/mongodb"
import { MongoClient } from "mongodb"

import type { SharedLog, Time } from "./backends.ts"
import { mongoForTests } from "./mongo-for-tests.ts"
import { TABLE } from "./rows-in-storage.ts"

/** The database of this test file on the server of the test run. */
const database = `rows_${process.pid}`
let given: Promise<string> | undefined

async function urlForTests(): Promise<string> {
  const { server, missing } = await mongoForTests()
  if (server === undefined) throw new Error(missing)
  return server.urlOf(database)
}

/** Prefixes whose collections were emptied: making new ones, with their indexes, takes longer than most tests. */
const emptied: string[] = []

/** A log with a prefix of its own, and the user's collection beside it. */
export async function mongoLog(time?: Time): Promise<SharedLog> {
  given ??= urlForTests()
  const server = await given
  const prefix = emptied.pop() ?? `rows_${randomUUID().slice(0, 8)}_`
  const options = time === undefined ? {} : { clock: time }
  const url = `${server}${server.includes("?") ? "&" : "?"}prefix=${prefix}`
  const own = new MongoClient(server)
  return {
    connect: () => openMongodb(url, options),
    connectOther: (name) => openMongodb(server, { ...options, prefix: `${name}_${prefix}` }),
    url,
    async row(key) {
      const found = await own.db().collection<{ _id: string; value: number }>(`${prefix}${TABLE}`).findOne({ _id: key })
      return found?.value
    },
    async remove() {
      const all = await own.db().listCollections({}, { nameOnly: true }).toArray()
      const ours = all.filter(({ name }) => name.includes(prefix))
      await Promise.all(ours.map(({ name }) => own.db().collection(name).deleteMany({})))
      emptied.push(prefix)
      await own.close()
    },
  }
}
