import type { ApisOptions } from "../settings.ts"

/** What a config says, as a service uses it. What is left out has its default where it is used. */
export interface Config {
  readonly service?: string
  readonly processName?: string
  /** The file that `millrace run` loads. */
  readonly app?: string
  readonly backend?: string
  readonly maxShutdowns?: number
  readonly acknowledgementTimeoutMs?: number
  /** How often a process that nothing wakes looks for events. */
  readonly pollMs?: number
  readonly settings: ApisOptions
}
