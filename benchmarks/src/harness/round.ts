// One round of one subject, in a process of its own: `round.ts <bench> <subject> <folder> <seed>`. Answers its sample to the parent.
import { suites } from "../suites.ts"

const [benchName, subjectName, folder, seed] = process.argv.slice(2)
const subject = Object.values(suites)
  .flat()
  .find((bench) => bench.name === benchName)
  ?.subjects.find((one) => one.name === subjectName)
if (subject === undefined || folder === undefined) throw new Error(`no subject ${subjectName} in a bench ${benchName}`)

const sample = await subject.measure({ folder, seed: Number(seed) })
if (process.send === undefined) console.log(JSON.stringify(sample))
else process.send(sample)
process.disconnect?.()
