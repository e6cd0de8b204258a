// A foreign program that takes the only write lock of a database file and keeps it until it is killed. Argument: the file.
import { DatabaseSync } from "node:sqlite"

const [file = ""] = process.argv.slice(2)
const database = new DatabaseSync(file, { timeout: 30_000 })
database.exec("BEGIN IMMEDIATE")
process.once("disconnect", () => process.exit())
process.send?.("held")
