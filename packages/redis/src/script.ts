import { createHash } from "node:crypto"

/** A script as the server knows it. */
export interface Script {
  readonly name: string
  readonly text: string
  readonly sha: string
  /** Whether a lost answer leaves open what happened. */
  readonly writes: boolean
}

/** Names a script and computes what the server will call it. */
export function script(name: string, text: string, { writes }: { readonly writes: boolean }): Script {
  return { name, text, sha: createHash("sha1").update(text).digest("hex"), writes }
}
