import { runSteps, type Step, type StepResult } from "./run-step.ts"

const turbo = (...tasks: string[]): Step["command"] => [
  "turbo",
  "run",
  ...tasks,
  "--output-logs=errors-only",
  "--continue=dependencies-successful",
]

/** All that is checked besides the tests. The slow ones come first; turbo remembers what has not changed. */
export const checks: readonly Step[] = [
  // One program of all files looks at each once; package by package, those that everything imports would be looked at again in each.
  { name: "types", command: ["tsc", "--noEmit", "-p", "tooling/tsconfig/everything.json"] },
  { name: "tarballs", command: turbo("build", "tarball", "surface") },
  { name: "docs", command: ["node", "tooling/scripts/docs.ts"] },
  { name: "lint", command: ["oxlint", "--type-aware", "--deny-warnings"] },
  { name: "unused", command: ["knip", "--no-config-hints"] },
  { name: "arrows", command: ["node", "tooling/scripts/arrows.ts"] },
  { name: "capabilities", command: ["node", "--conditions=millrace-source", "tooling/scripts/capabilities.ts"] },
  { name: "errors", command: ["node", "tooling/scripts/errors.ts"] },
  { name: "licences", command: ["node", "tooling/scripts/licences.ts"] },
  { name: "tags", command: ["node", "tooling/scripts/tags.ts"] },
  { name: "format", command: ["oxfmt", "--check"] },
  { name: "manifests", command: ["sherif"] },
]

/** Runs every check and prints one line for each, with the words of those that fail. */
export function runChecks(): Promise<StepResult[]> {
  return runSteps(checks, {
    atOnce: 2,
    onEnd: ({ name, passed, seconds, output }) => {
      console.log(`${passed ? "✓" : "✗"} ${name.padEnd(12)} ${seconds.toFixed(1)} s`)
      if (!passed) console.log(output.trimEnd().replace(/^/gm, "    "))
    },
  })
}
