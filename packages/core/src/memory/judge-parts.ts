import { checkAppend } from "../backend/rules/check-append.ts"
import { judgeAppend } from "../backend/rules/judge-append.ts"
import { partVerdict } from "../backend/rules/part-verdict.ts"
import type { PartVerdict, SettlePart } from "../backend/settle.ts"
import { HOLDS } from "./capabilities.ts"
import { knownOf, stagedOn, type Staged } from "./known.ts"
import type { LogState } from "./log-state.ts"
import { type Draft, mergeDraft, type MemoryTx, openTx, type UserTables } from "./user-tables.ts"

/** A part, and why it can not be stored (`undefined`: it can). */
export interface JudgedPart {
  readonly part: SettlePart<MemoryTx>
  readonly refused: Exclude<PartVerdict, { readonly kind: "stored" }> | undefined
}

/**
 * Runs the user's work of each part and judges its effects, in order, without changing the log: the caller stores everything at once afterwards.
 * Nobody else writes meanwhile. A part that fails leaves nothing in `draft`, so that later parts see only what will be kept.
 */
export async function judgeParts(
  log: LogState,
  tables: UserTables,
  parts: readonly SettlePart<MemoryTx>[],
): Promise<{ readonly judged: readonly JudgedPart[]; readonly draft: Draft }> {
  const staged = stagedOn(knownOf(log))
  const draft: Draft = new Map()
  const judged: JudgedPart[] = []
  for (const part of parts) {
    const own: Draft = new Map()
    const failed = part.work === undefined ? undefined : await runWork(part.work, own, draft, tables)
    const refused = failed ?? judgeEffects(part, staged)
    if (refused === undefined) mergeDraft(own, draft)
    judged.push({ part, refused })
  }
  return { judged, draft }
}

async function runWork(
  work: (tx: MemoryTx) => Promise<void>,
  own: Draft,
  below: Draft,
  tables: UserTables,
): Promise<JudgedPart["refused"]> {
  const { tx, end } = openTx(own, [below], tables)
  try {
    await work(tx)
    return undefined
  } catch (error) {
    return { kind: "work-failed", error }
  } finally {
    end()
  }
}

function judgeEffects({ effects }: SettlePart<MemoryTx>, staged: Staged): JudgedPart["refused"] {
  if (effects === undefined) return undefined
  const verdict = checkAppend(effects, HOLDS) ?? judgeAppend(effects, staged)
  if (verdict === undefined) {
    staged.add(effects)
    return undefined
  }
  const refused = partVerdict(verdict)
  return refused.kind === "stored" ? undefined : refused
}
