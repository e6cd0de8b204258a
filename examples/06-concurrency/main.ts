// Develops a film in one stream, then in a stream for each picture: `npm start`, `npm start -- --backend sqlite:film.db`.
import { parseArgs } from "node:util"

import { story } from "./src/story.ts"

const { values } = parseArgs({ options: { backend: { type: "string", default: "memory:" } } })
await story(values.backend, (line) => void process.stdout.write(`${line}\n`))
