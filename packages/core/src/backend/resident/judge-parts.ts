import { checkAppend } from "../rules/check-append.ts"
import { judgeAppend } from "../rules/judge-append.ts"
import { partVerdict } from "../rules/part-verdict.ts"
import type { PartVerdict, SettlePart } from "../settle.ts"
import { knownOf, stagedOn, type Staged } from "./known.ts"
import type { LogState } from "./log-state.ts"
import type { SettleWork } from "./settle-work.ts"

/** A part, and why it can not be stored (`undefined`: it can). */
export interface JudgedPart<Tx> {
  readonly part: SettlePart<Tx>
  readonly refused: Exclude<PartVerdict, { readonly kind: "stored" }> | undefined
}

/**
 * Runs the user's work of each part and judges its effects, in order, without changing the log: the caller stores everything at once afterwards.
 * Nobody else writes meanwhile. What a part that fails wrote is not accepted, so that later parts see only what will be kept.
 */
export async function judgeParts<Tx>(
  log: LogState,
  work: SettleWork<Tx>,
  parts: readonly SettlePart<Tx>[],
): Promise<readonly JudgedPart<Tx>[]> {
  const staged = stagedOn(knownOf(log))
  const judged: JudgedPart<Tx>[] = []
  for (const part of parts) {
    const done = part.work === undefined ? undefined : await runWork(work, part.work)
    const refused = done?.failed ?? judgeEffects(log, part, staged)
    if (refused === undefined) done?.accept()
    judged.push({ part, refused })
  }
  return judged
}

interface Done {
  readonly failed?: { readonly kind: "work-failed"; readonly error: unknown }
  readonly accept: () => void
}

async function runWork<Tx>(to: SettleWork<Tx>, work: (tx: Tx) => Promise<void>): Promise<Done> {
  try {
    return { accept: await to.run(work) }
  } catch (error) {
    return { failed: { kind: "work-failed", error }, accept: () => {} }
  }
}

function judgeEffects<Tx>(log: LogState, { effects }: SettlePart<Tx>, staged: Staged): JudgedPart<Tx>["refused"] {
  if (effects === undefined) return undefined
  const verdict = checkAppend(effects, log.holds) ?? judgeAppend(effects, staged)
  if (verdict === undefined) {
    staged.add(effects)
    return undefined
  }
  const refused = partVerdict(verdict)
  return refused.kind === "stored" ? undefined : refused
}
