import type { Decoded, PayloadCodec } from "./codec.ts"

/** An earlier shape of a payload, and the way from it to the shape that came next. */
export interface Upgrade {
  readonly codec: PayloadCodec
  /** A method: what it takes is known where it is written, and goes by the codec's word here. */
  upgrade(payload: unknown): unknown
}

/**
 * A stored payload of some shape, as handlers have it today: decoded by the schema that it was made with, and brought on from shape to shape.
 * `upgrades`: the youngest first. Errors of the upgrades are the payload's.
 */
export function decodeShape(
  codec: PayloadCodec,
  upgrades: readonly Upgrade[],
  stored: { readonly payload: Parameters<PayloadCodec["decode"]>[0]; readonly shape: number },
): Decoded {
  const { payload, shape } = stored
  const behind = upgrades.length - shape
  if (behind === 0) return codec.decode(payload)
  const made = upgrades[behind - 1]
  if (made === undefined) {
    return refused(
      `it has shape ${shape}, and this definition knows shapes up to ${upgrades.length}: update this process`,
    )
  }
  const decoded = made.codec.decode(payload)
  if (!decoded.ok) return decoded
  let current = decoded.payload
  try {
    for (const step of upgrades.slice(0, behind).toReversed()) current = step.upgrade(current)
  } catch (error) {
    return refused(
      `bringing it on from shape ${shape} failed: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  return codec.make(current)
}

function refused(message: string): Decoded {
  return { ok: false, errors: [{ path: "", message }] }
}
