// Books holidays in two ways: `npm start`, `npm start -- --backend <URL of an empty storage>`.
import { parseArgs } from "node:util"

import { story } from "./src/story.ts"

const { values } = parseArgs({ options: { backend: { type: "string", default: "memory:" } } })
await story(values.backend, (line) => void process.stdout.write(`${line}\n`))
