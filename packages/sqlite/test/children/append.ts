// Appends events to a file until told to stop, and reports each that was stored: `node append.ts FILE NAME COUNT`.
import { sqliteBackend } from "../../src/index.ts"
import { event, to } from "../build.ts"

const [path = "", name = "", count = "0"] = process.argv.slice(2)
const backend = sqliteBackend(path)
const say = (line: object): Promise<void> =>
  new Promise((resolve) => process.stdout.write(`${JSON.stringify(line)}\n`, () => resolve()))

await say({ ready: name })
for (let at = 0; at < Number(count); at += 8) {
  const events = Array.from({ length: 8 }, (_, one) => event(`${name}-${one}`, { name, number: at + one }))
  const verdicts = await Promise.all(
    events.map((one) =>
      backend.append([
        to("shared", { ...one, streamId: "shared" }),
        to(one.streamId, event(one.streamId, one.payload)),
      ]),
    ),
  )
  for (const [first] of verdicts) await say({ stored: first?.kind === "appended" ? first.position : null })
}
await backend.close()
