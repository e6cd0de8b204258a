import type { Capabilities } from "@millrace/core/backend"

import type { BackendColumn } from "./backend-columns.ts"

/** One line of the table: a question, and each backend's answer. */
interface Line {
  readonly asks: string
  readonly answer: (capabilities: Capabilities) => string
}

const reaches = {
  process: "one process",
  machine: "processes of one machine",
  network: "processes of any machines",
} as const satisfies Readonly<Record<Capabilities["reach"], string>>

const wakes = { push: "it is told", poll: "it looks" } as const satisfies Readonly<Record<Capabilities["wake"], string>>

const lines: readonly Line[] = [
  { asks: "Your own work inside a settle (`tx`)", answer: ({ tx }) => yesOrNo(tx) },
  {
    asks: "That work is undone when it fails",
    answer: ({ tx, txRollback }) => (tx ? yesOrNo(txRollback) : "–"),
  },
  { asks: "Data outlive the process", answer: ({ persistent }) => yesOrNo(persistent) },
  { asks: "Who can share a log", answer: ({ reach }) => reaches[reach] },
  { asks: "How another process learns of an append", answer: ({ wake }) => wakes[wake] },
  { asks: "Partitions of a new log", answer: ({ partitions }) => String(partitions) },
  { asks: "Largest payload and metadata of a message", answer: ({ maxMessageBytes }) => bytes(maxMessageBytes) },
  { asks: "Most messages of one append call", answer: ({ maxBatch }) => maxBatch.toLocaleString("en") },
]

/** The page on what each backend can do. */
export function capabilitiesPage(columns: readonly BackendColumn[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`
  return [
    "# What each storage can do",
    "",
    "<!-- Generated from the backends by `npm run capabilities`; `npm run check` tells when it has drifted. -->",
    "",
    "What the storages have in common, and that is nearly everything, is what the conformance suite asks of each. This is where they differ, as each says itself in",
    "`backend.capabilities`; limits are the defaults. An app that needs what its storage lacks is refused when it registers the reactor that needs it, not when it runs.",
    "",
    row(["", ...columns.map(({ title }) => title)]),
    row(["---", ...columns.map(() => "---")]),
    ...lines.map(({ asks, answer }) => row([asks, ...columns.map(({ capabilities }) => answer(capabilities))])),
    "",
    "## What survives what",
    "",
    ...columns.map(({ title, capabilities }) => `* **${title}**: ${capabilities.durability}`),
    "",
  ].join("\n")
}

function yesOrNo(fact: boolean): string {
  return fact ? "yes" : "no"
}

function bytes(count: number): string {
  const mebibyte = 1_048_576
  if (count % mebibyte === 0) return `${count / mebibyte} MiB`
  return `${count.toLocaleString("en")} bytes`
}
