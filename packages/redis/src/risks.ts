import type { Risk } from "@millrace/core/backend"

import type { ServerFacts } from "./facts.ts"

/** What of a server's settings and history endangers what is stored; nothing before the first connection. */
export function risksOf(facts: ServerFacts | undefined): readonly Risk[] {
  if (facts === undefined) return []
  const { aof, appendfsync, maxmemory, policy, losses, loss, replica } = facts
  const risks: Risk[] = []
  if (!aof)
    risks.push({
      what: "appendonly is off: what was written since the last snapshot is lost when the server ends",
      remedy: "set appendonly yes on the server",
    })
  else if (appendfsync === "no")
    risks.push({
      what: "appendfsync is no: a crash of the machine loses what its system had not written yet",
      remedy: "set appendfsync everysec (or always, to lose nothing) on the server",
    })
  if (policy !== "noeviction" && maxmemory > 0)
    risks.push({
      what: `maxmemory-policy is ${policy}: the server may drop the log when its memory runs out`,
      remedy: "set maxmemory-policy noeviction on the server",
    })
  if (losses > 0)
    risks.push({
      what: `answered writes were lost ${losses} times, last ${loss}`,
      remedy:
        "look into that failover or crash; appendfsync always and min-replicas-to-write guard against the next one",
    })
  if (replica)
    risks.push({
      what: "this server is a replica: it can be read, not written",
      remedy: "give the URL of the master",
    })
  return risks
}
