import type { AppendTarget } from "../../harness/append-load.ts"
import type { Contender } from "../../harness/bench.ts"
import type { CommandTarget } from "../../harness/command-load.ts"

const peer = { name: "castore", peer: "castore-postgres" }

const appends: Contender<AppendTarget> = {
  ...peer,
  open: async ({ url }) => (await import("./append.ts")).castoreAppends(url),
}
const commands: Contender<CommandTarget> = {
  ...peer,
  open: async ({ url }) => (await import("./commands.ts")).castoreCommands(url),
}

/** Castore over its Postgres adapter. */
export const castore = { appends, commands }
