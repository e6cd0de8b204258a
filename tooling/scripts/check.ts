// One command that checks everything but the tests' outcome: `npm run check`.
import { runChecks } from "./checks.ts"

const results = await runChecks()
const failed = results.filter(({ passed }) => !passed)
console.log(failed.length === 0 ? "all checks passed" : `failed: ${failed.map(({ name }) => name).join(", ")}`)
process.exitCode = failed.length === 0 ? 0 : 1
