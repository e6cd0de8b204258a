// A worker as a process of its own. Arguments: the file of the log, and `without-tx` to save over a connection of its own.
import { DatabaseSync } from "node:sqlite"

import { createApp } from "@millrace/core"

import { CustomerTotals, customerTotalsWithoutTx } from "./reactors.ts"

const [file = "", how] = process.argv.slice(2)
const totals = how === "without-tx" ? customerTotalsWithoutTx(new DatabaseSync(file)) : CustomerTotals

const app = await createApp({ backend: `sqlite:${file}`, reactors: [totals], processName: "projecting" })
await app.run()
await app.close()
