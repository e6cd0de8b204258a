// One round of one subject, or a whole course, in a process of its own: `round.ts <suite> <bench> <subject or ""> <url> <folder> <seed>`.
// Answers `{ name, sample }` to its parent for each sample.
import { suites } from "../suites/index.ts"
import type { Bench, Round } from "./bench.ts"
import type { Sample } from "./sample.ts"

const [suiteName = "", benchName = "", subjectName = "", url = "", folder = "", seed = "1"] = process.argv.slice(2)
const suite = Object.entries(suites).find(([name]) => name === suiteName)?.[1]
const bench = [...(suite?.benches ?? []), ...(suite?.growth ?? [])].find(({ name }) => name === benchName)
if (bench === undefined) throw new Error(`no bench ${benchName} in a suite ${suiteName}`)

const sent: Promise<void>[] = []
await measure(bench, { url, folder, seed: Number(seed) })
await Promise.all(sent)
process.exit(0) // some peers have no way to close their connections

async function measure(it: Bench, round: Round): Promise<void> {
  if ("course" in it) return it.course.run(round, emit)
  const subject = it.subjects.find(({ name }) => name === subjectName)
  if (subject === undefined) throw new Error(`no subject ${subjectName} in the bench ${benchName}`)
  emit(subjectName, await subject.measure(round))
}

function emit(name: string, sample: Sample): void {
  if (process.send === undefined) console.log(JSON.stringify({ name, sample }))
  else sent.push(new Promise((resolve) => process.send?.({ name, sample }, () => resolve())))
}
