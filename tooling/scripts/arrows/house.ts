// The table "room | may import | must not" of ARCHITECTURE.md as data. Arrows go down this table only.
// A new room or a new arrow is a change of this file, in a commit of its own with a decision note.

/** What a room, or a package, may import besides its own files. */
export interface Room {
  /** Folder in the repository. */
  readonly folder: string
  /** Folders it may import from. */
  readonly rooms: readonly string[]
  /** Packages it may import by name, subpaths included; `node:` allows every built-in module. */
  readonly packages: readonly string[]
}

const core = "packages/core/src"
const schemas = ["effect", "@standard-schema/spec"]

const room = (name: string, rooms: readonly string[], packages: readonly string[] = []): Room => ({
  folder: `${core}/${name}`,
  rooms: rooms.map((other) => `${core}/${other}`),
  packages,
})

const everyCoreRoom = [
  "message",
  "stream",
  "decider",
  "backend",
  "reactor",
  "store",
  "operator",
  "memory",
  "runtime",
  "workflow",
]

/** Looked up from the most special folder to the most general one. */
export const rooms: readonly Room[] = [
  // Effect is loaded when the first of its schemas is met, so that whoever uses none does not pay for it.
  room("message", [], [...schemas, "node:module"]),
  room("stream", ["message"]),
  room("decider", ["message", "stream"]),
  room("backend", ["message", "stream"]),
  room("reactor", ["message", "stream", "decider"]),
  room("store", ["message", "stream", "decider", "backend"], ["node:async_hooks", "node:crypto"]),
  room("operator", ["message", "stream", "backend"]),
  room("memory", ["message", "stream", "backend"], ["node:async_hooks"]),
  room("workflow", ["message", "stream", "decider", "reactor"], ["node:async_hooks", "node:crypto"]),
  room(
    "runtime",
    ["message", "stream", "decider", "backend", "reactor", "workflow", "store", "operator", "memory"],
    ["node:"],
  ),
  { folder: "packages/testing/src/conformance", rooms: [], packages: ["@millrace/core/backend", "node:assert"] },
  {
    folder: "packages/testing/src",
    rooms: ["packages/testing/src/conformance"],
    packages: ["@millrace/core", "vitest", "node:"],
  },
  { folder: "packages/sqlite/src", rooms: [], packages: ["@millrace/core/backend", "node:"] },
  { folder: "packages/mongodb/src", rooms: [], packages: ["@millrace/core/backend", "mongodb", "node:"] },
  // Commands are what help is made of: what a verb does is loaded when it is called.
  {
    folder: "packages/cli/src/commands",
    rooms: ["packages/cli/src/verbs", "packages/cli/src/scaffold"],
    packages: ["@commander-js/extra-typings"],
  },
  {
    folder: "packages/cli/src/verbs",
    rooms: [
      "packages/cli/src/doctor",
      "packages/cli/src/render",
      "packages/cli/src/session",
      "packages/cli/src/transfer",
      "packages/cli/src/bench",
      "packages/cli/src/scaffold",
      "packages/cli/src",
    ],
    packages: ["@millrace/core", "@millrace/bus", "node:"],
  },
  { folder: "packages/cli/src/doctor", rooms: ["packages/cli/src/render"], packages: ["@millrace/core", "node:"] },
  { folder: "packages/cli/src/render", rooms: [], packages: ["@millrace/core", "cli-table3", "cli-progress", "node:"] },
  {
    folder: "packages/cli/src/session",
    rooms: ["packages/cli/src/render", "packages/cli/src"],
    packages: ["@millrace/core", "@millrace/bus", "node:"],
  },
  { folder: "packages/cli/src/transfer", rooms: ["packages/cli/src"], packages: ["@millrace/core", "node:"] },
  { folder: "packages/cli/src/bench", rooms: ["packages/cli/src"], packages: ["@millrace/core", "node:"] },
  { folder: "packages/cli/src/scaffold", rooms: ["packages/cli/src"], packages: [] },
  {
    folder: "packages/cli/src",
    rooms: ["packages/cli/src/commands"],
    packages: ["@commander-js/extra-typings", "@bomb.sh/tab", "node:"],
  },
  // Only what reads configs needs these libraries: who gives none never loads them.
  {
    folder: "packages/bus/src/config",
    rooms: ["packages/bus/src"],
    packages: ["effect", "yaml", "fastest-levenshtein", "node:"],
  },
  {
    folder: "packages/bus/src/schema",
    rooms: ["packages/bus/src"],
    packages: ["@millrace/core", "effect/Schema"],
  },
  {
    folder: "packages/bus/src",
    rooms: ["packages/bus/src/config", "packages/bus/src/schema"],
    packages: ["@millrace/core", "node:"],
  },
  { folder: "packages/postgres/src", rooms: [], packages: ["@millrace/core/backend", "pg", "node:"] },
  {
    folder: "packages/opentelemetry/src",
    rooms: [],
    packages: ["@millrace/core", "@opentelemetry/api"],
  },
  { folder: "packages/redis/src", rooms: [], packages: ["@millrace/core/backend", "ioredis", "node:"] },
]

/** Files outside the rooms: a package's entry may gather all of its rooms. */
export const entries: readonly Room[] = [
  { folder: `${core}/index.ts`, rooms: everyCoreRoom.map((name) => `${core}/${name}`), packages: [] },
]

/** Rooms that take time, timers, randomness and input only as arguments. */
export const givenOnly: readonly string[] = [
  `${core}/message`,
  `${core}/stream`,
  `${core}/decider`,
  `${core}/backend`,
  `${core}/reactor`,
  `${core}/workflow`,
  `${core}/store`,
  `${core}/operator`,
  `${core}/memory`,
  "packages/testing/src/conformance",
]
