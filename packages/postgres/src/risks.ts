import type { Risk } from "@millrace/core/backend"

/** What settings of the server endanger what is stored: its `fsync`, and `synchronous_commit` as it holds for our connections. */
export function risksOf(fsync: string, synchronousCommit: string): readonly Risk[] {
  const risks: Risk[] = []
  if (fsync === "off")
    risks.push({
      what: "fsync is off: a crash of the machine can leave the whole database broken",
      remedy: "set fsync = on in the server's configuration",
    })
  if (synchronousCommit === "off")
    risks.push({
      what: "synchronous_commit is off: a crash of the server loses the last moments of what was answered",
      remedy: "set synchronous_commit = on for the server, or for the role or database that apps connect with",
    })
  return risks
}
