import type { Bench, Subject } from "../harness/bench.ts"

/** A server that runs a script does nothing else meanwhile, for anybody: this is how long others may have to wait for one of ours. */
export function longestScript(millrace: Subject): Bench {
  return {
    name: "longest-script",
    what: "the longest script of large appends, groups that work them through, one of which answers with much, lanes, reads, figures and a trim",
    unit: "ms",
    rounds: 3,
    subjects: [millrace],
    claims: [{ kind: "limit", name: "longest-script-ms", of: "millrace", bar: 10 }],
  }
}
