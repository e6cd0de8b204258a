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

/** A log with a prefix of its own, and the user's collection beside it. */
export async function mongoLog(time?: Time): Promise<SharedLog> {
  given ??= urlForTests()
  const server = await given
  const prefix = `rows_${randomUUID().slice(0, 8)}_`
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
      for (const { name } of await own.db().listCollections({}, { nameOnly: true }).toArray())
        if (name.includes(prefix)) await own.db().collection(name).drop()
      await own.close()
    },
  }
}
