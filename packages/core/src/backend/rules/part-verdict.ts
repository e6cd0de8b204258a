import type { Verdict } from "../append.ts"
import type { PartVerdict } from "../settle.ts"

/**
 * What an append's verdict means for a settle's part. A settle that is repeated is recognised before its effects are looked at, so effects
 * already known belong to something else.
 */
export function partVerdict(verdict: Verdict): PartVerdict {
  switch (verdict.kind) {
    case "appended":
      return { kind: "stored", position: verdict.position, streams: verdict.streams }
    case "conflict":
    case "document-conflict":
      return verdict
    case "duplicate":
      return { kind: "refused", code: "id-taken", detail: `stored already at position ${verdict.of.position}` }
    case "refused":
      return {
        kind: "refused",
        code: verdict.code === "ids-partly-known" ? "id-taken" : verdict.code,
        detail: verdict.detail,
      }
  }
}
