import { appendManyCallers, appendOneCaller } from "../benches/append.ts"
import type { AppendTarget } from "../harness/append-load.ts"
import type { Contender, Suite } from "../harness/bench.ts"
import { startPostgresServer } from "../harness/start-postgres-server.ts"
import { millraceOn } from "../subjects/millrace/contenders.ts"

const millrace = millraceOn("postgres")

const twin = {
  appends: {
    name: "twin",
    open: async ({ url }) => (await import("../subjects/bare-postgres/append.ts")).bareAppends(url),
  } satisfies Contender<AppendTarget>,
}

const emmett = {
  appends: {
    name: "emmett",
    peer: "emmett-postgres",
    open: async ({ url }) => (await import("../subjects/emmett-postgres/append.ts")).emmettAppends(url),
  } satisfies Contender<AppendTarget>,
}

const castore = {
  appends: {
    name: "castore",
    peer: "castore-postgres",
    open: async ({ url }) => (await import("../subjects/castore-postgres/append.ts")).castoreAppends(url),
  } satisfies Contender<AppendTarget>,
}

/** Millrace on Postgres beside the bare driver and its peers, all on one server. */
export const postgres: Suite = {
  start: startPostgresServer,
  benches: [
    appendManyCallers({
      rounds: 3,
      contenders: [millrace.appends, twin.appends, emmett.appends, castore.appends],
      bars: { emmett: 10, twin: 0.8 },
    }),
    appendOneCaller({
      rounds: 3,
      contenders: [millrace.appends, twin.appends, emmett.appends, castore.appends],
      bars: { twin: 0.85 },
    }),
  ],
  growth: [],
}
