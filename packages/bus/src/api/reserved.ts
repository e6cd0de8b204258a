import type { BusFace } from "../bus.ts"

/** The properties every bus has: no API can have one of these names. A check of types keeps the list complete. */
const FACE: Readonly<Record<keyof BusFace, true>> = {
  afterHandled: true,
  afterSent: true,
  app: true,
  background: true,
  beforeHandled: true,
  beforeSent: true,
  close: true,
  drain: true,
  every: true,
  failed: true,
  listen: true,
  onStart: true,
  onStop: true,
  processName: true,
  run: true,
  service: true,
  start: true,
  stop: true,
}

export const RESERVED: ReadonlySet<string> = new Set(["then", ...Object.keys(FACE)])
