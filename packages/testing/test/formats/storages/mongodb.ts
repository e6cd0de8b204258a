import { open } from "@millrace/mongodb"
import { BSON, type Document, MongoClient } from "mongodb"

import { mongoForTests } from "../../mongo-for-tests.ts"
import { linesOf } from "../lines-of.ts"
import type { FormatStorage } from "../stored-log.ts"

/** The collections of the saved log begin so. */
const PREFIX = "format_"

/** One line of what is saved: a collection with its indexes, or a document of the collection before. */
interface Line {
  readonly collection?: string
  readonly indexes?: readonly Document[]
  readonly document?: Document
}

/** The collections of a prefix: their indexes, and their documents as extended JSON. */
export const mongodbStorage: FormatStorage = {
  name: "mongodb",
  async open() {
    const { server, missing } = await mongoForTests()
    if (server === undefined) throw new Error(missing)
    const at = server.urlOf(`format_${process.pid}`)
    const url = `${at}${at.includes("?") ? "&" : "?"}prefix=${PREFIX}`
    const own = new MongoClient(at)
    const db = own.db()
    const names = async (): Promise<readonly string[]> =>
      (await db.listCollections({}, { nameOnly: true }).toArray())
        .map(({ name }) => name)
        .filter((name) => name.startsWith(PREFIX))
        .toSorted()
    const remove = async (): Promise<void> => {
      await db.dropDatabase()
    }
    await remove()
    return {
      url,
      connect: async () => open(url),
      async save() {
        const lines: Line[] = []
        for (const collection of await names()) {
          const indexes = (await db.collection(collection).indexes()).filter(({ name }) => name !== "_id_")
          lines.push({ collection, indexes })
          const documents = await db
            .collection(collection)
            .find({}, { promoteValues: false })
            .sort({ _id: 1 })
            .toArray()
          for (const document of documents) lines.push({ document })
        }
        return lines.map((line) => `${BSON.EJSON.stringify(line, { relaxed: false })}\n`).join("")
      },
      async load(saved) {
        let collection = ""
        for (const line of linesOf(saved, (text) => BSON.EJSON.parse(text, { relaxed: false }))) {
          if (!isLine(line)) throw new Error("this is no line of saved collections")
          if (line.collection !== undefined) {
            collection = line.collection
            await db.createCollection(collection)
            const { indexes = [] } = line
            if (indexes.length > 0) await db.command({ createIndexes: collection, indexes })
          } else if (line.document !== undefined) await db.collection(collection).insertOne(line.document)
        }
      },
      mark: async (format) =>
        void (await db.collection<{ _id: string }>(`${PREFIX}log`).updateOne({ _id: "log" }, { $set: { format } })),
      async remove() {
        await remove()
        await own.close()
      },
    }
  },
}

function isLine(value: unknown): value is Line {
  return typeof value === "object" && value !== null && ("collection" in value || "document" in value)
}
