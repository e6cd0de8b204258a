import type { Wake } from "@millrace/core/backend"

/** The wake-ups of a payload; none where this object sent them itself, or where they are not ours to understand. */
export function readWakes(payload: string, origin: string): readonly Wake[] {
  let value: unknown
  try {
    value = JSON.parse(payload)
  } catch {
    return []
  }
  if (!Array.isArray(value) || value[0] === origin || !Array.isArray(value[1])) return []
  const list: readonly unknown[] = value[1]
  return list.filter(isWake)
}

function isWake(value: unknown): value is Wake {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false
  switch (value.kind) {
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
