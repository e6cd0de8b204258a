import type { Wake } from "@millrace/core/backend"

/** The wake-ups of a payload; none where this object sent them itself, or where they are not ours to understand. */
export function readWakes(payload: string, origin: string): readonly Wake[] {
  return newsIn(payload, origin).filter(isWake)
}

/** What a connection that has begun to listen says to the others: no wake-up, for whoever does not know it. */
export function joining(origin: string): string {
  return JSON.stringify([origin, [JOINING]])
}

/** Whether a payload says that somebody else has begun to listen. */
export function isJoining(payload: string, origin: string): boolean {
  return newsIn(payload, origin).some((one) => kindOf(one) === JOINING.kind)
}

const JOINING = { kind: "joining" }

function newsIn(payload: string, origin: string): readonly unknown[] {
  let value: unknown
  try {
    value = JSON.parse(payload)
  } catch {
    return []
  }
  return Array.isArray(value) && value[0] !== origin && Array.isArray(value[1]) ? value[1] : []
}

function kindOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined
}

function isWake(value: unknown): value is Wake {
  if (typeof value !== "object" || value === null) return false
  switch (kindOf(value)) {
    case "messages":
      return "types" in value && (value.types === null || isTexts(value.types))
    case "challenge":
      return "processName" in value && typeof value.processName === "string"
    case "work":
    case "schedule":
    case "reconnected":
      return true
    default:
      return false
  }
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string")
}
